"""Exercises of notebook 07: references, checks, known mistakes, hints."""

from types import SimpleNamespace

import torch
from torch import nn

from .. import session
from ..losses import critic_loss, gradient_penalty, interpolate, one_sided_penalty
from ..steps import wgan_gp_step
from ..train import clip_weights, descend
from .core import Exercise, Mistake, Wrong


def _apart():
    """Real items all above 1, fakes all below −1: what lies between tells its ε."""

    def pair(*shape):
        x, x_fake = (torch.rand(*shape, device=session.device()) for _ in range(2))
        return 1 + x, -1 - x_fake

    return [pair(2_000, 2), pair(1_000, 1, 3, 3)]


NOT_RANDOM, ONE_FOR_ALL = -1.0, -2.0  # outcomes that need no numbers


def _epsilons(fn, arguments):
    """A mixer's outcome: how its ε are spread inside an item, and from item to item."""
    x, x_fake = arguments
    mixed, again = fn(x, x_fake), fn(x, x_fake)
    if mixed is None or mixed is Ellipsis:
        return None
    if not isinstance(mixed, torch.Tensor) or mixed.shape != x.shape:
        got = tuple(mixed.shape) if isinstance(mixed, torch.Tensor) else type(mixed).__name__
        raise Wrong(f"it gives {got}, expected a tensor of the shape of x, {tuple(x.shape)}.")
    epsilon = ((mixed - x_fake) / (x - x_fake)).flatten(1)
    of_item = epsilon.mean(1)
    if of_item.std() > 1e-3 and torch.equal(mixed, again):
        return torch.tensor([NOT_RANDOM])
    if of_item.std() < 1e-3 and not torch.equal(mixed, again):
        return torch.tensor([ONE_FOR_ALL])
    outside = ((of_item < 0) | (of_item > 1)).float().mean()
    inner = ((of_item - 0.5).abs() < 0.25).float().mean()  # ½ for a uniform ε
    return torch.stack([epsilon.std(1).mean(), of_item.mean(), of_item.std(), outside, inner])


def _mix(epsilon):
    def wrong(x, x_fake):
        e = epsilon(x, (len(x), *[1] * (x.dim() - 1)))
        return e * x + (1 - e) * x_fake

    return wrong


Exercise(
    "07.1",
    "Between real and fake",
    reference=interpolate,
    cases=_apart,
    outcome=_epsilons,
    tolerance=0.05,
    hints=(
        "One ε for each item, uniform on [0, 1]: torch.rand. It must broadcast over all axes of an item.",
        "For images ε is (B, 1, 1, 1): torch.rand(len(x), *[1] * (x.dim() - 1), device=x.device).",
        "epsilon * x + (1 - epsilon) * x_fake",
    ),
    mistakes={
        "normal_eps": Mistake(
            _mix(lambda x, shape: torch.randn(shape, device=x.device)),
            "ε comes from a Normal: then most points lie beyond the real or the fake item, not between. torch.rand, not randn.",
        ),
        "one_eps_per_batch": Mistake(
            _mix(lambda x, shape: torch.rand((), device=x.device)),
            "one ε for the whole batch: each item needs its own.",
        ),
        "one_eps_per_number": Mistake(
            _mix(lambda x, shape: torch.rand_like(x)),
            "each *number* has its own ε: that leaves the line between the two items. One ε for each item.",
        ),
        "half": Mistake(_mix(lambda x, shape: 0.5), "always the middle: ε is random, uniform on [0, 1]."),
        "one_or_the_other": Mistake(
            _mix(lambda x, shape: torch.randint(2, shape, device=x.device)),
            "ε is 0 or 1: those are real and fake items, and nothing between.",
        ),
        "real_only": Mistake(_mix(lambda x, shape: 1.0), "ε = 1: that is x itself, and nothing of the fake."),
        "fake_only": Mistake(_mix(lambda x, shape: 0.0), "ε = 0: that is the fake itself, and nothing of x."),
        "not_random": Mistake(
            _mix(lambda x, shape: torch.linspace(0, 1, len(x), device=x.device).view(shape)),
            "ε is the same at every call: draw it at random.",
        ),
        "one_eps_per_pixel": Mistake(
            lambda x, x_fake: (e := torch.rand_like(x[:, :1])) * x + (1 - e) * x_fake,
            "right for points (B, 2); but in images each pixel has its own ε. One for each item: (B, 1, 1, 1).",
        ),
        "only_images": Mistake(
            lambda x, x_fake: (e := torch.rand(len(x), 1, 1, 1, device=x.device)) * x + (1 - e) * x_fake,
            "right for images; points (B, 2) want an ε (B, 1): as many axes as x has, all but the first of length 1.",
        ),
        "not_for_images": Mistake(
            lambda x, x_fake: (e := torch.rand(len(x), 1, device=x.device)) * x + (1 - e) * x_fake,
            "right for points (B, 2); for images (B, 1, h, w) an ε (B, 1) does not fit: it needs as many axes as x.",
        ),
    },
    unlike="its points are not spread evenly on the lines from x_fake to x, one ε uniform on [0, 1] for each item.",
)


def _critics():
    """Critics whose slope is another one at each place; so many items that the luck of ε does not matter."""
    n, device = 20_000, session.device()
    points, images = (
        nn.Sequential(nn.Flatten(), nn.Linear(d, 16), nn.Tanh(), nn.Linear(16, 1)).to(device) for d in (2, 9)
    )
    for C in (points, images):
        for layer in (C[1], C[3]):  # slopes below and above 1
            nn.init.normal_(layer.weight, std=(1.5 if C is points else 3) / layer.in_features**0.5)
    return [
        (points, 1 + 0.3 * torch.randn(n, 2, device=device), 0.3 * torch.randn(n, 2, device=device)),
        (images, torch.ones(n, 1, 3, 3, device=device), 0.1 * torch.randn(n, 1, 3, 3, device=device)),
    ]


def _penalty(amount, at=interpolate, create_graph=True, score=torch.sum):
    """The penalty with other points, another norm, or without the way back."""

    def wrong(C, x, x_fake):
        x = at(x, x_fake).detach().requires_grad_()
        (slope,) = torch.autograd.grad(score(C(x)), x, create_graph=create_graph)
        return amount(slope)

    return wrong


def _right(slope):
    return (slope.flatten(1).norm(dim=1) - 1).square().mean()


Exercise(
    "07.2",
    "The gradient penalty",
    reference=gradient_penalty,
    cases=_critics,
    tolerance=0.04,
    hints=(
        "Five lines: x_mix from interpolate, its scores, their gradient with respect to x_mix, one norm for each item, (norm − 1)².",
        "x_mix = interpolate(x, x_fake).detach().requires_grad_(); then torch.autograd.grad(C(x_mix).sum(), x_mix, create_graph=True) gives a tuple of one.",
        "(slope.flatten(1).norm(dim=1) - 1).square().mean()",
    ),
    mistakes={
        "norm_over_batch": Mistake(
            _penalty(lambda slope: (slope.norm() - 1).square()),
            "one norm for the whole batch: it must be one for each item, then the mean over items.",
        ),
        "no_create_graph": Mistake(
            _penalty(_right, create_graph=False),
            "the value is right, but C learns nothing from it: create_graph=True keeps the way back to its weights.",
        ),
        "real_only": Mistake(
            _penalty(_right, at=lambda x, x_fake: x),
            "that is the slope at the real items; it is wanted *between* real and fake.",
        ),
        "fake_only": Mistake(
            _penalty(_right, at=lambda x, x_fake: x_fake),
            "that is the slope at the fakes; it is wanted *between* real and fake.",
        ),
        "squared_norm": Mistake(
            _penalty(lambda slope: (slope.flatten(1).square().sum(1) - 1).square().mean()),
            "the norm itself is to be 1, not its square: take the root.",
        ),
        "square_of_the_mean": Mistake(
            _penalty(lambda slope: (slope.flatten(1).norm(dim=1).mean() - 1).square()),
            "the square of the mean: slopes of 0 and of 2 would cancel. It is the mean of the squares.",
        ),
        "towards_0": Mistake(
            _penalty(lambda slope: slope.flatten(1).square().sum(1).mean()),
            "that pulls the slope to 0, as R1 does; here it is pulled to 1.",
        ),
        "one_sided": Mistake(
            _penalty(lambda slope: (slope.flatten(1).norm(dim=1) - 1).relu().square().mean()),
            "that is the one-sided penalty of section 6; this one also lifts slopes below 1.",
        ),
        "mean_of_scores": Mistake(
            _penalty(_right, score=torch.mean),
            "with C(x_mix).mean() each slope is divided by the batch size: take C(x_mix).sum().",
        ),
        "no_root_of_sum": Mistake(
            _penalty(lambda slope: (slope - 1).square().mean()),
            "each partial derivative is pulled to 1; it is the *norm* of an item's gradient that is to be 1.",
        ),
        "sum": Mistake(
            _penalty(lambda slope: (slope.flatten(1).norm(dim=1) - 1).square().sum()),
            "the mean over the items, not their sum.",
        ),
        "no_square": Mistake(
            _penalty(lambda slope: (slope.flatten(1).norm(dim=1) - 1).mean()),
            "the distance from 1 is squared: without, slopes below 1 are a reward.",
        ),
        "weighted": Mistake(
            _penalty(lambda slope: 10 * _right(slope)),
            "that is the penalty times 10: its weight λ comes in exercise 07.3.",
        ),
        "no_sum": Mistake(
            _penalty(_right, score=lambda scores: scores),
            "autograd.grad wants one number to differentiate: take the sum of the scores, C(x_mix).sum().",
        ),
        "normal_eps": Mistake(
            _penalty(_right, at=_mix(lambda x, shape: torch.randn(shape, device=x.device))),
            "the slope is taken where an ε from a Normal puts it; use interpolate.",
        ),
        "not_flattened": Mistake(
            _penalty(lambda slope: (slope.norm(dim=1) - 1).square().mean()),
            "right for points; an image's slope has three axes: one norm over all of them, slope.flatten(1).norm(dim=1).",
        ),
    },
)


def wgan_gp_critic_loss(C, x, x_fake, gp_weight=10.0):
    """The critic's whole loss in WGAN-GP: what it wants, and what it must keep to. → scalar"""
    return critic_loss(C(x), C(x_fake)) + gp_weight * gradient_penalty(C, x, x_fake)


def _linear_critics():
    """Linear critics: their slope is the same everywhere, whatever ε is."""

    def case(n, d, weight):
        x, x_fake = (torch.randn(n, d, device=session.device()) for _ in range(2))
        return nn.Linear(d, 1).to(session.device()), 1 + x, x_fake, weight

    return [case(1, 3, 10.0), case(16, 4, 0.1)]


Exercise(
    "07.3",
    "The critic's whole loss",
    reference=wgan_gp_critic_loss,
    cases=_linear_critics,
    hints=(
        "Two terms: the critic's loss of notebook 06, and λ times the penalty.",
        "Both are to be small: they are added.",
        "critic_loss(C(x), C(x_fake)) + gp_weight * gradient_penalty(C, x, x_fake)",
    ),
    mistakes={
        "sign_flipped": Mistake(
            lambda C, x, x_fake, w=10.0: C(x).mean() - C(x_fake).mean() + w * gradient_penalty(C, x, x_fake),
            "that makes W small: a loss to minimize has E[C(x_fake)] − E[C(x)].",
        ),
        "penalty_subtracted": Mistake(
            lambda C, x, x_fake, w=10.0: critic_loss(C(x), C(x_fake)) - w * gradient_penalty(C, x, x_fake),
            "a penalty subtracted from a loss is a reward. (Deck 004 subtracts it from what is *maximized*.)",
        ),
        "not_weighted": Mistake(
            lambda C, x, x_fake, w=10.0: critic_loss(C(x), C(x_fake)) + gradient_penalty(C, x, x_fake),
            "the penalty counts gp_weight times.",
        ),
        "all_weighted": Mistake(
            lambda C, x, x_fake, w=10.0: w * (critic_loss(C(x), C(x_fake)) + gradient_penalty(C, x, x_fake)),
            "only the penalty is multiplied by gp_weight.",
        ),
        "always_10": Mistake(
            lambda C, x, x_fake, w=10.0: critic_loss(C(x), C(x_fake)) + 10.0 * gradient_penalty(C, x, x_fake),
            "the weight is an argument: gp_weight is not always 10.",
        ),
        "negated": Mistake(
            lambda C, x, x_fake, w=10.0: -critic_loss(C(x), C(x_fake)) - w * gradient_penalty(C, x, x_fake),
            "that is what deck 004 *maximizes*; a loss is its negative.",
        ),
        "no_penalty": Mistake(
            lambda C, x, x_fake, w=10.0: critic_loss(C(x), C(x_fake)), "the penalty is missing: nothing bounds the slope."
        ),
        "log_loss": Mistake(
            lambda C, x, x_fake, w=10.0: (
                nn.functional.softplus(-C(x)).mean() + nn.functional.softplus(C(x_fake)).mean() + w * gradient_penalty(C, x, x_fake)
            ),
            "the penalty is right, but a critic has no sigmoid and no logarithm.",
        ),
    },
)  # fmt: skip


Exercise(
    "07.4",
    "Two points",
    reference=2.2,
    tolerance=1e-3,
    why="With slope s it earns d · s − λ (s − 1)², most at s = 1 + d / (2λ) = 1.1: an estimate of 2 · 1.1, above W = 2.",
    hints=(
        "A critic with slope s between them says d · s, and pays λ (s − 1)². Which s earns most?",
        "The derivative d − 2λ (s − 1) is 0 at s = 1 + d / (2λ). The estimate is d · s.",
    ),
    mistakes={
        "exact": Mistake(2.0, "that is W itself: a penalty is a spring, not a wall, and a little more slope pays."),
        "slope": Mistake(1.1, "that is the slope; the estimate is d times that."),
        "with_penalty": Mistake(2.1, "that is what it earns after the penalty; the estimate is the difference of the scores."),
        "no_two": Mistake(2.4, "the derivative of λ (s − 1)² is 2 λ (s − 1)."),
    },
)  # fmt: skip


class _Deal:
    """Mini-batches, dealt one after the other: points and no labels."""

    def __init__(self, *xs):
        self.xs, self.n_dealt = xs, 0

    def __next__(self):
        self.n_dealt += 1
        return self.xs[(self.n_dealt - 1) % len(self.xs)], None


class _Fresh:
    """A prior whose draws differ from call to call, and are the same for everybody."""

    def __init__(self, zs):
        self.zs, self.n_calls = zs, 0

    def __call__(self, n):
        if n != self.zs.shape[1]:
            raise Wrong(
                f"prior({n}) was asked for; as many z as there are real items, {self.zs.shape[1]}: prior(len(x))."
            )
        self.n_calls += 1
        return self.zs[(self.n_calls - 1) % len(self.zs)]


def _games():
    """A linear generator and a linear critic, so that ε does not matter; real items score high from the start."""

    def case(n_critic, gp_weight):
        device = session.device()
        G, C = nn.Linear(2, 2).to(device), nn.Linear(2, 1).to(device)
        nn.init.ones_(C.weight)
        deal = _Deal(*(5 + torch.randn(6, 2, device=device) for _ in range(9)))
        return deal, G, C, _Fresh(torch.randn(9, 6, 2, device=device)), n_critic, gp_weight

    return [case(1, 10.0), case(3, 0.1)]


def _after_a_step(fn, arguments):
    """The weights of both networks after one step, each moved by plain gradient descent."""
    batches, G, C, prior, n_critic, gp_weight = arguments
    before = [p.detach().clone() for net in (G, C) for p in net.parameters()]
    opt = SimpleNamespace(
        **{name: torch.optim.SGD(net.parameters(), lr=0.02) for name, net in (("G", G), ("C", C))}
    )
    said = fn(batches, G=G, C=C, opt=opt, prior=prior, n_critic=n_critic, gp_weight=gp_weight)
    after = [p.detach() for net in (G, C) for p in net.parameters()]
    if said is None and all(torch.equal(a, b) for a, b in zip(before, after, strict=True)):
        return None
    if not isinstance(said, dict) or not {"W", "L_G"} <= said.keys():
        raise Wrong("return its losses with their names, as dict(W=W, L_G=L_G): `train` draws them.")
    if not isinstance(said["W"], torch.Tensor) or said["W"].numel() != 1 or said["W"] < 0:
        raise Wrong(
            "W is to be E[C(x)] − E[C(G(z))], one number, here above 0: what the critic sees, not its loss."
        )
    return tuple(after)


def _step(
    loss=wgan_gp_critic_loss,
    sign=-1,
    turns=lambda n: (n, 1),
    renewed="real fake",
    before=None,
    after=None,
    zero=True,
):
    """WGAN-GP's step with another loss, other turns, fewer fresh items, or something done to C."""

    def wrong(batches, *, G, C, opt, prior, n_critic=5, gp_weight=10.0):
        n_C, n_G = turns(n_critic)
        for i in range(n_C):
            if i == 0 or "real" in renewed:
                x, _ = next(batches)
            if i == 0 or "fake" in renewed:
                x_fake = G(prior(len(x))).detach()
            L_C = loss(C, x, x_fake, gp_weight)
            if zero:
                opt.C.zero_grad()
            L_C.backward()
            if before:
                before(C)
            opt.C.step()
            if after:
                after(C)
        for _ in range(n_G):
            descend(sign * C(G(prior(len(x)))).mean(), opt.G)
        return dict(W=L_C.detach().abs(), L_G=L_C)

    return wrong


def _together(batches, *, G, C, opt, prior, n_critic=5, gp_weight=10.0):
    """G moves inside the critic's loop."""
    for _ in range(n_critic):
        said = wgan_gp_step(batches, G=G, C=C, opt=opt, prior=prior, n_critic=1, gp_weight=gp_weight)
    return said


def _without_penalty(C, x, x_fake, gp_weight):
    return critic_loss(C(x), C(x_fake))


def _flipped(C, x, x_fake, gp_weight):
    return -critic_loss(C(x), C(x_fake)) + gp_weight * gradient_penalty(C, x, x_fake)


def _rewarded(C, x, x_fake, gp_weight):
    return critic_loss(C(x), C(x_fake)) - gp_weight * gradient_penalty(C, x, x_fake)


def _always_10(C, x, x_fake, gp_weight):
    return wgan_gp_critic_loss(C, x, x_fake)


def _clip_gradients(C):
    nn.utils.clip_grad_norm_(C.parameters(), 1.0)


Exercise(
    "07.7",
    "Algorithm 1",
    reference=wgan_gp_step,
    cases=_games,
    outcome=_after_a_step,
    hints=(
        "As wgan_step, with the penalty in the critic's loss and no clipping: n_critic times the critic, then G once.",
        "Each critic update takes a fresh mini-batch, next(batches), and fresh fakes without gradient (no_grad).",
        "descend(wgan_gp_critic_loss(C, x, x_fake, gp_weight), opt.C) in the loop; after it descend(-C(G(prior(len(x)))).mean(), opt.G).",
    ),
    mistakes={
        "sign_flipped": Mistake(_step(_flipped), "the critic goes the wrong way: it must make W *large*."),
        "generator_flipped": Mistake(_step(sign=1), "G goes the wrong way: it wants *high* scores, L_G = −E C(G(z))."),
        "clip_gradients_instead": Mistake(
            _step(_without_penalty, before=_clip_gradients),
            "that shortens the critic's strides, and bounds nothing: the *penalty* on its slope belongs into the loss.",
        ),
        "clip_weights": Mistake(
            _step(after=lambda C: clip_weights(C, 0.01)), "clipping is notebook 06; the penalty takes its place: leave the weights alone."
        ),
        "no_penalty": Mistake(_step(_without_penalty), "the penalty is missing: nothing bounds the critic's slope."),
        "penalty_subtracted": Mistake(_step(_rewarded), "a penalty subtracted from a loss is a reward: add it."),
        "always_10": Mistake(_step(_always_10), "hand gp_weight on to the loss: it is not always 10."),
        "n_critic_inverted": Mistake(
            _step(turns=lambda n: (1, n)), "the turns are exchanged: n_critic updates of C for one of G."
        ),
        "once_each": Mistake(_step(turns=lambda n: (1, 1)), "C is updated n_critic times before G moves, not once."),
        "always_5": Mistake(_step(turns=lambda n: (5, 1)), "C is updated n_critic times: it is not always 5."),
        "no_generator": Mistake(_step(turns=lambda n: (n, 0)), "the critic is right; after it G makes one update."),
        "generator_in_the_loop": Mistake(_together, "G moves after the loop, once, not after every update of C."),
        "same_batch": Mistake(
            _step(renewed="fake"), "the same real mini-batch for all critic updates: take a fresh one each time, next(batches)."
        ),
        "same_fakes": Mistake(
            _step(renewed="real"), "the same fakes for all critic updates: draw fresh ones each time, G(prior(len(x)))."
        ),
        "no_zero_grad": Mistake(
            _step(zero=False), "each update of C adds the last one's gradient: zero_grad, or descend, which does it."
        ),
    },
    unlike="after one step, with n_critic 1 or 3, the weights of C or G are not what Algorithm 1 makes of them.",
)  # fmt: skip

Exercise(
    "07.6",
    "One side only",
    reference=one_sided_penalty,
    cases=lambda: [(torch.rand(n, device=session.device()).mul(2).requires_grad_(),) for n in (4, 7, 64)],
    hints=(
        "Slopes up to 1 are allowed: only what is above 1 counts, squared.",
        "(norm - 1).relu() is 0 where the norm is below 1.",
        "(norm - 1).relu().square().mean()",
    ),
    mistakes={
        "two_sided": Mistake(
            lambda norm: (norm - 1).square().mean(), "that also lifts slopes below 1: it has two sides."
        ),
        "other_side": Mistake(
            lambda norm: (1 - norm).relu().square().mean(),
            "that punishes slopes *below* 1; it is those above that break the bound.",
        ),
        "not_squared": Mistake(lambda norm: (norm - 1).relu().mean(), "the excess is squared."),
        "norm_itself": Mistake(
            lambda norm: ((norm > 1) * norm.square()).mean(), "it is the excess over 1 that is squared."
        ),
        "sum": Mistake(
            lambda norm: (norm - 1).relu().square().sum(), "the mean over the items, not their sum."
        ),
        "of_those_above": Mistake(
            lambda norm: (norm[norm > 1] - 1).square().mean(),
            "the mean over *all* items: those below 1 count as 0.",
        ),
        "of_the_mean": Mistake(
            lambda norm: (norm.mean() - 1).relu().square(),
            "a slope of 0 and one of 2 would cancel: relu and square for each item, then the mean.",
        ),
    },
)

Exercise(
    "07.5",
    "Why no batch norm?",
    reference="c",
    why="With batch norm C(x_i) depends on the whole batch, and so does its gradient: ‖∇C‖ at one item has no meaning of its own.",
    hints=(
        "Look at the rows of the picture: which items move the score of item 3?",
        "The penalty asks for ‖∇C(x̂_i)‖ = 1, a statement about one item. What else does the gradient now hold?",
    ),
    mistakes={
        "a": Mistake("a", "it has a second derivative; autograd can do it."),
        "b": Mistake("b", "it costs a little time, but that is not what goes wrong."),
        "d": Mistake("d", "weights and slopes may be of any size with either norm."),
    },
)
