"""The design of notebook 01: an autoencoder of small digits with few parameters."""

import functools

import torch
from torch import nn

from ...losses import reconstruction
from ...models import parameters
from ...train import adam, descend
from ..engine.tasks import Contest, Exercise, Wrong, called
from .lab import is_affine, mlp

_BUDGET, _CODE = 4_000, 3


def small_autoencoder():
    """64 pixels → 3 numbers → 64 pixels, at most 4,000 parameters. → encoder, decoder"""

    def layer(a, b):  # batch norm: each number comes with mean 0 and spread 1, so few steps teach more
        return nn.Linear(a, b), nn.BatchNorm1d(b), nn.ReLU()

    enc = nn.Sequential(*layer(64, 23), *layer(23, 11), nn.Linear(11, 3))
    dec = nn.Sequential(*layer(3, 12), *layer(12, 23), nn.Linear(23, 64), nn.Tanh())
    return enc, dec


@functools.lru_cache(maxsize=1)
def small_digits():
    """The 1,797 digits of 8 × 8 pixels as rows (n, 64) in [−1, 1]: 1,400 to train, the rest to test."""
    from sklearn.datasets import load_digits

    x = torch.tensor(load_digits().data, dtype=torch.float32) / 8 - 1
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))
    return x[order[:1400]], x[order[1400:]]


def _both(make):
    """Encoder and decoder that a student's function makes, if they keep the rules."""
    if not callable(make):
        raise Wrong("give the function itself: its name in the place of the dots, without brackets.")
    nets = called(make, stops="your function stops")
    pair = isinstance(nets, tuple | list) and len(nets) == 2 and all(isinstance(n, nn.Module) for n in nets)
    if not pair:
        raise Wrong("return two networks, the encoder and then the decoder: the code is what passes between.")
    enc, dec = (net.cpu().float().eval() for net in nets)  # with batch norm, one row cannot be trained on
    x = torch.randn(5, 64)
    try:
        z = enc(x)
        shapes = tuple(z.shape), tuple(dec(z).shape)
    except Exception as error:
        raise Wrong(f"with images (5, 64) it stops with {type(error).__name__}: {error}") from None
    if shapes[0] != (5, _CODE):
        raise Wrong(f"its code of 5 images is {shapes[0]}; {_CODE} numbers for each are allowed.")
    if shapes[1] != (5, 64):
        raise Wrong(f"it makes {shapes[1]} of 5 images, expected (5, 64).")
    n = sum(map(parameters, nets))  # after a first pass: lazy layers have none before it
    if n > _BUDGET:
        raise Wrong(f"it has {n:,} parameters; the budget is {_BUDGET:,}, for both together.")
    if is_affine(lambda x: dec(enc(x)), x):
        raise Wrong("it has no activation, so it is linear: at its best it is PCA, whose error is 11.3.")
    if n == 0 or not any(p.requires_grad for net in nets for p in net.parameters()):
        raise Wrong("it has no parameters that could learn.")
    return enc.train(), dec.train()


def _test_error(make, seed):
    """The test error of a small autoencoder after 1,000 steps of Adam with batches of 64. → float"""
    enc, dec = _both(make)
    x_train, x_test = small_digits()
    opt = adam(AE=[enc, dec], lr=5e-3)
    for step in range(1_000):
        if step == 700:
            opt.AE.param_groups[0]["lr"] = 1e-3
        x = x_train[torch.randint(len(x_train), (64,))]
        descend(reconstruction(dec(enc(x)), x), opt.AE)
    enc.eval(), dec.eval()  # batch norm and dropout: each test image by itself
    with torch.no_grad():
        return reconstruction(dec(enc(x_test)), x_test).item()


def _dense(*sizes, act=nn.ReLU):
    return mlp(*sizes, act=act, first=())


Exercise(
    "01.11",
    "An autoencoder on a budget",
    reference=small_autoencoder,
    contest=Contest(
        _test_error,
        bar=7.4,
        score="test error",
        controls={"Lab 1 made smaller, 64-24-12-3, ReLU": 8.5, "PCA": 11.3, "the mean image": 18.8},
    ),
    hints=(
        "A thousand steps are few. Which layer with hardly any parameters lets a network learn faster?",
        "What keeps the numbers before each activation at mean 0 and spread 1, whatever the weights do?",
        "nn.BatchNorm1d(b) after each Linear but the last of both; its 2·b parameters must fit, too.",
    ),
    mistakes=dict(
        too_many=(
            lambda: (_dense(64, 64, 3), _dense(3, 64, 64)),
            "it has 8,771 parameters; the budget is 4,000, for both together.",
        ),
        linear=(
            lambda: (_dense(64, 3), _dense(3, 64)),
            "it has no activation, so it is linear: at its best it is PCA, whose error is 11.3.",
        ),
        wider_code=(
            lambda: (_dense(64, 16, 8), _dense(8, 16, 64)),
            "its code of 5 images is (5, 8); 3 numbers for each are allowed.",
        ),
        one_network=(
            lambda: _dense(64, 16, 3, 16, 64),
            "return two networks, the encoder and then the decoder: the code is what passes between.",
        ),
    ),
)
