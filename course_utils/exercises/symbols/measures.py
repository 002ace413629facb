"""Notebook 12, section 6: nats that noise costs, five samplers, better than the truth; and its "
"prediction."""

import math

import torch

from ... import data, metrics
from ...scores import digit_scores
from ..engine.tasks import Contest, Exercise, Prediction, Wrong, called

Exercise(
    "12.14",
    "Ninety-nine parts of noise",
    reference=math.log(100),
    tolerance=6e-3,
    hints=(
        "The mixture's density at an image is 0.01 · p(x) + 0.99 · noise(x). What is the least that it can "
        "be?",
        "It is at least 0.01 · p(x), as noise(x) is not negative.",
        "log(0.01 · p(x)) = log p(x) − log 100.",
    ),
    mistakes=dict(
        share=(0.99, "that is the share of noise. What becomes of log p if p is multiplied by 0.01?"),
        a_hundredth=(0.01, "that is the model's share. What becomes of log p if p is multiplied by 0.01?"),
        times=(100.0, "p is 100 times smaller; log p is less by how much?"),
        digits=(2.0, "that is log₁₀ of 100. Nats are natural logarithms."),
        bits=(math.log2(100), "those are bits. Nats are natural logarithms."),
        gained=(-math.log(100), "asked is how much is lost, a positive number."),
        without_bound=(
            math.inf,
            "noise does not take p away: of each hundred draws one is still the model's, and its density "
            "stays.",
        ),
        share_of_nats=(
            99.0,
            "the nats are not multiplied by a share, the density is. What is log(0.01 · p)?",
        ),
    ),
    why="0.01 · p(x) + 0.99 · noise(x) ≥ 0.01 · p(x), so that at most log 100 = 4.6 nats are lost, whatever "
    "the noise. Models of digits differ by more than that, and of a hundred samples 99 are noise.",
)

# ── five samplers ────────────────────────────────────────────────────────────────────────────────

SAMPLERS = {
    "A": "averages",
    "B": "moved",
    "C": "unseen digits",
    "D": "copies",
    "E": "GAN",
}


def three_measures(x, known, x_test, sigma=0.35):
    """Windows on the samples x, Fréchet distance, distance to the nearest training image. → dict

    sigma  of the windows; none of those that the notebook prints beside the samplers' names
    """
    return {
        "windows, nats": metrics.parzen_log_p(x_test[:1_000], x, sigma).mean().item(),
        "Fréchet": digit_scores(x, x_test)["fcd"],
        "to the nearest known": metrics.distance_to_nearest(x, known).mean().item(),
    }


def without_names(rows):
    """The same rows, with letters in place of the names. → dict"""
    return {letter: rows[name] for letter, name in SAMPLERS.items() if name in rows}


Exercise(
    "12.15",
    "Five samplers without names",
    kind="read",
    reference="DBA",
    hints=(
        "A copy has no distance to what it was copied from.",
        "An average of ten images is an image that nobody wrote; and it lies in the middle of many. Whom do "
        "windows like best, more than images that are real?",
        "Left are B, C and E. A shift by one pixel looks like nothing to an eye, and little to a classifier; "
        "but pixel by pixel it is far: for windows more so than unseen digits are. Three letters: copies, "
        "moved, averages.",
    ),
    mistakes=dict(
        unseen_taken=(
            "DCA",
            "C and B are close. A shift by one pixel changes what is compared pixel by pixel: who has the "
            "lower windows?",
        ),
        gan_taken=(
            "DEA",
            "E's Fréchet distance is far above C's and D's. Does a shift by one pixel cost so much of the "
            "look?",
        ),
        averages_and_copies=("ABD", "copies are no distance away from what they copy."),
        by_letters=("ABC", "copies are no distance away from what they copy: which row has 0?"),
        moved_and_averages=(
            "DAB",
            "whom do windows like more than images that are real? Not images that have been shifted.",
        ),
        averages_unseen=("DBC", "averages lie in the middle of everything: whom do windows like best?"),
    ),
    why="D is no distance away: copies, which look more real than the GAN's E. A's averages lie in the "
    "middle of everything, which windows love more than real digits; the classifier does not. B was copied, "
    "then moved by a pixel: about as far from the training images as unseen digits are, it passes for new.",
)

# ── better than the truth ────────────────────────────────────────────────────────────────────────

N_POINTS, SIGMA, BAR = 50, 0.3, -1.58


def windows_on_points(answer, seed):
    """50 points made from 1,000 of the two moons, scored by windows on 1,000 others. → nats"""
    x, x_test = data.two_moons(1_000), data.two_moons(1_000)
    x, x_test = (part[0] if isinstance(part, tuple) else part for part in (x, x_test))
    made = called(answer, x.clone())
    if not isinstance(made, torch.Tensor) or made.dim() != 2 or made.shape[1] != 2 or not len(made):
        raise Wrong("give points: a tensor of shape (50, 2).")
    if len(made) > N_POINTS:
        raise Wrong(f"{len(made)} points, but {N_POINTS} are allowed.")
    if not made.isfinite().all():
        raise Wrong("not all of the points are finite: take smaller steps.")
    return metrics.parzen_log_p(x_test, made.detach().to(x_test), SIGMA).mean().item()


def forged(x):
    """Points that are moved uphill in the windows' score of x itself."""
    points = x[:50].clone().requires_grad_()
    opt = torch.optim.Adam([points], lr=0.03)
    for _ in range(150):
        opt.zero_grad()
        with torch.enable_grad():
            squares = (x[:, None] - points).square().sum(2)
            (-(-squares / (2 * 0.3**2)).logsumexp(1).mean()).backward()
        opt.step()
    return points.detach()


Exercise(
    "12.16",
    "Better than the truth",
    reference=forged,
    contest=Contest(
        run=windows_on_points,
        bar=BAR,
        score="log-density by windows on your points, nats",
        controls={"50 real points": -1.66, "1,000 real points": -1.617, "noise": -2.17},
        lower_is_better=False,
    ),
    hints=(
        "Nobody asks whether your points are draws of anything. What is measured is a sum of windows on "
        "them: how would you place 50 windows so that x lies under them as high as can be?",
        "The score is a differentiable function of your points: take 50 of x as a start, and let autograd "
        "move them.",
        "points = x[:50].clone().requires_grad_(), Adam with a rate of 0.03, 150 updates of −(−(x[:, None] − "
        "points).square().sum(2) / (2 · 0.3²)).logsumexp(1).mean(); give back points.detach().",
    ),
    mistakes=dict(
        too_many=(lambda x: x, "1000 points, but 50 are allowed."),
        a_number=(lambda x: 0.0, "give points: a tensor of shape (50, 2)."),
        one_axis=(lambda x: x[:50, 0], "give points: a tensor of shape (50, 2)."),
        not_finite=(lambda x: x[:50] / 0, "not all of the points are finite: take smaller steps."),
    ),
)

Prediction(
    "12.p8",
    "b",
    "Windows reward samples that are close to many test images at once, and an average is close to all from "
    "which it was made. No single real digit is, and not even ten for one make up for it. So the measure "
    "rewards centres, not realism.",
)
