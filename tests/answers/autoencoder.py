"""Answers to the exercises of notebook 01."""

import torch
from torch import nn

from course_utils.exercises import EXERCISES
from course_utils.losses import reconstruction
from course_utils.priors import sample_latents

principal_components, tied_gradient, agreement, tanh_gradient = (
    EXERCISES[id].reference for id in ("01.8", "01.10", "01.12", "01.5")
)


def one_relu_twice(latent_dim=3):
    act = nn.ReLU()
    layers = nn.Linear(784, 128), act, nn.Linear(128, 64), act, nn.Linear(64, latent_dim)
    return nn.Sequential(nn.Flatten(), *layers)


class Written(nn.Module):
    """The same encoder as a class, its activations as functions."""

    def __init__(self, latent_dim):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(784, 128), nn.Linear(128, 64), nn.Linear(64, latent_dim)

    def forward(self, x):
        return self.c(self.b(self.a(x.reshape(len(x), -1)).relu()).relu())


def with_a_loop(latent_dim=3):
    net, widths = nn.Sequential(nn.Flatten(1)), (784, 128, 64, latent_dim)
    for i in range(3):
        net.append(nn.Linear(widths[i], widths[i + 1]))
        if i < 2:
            net.append(nn.ReLU(inplace=True))
    return net


def mlp(*widths, act=nn.ReLU, first=True, last=(), **settings):
    layers = [nn.Flatten()] if first else []
    for i, (a, b) in enumerate(zip(widths[:-1], widths[1:], strict=True)):
        layers += ([act()] if i and act else []) + [nn.Linear(a, b, **settings)]
    return nn.Sequential(*layers, *last)


def eigen(x, centred=True):
    x = x - x.mean(0) if centred else x
    return torch.linalg.eigh(x.T @ x / len(x)).eigenvectors


def by_item(z, labels):
    hits = 0
    for i in range(len(z)):
        distance = (z - z[i]).norm(dim=1)
        distance[i] = float("inf")
        hits += labels[distance.argmin()] == labels[i]
    return hits / len(z)


def with_distance(change, pick=lambda d: d.argmin(1)):
    def answer(z, labels):
        return (labels[pick(change(torch.cdist(z, z)))] == labels).float().mean()

    return answer


def without_itself(z, labels):
    """Each row without the item itself: (n, n − 1) distances, and the labels they belong to."""
    n = len(z)
    others = torch.arange(n).repeat(n, 1)[~torch.eye(n).bool()].reshape(n, n - 1).to(z.device)
    nearest = others.gather(1, torch.cdist(z, z).gather(1, others).argmin(1, keepdim=True))[:, 0]
    return (labels[nearest] == labels).float().mean()


def by_autograd(w, x, s):
    v = torch.tensor(w, dtype=x.dtype, device=x.device, requires_grad=True)
    return torch.autograd.grad((x - v * v * x).square().mean() + v**4 * s**2, v)[0]


def tied(on_x, on_noise=lambda w: 4 * w**3):
    return lambda w, x, s: on_x(w) * x.square().mean() + on_noise(w) * s**2


def normal(z, n):
    return torch.randn(n, z.shape[1], device=z.device)


RIGHT = {
    "01.2": [
        lambda x_rec, x: ((x_rec - x) ** 2).sum() / len(x),
        lambda x_rec, x: nn.functional.mse_loss(x_rec, x, reduction="sum") / x.shape[0],
        lambda x_rec, x: torch.stack([(a - b).norm() ** 2 for a, b in zip(x_rec, x, strict=True)]).mean(),
    ],
    "01.3": [one_relu_twice, Written, with_a_loop],
    "01.5": [
        lambda x, upstream: upstream / x.cosh() ** 2,
        lambda x, upstream: upstream - upstream * x.tanh().square(),
        lambda x, upstream: torch.autograd.grad(x.requires_grad_().tanh(), x, upstream)[0],
    ],
    "01.8": [
        lambda x, k: eigen(x).flip(1)[:, :k],
        lambda x, k: torch.linalg.svd(x - x.mean(0), full_matrices=False).Vh[:k].T,
        lambda x, k: -eigen(x)[:, x.shape[1] - k :],
        lambda x, k: torch.linalg.eigh(x.T.cov())[1][:, -k:],
        lambda x, k: torch.linalg.eigh(x.T @ x / len(x) - torch.outer(x.mean(0), x.mean(0)))[1][:, -k:],
    ],
    "01.10": [
        lambda w, x, s: (4 * w**3 - 4 * w) * (x**2).mean() + 4 * s * s * w**3,
        lambda w, x, s: (2 * (x - w * w * x) * (-2 * w * x)).mean() + 2 * (w * w * s) * (2 * w * s),
        lambda w, x, s: 4 * w * (w**2 * (x.square().mean() + s**2) - x.square().mean()),
        by_autograd,
    ],
    "01.12": [
        by_item,
        with_distance(lambda d: d + torch.eye(len(d)).to(d) * 1e9),
        with_distance(lambda d: d.masked_fill(torch.eye(len(d)).bool().to(d.device), 1e9)),
        without_itself,
    ],
    "01.13": [
        lambda z, n: torch.normal(z.mean(0).expand(n, -1), z.std(0).expand(n, -1)),
        lambda z, n: z.mean(0) + z.var(0).sqrt() * normal(z, n),
        lambda z, n: torch.distributions.Normal(z.mean(0), z.std(0)).sample((n,)),
    ],
}
WRONG = {
    "01.1": {
        "a half": 0.5,
        "as often": 0.1353,
        "doubled": 0.2707,
        "halved energy": 1 / 3,
        "always": 1.0,
        "never": 0.0,
        "upside down": 7.389,
        "p of the proposal": 0.0498,
        "p of here": 0.3679,
        "refused": 0.9323,
        "a text": "e^2",
        "difference": 2,
    },
    "01.2": {
        "root": lambda x_rec, x: reconstruction(x_rec, x).sqrt(),
        "sign": lambda x_rec, x: -reconstruction(x_rec, x),
        "half": lambda x_rec, x: reconstruction(x_rec, x) / 2,
        "divided twice": lambda x_rec, x: reconstruction(x_rec, x) / len(x),
        "sum": lambda x_rec, x: (x_rec - x).square().sum(),
        "absolute": lambda x_rec, x: (x_rec - x).abs().flatten(1).sum(1).mean(),
        "target learns too": lambda x_rec, x: (x_rec.detach() - x).square().flatten(1).sum(1).mean(),
        "columns": lambda x_rec, x: (x_rec - x).square().flatten(1).sum(0).mean(),
        "an axis is left": lambda x_rec, x: (x_rec - x).square().flatten(1).sum(1, keepdim=True),
        "mean of all": lambda x_rec, x: nn.functional.mse_loss(x_rec, x),
    },
    "01.3": {
        "narrow": lambda k: mlp(784, 64, 128, k),
        "one width": lambda k: mlp(784, 128, 128, k),
        "four layers": lambda k: mlp(784, 128, 64, 32, k),
        "mirrored": lambda k: mlp(k, 64, 128, 784),
        "a ReLU at the end": lambda k: mlp(784, 128, 64, k, last=(nn.ReLU(),)),
        "a Tanh at the end": lambda k: mlp(784, 128, 64, k, last=(nn.Tanh(),)),
        "sigmoids": lambda k: mlp(784, 128, 64, k, act=nn.Sigmoid),
        "leaky": lambda k: mlp(784, 128, 64, k, act=lambda: nn.LeakyReLU(0.2)),
        "linear": lambda k: mlp(784, 128, 64, k, act=None),
        "no flatten": lambda k: mlp(784, 128, 64, k, first=False),
        "fixed": lambda k: mlp(784, 128, 64, 3),
        "a list": lambda k: [nn.Linear(784, 128), nn.Linear(128, 64), nn.Linear(64, k)],
        "unflattened": lambda k: mlp(784, 128, 64, k, last=(nn.Unflatten(1, (k, 1)),)),
    },
    "01.5": {
        "no upstream": lambda x, upstream: 1 - x.tanh() ** 2,
        "not squared": lambda x, upstream: upstream * (1 - x.tanh()),
        "x for z": lambda x, upstream: upstream * (1 - x**2),
        "plus": lambda x, upstream: upstream * (1 + x.tanh() ** 2),
        "sign": lambda x, upstream: -tanh_gradient(x, upstream),
        "of the sigmoid": lambda x, upstream: upstream * x.sigmoid() * (1 - x.sigmoid()),
        "half": lambda x, upstream: tanh_gradient(x, upstream) / 2,
        "summed": lambda x, upstream: tanh_gradient(x, upstream).sum(),
        "divided": lambda x, upstream: upstream / (1 - x.tanh() ** 2),
        "exchanged": lambda x, upstream: tanh_gradient(upstream, x),
        "forward": lambda x, upstream: upstream * x.tanh(),
    },
    "01.7": {"a": "a", "c": "c", "d": "d"},
    "01.8": {
        "not taken off": lambda x, k: torch.linalg.eigh(x.T @ x / len(x))[1][:, -k:],
        "smallest": lambda x, k: eigen(x)[:, :k],
        "an image's mean": lambda x, k: torch.linalg.eigh((x - x.mean(1, keepdim=True)).T.cov())[1][:, :k],
        "mean @ mean": lambda x, k: torch.linalg.eigh(x.T @ x / len(x) - x.mean(0) @ x.mean(0))[1][:, -k:],
        "rows": lambda x, k: eigen(x)[-k:],
        "rows, turned": lambda x, k: eigen(x)[-k:].T,
        "not centred": lambda x, k: eigen(x, centred=False)[:, -k:],
        "all but": lambda x, k: eigen(x)[:, k:],
        "transposed": lambda x, k: eigen(x)[:, -k:].T,
        "skips one": lambda x, k: eigen(x)[:, -k - 1 : -1],
        "stretched": lambda x, k: eigen(x)[:, -k:] * 3,
        "values": lambda x, k: torch.linalg.eigh(x.T.cov())[0][-k:],
        "data": lambda x, k: (x - x.mean(0))[:k].T,
        "middle": lambda x, k: eigen(x)[:, 1 : k + 1],
    },
    "01.6": {
        "w is 1": 0.42,
        "w is 2": 0.1413,
        "at 0": 1,
        "the weight": 0.77,
        "a bound": 0.5,
        "true": True,
        "no square": 0.2785,
    },
    "01.9": {
        "saddle": (0, 0),
        "none": "none",
        "without decay": (1, 1),
        "other": (-0.7071, -0.7071),
        "the product": (0.5, 0.5),
        "unequal": (1, 0.5),
        "half of the decay": (0.866, 0.866),
    },
    "01.10": {
        "no noise": tied(lambda w: -4 * w * (1 - w**2), lambda w: 0),
        "one path": tied(lambda w: -2 * w * (1 - w**2), lambda w: 2 * w**3),
        "sign": lambda w, x, s: -tied_gradient(w, x, s),
        "noise with the other sign": tied(lambda w: -4 * w * (1 - w**2), lambda w: -4 * w**3),
        "noise in the target": tied(lambda w: -4 * w * (1 - w**2), lambda w: -4 * w * (1 - w**2)),
        "noise through one weight": tied(lambda w: -4 * w * (1 - w**2), lambda w: 2 * w),
        "noise not derived": tied(lambda w: -4 * w * (1 - w**2), lambda w: w**4),
        "s": lambda w, x, s: -4 * w * (1 - w**2) * x.square().mean() + 4 * w**3 * s,
        "inner": tied(lambda w: -4 * (1 - w**2)),
        "outer": tied(lambda w: 2 * (1 - w**2)),
        "mean of x": lambda w, x, s: -4 * w * (1 - w**2) * x.mean() + 4 * w**3 * s**2,
        "each": lambda w, x, s: -4 * w * (1 - w**2) * x.square() + 4 * w**3 * s**2,
        "loss": lambda w, x, s: (1 - w**2) ** 2 * x.square().mean() + w**4 * s**2,
        "no x": lambda w, x, s: torch.tensor(-4 * w * (1 - w**2) + 4 * w**3 * s**2),
        "1 − w": tied(lambda w: -4 * w * (1 - w)),
        "half": lambda w, x, s: tied_gradient(w, x, s) / 4,
    },
    "01.12": {
        "itself": with_distance(lambda d: d),
        "smallest two, the second": with_distance(
            lambda d: d, lambda d: d.topk(3, largest=False).indices[:, 2]
        ),
        "no zeros": with_distance(lambda d: torch.where(d < 1e-6, torch.inf, d)),
        "farthest": with_distance(lambda d: d, lambda d: d.argmax(1)),
        "second": with_distance(lambda d: d, lambda d: d.argsort(1)[:, 2]),
        "1 − share": lambda z, labels: 1 - agreement(z, labels),
        "count": lambda z, labels: agreement(z, labels) * len(z),
        "each": lambda z, labels: (
            labels[(torch.cdist(z, z) + torch.eye(len(z)).to(z) * 1e9).argmin(1)] == labels
        ).double(),
        "two": lambda z, labels: (
            (labels[torch.cdist(z, z).topk(2, largest=False).indices] == labels[:, None]).float().mean()
        ),
        "one less": lambda z, labels: (
            (labels[torch.cdist(z, z).argmin(1)] == labels).float().mean() - 1 / len(z)
        ),
        "half": lambda z, labels: agreement(z, labels) / 2,
        "sum": lambda z, labels: (agreement(z, labels) * len(z)).round(),
        "third": with_distance(lambda d: d, lambda d: d.argsort(1)[:, 3]),
        "no mean": lambda z, labels: agreement(z, labels).item(),
    },
    "01.13": {
        "standard": normal,
        "no mean": lambda z, n: z.std(0) * normal(z, n),
        "over the row": lambda z, n: z.mean() + z.std() * normal(z, n),
        "root of std": lambda z, n: z.mean(0) + z.std(0).sqrt() * normal(z, n),
        "twice": lambda z, n: z.mean(0) + 2 * z.std(0) * normal(z, n),
        "one noise": lambda z, n: z.mean(0) + z.std(0) * torch.randn(n, 1, device=z.device),
        "transposed": lambda z, n: sample_latents(z, n).T,
        "real": lambda z, n: z[torch.randint(len(z), (n,), device=z.device)],
        "uniform": lambda z, n: z.mean(0) + z.std(0) * torch.rand(n, z.shape[1], device=z.device),
        "means only": lambda z, n: z.mean(0).expand(n, -1),
        "one row": lambda z, n: sample_latents(z, 1),
        "variance of all": lambda z, n: z.mean(0) + z.var() * normal(z, n),
    },
}
