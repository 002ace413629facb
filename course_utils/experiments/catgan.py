"""Notebook 10, section 7: CatGAN with each of its three entropies switched off; 20 groups; 100 labels."""

from functools import partial

import torch

from .. import data, groups, metrics, models, priors, session
from ..entropies import entropy_of_mean, mean_entropy, sorter_loss
from ..steps import catgan_semi_step, catgan_step
from ..train import adam, train
from .table import Table, rounded

N_STEPS, SEEDS, HIDDEN = 1_600, 3, 256


def not_sure(y, y_fake):
    """sorter_loss, but D need not be sure of a real image."""
    return -entropy_of_mean(y) - mean_entropy(y_fake)


def not_even(y, y_fake):
    """sorter_loss, but D need not use all groups."""
    return mean_entropy(y) - mean_entropy(y_fake)


def not_unsure(y, y_fake):
    """sorter_loss, but D does not care for fakes."""
    return mean_entropy(y) - entropy_of_mean(y)


LOSSES = {"all three": sorter_loss, "not sure": not_sure, "not even": not_even, "not unsure": not_unsure}


def players(k):
    """The sorter D and its generator with their optimizers, as in the notebook. → dict"""
    D, G = models.grouper(k, HIDDEN).to(session.device()), models.generator(64, HIDDEN).to(session.device())
    return dict(D=D, G=G, opt=adam(D=[D], G=[G], lr=1e-3, betas=(0.5, 0.99)), prior=priors.gaussian(64))


@torch.no_grad()
def scores_of(cast, digits, k):
    """Error of the named groups, the groups used, and the entropies of test images and of fakes. → dict"""
    D, G = cast["D"].eval(), cast["G"].eval()
    y = metrics.in_parts(D, digits.x_test)
    y_fake = D(G(cast["prior"](2_000)))
    group = y.argmax(1)
    return rounded(
        {
            "error": groups.majority_error(group, digits.y_test, k),
            "groups": (group.bincount(minlength=k) > 0.01 * len(group) / k).sum().item(),
            "H": mean_entropy(y).item(),
            "H_mean": entropy_of_mean(y).item(),
            "H_fake": mean_entropy(y_fake).item(),
        }
    )


def run(name, k, seed):
    session.seed_all(seed)
    digits, cast = data.digits("mnist"), players(k)
    train(catgan_step, data.Batches(digits.x), N_STEPS, lr_decay=0.4, quiet=True, loss=LOSSES[name], **cast)
    return scores_of(cast, digits, k)


def semi(n_labels, seed):
    """Test error in % with a few labels. → dict"""
    session.seed_all(seed)
    digits, cast = data.digits("mnist"), players(10)
    known = data.balanced(digits.y, n_labels // 10)
    labelled = data.Batches(digits.x[known], digits.y[known], batch_size=100)
    train(
        catgan_semi_step, data.Batches(digits.x), N_STEPS, lr_decay=0.4, quiet=True, labelled=labelled, **cast
    )
    return rounded(
        {"error": metrics.reading_error(metrics.in_parts(cast["D"].eval(), digits.x_test), digits.y_test)}
    )


TABLE = Table(
    {
        "words": "MNIST, D 784-256-128-k with noise 0.3 and layer norm, G 64-256-256-784, batch "
        "128; Adam 1e-3 "
        "(0.5, 0.99), the last 40 % of the steps at a fifth of the learning rate; error in % on "
        "the test images, "
        "each group named by its most common digit",
        "steps": N_STEPS,
        "seeds": SEEDS,
    },
    {
        run_name: scores
        for seed in range(SEEDS)
        for run_name, scores in (
            *((f"{name}, {seed}", partial(run, name, 10, seed)) for name in LOSSES),
            (f"20 groups, {seed}", partial(run, "all three", 20, seed)),
            (f"100 labels, {seed}", partial(semi, 100, seed)),
        )
    }
    | {
        run_name: partial(run, "all three", k, seed)  # their spread is wide: two more of each
        for seed in (SEEDS, SEEDS + 1)
        for run_name, k in ((f"all three, {seed}", 10), (f"20 groups, {seed}", 20))
    },
)
