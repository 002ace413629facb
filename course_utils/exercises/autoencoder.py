"""Exercises of notebook 01: references, checks, known mistakes, hints."""

import torch
from torch import nn

from ..losses import reconstruction
from ..models import VanillaAutoencoder, encoder, parameters
from ..priors import sample_latents
from .engine.fixtures import drawn, noise, numbers, uniform
from .engine.tasks import Exercise

Exercise(
    "01.1",
    "Half the weights (deck 003, exercise 2)",
    reference=True,
    why="The class is the sign of W·x, and W/2 has the same sign. Only p changes: it moves toward ½.",
    hints=("When does logistic regression choose class 1?", "σ(W·x) > ½ exactly when W·x > 0."),
    mistakes=dict(
        false=(False, "p does change, but which side of ½ is it on? Accuracy counts sides, not sizes.")
    ),
)


def _of_errors(error):
    """A wrong loss, from the differences between images and reconstructions."""
    return lambda x_rec, x: error(x - x_rec)


Exercise(
    "01.2",
    "The reconstruction loss",
    reference=reconstruction,
    cases=lambda: [(noise(*s, grad=True), noise(*s)) for s in ((1, 1, 4, 4), (7, 1, 5, 3), (2, 1, 28, 28))],
    hints=(
        "Three moves: the difference, its square, and then the right sums.",
        "Sum over all pixels of one image, then take the mean over the images of the batch.",
        "`error.flatten(1)` is (B, pixels); `.sum(1)` leaves one number for each image.",
    ),
    mistakes=dict(
        mean_over_pixels=(
            _of_errors(lambda e: e.square().mean()),
            "you take the mean over pixels too. Sum over the pixels of an image, mean over images only.",
        ),
        sum_over_batch=(
            _of_errors(lambda e: e.square().sum()),
            "you sum over the batch, so the loss doubles when the batch does. Take the mean over images.",
        ),
        per_image=(
            _of_errors(lambda e: e.square().flatten(1).sum(1)),
            "one number for each image is nearly it: a loss is a single number, so take their mean.",
        ),
        absolute=(_of_errors(lambda e: e.abs().flatten(1).sum(1).mean()), "errors are squared here."),
        no_square=(
            _of_errors(lambda e: e.flatten(1).sum(1).mean()),
            "errors of opposite sign cancel: square them before you sum.",
        ),
        rooted=(
            _of_errors(lambda e: e.square().flatten(1).sum(1).sqrt().mean()),
            "you take the root, which gives the length of the error; the loss is its square.",
        ),
        detached=(
            lambda x_rec, x: (x - x_rec.detach()).square().flatten(1).sum(1).mean(),
            "the value is right but x_rec is detached, so nothing could be learned from it.",
        ),
    ),
)


def _layers(fn, arguments):
    """A network builder's outcome: its layers in words, and the shape it makes of two images."""
    net = fn(*arguments)
    if net is None or net is Ellipsis:
        return None
    if not isinstance(net, nn.Module):
        return f"a {type(net).__name__} instead of a network"
    words = [_named(m) for m in net.modules() if not list(m.children())]
    device = next((p.device for p in net.parameters()), None)
    try:
        words.append(f"output {tuple(net(torch.zeros(2, 1, 28, 28, device=device)).shape)}")
    except RuntimeError as error:
        words.append(f"and stops on images (2, 1, 28, 28): {error}")
    return ", ".join(words)


def _named(layer):
    if not isinstance(layer, nn.Linear):
        return type(layer).__name__
    return f"Linear {layer.in_features}→{layer.out_features}{' without bias' * (layer.bias is None)}"


def _mlp(*sizes, act=nn.ReLU, first=(nn.Flatten,), last=(), bias=True):
    layers = [make() for make in first]
    for i, (a, b) in enumerate(zip(sizes[:-1], sizes[1:], strict=True)):
        layers += [*([act()] if i and act else []), nn.Linear(a, b, bias)]
    return nn.Sequential(*layers, *(make() for make in last))


Exercise(
    "01.3",
    "The bottleneck encoder of Lab 1",
    reference=encoder,
    cases=lambda: [(3,), (7,)],
    outcome=_layers,
    hints=(
        "Read the first half of the slide's table from top to bottom: one line, one layer.",
        "Images come as (B, 1, 28, 28): the first layer makes rows of 784 of them.",
        "nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), …); the last Linear ends in latent_dim.",
    ),
    mistakes=dict(
        relu_at_the_code=(
            lambda k: _mlp(784, 128, 64, k, last=(nn.ReLU,)),
            "the code ends in a ReLU, so it can never be negative. The slide's bottleneck is a bare Linear.",
        ),
        no_relu=(
            lambda k: _mlp(784, 128, 64, k, act=None),
            "without ReLU between them, three Linear layers are one matrix: no more than a single layer.",
        ),
        no_flatten=(
            lambda k: _mlp(784, 128, 64, k, first=()),
            "Linear(784, …) wants rows of 784 numbers, images are (B, 1, 28, 28): begin with nn.Flatten().",
        ),
        one_layer_short=(lambda k: _mlp(784, 128, k), "the slide goes 784 → 128 → 64 → latent_dim."),
        tanh_between=(lambda k: _mlp(784, 128, 64, k, act=nn.Tanh), "the slide has ReLU, not Tanh, there."),
        no_bias=(lambda k: _mlp(784, 128, 64, k, bias=False), "the slide's layers have biases."),
        always_three=(lambda k: _mlp(784, 128, 64, 3), "always 3 numbers: use latent_dim in the last layer."),
    ),
)

_AT_THREE, _AT_TEN = (parameters(VanillaAutoencoder(k)) for k in (3, 10))

Exercise(
    "01.4",
    "Parameters with ten numbers in the code",
    reference=_AT_TEN,
    tolerance=0,
    why="Encoder: seven more outputs with 64 weights and a bias each, + 455. "
    "Decoder: seven more inputs with 64 weights each, + 448.",
    hints=(
        "Only two layers touch the code: the encoder's last and the decoder's first.",
        "Linear(64, k) has 64·k weights and k biases; Linear(k, 64) has 64·k weights and always 64 biases.",
    ),
    mistakes=dict(
        no_decoder=(_AT_THREE + 7 * 65, "the encoder is right; the decoder's first layer grows as well."),
        no_encoder=(_AT_THREE + 7 * 64, "the decoder is right; the encoder's last layer grows as well."),
        no_bias=(_AT_THREE + 14 * 64, "nearly: each new number of the code also adds a bias in the encoder."),
        two_biases=(_AT_THREE + 14 * 65, "the decoder's first layer has 64 outputs, so always 64 biases."),
        unchanged=(_AT_THREE, "that is the number at latent_dim 3."),
    ),
)


def tanh_gradient(x, upstream):
    """What back-propagation hands on through z = tanh(x): upstream · ∂z/∂x."""
    return upstream * (1 - torch.tanh(x) ** 2)


Exercise(
    "01.5",
    "Back through tanh (deck 003, exercise 1)",
    reference=tanh_gradient,
    cases=lambda: [(2 * noise(*s), noise(*s)) for s in ((1,), (7,), (3, 5))],
    hints=(
        "The chain rule: what comes from above times the derivative here.",
        "∂ tanh(x)/∂x = 1 − tanh²(x).",
    ),
    mistakes=dict(
        no_upstream=(
            lambda x, upstream: 1 - torch.tanh(x) ** 2,
            "that is the derivative of tanh alone: multiply by upstream.",
        ),
        x_for_z=(lambda x, upstream: upstream * (1 - x**2), "in 1 − z² the z is the output tanh(x), not x."),
        not_squared=(lambda x, upstream: upstream * (1 - x.tanh()), "it is 1 − z², with a square."),
        forward=(lambda x, upstream: upstream * x.tanh(), "that is tanh itself; its derivative is wanted."),
    ),
)

Exercise(
    "01.6",
    "Is tanh's gradient always the smaller one? (deck 003, exercise 1)",
    reference=True,
    why="0 < 1 − z² ≤ 1, with 1 only at x = 0: a tanh can shrink a gradient, never make it grow.",
    hints=("How large can 1 − z² get, and how small, when z is between −1 and 1?",),
    mistakes=dict(false=(False, "1 − z² is never above 1: z² cannot be negative.")),
)

Exercise(
    "01.7",
    "A ReLU before the sigmoid (deck 003, exercise 3)",
    reference="b",
    why="ReLU gives at least 0 and σ(0) = ½, so at the threshold ½ no input is put into the negative class.",
    hints=(
        "Which numbers can leave a ReLU?",
        "What is σ(0), and can σ get below it when its input is never negative?",
    ),
    mistakes=dict(
        a=("a", "something is lost: which inputs can the sigmoid still get?"),
        c=("c", "only where the ReLU gives 0; a positive input still gives more than ½."),
        d=("d", "neither derivative exceeds 1, so nothing explodes here. Think of the outputs."),
    ),
)


def decoder_weight(w1):
    """The w2 that makes the linear autoencoder x → w1·x → w2·w1·x lose nothing."""
    return 1 / w1


Exercise(
    "01.8",
    "Zero loss (deck 003, exercise 4)",
    reference=decoder_weight,
    cases=lambda: [(numbers(0.5, 2.0, -3.0),), (numbers(-0.25),)],
    hints=("When is w2·w1·x equal to x, for every x?", "Solve w1·w2 = 1 for w2."),
    mistakes=dict(
        tied=(lambda w1: w1, "then x_rec = w1²·x, which is x only for w1 = ±1."),
        sum_to_one=(lambda w1: 1 - w1, "that makes w1 + w2 = 1; their product has to be 1."),
        minus=(lambda w1: -1 / w1, "then x_rec = −x: the sign is flipped."),
        inverse_square=(lambda w1: 1 / w1**2, "then x_rec = x / w1: one power too many."),
    ),
)

Exercise(
    "01.9",
    "The saddle (deck 003, exercise 4)",
    reference=(0, 0),
    why="The gradient is 0 there, yet the loss falls along w1 = w2 and rises along w1 = −w2.",
    hints=(
        "Set both derivatives of (1 − w1·w2)² to zero.",
        "A point with zero gradient and a loss above 0; there is just one.",
    ),
    mistakes=dict(
        minimum=((1, 1), "the loss is 0 there: that is a minimum, not a saddle."),
        other_minimum=((-1, -1), "the loss is 0 there: that is a minimum, not a saddle."),
        rising=((1, -1), "the gradient is not 0 there: the loss still falls toward the middle."),
        none=("none", "there is one: where are both derivatives 0, and the loss is not?"),
    ),
)


def _statistics(fn, arguments):
    """A sampler's outcome: mean, spread, share within one standard deviation, and correlation."""
    z_codes, n = arguments
    z = drawn(fn(z_codes, n), n, z_codes.shape[1])
    if z is None:
        return None
    mean, std = z.mean(0), z.std(0)
    inside = ((z - mean).abs() < std).float().mean(0)
    return torch.stack([mean, std, inside, torch.corrcoef(z.T)[0]])


def _codes():
    """Not Normal, and the first two columns correlated: so real codes differ from drawn ones."""
    a, b, c = uniform(500, 3).T
    return [(torch.stack([6 * a - 5, a + 0.5 * b + 4, 0.9 * c + 0.5], 1), 40_000)]


def _uniform(z, n):
    return z.mean(0) + z.std(0) * (uniform(n, z.shape[1]) * 2 - 1) * 3**0.5


def _noise(z, n):
    return noise(n, z.shape[1])


Exercise(
    "01.10",
    "Random codes",
    reference=sample_latents,
    cases=_codes,
    outcome=_statistics,
    tolerance=0.04,
    hints=(
        "Mean and standard deviation of each column of z_codes, then n rows of Normal noise.",
        "torch.randn(n, k) has mean 0 and standard deviation 1: multiply by what you want, then add.",
        "On a GPU the noise must be where the codes are: torch.randn(n, k, device=z_codes.device).",
    ),
    mistakes=dict(
        standard_normal=(_noise, "that is N(0, 1) in every dimension; use each one's mean and std."),
        no_mean=(lambda z, n: z.std(0) * _noise(z, n), "the mean of each dimension is missing."),
        one_std=(
            lambda z, n: z.mean() + z.std() * _noise(z, n),
            "you use one mean and spread for all dimensions: take them over dim 0, one for each column.",
        ),
        variance=(
            lambda z, n: z.mean(0) + z.var(0) * _noise(z, n),
            "you multiply by the variance; noise is scaled by the standard deviation, its root.",
        ),
        same_noise=(
            lambda z, n: z.mean(0) + z.std(0) * noise(n, 1),
            "all dimensions get the same noise: draw a number for each, torch.randn(n, k).",
        ),
        transposed=(
            lambda z, n: (z.mean(0) + z.std(0) * _noise(z, n)).T,
            "rows and columns are swapped: one row for each new code, (n, latent_dim).",
        ),
        real_codes=(
            lambda z, n: z[torch.randint(len(z), (n,), device=z.device)],
            "those are codes of real images. The question is what *new* numbers decode to: draw noise.",
        ),
        full_covariance=(
            lambda z, n: z.mean(0) + _noise(z, n) @ torch.linalg.cholesky(z.T.cov()).T,
            "better than the slide: you also keep the correlations. The lab draws each dimension by itself.",
        ),
        uniform=(_uniform, "mean and spread are right, but this noise is uniform: the slide uses randn."),
    ),
)
