"""Notebook 09, sections 4 and 5: a writer to mend, three unknown models, a small model by design."""

import contextlib
import functools
import io

import torch
from torch.nn.functional import avg_pool2d

from ... import data, losses, models, session
from ...steps import pixelcnn_step
from ...train import adam, train
from ..engine.fixtures import drawn, uniform
from ..engine.tasks import Contest, Exercise, Wrong, settings_of


def write_slowly(net, chance):
    """Write images pixel by pixel: ink where `chance` (n, h, w) is below its probability. → (n, 1, h, w)"""
    n, h, w = chance.shape
    x = torch.zeros(n, 1, h, w, device=chance.device)
    with torch.no_grad():
        for row in range(h):
            for column in range(w):
                ink = net(x)[:, 0, row, column].sigmoid()
                x[:, 0, row, column] = 2 * (chance[:, row, column] < ink).float() - 1
    return x


def writer(
    start=0.0, put=lambda b: 2 * b - 1, end=lambda x: x, less=True, order=lambda i, h, w: divmod(i, w)
):
    """A wrong writer."""

    def wrong(net, chance):
        n, h, w = chance.shape
        x = torch.full((n, 1, h, w), start, device=chance.device)
        with torch.no_grad():
            for i in range(h * w):
                row, column = order(i, h, w)
                p = net(x)[:, 0, row, column].sigmoid()
                below = chance[:, row, column] < p
                x[:, 0, row, column] = put((below if less else ~below).float())
        return end(x)

    return wrong


def _at_once(net, chance):
    with torch.no_grad():
        p = net(torch.zeros_like(chance)[:, None])[:, 0].sigmoid()
    return 2 * (chance < p).float()[:, None] - 1


def _most_likely(net, chance):
    return write_slowly(net, torch.full_like(chance, 0.5))


def _without_sigmoid(net, chance):
    return write_slowly(lambda x: net(x).clamp(1e-4, 1 - 1e-4).logit(), chance)


def _one_for_all(net, chance):
    return write_slowly(net, chance[:1].expand_as(chance))


def _one_chance(net, chance):
    return write_slowly(net, chance[:, :1, :1].expand_as(chance))


def _nets_that_write():
    nets = [models.LogisticPixels((1, 4, 5)), models.PixelCNN(4, 1, 3, (1, 5, 4)), models.MADE(12, (1, 3, 3))]
    for net in nets:
        net.to(session.device())
        for p in net.parameters():
            torch.nn.init.normal_(p, std=0.8)
    return [(net, uniform(n, *net.bias.shape[1:])) for net, n in zip(nets, (40, 40, 1), strict=True)]


def _written(fn, arguments):
    net, chance = arguments
    x = fn(net, chance)
    return None if drawn(x, len(chance), *net.bias.shape) is None else (x.detach(),)


Exercise(
    "09.6",
    "Thin ice",
    kind="debug",
    reference=write_slowly,
    cases=_nets_that_write,
    outcome=_written,
    hints=(
        "The masks are right, the network is right, and it writes what it has never seen. What does it see "
        "at a white pixel in training? And here, while it writes?",
        "What comes out is −1 and 1. What goes in, at pixel 400, for the 399 before it?",
        "Put −1 and 1 into x at once, not at the end: 2 * (…).float() - 1 in the loop, and return x.",
    ),
    mistakes=dict(
        given=(writer(put=lambda b: b, end=lambda x: 2 * x - 1), ""),
        never_turned=(
            writer(put=lambda b: b),
            "now white is 0 at the end, too: white is −1 in this course, and the network is to see it so.",
        ),
        zero_at_the_end=(
            writer(end=lambda x: (x + 1) / 2),
            "right while it writes; but white is 0 in what it gives: it is −1 in this course.",
        ),
        both=(
            writer(end=lambda x: 2 * x - 1, put=lambda b: 2 * b - 1),
            "the loop is right now; but at the end it is turned once more: 1 and −3 come out.",
        ),
        exchanged=(writer(less=False), "ink and white are exchanged: ink with probability p is chance < p."),
        at_once=(
            _at_once,
            "as if from one pass: no pixel knows what those before it have become.",
        ),
        most_likely=(
            _most_likely,
            "no chance is left: each pixel takes its more likely value, so that all images are the same.",
        ),
        one_for_all=(_one_for_all, "all images share one draw of chance: each needs its own."),
        one_chance=(_one_chance, "one number decides all pixels of an image: each needs its own."),
        without_sigmoid=(
            _without_sigmoid,
            "the logit is compared, not the probability: the sigmoid is missing.",
        ),
        half=(
            writer(put=lambda b: b - 0.5),
            "white is −0.5 now, and ink 0.5: the network has been trained on −1 and 1.",
        ),
        half_then_doubled=(
            writer(put=lambda b: b - 0.5, end=lambda x: 2 * x),
            "at the end it is right; but while it writes, the network sees −0.5 and 0.5.",
        ),
        doubled=(
            writer(put=lambda b: 2 * b),
            "white is 0 and ink 2 now: −1 and 1 are what the network knows.",
        ),
        grey=(
            writer(put=lambda b: 0.9 * (2 * b - 1)),
            "nearly: pixels are −1 and 1, nothing between.",
        ),
        by_columns=(
            writer(order=lambda i, h, w: divmod(i, h)[::-1]),
            "column by column: rows come first, as in the masks.",
        ),
    ),
)


# ── small digits ─────────────────────────────────────────────────────────────────────────────────

SHAPE = (1, 7, 7)


@functools.cache
def small_digits():
    """The bundled digits at 7×7, black or white by their sign, at every scale. → to train, to test"""
    with contextlib.redirect_stdout(io.StringIO()):
        digits = data.digits("bundled")
    parts = digits.x[:4_000], digits.x_test[:1_000]
    return [torch.where(avg_pool2d(part, 4) > -0.2, 1.0, -1.0).to(session.device()) for part in parts]


def nats_of(net, x):
    with torch.no_grad():
        return losses.bernoulli_nll(net(x), x).item()


def _trained(net, x, n_steps, batch_size, lr):
    with torch.no_grad():
        net.bias.copy_(models.log_odds(x))
    net.to(session.device())
    batches, opt = data.Batches(x, batch_size=batch_size), adam(net=[net], lr=lr)
    if train(pixelcnn_step, batches, n_steps, lr_decay=0.3, quiet=True, net=net, opt=opt).stopped:
        raise Wrong("a loss was not finite: take a smaller learning rate.")
    return net.eval()


@functools.cache
def unknown_models():
    """Three models of the small digits with something wrong with two of them. → {letter: network}"""
    x, _ = small_digits()
    with session.seeded(3):
        few = x[:150]
        remembers = _trained(models.MADE(400, SHAPE), few, 500, 50, 5e-3)
        leaks = models.PixelCNN(12, 2, 3, SHAPE)
        leaks.first.mask[-1, 2] = 1
        leaks = _trained(leaks, x, 40, 32, 3e-3)
        sound = _trained(models.PixelCNN(12, 2, 3, SHAPE), x, 300, 32, 5e-3)
    return {"A": remembers, "B": sound, "C": leaks}, few


def unknown_table():
    """Nats of the three on images that they trained on, and on test images. → {letter: {…: nats}}"""
    x, x_test = small_digits()
    nets, few = unknown_models()
    seen = {"A": few, "B": x[:1_000], "C": x[:1_000]}
    return {
        letter: {"nats, trained on": nats_of(net, seen[letter]), "nats, test": nats_of(net, x_test)}
        for letter, net in nets.items()
    }


def unknown_images(n=8):
    """n images that each of the three has written. → (3 n, 1, 7, 7)"""
    nets, _ = unknown_models()
    with session.seeded(0):
        return torch.cat([models.write(net, n, plainly=True) for net in nets.values()])


Exercise(
    "09.7",
    "Three models",
    kind="read",
    reference="CAB",
    hints=(
        "Compare each model's two columns first: which of the three is far better on what it has trained on?",
        "The best numbers of all: can the images that go with them be so bad, if every pixel is told "
        "honestly?",
        "In the order of the question: first the one whose nats are too good for what it writes, then the "
        "one whose columns differ, last the one that remains.",
    ),
    mistakes=dict(
        best_is_sound=(
            "BAC",
            "that takes the lowest nats for the sound model. Look at what it writes: a model of these images "
            "writes such images.",
        ),
        memory_leaks=("ACB", "A is good on its own images alone: a leak helps on test images just as well."),
        sound_last=("CBA", "the one with the two equal columns has not learned its images by heart."),
        all_round=("ABC", "compare the two columns: which model is much better on the images it has seen?"),
        turned=(
            "BCA",
            "a leak makes nats too low, on all images. B's are the highest but one: and what it writes is "
            "fine.",
        ),
    ),
    why="C's nats are the lowest of all, on test images too, yet it writes noise: its pixels see themselves, "
    "and while it writes there is nothing to see yet. A is far better on its 150 images than on others. B is "
    "sound.",
)


# ── a model by design ────────────────────────────────────────────────────────────────────────────

N_IMAGES, N_WEIGHTS = 24_000, 6_000
MAY_BE_SET = {
    "channels": (4, 1, 32),
    "n_layers": (1, 0, 6),
    "k": (3, 3, 5),
    "batch_size": (96, 8, 200),
    "lr": (1e-3, 1e-5, 0.1),
}


def nats_by_design(settings, seed):
    """The exercise's score. → nats on the test images, float"""
    own = settings_of(settings, MAY_BE_SET, whole=("channels", "n_layers", "k", "batch_size"))
    if own["k"] == 4:
        raise Wrong("k is odd, so that a kernel has a middle: 3 or 5.")
    net = models.PixelCNN(own["channels"], own["n_layers"], own["k"], SHAPE)
    if (n := models.parameters(net)) > N_WEIGHTS:
        raise Wrong(f"it has {n:,} weights; at most {N_WEIGHTS:,} are allowed.")
    x, x_test = small_digits()
    net = _trained(net, x, N_IMAGES // own["batch_size"], own["batch_size"], own["lr"])
    nats = nats_of(net, x_test)
    print(f"seed {seed}: {nats:.2f} nats with {n:,} weights")
    return nats


Exercise(
    "09.8",
    "A small model",
    reference=dict(channels=16, n_layers=2, batch_size=24, lr=1e-2),
    hints=(
        "Which setting says how many updates the 24,000 images are worth?",
        "Smaller batches give more updates; and each may go farther: raise the learning rate, until it gets "
        "worse.",
        "About 16 channels, two or three layers, batches of 16 to 32, a learning rate of 1e-2.",
    ),
    mistakes=dict(
        too_large=(dict(channels=32, n_layers=3), "it has 20,178 weights; at most 6,000 are allowed."),
        more_images=(
            dict(n_steps=1_000),
            "'n_steps' is not to be set; these are: channels, n_layers, k, batch_size, lr.",
        ),
        a_number=(0.01, "settings are asked, as a dict, not float."),
        text=(dict(lr="1e-3"), "lr is to be a number from 1e-05 to 0.1."),
        half=(dict(channels=4.5), "channels is a whole number."),
        even=(dict(k=4), "k is odd, so that a kernel has a middle: 3 or 5."),
    ),
    contest=Contest(
        nats_by_design,
        bar=10.65,
        score="nats on test images",
        controls={"the plain settings": 11.3, "the plain ones, lr 5e-3": 11.0},
    ),
)
