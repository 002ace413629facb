"""Layers that several networks share, and a network's summary: its layers and its number of parameters."""

import torch
from torch import nn

IMAGE = (1, 28, 28)


def leaky():
    return nn.LeakyReLU(0.2)


def hidden_layers(in_dim, width, n_hidden=2, *, linear=nn.Linear, norm=None, act=leaky):
    """Hidden layers: each a linear layer, `norm(width)` if given, and an activation. → list of layers"""
    layers = []
    for n_in in (in_dim, *[width] * (n_hidden - 1)):
        layers += [linear(n_in, width), *([norm(width)] if norm else []), act()]
    return layers


def mlp(in_dim, out_dim, hidden=64, n_hidden=2, **layers):
    """in_dim → hidden → … → out_dim; `norm` and `act` as in `hidden_layers`. (B, in_dim) → (B, out_dim)"""
    return nn.Sequential(*hidden_layers(in_dim, hidden, n_hidden, **layers), nn.Linear(hidden, out_dim))


class Affine(nn.Module):
    """a · x + b with fixed numbers: another scale for pixels."""

    def __init__(self, a, b):
        super().__init__()
        self.a, self.b = a, b

    def forward(self, x):
        return self.a * x + self.b


class PixelNorm(nn.Module):
    """z → z / √(mean of z²): projects z onto a sphere. (B, d) → (B, d)

    Nearly all of a Normal distribution in many dimensions lies close to this sphere. Source: Karras et al.
    2018, section 4.2; the authors of ALAE put it before F.
    """

    def forward(self, z):
        return z / (z.square().mean(1, keepdim=True) + 1e-8).sqrt()


class Noise(nn.Module):
    """Adds Normal noise to its input, in training only."""

    def __init__(self, std):
        super().__init__()
        self.std = std

    def forward(self, x):
        return x + self.std * torch.randn_like(x) if self.training else x


class Residual(nn.Module):
    """x plus two convolutions of it: a block of a very deep network. (B, channels, h, w) → the same"""

    def __init__(self, channels, normalize=True):
        super().__init__()

        def conv():
            return [*norm_if(normalize, channels), nn.ReLU(), nn.Conv2d(channels, channels, 3, padding=1)]

        self.body = nn.Sequential(*conv(), *conv())

    def forward(self, x):
        return x + self.body(x)


def he_initialize(net, slope=0.0):
    """He initialization (2015) of all linear and (not transposed) convolutional layers, biases 0; in place.

    slope  of the activations below 0: 0 for ReLU, 0.2 for leaky ReLU

    Trap: with PyTorch's own weights the signal shrinks from layer to layer, and a deep G hardly sees its z.
    """
    for layer in net.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, a=slope)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def norm_if(normalize, channels):
    return [nn.BatchNorm2d(channels)] if normalize else []


def parameters(net):
    """Number of trainable parameters. → int"""
    return sum(p.numel() for p in net.parameters() if p.requires_grad)


def summary(net, input_shape=IMAGE):
    """Print the table of the slide: layer, output shape, parameters (−1 is the size of the batch).

    Layers that only reshape (Flatten, Unflatten) are left out, as on the slide.
    """
    rows, count, hooks = [], {}, []

    def note(module, depth):
        def hook(_, __, out):
            outs = out if isinstance(out, tuple) else (out,)
            row[1] = ", ".join(str([-1, *part.shape[1:]]) for part in outs)

        count[depth] = count.get(depth, 0) + 1
        leaf = not list(module.children())
        weights = f"{parameters(module):,}" if leaf and parameters(module) else "--"
        row = [f"{'│    ' * (depth - 1)}├─{type(module).__name__}: {depth}-{count[depth]}", "", weights]
        rows.append(row)
        hooks.append(module.register_forward_hook(hook))
        for child in module.children():
            if not isinstance(child, nn.Flatten | nn.Unflatten):
                note(child, depth + 1)

    for child in net.children():
        note(child, 1)
    mode, like = net.training, next(net.parameters())
    try:
        with torch.no_grad():
            net.eval()(like.new_zeros(1, *input_shape))
    finally:
        net.train(mode)
        for hook in hooks:
            hook.remove()
    line = "{:<30} {:<20} {:>9}".format
    print("\n".join([line("Layer (type:depth-idx)", "Output Shape", "Param #"), "─" * 61]))
    print("\n".join(line(*row) for row in rows))
    print("─" * 61, f"Total params: {parameters(net):,}", sep="\n")
