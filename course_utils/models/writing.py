"""Networks that give each pixel a probability, at work: writing images, and what a pixel looks at."""

import torch
from torch.nn import functional as F


def looks_at(net, row, column, x):
    """Which pixels the logit of one pixel depends on, by gradients at images x (n, 1, h, w). → (h, w) bool

    Trap: at one image a ReLU may hide a connection, so several are looked at.
    """
    x = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(net(x)[:, 0, row, column].sum(), x)
    return (gradient != 0).any(0)[0]


class _Plain:
    """Each pixel costs a pass through the whole network."""

    def __init__(self, net, x):
        self.net, self.x = net, x

    def logits(self, row, column):
        return self.net(self.x)[:, 0, row, column]

    def put(self, row, column):
        pass


class _Kept:
    """The layers of a PixelCNN are kept, and computed at the new pixel only: nobody asks elsewhere yet.

    Each layer's input stands in a `room` with the padding of its
    convolution.
    """

    def __init__(self, net, x):
        self.net, self.x = net, x
        self.layers = [net.first, *net.layers]
        self.rooms, self.weights = [], []
        for layer in self.layers:
            r = layer.kernel_size[0] - 1
            self.rooms.append(F.pad(x.new_zeros(len(x), layer.in_channels, *x.shape[2:]), (r, r, r, 0)))
            self.weights.append((layer.weight * layer.mask).flatten(1))

    def _at(self, i, row, column):
        """The output of layer i at one place. → (n, channels)"""
        high, wide = self.layers[i].kernel_size
        seen = self.rooms[i][:, :, row : row + high, column : column + wide]
        return F.linear(seen.flatten(1), self.weights[i], self.layers[i].bias)

    def _put(self, i, row, column, new):
        r = self.layers[i].kernel_size[0] - 1
        self.rooms[i][:, :, row + r, column + r] = new

    def logits(self, row, column):
        h = self._at(0, row, column)
        for i in range(1, len(self.layers)):
            self._put(i, row, column, h.relu())
            h = h + self._at(i, row, column)
        return self.net.head(h[:, :, None, None]).flatten() + self.net.bias[0, row, column]

    def put(self, row, column):
        self._put(0, row, column, self.x[:, :, row, column])


@torch.no_grad()
def write(net, n, given=None, start=0, temperature=1.0, plainly=False):
    """Draw n images pixel by pixel, in reading order; each logit is divided by the temperature.

    given    (n, 1, h, w) images whose first `start` pixels are kept
    plainly  a pass through the network for each pixel. Otherwise a PixelCNN keeps its layers, and computes
             them at the new pixel only: the same pixels, in a fraction of the time
    → (n, 1, h, w) in {−1, 1}
    """
    shape = net.bias.shape
    x = net.bias.new_full((n, *shape), -1.0) if given is None else given.clone()
    chance = torch.rand(shape.numel(), n, device=x.device)
    writer = _Kept(net, x) if hasattr(net, "first") and not plainly else _Plain(net, x)
    for i in range(shape.numel()):
        row, column = divmod(i, shape[-1])
        logits = writer.logits(row, column) if i >= start or isinstance(writer, _Kept) else None
        if i >= start:
            ink = (logits / temperature).sigmoid()
            x[:, 0, row, column] = 2 * (chance[i] < ink).float() - 1
        writer.put(row, column)
    return x
