"""Step of the models that give each pixel a probability, given those before it."""

from ..losses import bernoulli_nll
from ..train import descend


def pixelcnn_step(batches, *, net, opt):
    """One update by maximum likelihood (van den Oord et al. 2016; deck 001, "Tractable Model").

    A PixelCNN, MADE, logistic pixels: they differ in the network only.
    """
    x, _ = next(batches)  # (B, 1, 28, 28), each pixel −1 or 1
    logits = net(x)  # at pixel i: log-odds of ink, from x_1 … x_{i−1}
    nats = bernoulli_nll(logits, x)  # −Σ_i log p(x_i | x_1 … x_{i−1}) = −log p(x)
    descend(nats, opt.net)
    return dict(nats=nats)
