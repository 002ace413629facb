"""Notebook 10, section 5: what the best judge of pairs can tell, a way around it, both sides at once."""

import math
from types import SimpleNamespace

import torch

from ...losses import discriminator_loss, jensen_shannon, nll_fake, nll_real, relativistic
from ...steps import bigan_step_2
from ...train import descend
from ..engine import words
from ..engine.fixtures import after_updates, noise, plain_descent, small_net
from ..engine.tasks import Exercise, Prediction, Wrong

Exercise(
    "10.9",
    "Two images exchanged",
    reference=-2 / 3 * math.log(2),
    tolerance=6e-3,
    hints=(
        "Write down the pairs (image, code): three that come from E, three that come from G, each with the "
        "probability 1/3. Which pairs come from both?",
        "Where a pair comes from one side only, the best D is sure, and log 1 is 0. What is D where a pair "
        "comes from both equally often?",
        "One pair is in both: 1/3 · log ½ from E's side, and the same from G's.",
    ),
    mistakes=dict(
        one_side=(
            -math.log(2) / 3,
            "that is the share of one side. The pair that both have costs D something on both sides.",
        ),
        positive=(
            2 / 3 * math.log(2),
            "the size is right. Logarithms of probabilities are never above 0.",
        ),
        all_equal=(
            -math.log(4),
            "that is where D can tell nothing. Here most pairs come from one side only.",
        ),
        all_told=(0.0, "that is where D can tell all pairs. One pair comes from both sides."),
        exchanged_ones=(
            -4 / 3 * math.log(2),
            "the exchanged pairs are those that D can tell: they cost nothing.",
        ),
        in_bits=(-2 / 3, "those are bits. Nats are natural logarithms."),
        share=(1 / 3, "that is the share of pairs that come from both. What does D's value become there?"),
        of_a_third=(
            2 / 3 * math.log(1 / 3),
            "D is not 1/3 there: of such pairs half come from E and half from G.",
        ),
    ),
    why="Images and codes are drawn exactly as they should be: no judge of images and no judge of codes "
    "could tell anything. The judge of pairs can: two thirds of the pairs betray their side.",
)

# ── a way around the theorem ─────────────────────────────────────────────────────────────────────


def shuffle(n):
    """Chances of each code for each image, E (n, n), and of each image for each code, G (n, n)."""
    return torch.full((n, n), 1 / n), torch.full((n, n), 1 / n)


def _tables(fn, arguments):
    """What the best judge can tell, in nats, and how often E finds the code from which G drew."""
    (n,) = arguments
    made = fn(n)
    if made is None or made is Ellipsis:
        return None
    if not isinstance(made, tuple | list) or len(made) != 2:
        raise Wrong("two tables are asked: E, then G.")
    if any(table is None or table is Ellipsis for table in made):
        return None
    E, G = (torch.stack([torch.as_tensor(row).detach().cpu().double() for row in table]) for table in made)
    for name, table in (("E", E), ("G", G)):
        if table.shape != (n, n):
            raise Wrong(f"{name} has shape {tuple(table.shape)}, expected {(n, n)}: a row for each input.")
        if (table < 0).any() or (table.sum(1) - 1).abs().max() > 1e-5:
            raise Wrong(f"the rows of {name} are no distributions: numbers from 0 on, with sum 1.")
    if 2 * jensen_shannon(E / n, G.T / n) > 1e-6:
        raise Wrong("the best D can still tell some pairs: it is not at −log 4.")
    found = (G * E.T).sum().item() / n  # code → image → code
    return (torch.tensor(found),)


def _pair(E, G=None):
    return lambda n: (E(n), (G or E)(n))


def _turned(n):
    return torch.eye(n).roll(1, 0)


def _halves(n):
    return (torch.eye(n) + _turned(n)) / 2


Exercise(
    "10.10",
    "Around the theorem",
    reference=shuffle,
    cases=lambda: [(2,), (3,), (5,)],
    outcome=_tables,
    hints=(
        "The theorem speaks of *maps*: one code for an image. A row of E may also hold several numbers. When "
        "is the table of pairs (image, code) of E the same as that of G?",
        "Both tables must be equal: E[x, z] / n = G[z, x] / n. Then a code comes back with the chance Σ E[x, "
        "z]² / n. How does one make a sum of squares small, if each row's sum is 1?",
        "Even it out: every code for every image, with the chance 1/n; and the same for G.",
    ),
    unlike="D is helpless, but a code comes back more often than it has to.",
    mistakes=dict(
        inverse=(
            _pair(torch.eye),
            "D is helpless, and every code comes back: here E inverts G. Asked is the opposite.",
        ),
        not_inverse=(
            _pair(torch.eye, _turned),
            "the best D can still tell some pairs: it is not at −log 4.",
        ),
        half_random=(
            _pair(lambda n: torch.full((n, n), 1 / n), torch.eye),
            "the best D can still tell some pairs: it is not at −log 4.",
        ),
        one_code=(
            _pair(lambda n: torch.eye(n)[[0] * n]),
            "the best D can still tell some pairs: it is not at −log 4.",
        ),
        sums=(
            _pair(lambda n: torch.ones(n, n)),
            "the rows of E are no distributions: numbers from 0 on, with sum 1.",
        ),
        lists=(
            _pair(lambda n: torch.arange(n)),
            "E has shape (n,), expected (n, n): a row for each input.",
        ),
        one_table=(lambda n: torch.full((n, n), 1 / n), "two tables are asked: E, then G."),
        between=(
            _pair(_halves, lambda n: _halves(n).T),
            "D is helpless, but a code comes back more often than it has to.",
        ),
    ),
)

# ── both sides at once ───────────────────────────────────────────────────────────────────────────


def step_2_on_the_judges_side(x, z, E, G, D, opt, loss=discriminator_loss):
    on_E, on_G = D(x, E(x)), D(G(z), z)
    L_EG = loss(on_E, on_G)
    descend(L_EG, opt.EG)
    return L_EG


def _step(of, moved=("EG",), code=lambda E, x: E(x), image=lambda G, z: G(z), told=True):
    def wrong(x, z, E, G, D, opt, loss=discriminator_loss):
        for name in moved:
            L_EG = of(loss, D(x, code(E, x)), D(image(G, z), z))
            descend(L_EG, getattr(opt, name))
        return L_EG if told else None

    return wrong


def _fool(loss, on_E, on_G):
    return loss(on_G, on_E)


class _Pairs(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.net = small_net(5, 6, 1)

    def forward(self, x, z):
        return self.net(torch.cat([x, z], 1))


def _after_two(fn, arguments):
    x, z, E, G, D, loss = arguments
    opt = SimpleNamespace(D=plain_descent(D), EG=plain_descent(E, G), E=plain_descent(E), G=plain_descent(G))
    return after_updates(lambda: fn(x, z, E, G, D, opt, loss), D=D, E=E, G=G)


Exercise(
    "10.11",
    "The other half",
    kind="debug",
    reference=bigan_step_2,
    cases=lambda: [
        (noise(n, 3), noise(n, 2), small_net(3, 6, 2), small_net(2, 6, 3), _Pairs(), loss)
        for n in (4, 9)
        for loss in (discriminator_loss, relativistic)
    ],
    outcome=_after_two,
    hints=(
        "D gets better and better, though E and G learn, too. Who helps it?",
        "`loss(first, second)` is small if D tells the two kinds apart: which kind is its first argument, in "
        "D's own update?",
        "E and G want D to be wrong about both kinds: `loss` with the kinds exchanged.",
    ),
    mistakes=dict(
        given=(step_2_on_the_judges_side, ""),
        negative=(
            _step(lambda loss, on_E, on_G: -loss(on_E, on_G)),
            "that is the minimax form: right in theory, but its slope vanishes where D is sure. `loss` can "
            "ask for the contrary without a minus.",
        ),
        E_pulled_along=(
            _step(lambda loss, on_E, on_G: nll_real(on_E) + nll_real(on_G)),
            "G is right, but E still helps D: its pairs are asked to be what D calls them anyway. (And "
            "`loss` is not used.)",
        ),
        G_pulled_along=(
            _step(lambda loss, on_E, on_G: nll_fake(on_E) + nll_fake(on_G)),
            "E is right, but G still helps D: its pairs are asked to be what D calls them anyway. (And "
            "`loss` is not used.)",
        ),
        own_loss=(
            _step(lambda loss, on_E, on_G: nll_fake(on_E) + nll_real(on_G)),
            "right for one loss, but the step is to serve others, too: use `loss`.",
        ),
        twice=(
            _step(lambda loss, on_E, on_G: loss(on_G, on_E) + loss(on_E, on_G)),
            "the right loss is there, but so is D's own.",
        ),
        no_gradient_to_E=(
            _step(_fool, code=lambda E, x: E(x).detach()),
            "E no longer learns: is its code detached, or is the optimizer G's alone?",
        ),
        no_gradient_to_G=(
            _step(_fool, image=lambda G, z: G(z).detach()),
            "G no longer learns: is its image detached, or is the optimizer E's alone?",
        ),
        D_is_moved=(_step(_fool, ("EG", "D")), "D learns from this loss, too: it is taught to be wrong."),
        D_alone=(_step(_fool, ("D",)), "D learns from this loss, and E and G do not."),
        nothing_returned=(_step(_fool, told=False), words.NOT_RETURNED),
    ),
    unlike="after two updates E or G are not what the game makes of them.",
)

Prediction(
    "10.p5",
    "b",
    "With the right images and codes alone it would be 36. But D sees pairs, and equal tables of pairs mean "
    "that whatever E does, G undoes.",
)
Prediction(
    "10.p6",
    "c",
    "D judges each pair (x, E(x)) by itself and never sees x beside G(E(x)). Its G learned to draw digits "
    "that look written, and its strokes return; that it is the same digit, only the theorem's end promises.",
)
