"""A LapGAN of three levels, with several seeds: notebook 11, section 2."""

from functools import partial

import torch

from .. import data, metrics, models, pretrained, priors, session
from ..match import Rule, match
from ..pyramid import sizes
from ..scores import digit_scores, label_error
from ..steps import lapgan_step, relativistic_gan_step
from ..train import train
from .table import Table, rounded

N_STEPS = {7: 4_000, 14: 3_200, 28: 1_000}
BATCH = {7: 128, 14: 64, 28: 64}
RULES = {side: Rule(lapgan_step if side > 7 else relativistic_gan_step, ema=True) for side in N_STEPS}


def images_of(x):
    """Images x (N, 1, 28, 28) at the size of each level. → {side: images}"""
    return dict(zip(N_STEPS, sizes(x), strict=True))


def fit(digits, rules=RULES, images=None):
    """A LapGAN, each level trained by itself on real images of its size; the EMA of its weights. → LapGAN"""
    net = models.LapGAN()
    images = images or images_of(digits.x)
    for (G, D, z_dim), (side, n_steps) in zip(net.levels(), N_STEPS.items(), strict=True):
        players = match(rules[side], G, D, priors.gaussian(z_dim), lr=1e-3)
        batches = data.Batches(images[side], batch_size=BATCH[side])
        train(rules[side].step, batches, n_steps, lr_decay=0.3, quiet=True, **players)
        G.load_state_dict(players["G_ema"].module.state_dict())
    return net.to(session.device()).eval()


@torch.no_grad()
def grown(net, small, from_level=0):
    """The largest images, with noise of its own for each level above the small ones. → (n, 1, 28, 28)"""
    zs = [torch.randn(len(small), z_dim, device=small.device) for z_dim in net.z_dims[1 + from_level :]]
    rows = torch.arange(len(small), device=small.device)
    return metrics.in_parts(lambda i: net.grow(small[i], *(z[i] for z in zs))[-1], rows)


@torch.no_grad()
def scores(net, digits, n=10_000):
    """FCD of images grown from noise, from real 7×7 and real 14×14 ones; what noise of each level moves."""
    real = images_of(digits.x[:n])
    z = torch.randn(n, sum(net.z_dims), device=session.device())
    made = {"noise": metrics.in_parts(net, z)}
    made |= {f"real {side}": grown(net, real[side], i) for i, side in enumerate((7, 14))}
    rows = {}
    for start, x in made.items():
        s = digit_scores(x, digits.x_test)
        rows |= {f"{score} from {start}": s[score] for score in ("fcd", "precision", "recall")}
        if start == "noise":
            rows["n_digits"] = s["n_digits"]
        else:
            rows[f"misread from {start}"] = label_error(x, digits.y[:n])
    return rows | moved(net, z[:2_000])


def moved(net, z):
    """What one level's noise changes: pixels, as a share of two unrelated images; labels, in %. → dict"""
    rows, x = {}, metrics.in_parts(net, z)
    y = metrics.in_parts(pretrained.load("classifier"), x).argmax(1)
    unrelated = (x - x.roll(1, 0)).square().mean()
    ends = [0, *torch.tensor(net.z_dims).cumsum(0).tolist()]
    for side, start, end in zip(N_STEPS, ends[:-1], ends[1:], strict=True):
        other = z.clone()
        other[:, start:end] = torch.randn_like(other[:, start:end])
        x_other = metrics.in_parts(net, other)
        rows[f"pixels moved at {side}"] = ((x - x_other).square().mean() / unrelated).item()
        rows[f"label changed at {side}"] = label_error(x_other, y)
    return rows


def run(seed):
    session.seed_all(seed)
    digits = data.digits("mnist")
    return rounded(scores(fit(digits), digits))


TABLE = Table(
    {
        "words": "MNIST, three seeds; levels of 7, 14, 28 pixels, each trained by itself; Adam at 1e-3, a "
        "fifth of it in the last 30 %; scores of the EMA; 10,000 images grown from "
        "noise, from real 7×7, from real 14×14 ones",
        "steps": N_STEPS,
        "batch": BATCH,
    },
    {f"LapGAN, seed {seed}": partial(run, seed) for seed in range(3)},
)
