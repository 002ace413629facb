"""Lab 1: its loss, its encoder, its parameters, its activations, its curves."""

import torch
from torch import nn

from ...losses import reconstruction
from ...models import VanillaAutoencoder, encoder, parameters
from ..engine.fixtures import noise
from ..engine.tasks import Exercise, Wrong


def _of_errors(error):
    """A wrong loss, from the differences between images and reconstructions."""
    return lambda x_rec, x: error(x - x_rec)


Exercise(
    "01.2",
    "The reconstruction loss",
    reference=reconstruction,
    cases=lambda: [(noise(*s, grad=True), noise(*s)) for s in ((1, 1, 4, 4), (7, 1, 5, 3), (2, 1, 28, 28))],
    hints=(
        "Which function of an error e is 0 at 0, and has the derivative 2e?",
        "The derivative for a pixel does not depend on the others: a sum. 3 and 5 make 4: a mean.",
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
        absolute=(
            _of_errors(lambda e: e.abs().flatten(1).sum(1).mean()),
            "the derivative of |e| is 1 or −1, however large the error is; asked is 2e.",
        ),
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


def _as_in_the_table(fn, arguments):
    """A network builder's outcome: judged by its parameters, and by what these make of images. → text"""
    (latent_dim,) = arguments
    net, right = fn(latent_dim), encoder(latent_dim)
    if net is None or net is Ellipsis:
        return None
    if not isinstance(net, nn.Module):
        raise Wrong(f"a network was expected, not {type(net).__name__}.")
    x = torch.randn(3, 1, 28, 28).to(next(net.parameters(), torch.zeros(())))
    try:
        z = net(x)
    except RuntimeError as error:
        raise Wrong(f"it stops on images (3, 1, 28, 28): {error}") from None
    sizes, table = (_sizes(n) for n in (net, right))
    if sizes != table:
        raise Wrong(f"its layers have {sizes} parameters; at latent_dim {latent_dim} the table says {table}.")
    for p, own in zip(right.to(x).parameters(), net.parameters(), strict=True):
        if p.shape != own.shape:
            raise Wrong(f"its weights are {tuple(own.shape)}, in the place of {tuple(p.shape)}.")
        p.data.copy_(own.data)
    if z.shape == (3, latent_dim) and torch.allclose(z, right(x), rtol=1e-3, atol=1e-5):
        return "as in the table"
    if z.shape != (3, latent_dim):
        raise Wrong(f"it makes {tuple(z.shape)} of 3 images, expected {(3, latent_dim)}.")
    if is_affine(net, x):
        raise Wrong("it is one linear map: what belongs between the Linear layers?")
    if (z >= 0).all():
        raise Wrong("its code is never negative: what comes after the last Linear?")
    raise Wrong("its weights fit, but not what lies between them: ReLU after the first two Linear, no more.")


def _sizes(net):
    own = [sum(p.numel() for p in m.parameters(recurse=False)) for m in net.modules()]
    return [n for n in own if n]


def is_affine(f, x):
    """Is f(a) + f(b) = f(a + b) + f(0)?"""
    a, b = x[:1], x[1:2]
    parts = f(a) + f(b), f(a + b) + f(torch.zeros_like(a))
    return torch.allclose(*parts, rtol=1e-3, atol=1e-4)


def mlp(*sizes, act=nn.ReLU, first=(nn.Flatten,), last=(), bias=True):
    layers = [make() for make in first]
    for i, (a, b) in enumerate(zip(sizes[:-1], sizes[1:], strict=True)):
        layers += [*([act()] if i and act else []), nn.Linear(a, b, bias)]
    return nn.Sequential(*layers, *(make() for make in last))


Exercise(
    "01.3",
    "The bottleneck",
    reference=encoder,
    cases=lambda: [(3,), (7,)],
    outcome=_as_in_the_table,
    hints=(
        "A Linear from a to b numbers has a·b weights and b biases: (a + 1)·b parameters. Images have 784.",
        "785 · b = 100,480 gives the first width; from it, the second layer's 8,256 give the next.",
        "nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), …); the last Linear ends in latent_dim.",
    ),
    mistakes=dict(
        relu_at_the_code=(
            lambda k: mlp(784, 128, 64, k, last=(nn.ReLU,)),
            "its code can never be negative, as behind a ReLU. In the table a Linear comes last.",
        ),
        no_relu=(
            lambda k: mlp(784, 128, 64, k, act=None),
            "without ReLU between them, three Linear layers are one matrix: no more than a single layer.",
        ),
        no_flatten=(
            lambda k: mlp(784, 128, 64, k, first=()),
            "Linear(784, …) wants rows of 784 numbers, images are (B, 1, 28, 28): begin with nn.Flatten().",
        ),
        one_layer_short=(lambda k: mlp(784, 128, k), "the table has three Linear layers."),
        tanh_between=(
            lambda k: mlp(784, 128, 64, k, act=nn.Tanh),
            "its weights fit, but not what lies between them: ReLU after the first two Linear, no more.",
        ),
        no_bias=(
            lambda k: mlp(784, 128, 64, k, bias=False),
            "with a bias for each output a Linear(784, b) has 785·b parameters; yours have none.",
        ),
        always_three=(lambda k: mlp(784, 128, 64, 3), "always 3 numbers: use latent_dim in the last layer."),
    ),
)

_AT_THREE, _AT_TEN = (parameters(VanillaAutoencoder(k)) for k in (3, 10))

Exercise(
    "01.4",
    "Count",
    reference=_AT_TEN,
    tolerance=0,
    why="Encoder: seven more outputs with 64 weights and a bias each, + 455. Decoder: seven more inputs with "
    "64 weights each, + 448.",
    hints=(
        "Only two layers touch the code: the encoder's last and the decoder's first.",
        "Linear(64, k) has 64·k weights and k biases; Linear(k, 64) has 64·k weights and always 64 biases.",
        "218,643 at 3; seven numbers more add 7 · 65 in the encoder and 7 · 64 in the decoder.",
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
    "Back through tanh",
    reference=tanh_gradient,
    cases=lambda: [(2 * noise(*s), noise(*s)) for s in ((1,), (7,), (3, 5))],
    hints=(
        "The chain rule: what comes from above times the derivative here.",
        "How steep is tanh at 0, and how steep far out? Then write its derivative with z = tanh(x) itself.",
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
        plus=(lambda x, upstream: upstream * (1 + x.tanh() ** 2), "tanh gets flatter far out: minus z²."),
        sigmoid=(
            lambda x, upstream: upstream * x.sigmoid() * (1 - x.sigmoid()),
            "that is the derivative of the sigmoid.",
        ),
        divided=(
            lambda x, upstream: upstream / (1 - x.tanh() ** 2),
            "the chain rule multiplies by the derivative; you divide by it.",
        ),
    ),
)

Exercise(
    "01.6",
    "Only smaller?",
    reference=0.4477,
    tolerance=3e-3,
    why="The factor is w·(1 − z²). A larger w is a larger factor, but it also flattens tanh at x, and "
    "faster. With u = w·x it is u·(1 − tanh²u)/x, and u·(1 − tanh²u) is never above 0.448.",
    hints=(
        "The chain rule gives the factor w·(1 − z²). At x = 1, how large is it for w = ½, w = 1 and w = 2?",
        "Put u = w·x: the factor is u·(1 − tanh²u), divided by x. Where is u·(1 − tanh²u) largest?",
        "Where its derivative is 0: 2u·tanh u = 1, near u = 0.77. And |x| is at least 1.",
    ),
    mistakes=dict(
        at_one=(0.42, "that is at w = 1, x = 1. A smaller w makes tanh less flat there: is it larger?"),
        at_a_half=(0.393, "that is at w = ½, x = 1. A larger w is a larger factor: is there a better one?"),
        at_two=(0.141, "that is at w = 2, x = 1, where tanh is flat already. Try smaller weights."),
        one=(1, "that is at x = 0 with w = 1. Farther out, tanh is flatter."),
        the_weight=(0.772, "that is the w, at x = 1; asked is the factor that it gives."),
        not_squared=(0.278, "it is 1 − z², with a square."),
        a_half=(0.5, "that is a bound, but not the least: is it ever reached? Try x = 1 and several w."),
        a_quarter=(0.25, "that is the steepest slope of a sigmoid; here it is tanh, with a weight."),
        none=(0, "for a large w it gets there; asked is the largest."),
    ),
)

Exercise(
    "01.7",
    "Four patients",
    reference="b",
    kind="read",
    why="C jumps to a value above the mean image's error and stays: with steps too large, tanh saturates for "
    "good. Only in A do the two curves part. B is slow, and not by a small loss: Adam divides each gradient "
    "by its usual size, so a loss 784 times smaller trains as ever. That is D.",
    hints=(
        "Where do training and test error part, and what does a network do that has seen only few images?",
        "C: stuck from the first point on, above the error of the mean image. B: always falling, far behind.",
        "B or D, smaller rate or smaller loss? Look up how long Adam's step is if all gradients are halved.",
    ),
    mistakes=dict(
        a=(
            "a",
            "a flat line looks like no learning; but C's first point is already 355, and it started at 727.",
        ),
        c=(
            "c",
            "a loss 784 times smaller has gradients 784 times smaller, but what does Adam divide them by?",
        ),
        d=("d", "A's training error gets the lowest of all, so its rate suits. What parts in A, not in D?"),
    ),
)
