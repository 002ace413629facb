"""Notebook 04, sections 7 and 8: games in the plane, read, counted and tuned."""

import math
from functools import partial

import torch

from ... import data, metrics, models, priors, session
from ...match import Rule, match
from ...metrics import modes_covered
from ...steps import gan_step
from ...train import train
from ..engine.fixtures import noise
from ..engine.tasks import Contest, Exercise, Wrong, settings_of

Exercise(
    "04.11",
    "Four games by their curves",
    kind="read",
    reference="ADBCC",
    why=(
        "A drifts away from 2 log 2: its D still finds differences. B stays where theory ends, and has "
        "collapsed: its G outruns a D that can only guess. C: negative losses of G are the minimax form. D "
        "swings at first in large, slow waves: its D cannot follow. All eight modes: C, whose D is sure, and "
        "spares none."
    ),
    hints=(
        "Which loss of G can be negative? −log D cannot.",
        "A D that hardly learns is fooled for long, then finds out: large, slow waves.",
        "Two are left, A and B. A healthy D still finds differences, so its loss is under 2 log 2.",
        "The fifth: a D that can only guess keeps no G at the modes, nor does one that lags. Which does?",
    ),
    mistakes=dict(
        calm_is_good=(
            "BDACC",
            "the tempting one: B is calm, at the values of the theory, and yet it has collapsed. D can only "
            "guess there, because G moves too fast for it.",
        ),
        theory_is_good=(
            "ADBCB",
            "the four are right; but B's losses stay where D can only *guess*, and G moves too fast for it.",
        ),
        far_ones=("ADBCD", "the four are right; but in D the points swing far past every mode."),
        slow_and_fast=(
            "ACBDD",
            "C and D are exchanged: which of them has the loss log(1 − D), which is never positive?",
        ),
        waves=("ABDCC", "the large, slow waves are those of a D that can hardly learn."),
        all_exchanged=("BCADD", "both pairs are exchanged: begin with the loss that is negative."),
        in_order=(
            "ABCDC",
            "A is right. In B, whose losses are those of a D that can only guess, G is too fast.",
        ),
    ),
)


def _toy_points():
    centres = 2 * noise(5, 2)
    near = centres[:3].repeat(4, 1) + 0.05 * noise(12, 2)
    dense = torch.cartesian_prod(torch.arange(3.0), torch.arange(3.0)).to(centres)  # 4 std apart
    between = dense.repeat(4, 1) / 2.5 + 0.2 * noise(36, 2)
    far = 20 + noise(3, 2)
    one = dense[:1] / 5 + 0.1  # at the same distance from four: a hair nearer to the first
    return [
        (torch.cat([near, 20 + noise(4, 2)]), centres, 0.05),
        (far, centres, 0.05),
        (between, dense / 2.5, 0.1),
        (one - 0.01, dense / 5, 0.05),
    ]


def each_centre_for_itself(x_fake, centres, std):
    """As notebook 04 shows it to be mended: a point between two centres counts for both."""
    near = torch.cdist(x_fake, centres) < 3 * std
    return int(near.any(0).sum()), near.sum().item() / len(x_fake)


def _counted(measure=torch.cdist, share=None, reach=3):
    def wrong(x_fake, centres, std):
        distance, nearest = measure(x_fake, centres).min(1)
        near = distance < reach * std
        modes = len(nearest[near].unique())
        return modes, near.float().mean().item() if share is None else share(modes, near, centres)

    return wrong


Exercise(
    "04.12",
    "Count the modes",
    kind="debug",
    reference=modes_covered,
    cases=_toy_points,
    hints=(
        "Put one point halfway between two centres that are 4 std apart. What does the counter say of it?",
        "A point belongs to one mode at most: to which, if it is near several?",
        "torch.cdist(x_fake, centres).min(1) gives each point's nearest centre, and how far off it is.",
        "near = distance < 3 * std; then len(nearest[near].unique()), near.float().mean().item()",
    ),
    mistakes=dict(
        given=(each_centre_for_itself, ""),
        share_mended=(
            lambda x_fake, centres, std: (
                each_centre_for_itself(x_fake, centres, std)[0],
                _counted()(x_fake, centres, std)[1],
            ),
            "the share is right now; but one point between two centres still covers both.",
        ),
        modes_mended=(
            lambda x_fake, centres, std: (
                _counted()(x_fake, centres, std)[0],
                each_centre_for_itself(x_fake, centres, std)[1],
            ),
            "the modes are right now; but a point near two centres is still counted twice in the share.",
        ),
        capped=(
            lambda x_fake, centres, std: (
                each_centre_for_itself(x_fake, centres, std)[0],
                min(1.0, each_centre_for_itself(x_fake, centres, std)[1]),
            ),
            "a share that is cut off at 1 still counts points twice; each belongs to one centre alone.",
        ),
        far_points_count=(_counted(reach=math.inf), "points far away do not count: keep those within 3 std."),
        squared=(
            _counted(lambda a, b: torch.cdist(a, b).square()),
            "the distance itself counts, not its square.",
        ),
        one_std=(_counted(reach=1), "PacGAN's count reaches to 3 std, not to 1."),
        share_of_modes=(
            _counted(share=lambda modes, near, centres: modes / len(centres)),
            "the second number is the share of *points* near a centre, not of modes.",
        ),
        number_of_points=(
            _counted(share=lambda modes, near, centres: float(near.sum())),
            "the second number is a share: divide by the number of points.",
        ),
        points_for_modes=(
            lambda x_fake, centres, std: (
                int(_counted(share=lambda modes, near, centres: near.sum().item())(x_fake, centres, std)[1]),
                _counted()(x_fake, centres, std)[1],
            ),
            "the first number counts centres, not points: .unique() of the nearest centres.",
        ),
        every_centre=(
            lambda x_fake, centres, std: (len(centres), _counted()(x_fake, centres, std)[1]),
            "the first number counts the centres that are covered, not all there are.",
        ),
        exchanged=(
            lambda x_fake, centres, std: _counted()(x_fake, centres, std)[::-1],
            "the two results are exchanged: the number of modes comes first.",
        ),
        in_percent=(
            _counted(share=lambda modes, near, centres: 100 * near.float().mean().item()),
            "that is in percent; a share is at most 1.",
        ),
        share_that_is_far=(
            _counted(share=lambda modes, near, centres: 1 - near.float().mean().item()),
            "that is the share of points that are near none.",
        ),
    ),
)


BUDGET = 1_500  # steps, each with one update of D and one of G


STD = 0.05


RING = partial(data.ring, radius=2.0, std=STD)


MAY_BE_SET = dict(
    lr_D=(1e-4, 1e-9, 1), lr_G=(5e-4, 1e-9, 1), batch_size=(64, 1, 256), lr_decay=(0.0, 0, 0.99)
)


SCORE = "share of points at a mode, 0 unless all eight modes have some"


def share_at_modes(given, seed):
    """Train the game of the ring with these settings. → the score"""
    given = settings_of(given, MAY_BE_SET, whole=("batch_size",))
    G, D = models.mlp(2, 2, 64), models.mlp(2, 1, 64)
    players = match(Rule(gan_step), G, D, priors.gaussian(2), lr=given["lr_G"], lr_D=given["lr_D"])
    batches = data.Batches(RING(20_000)[0], batch_size=given["batch_size"])
    history = train(gan_step, batches, BUDGET, lr_decay=given["lr_decay"], quiet=True, **players)
    if history.stopped:
        raise Wrong("the training diverged: a learning rate is too high.")
    return share_of_all_modes(G)


def share_of_all_modes(G):
    """The share of 2,500 points of G at a mode of the ring; 0 unless all eight modes have some. → float"""
    with torch.no_grad():
        x_fake = G(torch.randn(2_500, 2, device=session.device()))
    shares = metrics.mode_shares(x_fake, data.centres(RING).to(x_fake.device), STD)
    return shares.sum().item() if (shares > 0).all() else 0.0


Exercise(
    "04.13",
    "Eight modes within 1,500 steps",
    reference=dict(lr_D=3e-3, lr_G=3e-3, batch_size=256, lr_decay=0.3),
    hints=(
        "At the start D is too slow for G: section 7 shows what becomes of such a game. Which of the two "
        "learning rates has to rise, and is the other one high enough for 1,500 steps?",
        "All modes, but half of the points between them: the last steps are too coarse, and small batches "
        "are noisy. Two settings help against that.",
        "Larger steps first, then smaller ones: lr_decay=0.3, and the largest batch that is allowed.",
        "Both learning rates near 3e-3, that is three times as high as in section 7.",
    ),
    mistakes=dict(
        hardly_moves=(
            dict(lr_D=1e-7, lr_G=1e-7, batch_size=1, lr_decay=0.0),
            f"{SCORE}: 0, 0, 0. 0 of 3 reach the bar of 0.6.",
        ),
        too_large=(dict(batch_size=1024), "batch_size is to be a number from 1 to 256."),
        half=(dict(batch_size=2.5), "batch_size is a whole number."),
        a_setting_too_many=(
            dict(lr_G=1e-3, width=256),
            "'width' is not to be set; these are: lr_D, lr_G, batch_size, lr_decay.",
        ),
        no_learning=(dict(lr_G=0), "lr_G is to be a number from 1e-09 to 1."),
        one_number=(1e-3, "settings are asked, as a dict, not float."),
    ),
    contest=Contest(
        share_at_modes,
        bar=0.6,
        score=SCORE,
        controls={"the settings of the start": 0.04, "noise": 0.03, "both learning rates 1e-3": 0.45},
        lower_is_better=False,
        seeds=3,
        needed=2,
    ),
)
