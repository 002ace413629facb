"""Claims of notebook 06."""

import math
from functools import cache, partial

import torch

from claims import ALL, ahead, collapses, seeds
from course_utils import experiments, losses, models, session, transport
from course_utils.exercises.wgan.asked import unnamed_rows
from course_utils.exercises.wgan.budget import RING
from course_utils.exercises.wgan.clipping import unknown_bounds
from course_utils.game import Game
from course_utils.match import Rule
from course_utils.steps import wgan_step

LOG_2 = math.log(2)

PLACE = torch.arange(12.0)
U = torch.exp(-(((PLACE - 2.5) / 1.2) ** 2))
V = torch.exp(-(((PLACE - 8) / 1.5) ** 2)) + 0.5 * torch.exp(-((PLACE - 1) ** 2))
U, V = U / U.sum(), V / V.sum()
COST = transport.moving_costs(PLACE, PLACE)


def few(power, plan=None):
    """What the best plan costs in `own-plan`, or this one: {(from, to): amount}."""
    place = torch.arange(4.0)
    cost = transport.moving_costs(place, place, power)
    if plan:
        return sum(amount * cost[way] for way, amount in plan.items())
    u, v = torch.tensor([0.75, 0.25, 0.0, 0.0]), torch.tensor([0.0, 0.25, 0.25, 0.5])
    return transport.total_cost(transport.best_plan(u, v, cost), cost)


STAYS, SHORT = (
    {(1, 1): 0.25, (0, 2): 0.25, (0, 3): 0.5},
    {(0, 1): 0.25, (0, 2): 0.25, (0, 3): 0.25, (1, 3): 0.25},
)


@cache
def shifted(distance, shift, step=0.05):
    """W or JS of the two densities of section 2, and its slope at this shift."""
    line = torch.linspace(-9, 9, 361)

    def shares(mean):
        p = torch.exp(-((line - mean) ** 2) / (2 * 0.4**2))
        return p / p.sum()

    def at(mean):
        if distance == "W":
            return transport.emd_1d(shares(mean), shares(0.0), step).item()
        return losses.jensen_shannon(shares(mean), shares(0.0)).item()

    return at(shift), (at(shift + step) - at(shift - step)) / (2 * step)


def near(a, b, tolerance=0.01):
    return abs(a - b) < tolerance


def flat_and_steep():
    (_, slope_W), (_, slope_JS) = shifted("W", 3.0), shifted("JS", 3.0)
    return near(slope_W, 1) and near(slope_JS, 0)


def potential():
    return transport.best_potential(U, V, COST)


def sample(s, points, pair):
    return s["06 from samples"][f"{points}: {pair}"]


def above(s):
    return all(
        sample(s, points, pair) > sample(s, "exactly", pair)
        for points in ("8 points", "256 points")
        for pair in ("a to b", "a to a")
    )


def upside_down(s, loss):
    return s["06 product"][f"{loss}: upside down"]


def half_upside_down(s):
    return 14 <= upside_down(s, "product") <= 26 and upside_down(s, "difference") == 0


K = "Lipschitz constant K"
LETTERS = {c: letter for letter, c in unknown_bounds().items()}


def clipping(s, c, what):
    return s["06 clipping"][f"{LETTERS[c]}: {what}"]


def growth(s, c):
    """How many times as large the gradient is at the first layer as at the last."""
    return clipping(s, c, "at the first") / clipping(s, c, "gradient at the last layer")


def most_at_c(s):
    return all(clipping(s, c, "share of weights at ±c") > 0.5 for c in (0.01, 0.03, 0.1, 0.3, 1.0))


def vanishes_or_explodes(s):
    return max(growth(s, 0.01), growth(s, 0.03)) < 0.01 and min(growth(s, 0.3), growth(s, 1.0)) > 1_000


def steeper_with_c(s):
    """The gradient falls on its way for the two smallest c, rises for the others, and the more the larger."""
    return max(growth(s, 0.01), growth(s, 0.03)) < 0.01 < growth(s, 0.1) < growth(s, 0.3) < growth(s, 1.0)


def c_root_32(s):
    at_last = {c: clipping(s, c, "gradient at the last layer") for c in LETTERS}
    return all(0.94 < norm / (c * 32**0.5) < 1.001 for c, norm in at_last.items())


def sticks(s):
    return most_at_c(s) and vanishes_or_explodes(s)


def bound(s, row, what="estimate"):
    return s["06 bound"][f"{row}: {what}"]


def ratios(s):
    return [bound(s, f"critic, c = {c}", "estimate / K") for c in (0.05, 0.2)]


@cache
def pulls(rule):
    """How far G's loss pulls each point, before and after D alone has played."""
    game = Game({"W": Rule(partial(wgan_step, clip=0.1), "C", n_critic=5)}, n_d=5)
    game.advance(60)
    game.set("rule", rule)
    game.set("who", "D only")
    lengths = []
    for n in (0, 200, 300):
        game.advance(n) if n else None
        lengths.append(game.look().pull.norm(dim=1))
    return lengths


def grow_then_stay():
    before, after, later = (lengths.mean() for lengths in pulls("W"))
    return after > 3 * before and abs(later / after - 1) < 0.05


def shrink_to_nothing():
    return (pulls("minimax")[-1] < 0.05).float().mean() > 0.5


def at_the_start(n=3):
    """How far the points of an untrained G are from the ring of 06.11, on average over n seeds."""
    found = []
    for seed in range(n):
        with session.seeded(seed), torch.no_grad():
            found.append(transport.earth_mover(models.mlp(2, 2)(torch.randn(500, 2)), RING(500)[0].cpu()))
    return sum(found) / n


CURVES = experiments.load("wgan_curve")["runs"]


def times_behind(architecture):
    """The WGAN's middle distance over the GAN's."""
    return seeds(architecture, "WGAN")[1] / seeds(architecture, "GAN")[1]


def price(s, name):
    return s["06 price"][f"{name}_in_ms"] / s["06 price"]["GAN_in_ms"]


def misread(s, model="06 conditional WGAN"):
    return s[model]["read_as_another_digit_in_percent"]


ROWS = {name: letter for letter, name in unnamed_rows().items()}


def rescue(s, row, score):
    return s["06 rescue"][f"{ROWS.get(row, row)}: {score}"]


def of_five(name):
    """Correlations with the Fréchet distance, smallest first: of the WGAN's W, or of the GAN's L_G."""
    loss = dict(WGAN="W", GAN="L_G")[name]
    return sorted(experiments.column(experiments.load("wgan_curve"), name, f"correlation of {loss}"))


def other_way_round(s):
    """In the notebook's own two runs L_G falls with the distance, and W does not."""
    of = s["06 correlation of loss and Fréchet distance"]
    return of["GAN"] > 0.9 and of["WGAN"] < 0


def three_of_five(s):
    rose, hardly, *fell = of_five("WGAN")
    return rose < -0.5 and abs(hardly) < 0.5 and min(fell) > 0.7 and max(of_five("GAN")) < -0.3


CLAIMS = {
    "predict-06-p1-text": [
        (
            "one of the cheapest plans leaves it where it is",
            lambda s: near(few(1, STAYS), few(1)) and few(2, STAYS) > few(2) + 0.4,
        ),
    ],
    "own-plan-look": [
        (
            "a cost of 2 with $|x - y|$ for *all* plans",
            lambda s: near(few(1, STAYS), 2) and near(few(1, SHORT), 2),
        ),
        (
            "neither 4.5 nor 5.5",
            lambda s: near(few(2, SHORT), 4.5) and near(few(2), 4.5) and near(few(2, STAYS), 5.5),
        ),
        ("With the square, many short ways are cheaper", lambda s: few(2, SHORT) < few(2, STAYS)),
    ],
    "apart-look": [
        (
            "grows in proportion to the shift",
            lambda s: all(near(shifted("W", x)[0], x) for x in (1.0, 2.0, 3.0)),
        ),
        (
            "is nearly flat beyond 2.5",
            lambda s: shifted("JS", 2.0)[1] < 0.1 and near(shifted("JS", 3.0)[0], LOG_2),
        ),
        ("the slope at a shift of 3: 1 against 0", lambda s: flat_and_steep()),
        ("as strongly as at a shift of 1", lambda s: near(shifted("W", 1.0)[1], shifted("W", 3.0)[1])),
    ],
    "say s3": [
        ("The estimates fall toward the truth from above", above, *ALL),
        (
            "even two samples of one Normal are some way apart",
            lambda s: sample(s, "256 points", "a to a") > 0.2,
            *ALL,
        ),
    ],
    "normals-look": [("the *mean* estimate is too large", above, *ALL)],
    "s3": [
        (
            "that distance falls to about (a) a quarter or a third",
            lambda s: 0.22 < sample(s, "256 points", "a to a") / sample(s, "8 points", "a to a") < 0.4,
            *ALL,
        ),
    ],
    "duality-look": [
        ("slopes of $\\pm 1$", lambda s: torch.allclose(potential().diff().abs(), torch.ones(11), atol=1e-4)),
        ("falls with slope one where dirt moves right", lambda s: (potential().diff()[2:] < 0).all()),
        ("rises where it moves left", lambda s: (potential().diff()[:2] > 0).all()),
    ],
    "product-look": [("about half of its critics are upside down", half_upside_down, *ALL)],
    "exercise 06.10": [
        (
            "have all eight modes in every seed, with five updates each",
            lambda s: (
                rescue(s, "GAN", "all_8") == 0
                and rescue(s, "WGAN, 5 updates of C", "all_8")
                == rescue(s, "GAN, 5 updates of D", "all_8")
                == 1
            ),
            *ALL,
        ),
        (
            "row B has lost the data in all five seeds, A and C in none",
            lambda s: rescue(s, "GAN", "modes") < 1 and rescue(s, "GAN", "good") < 0.01,
            *ALL,
        ),
    ],
    "prediction 06.p5": [
        ("most weights go on in one direction until the bound stops them", most_at_c, *ALL),
    ],
    "prediction 06.p6": [
        (
            "The estimate's scale is the network's, not the data's",
            lambda s: (
                55 < bound(s, "critic, c = 0.2", K) / bound(s, "critic, c = 0.05", K) < 70
                and max(ratios(s)) < 1.15 * min(ratios(s))
            ),
            *ALL,
        ),
    ],
    "exercise 06.8": [
        ("the smaller c, the steeper the fall from the last layer to the first", steeper_with_c, *ALL),
        ("At the last layer the norm is just c · √32", c_root_32, *ALL),
        ("0.57 for c = 0.1", lambda s: near(clipping(s, 0.1, "gradient at the last layer"), 0.57), *ALL),
    ],
    "clip-look": [
        ("Most weights end at $+c$ or $-c$", most_at_c, *ALL),
        (
            "it vanishes on its way to the generator, with $c$ too large it explodes",
            vanishes_or_explodes,
            *ALL,
        ),
    ],
    "bound-text": [
        (
            "(b) about 64 times",
            lambda s: 50 < bound(s, "critic, c = 0.2") / bound(s, "critic, c = 0.05") < 80,
            *ALL,
        ),
    ],
    "bound-look": [
        ("both give about the same", lambda s: max(ratios(s)) < 1.15 * min(ratios(s)), *ALL),
        (
            "these two reach about half of $W$",
            lambda s: all(0.4 < ratio / bound(s, "closed form") < 0.6 for ratio in ratios(s)),
            *ALL,
        ),
    ],
    "wgan-step-look": [("a flat minimax loss, and the best critic a slope", lambda s: flat_and_steep())],
    "say s7": [
        ("the lines grow, then stay", lambda s: grow_then_stay()),
        ("with minimax most shrink to nothing", lambda s: shrink_to_nothing()),
    ],
    "game-look": [
        ("mostly grow, then stay", lambda s: grow_then_stay()),
        ("most lines shrink to nothing", lambda s: shrink_to_nothing()),
    ],
    "rescue-look": [
        (
            "on average over a third of the WGAN's points lie at a mode, 1 % at the rarest",
            lambda s: (
                0.33 < rescue(s, "WGAN, 5 updates of C", "good") < 0.42
                and 0.01 < rescue(s, "WGAN, 5 updates of C", "rarest") < 0.015
            ),
            *ALL,
        ),
        (
            "(of noise 3 and 0.2 %, of real data 99 and 12 %)",
            lambda s: (
                [round(rescue(s, r, w), 3) for r in ("noise", "real data") for w in ("good", "rarest")]
                == [0.029, 0.002, 0.988, 0.116]
            ),
            *ALL,
        ),
        (
            "has half of its points there on average (the two rows' seeds overlap), and is somewhat nearer",
            lambda s: (
                0.45 < rescue(s, "GAN, 5 updates of D", "good") < 0.55
                and rescue(s, "GAN, 5 updates of D", "distance")
                < rescue(s, "WGAN, 5 updates of C", "distance")
            ),
            *ALL,
        ),
        (
            "with five updates the GAN's own loss will do",
            lambda s: rescue(s, "GAN", "modes") < 1 and rescue(s, "GAN, 5 updates of D", "all_8") == 1,
            *ALL,
        ),
    ],
    "ex-06-11-text": [("begins as a small blob, 1.9 away", lambda s: 1.85 < at_the_start() < 1.95)],
    "s8": [
        (
            "in the games in the plane Adam worked all the same",
            lambda s: rescue(s, "WGAN, 5 updates of C", "distance") < 0.5 * rescue(s, "noise", "distance"),
            *ALL,
        ),
    ],
    "digits-look": [
        ("it did in three seeds of five, hardly in one, and rose in one", three_of_five),
        (
            "The GAN's images got better in all five",
            lambda s: all(run["fcd at last"] < 0.6 * run["fcd at first"] for run in CURVES.values()),
        ),
        ("its loss fell with them in none", three_of_five),
        (
            "In the picture's two runs, five times as long, it is the other way round",
            other_way_round,
            "full",
        ),
        (
            "fell clearly with the Fréchet distance in *none* of the five",
            lambda s: (
                max(experiments.column(experiments.load("wgan_curve"), "WGAN", "correlation of W / K")) < 0.5
            ),
        ),
    ],
    "say s9": [("five updates of the critic", lambda s: price(s, "WGAN, n_critic 5") > 2.5, "class")],
    "price-look": [
        (
            "with one, a WGAN costs about what a GAN does",
            lambda s: 0.7 < price(s, "WGAN, n_critic 1") < 1.4 < 2.5 < price(s, "WGAN, n_critic 5"),
            "class",
        ),
    ],
    "prediction 06.p8": [
        ("Only where the GAN collapses", lambda s: ahead("WGAN", "GAN") == ["MLP generator"]),
    ],
    "robust-look": [
        (
            "gives one image again and again, with each of the three seeds",
            collapses,
        ),
        (
            "as a WGAN it draws all ten digits",
            lambda s: seeds("MLP generator", "WGAN", "n_digits") == [10, 10, 10],
        ),
        ("In the four others the GAN is ahead with every seed", lambda s: len(ahead("GAN", "WGAN")) == 4),
        ("with tanh by most", lambda s: times_behind("tanh everywhere") > 3),
    ],
    "s11": [("(a) a third to two thirds", lambda s: 33 < misread(s) < 67, *ALL)],
    "cwgan-look": [
        ("on the class scale about half of the digits", lambda s: 45 < misread(s) < 65, "class", "bundled"),
        ("after the full run a third", lambda s: 30 < misread(s) < 37, "full"),
        ("but slowly", lambda s: misread(s) > 3 * misread(s, "04 conditional GAN")),
        ("fewer than a tenth", lambda s: misread(s, "04 conditional GAN") < 10, "class"),
        ("and a twentieth", lambda s: 4 < misread(s, "04 conditional GAN") < 6, "full"),
    ],
    "recap": [
        (
            "it has a gradient where Jensen–Shannon is flat",
            lambda s: flat_and_steep(),
        ),
        ("it did in three seeds of five, a GAN's loss in none", three_of_five),
        (
            "In two longer runs it was the other way round",
            other_way_round,
            "full",
        ),
        (
            "The critic's weights stick to $\\pm c$, its gradient vanishes or explodes with depth",
            sticks,
            *ALL,
        ),
    ],
}
