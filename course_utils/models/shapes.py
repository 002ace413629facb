"""What a network is made of, in numbers."""

import torch
from torch import nn

IMAGE = (1, 28, 28)


def parameters(net):
    """How many numbers training can change. → int"""
    return sum(p.numel() for p in net.parameters() if p.requires_grad)


def summary(net, input_shape=IMAGE):
    """Print the table of the slide: layer, output shape, parameters (−1 is the batch).

    Layers that only reshape (Flatten, Unflatten) are left out, as on the slide.
    """
    rows, count, hooks = [], {}, []

    def note(module, depth):
        def hook(_, __, out):
            row[1] = str([-1, *out.shape[1:]])

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


class Affine(nn.Module):
    """a · x + b, with fixed numbers: another scale for pixels."""

    def __init__(self, a, b):
        super().__init__()
        self.a, self.b = a, b

    def forward(self, x):
        return self.a * x + self.b
