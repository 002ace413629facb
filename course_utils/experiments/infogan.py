"""InfoGAN with several seeds, with λ = 0, and without numbers: is its category the digit? Notebook 10."""

from functools import partial

import torch

from .. import data, groups, losses, metrics, models, priors, session
from ..match import two_rates
from ..scores import correlations, digit_scores, error_of_category, error_of_drawing
from ..steps import infogan_step
from ..train import train
from .table import Table, rounded

CLASS = 3_500  # updates of the notebook's own training at the class scale
LOOKS = (CLASS, 12_000)
BATCH = 64
Z_DIM = models.InfoGAN.z_dim
VARIANTS = {
    "InfoGAN": {},
    "λ = 0": dict(weight=0.0, shared=False),
    "no numbers": dict(n_numbers=0),
}


def scored(G, DQ, prior, digits):
    """How well the code is read, how often it is not the digit, the look of the images. → dict"""
    with torch.no_grad(), session.seeded(0):
        z, code = prior(5_000)
        x_fake = metrics.in_parts(G, torch.cat([z, code], 1))
        told = metrics.in_parts(lambda part: DQ(part)[1], x_fake)
        unread, _ = losses.code_nll(told, code)
    return {
        "bound": 2.3026 - unread.item(),
        "error": error_of_category(DQ, digits),
        "drawing error": error_of_drawing(G, prior),
        "fcd": digit_scores(x_fake, digits.x_test)["fcd"],
    }


def run(variant, seed, looks=LOOKS):
    """Scores of one of VARIANTS after each number of updates, such as "error at 3500". → dict"""
    about = {"weight": 1.0, "shared": True, "n_numbers": 2} | VARIANTS[variant]
    digits, d = data.digits("mnist"), about["n_numbers"]
    session.seed_all(seed)
    net = models.InfoGAN().to(session.device())
    if VARIANTS[variant]:
        net.G = models.code_generator(Z_DIM + 10 + d, 8).to(session.device())
        net.DQ = models.DiscriminatorAndReader(10 + 2 * d, 8, 64, about["shared"]).to(session.device())
    prior, batches = priors.with_code(Z_DIM, d), data.Batches(digits.x, digits.y, BATCH)
    players = dict(G=net.G, DQ=net.DQ, opt=two_rates(net.G, net.DQ), prior=prior, weight=about["weight"])
    scores, done = {}, 0
    for look in looks:
        train(infogan_step, batches, look - done, quiet=True, **players)
        done = look
        with session.forked():
            found = scored(net.G, net.DQ, prior, digits)
        scores |= {f"{name} at {look}": value for name, value in found.items()}
    with session.forked():
        strokes = correlations(net.G, prior)
        category = metrics.in_parts(lambda x: net.DQ(x)[1][:, :10].argmax(1), digits.x_test)
    counts = groups.count(category, digits.y_test)
    return rounded(scores | strokes) | {"counts": counts.tolist()}


TABLE = Table(
    {
        "words": f"MNIST; convolutions of 8 and 16 channels; batch {BATCH}; see recipes/codes.py; "
        "`counts`: test images by category (rows) and digit",
        "steps": LOOKS[-1],
        "variants": list(VARIANTS),
    },
    {f"InfoGAN, {seed}": partial(run, "InfoGAN", seed) for seed in range(5)}
    | {
        f"{variant}, {seed}": partial(run, variant, seed, (CLASS,))
        for variant in list(VARIANTS)[1:]
        for seed in range(3)
    },
)
