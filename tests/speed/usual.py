"""The baseline: the same networks, trained in the style of most public scripts.

A DataLoader that makes a tensor of each PIL image, noise from NumPy, labels as tensors of ones and zeros,
Adam as it is, losses printed for each batch, gradients for every network in the graph. Written for this
comparison, after no script in particular. Each is a generator that yields once for each mini-batch.
"""

import io

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.autograd import grad
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms


class Pictures(Dataset):
    """Digits as torchvision's data sets hand them out: one PIL image at a time, through its transforms."""

    def __init__(self, digits):
        self.data = ((digits.x + 1) * 127.5).round().byte().squeeze(1).cpu()
        self.targets = digits.y.tolist()
        self.transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize([0.5], [0.5])])

    def __len__(self):
        return len(self.data)

    def __getitem__(self, i):
        return self.transform(Image.fromarray(self.data[i].numpy(), mode="L")), self.targets[i]


def loader(digits, batch_size):
    """Endless mini-batches of shuffled epochs."""
    while True:
        for x, _ in DataLoader(Pictures(digits), batch_size=batch_size, shuffle=True, drop_last=True):
            yield x.to(digits.x.device)


def noise(x, z_dim):
    return torch.tensor(np.random.normal(0, 1, (len(x), z_dim)), dtype=torch.float32, device=x.device)


def say(*losses, to=io.StringIO()):  # noqa: B008  (one buffer for all that is printed)
    to.seek(0)
    print(*(f"[loss: {loss.item():f}]" for loss in losses), file=to)


def adam(*nets):
    return torch.optim.Adam([p for net in nets for p in net.parameters()], lr=2e-4, betas=(0.5, 0.999))


def vae(images, enc, dec):
    opt = adam(enc, dec)
    for x in images:
        opt.zero_grad()
        mu, log_var = enc(x)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * log_var)
        bce = nn.functional.binary_cross_entropy(torch.sigmoid(dec(z)), (x + 1) / 2, reduction="sum")
        kld = -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
        loss = bce + kld
        loss.backward()
        opt.step()
        say(loss)
        yield


def aae(images, enc, dec, D, z_dim=10):
    opt_AE, opt_D, opt_enc, bce = adam(enc, dec), adam(D), adam(enc), nn.BCEWithLogitsLoss()
    for x in images:
        valid, fake = torch.ones(len(x), 1, device=x.device), torch.zeros(len(x), 1, device=x.device)
        opt_AE.zero_grad()
        recon_loss = nn.functional.binary_cross_entropy(torch.sigmoid(dec(enc(x))), (x + 1) / 2)
        recon_loss.backward()
        opt_AE.step()
        opt_D.zero_grad()
        d_loss = bce(D(noise(x, z_dim)), valid) + bce(D(enc(x).detach()), fake)
        d_loss.backward()
        opt_D.step()
        opt_enc.zero_grad()
        g_loss = bce(D(enc(x)), valid)
        g_loss.backward()
        opt_enc.step()
        say(recon_loss, d_loss, g_loss)
        yield


def gan(images, G, D, z_dim=64):
    opt_G, opt_D, bce = adam(G), adam(D), nn.BCEWithLogitsLoss()
    for x in images:
        valid, fake = torch.ones(len(x), 1, device=x.device), torch.zeros(len(x), 1, device=x.device)
        opt_G.zero_grad()
        x_fake = G(noise(x, z_dim))
        g_loss = bce(D(x_fake), valid)
        g_loss.backward()
        opt_G.step()
        opt_D.zero_grad()
        d_loss = (bce(D(x), valid) + bce(D(x_fake.detach()), fake)) / 2
        d_loss.backward()
        opt_D.step()
        say(d_loss, g_loss)
        yield


def wgan_gp(images, G, C, z_dim=64, n_critic=5):
    opt_G, opt_C = adam(G), adam(C)
    for i, x in enumerate(images):
        opt_C.zero_grad()
        z = noise(x, z_dim)
        x_fake = G(z)
        alpha = torch.tensor(np.random.random((len(x), 1, 1, 1)), dtype=torch.float32, device=x.device)
        mixed = (alpha * x + (1 - alpha) * x_fake).requires_grad_(True)
        score = C(mixed)
        ones = torch.ones(len(x), 1, device=x.device)
        gradient = grad(score, mixed, ones, create_graph=True, retain_graph=True, only_inputs=True)[0]
        penalty = ((gradient.view(len(x), -1).norm(2, dim=1) - 1) ** 2).mean()
        c_loss = -torch.mean(C(x)) + torch.mean(C(x_fake)) + 10 * penalty
        c_loss.backward()
        opt_C.step()
        if i % n_critic == n_critic - 1:
            opt_G.zero_grad()
            g_loss = -torch.mean(C(G(z)))
            g_loss.backward()
            opt_G.step()
            say(c_loss, g_loss)
        yield
