"""Scores: how good is what a model made? Each a number with its unit, each with its ideal."""

import functools
import json

import torch
from torch import nn

from . import session
from .transport import between_normals

# The unit of our classifier's features: with it 10,000 training images of MNIST score an FCD of 0.17 against the test images.
FEATURE_UNIT = 5.9
EXPECTED = session.ROOT / "notebooks" / "expected" / "scores.json"


def compare(what, digits, **scores):
    """Print the scores of `what`, such as "03 style", beside the expected ones: those of a recorded run on the same data set at the same scale.

    `python -m course_utils figures` records them; at the smoke scale nothing is learned, so nothing is expected.
    """
    setting, table = f"{digits.name}, {session.scale()} scale", _recorded()
    if session.recording():
        table.setdefault(setting, {})[what] = {name: round(value, 3) for name, value in scores.items()}
        session.keep({EXPECTED: json.dumps(table, indent=1, sort_keys=True) + "\n"})
    expected = table.get(setting, {}).get(what, {})
    title = what[3:]  # without the notebook's number
    width = max(map(len, [title, *scores]))
    print(f"{title:{width}}   yours   expected ({setting})")
    for name, value in scores.items():
        beside = f"{expected[name]:.4g}" if name in expected else "–"
        print(f"{name.replace('_', ' '):{width}} {value:7.4g}   {beside}")


def table(rows):
    """Print scores of several models, {name: {score: number}}, as one table, no wider than its words."""
    heads = list(dict.fromkeys(score for row in rows.values() for score in row))

    def cell(row, head):
        if head not in row:
            return "–"
        return f"{row[head]:.0f}" if abs(row[head]) >= 100 else f"{row[head]:.3g}"

    columns = [[head.replace("_", " "), *(cell(row, head) for row in rows.values())] for head in heads]
    widths = [max(map(len, column)) for column in columns]
    side = max(map(len, rows))
    for name, *cells in zip(["", *rows], *columns, strict=True):
        print(f"{name:{side}}", *(f"{v:>{w}}" for v, w in zip(cells, widths, strict=True)), sep="  ")


def _recorded():
    return json.loads(EXPECTED.read_text(encoding="utf-8")) if EXPECTED.exists() else {}


@torch.no_grad()
def in_parts(f, x, size=500):
    """Apply `f` to x (N, …) in parts of `size`, so that a whole test set fits through any network in little memory."""
    return torch.cat([f(part) for part in x.split(size)])


def reconstruction_error(net, x):
    """Squared error of an image, summed over pixels, averaged over images x (N, …); 0 is perfect. → float"""
    return in_parts(lambda part: (part - net(part)).square().flatten(1).sum(1), x).mean().item()


@torch.no_grad()
def latent_error(E, G, w):
    """How far E(G(w)) is from w (N, w_dim), as a share of the spread of w: 0 is perfect, 1 no better than the mean. → float

    E‖w − E(G(w))‖² / (total variance of w)
    """
    error = in_parts(lambda part: (part - E(G(part))).square().sum(1), w).mean()
    return (error / w.var(0).sum()).item()


def still_read(x_rec, y, x_known, y_known):
    """Share of images x_rec (N, …) that a nearest neighbour among known images reads as their digit y. → float

    The same score of the originals is the ceiling, 0.1 is chance.
    """
    return (y_known[_nearest(x_rec, x_known)] == y).float().mean().item()


def _nearest(x, known):
    """Which of known (m, …) is nearest to each of x (n, …) in squared error. → (n,)

    ‖x − k‖² = ‖x‖² − 2 x·k + ‖k‖², of which ‖x‖² is the same for all k; no copy of what is known is made.
    """
    flat = known.flatten(1)
    norms = in_parts(lambda part: part.square().sum(1), flat)  # (m,)
    return in_parts(lambda part: (norms - 2 * part.flatten(1) @ flat.T).argmin(1), x, 100)


def reading_error(y_logits, y):
    """Share of items whose largest logit (N, k) is not that of their label y (N,); 0 is perfect. → float, in %"""
    return 100 * (y_logits.argmax(1) != y).float().mean().item()


@torch.no_grad()
def accuracy(on_real, on_fake):
    """Share of a discriminator's verdicts that are right, from its logits on as many real as fake items. → scalar

    1 where it always knows, 0.5 where it cannot tell.
    """
    return ((on_real > 0).float().mean() + (on_fake < 0).float().mean()) / 2


def layer_gradients(net, x):
    """How much a score is moved by what enters each linear layer: mean ‖∂C(x)/∂h‖₂ over items. → list, input first

    `net` a Sequential, x (B, d). One number near another: a gradient that neither vanishes nor explodes on its way.
    """
    x, entering = x.detach().requires_grad_(), []
    for layer in net:
        if isinstance(layer, nn.Linear):
            entering.append(x)
        x = layer(x)
    return [slope.norm(dim=1).mean().item() for slope in torch.autograd.grad(x.sum(), entering)]


def modes_covered(x_fake, centres, std):
    """PacGAN's count: how many centres (m, 2) have a point (n, 2) near by, and the share of points near one. → int, float

    Near is within 3 std of the nearest centre. Source: Lin et al. 2018, with 2,500 points. Trap: counted on few
    points, a mode that is rarely drawn may be missed.
    """
    distance, nearest = torch.cdist(x_fake, centres).min(1)
    near = distance < 3 * std
    return len(nearest[near].unique()), near.float().mean().item()


def energy_distance(a, b):
    """How far two samples are apart as distributions: 0 for equal ones in the limit, else positive. → float

    2 E‖a − b‖ − E‖a − a′‖ − E‖b − b′‖,  a (n, d), b (m, d); the mean over all pairs

    Source: Székely & Rizzo 2013. Trap: samples of finite size are never at 0; `prior_match` gives that floor.
    """

    def mean_distance(u, v):
        return in_parts(lambda part: torch.cdist(part, v).mean(1), u).mean()

    return (2 * mean_distance(a, b) - mean_distance(a, a) - mean_distance(b, b)).item()


def prior_match(z_codes, prior, size=500):
    """Energy distance of codes (N, z_dim) from draws of the prior, and of such draws from each other. → float, float

    Both as means over samples of `size`, as many as there are disjoint ones among the codes, in random order (the
    first half of MNIST's test set is easier than the second). The second is the sampling floor: codes that *are*
    draws from the prior would reach it, on average.
    """
    parts = z_codes[torch.randperm(len(z_codes), device=z_codes.device)].split(size)
    parts = [part for part in parts if len(part) == len(parts[0])]
    distances = [energy_distance(part, prior(len(part))) for part in parts]
    floors = [energy_distance(prior(len(part)), prior(len(part))) for part in parts]
    return sum(distances) / len(parts), sum(floors) / len(parts)


def purity(component, y):
    """Share of items that have the commonest label y of their component, both (N,); 1 is perfect. → float"""
    agree = sum(y[component == k].bincount().max() for k in component.unique())
    return (agree / len(y)).item()


def linear_probe(encode, known, unseen):
    """How well a linear support vector machine reads labels from codes: the share that it gets right. → float, in %

    encode: images → codes (N, d), each number then brought to mean 0 and spread 1; known and unseen: pairs of images and
    labels. The hinge loss, one machine for each label. Trap: random weights are a hard rival; show them beside.
    """
    from sklearn.linear_model import SGDClassifier

    (x, y), (x_test, y_test) = (map(enough, pair) for pair in (known, unseen))
    codes, codes_test = in_parts(encode, x), in_parts(encode, x_test)
    mean, std = codes.mean(0), codes.std(0) + 1e-3 * codes.std()
    codes, codes_test = (((c - mean) / std).cpu().numpy() for c in (codes, codes_test))
    machine = SGDClassifier(loss="hinge", average=True, max_iter=10, tol=None, random_state=0)
    return 100 * machine.fit(codes, y.cpu().numpy()).score(codes_test, y_test.cpu().numpy())


# ── generated digits, seen through the features of a classifier ──────────────────────────────────


def frechet_distance(a, b):
    """How far two samples of features (n, d), (m, d) are apart, as if both were Normal; 0 for equal ones. → float

    ‖μ_a − μ_b‖² + Tr(Σ_a + Σ_b − 2 (Σ_a Σ_b)^½)

    Source: Dowson & Landau 1982; Heusel et al. 2017, there with Inception's features. Trap: another classifier has
    another scale, and few items raise it: score real images and noise beside it, with as many items.
    """
    a, b = a.double(), b.double()
    distance = between_normals(a.mean(0), a.T.cov(), b.mean(0), b.T.cov())
    return max(distance.item(), 0.0)


def precision_and_recall(real, fake, k=3):
    """Shares of fakes that look real, and of reals that have a fake like them; features (n, d), (m, d). → float, float

    An item is like a sample if it lies within the ball around one of its items that reaches to that one's k-th
    neighbour. Source: Kynkäänniemi et al. 2019.
    """

    def covered(by, items):
        radius = in_parts(
            lambda part: torch.cdist(part, by).kthvalue(k + 1, dim=1).values, by
        )  # itself is first
        return in_parts(lambda part: (torch.cdist(part, by) <= radius).any(1).float(), items).mean().item()

    return covered(real, fake), covered(fake, real)


def class_balance(y, n_classes=10):
    """How evenly labels y (n,) fill the classes: KL(their histogram ‖ uniform) in nats, and how many occur. → float, int

    0 for all alike, log 10 = 2.30 for one class only. A class occurs with 0.5 % of the items or more.
    """
    share = y.bincount(minlength=n_classes)[:n_classes].float() / len(y)
    return torch.special.xlogy(share, n_classes * share).sum().item(), int((share >= 0.005).sum())


def digit_scores(x_fake, x_real, n_near=2000):
    """The score card of generated digits x_fake beside real ones x_real, both (n, 1, 28, 28). → dict

    fcd, the Fréchet distance of our classifier's features: 0.17 for real training images of MNIST, about 1,600 for
    noise; kl and n_digits, the class balance of what the classifier reads; precision and recall, of the first n_near.
    """
    from .pretrained import load

    net = load("classifier")
    fake, real = in_parts(net.features, enough(x_fake)), _features_of_real(x_real, len(enough(x_real)))
    with torch.no_grad():
        kl, n_digits = class_balance(net.logits(fake).argmax(1))
    precision, recall = precision_and_recall(real[:n_near], fake[:n_near])
    fcd = frechet_distance(fake / FEATURE_UNIT, real / FEATURE_UNIT)
    return dict(fcd=fcd, kl=kl, n_digits=n_digits, precision=precision, recall=recall)


@functools.lru_cache(maxsize=1)
def _features_of_real(x, n):
    """Of the first n. Many fakes are scored against one test set; the cache tells tensors apart by identity."""
    from .pretrained import load

    return in_parts(load("classifier").features, x[:n])


def nearest_image(x, known):
    """Of known images (m, …) the one nearest to each of x (n, …) in squared error: was it learned by heart? → (n, …)"""
    return known[_nearest(x, known)]


def label_error(x, y):
    """Share of images x (n, 1, 28, 28) that our classifier does not read as their label y (n,). → float, in %"""
    from .pretrained import load

    return reading_error(in_parts(load("classifier"), enough(x)), enough(y))


def enough(items):
    """All of them; at the smoke scale a few, because nobody reads those scores."""
    return items[:500] if session.scale() == "smoke" else items
