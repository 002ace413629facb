"""The design of notebook 08: a direction of w that makes a seven bolder, and leaves it that seven."""

import torch
from torch import no_grad

from ... import metrics, pretrained, session
from ...priors import gaussian
from ..engine.tasks import Contest, Exercise, Wrong, called

N_DRAWS, BOLDER = 1_500, 1.4
SCORE = "share of sevens that become bolder, stay sevens and stay themselves"
DIGIT_LOST = (
    "more than half of them are no sevens any more: the direction changes the digit, too, or goes too far."
)
TOO_LITTLE = (
    "fewer than half of them get 1.4 times the ink. Go further, if this is a direction of ink; if it were, "
    "what would bold sevens have that thin ones lack?"
)
THINNER = "they become thinner: the other way round."


def bolder():
    """→ (50,): added to the w of a seven, it makes that seven bolder"""
    net, read = pretrained.load("alae"), pretrained.load("classifier")
    with no_grad():
        w = net.F(gaussian(50)(4_000))
        x = metrics.in_parts(net.G, w)
        sevens = metrics.in_parts(read, x).argmax(1) == 7
        w, ink = w[sevens], x[sevens].sum((1, 2, 3))
        thin, bold = ink < ink.quantile(0.2), ink > ink.quantile(0.8)
        return w[bold].mean(0) - w[thin].mean(0)


def _ink(x):
    return ((x + 1) / 2).sum((1, 2, 3))


def _unit(x):
    x = x.flatten(1) - x.flatten(1).mean(1, keepdim=True)
    return x / x.norm(dim=1, keepdim=True)


def effects(direction, seed):
    """What it does to some 150 sevens drawn with this seed. → (n,) each: ink ÷ before, a seven? itself?"""
    net, read = pretrained.load("alae"), pretrained.load("classifier")
    with session.seeded(1_000 + seed), no_grad():
        w = net.F(gaussian(50)(N_DRAWS))
        w = w[metrics.in_parts(lambda part: read(net.G(part)), w).softmax(1)[:, 7] > 0.9]
        x, x_bold = net.G(w), net.G(w + direction)
        is_seven = read(x_bold).argmax(1) == 7
        alike = _unit(x_bold) @ _unit(x).T  # each of them with every seven as it was
    return _ink(x_bold) / _ink(x), is_seven, alike.diagonal() > alike.roll(1, 1).diagonal()


def judged(given, seed):
    """The share of sevens with which all goes well, 0 to 1."""
    ink, is_seven, is_itself = effects(_checked(given), seed)
    fine = (ink > BOLDER) & is_seven & is_itself
    shares = [round(100 * part.float().mean().item()) for part in (ink > BOLDER, is_seven, is_itself)]
    typical = ink.median().item()
    if fine.float().mean() < 0.7:
        print(f"typically {typical:.2f} times the ink; bolder {shares[0]} %,", end=" ")
        print(f"still sevens {shares[1]} %, still like themselves {shares[2]} %")
    if typical < 0.95:
        raise Wrong(THINNER)
    if is_seven.float().mean() < 0.5:
        raise Wrong(DIGIT_LOST)
    if shares[0] < 50:
        raise Wrong(TOO_LITTLE)
    return fine.float().mean().item()


def _checked(given):
    """The direction, if it is one."""
    given = called(given)  # it may ask F and G for gradients
    try:
        direction = torch.as_tensor(given)
    except (TypeError, ValueError, RuntimeError):
        raise Wrong(f"50 numbers are asked, to be added to w, not {type(given).__name__}.") from None
    if direction.numel() != 50:
        raise Wrong(f"one direction for all sevens is asked, 50 numbers; this has {tuple(direction.shape)}.")
    if direction.layout != torch.strided:
        raise Wrong("50 plain numbers are asked, not a sparse tensor.")
    try:
        direction = direction.detach().to(session.device()).flatten().float()
        finite = bool(direction.isfinite().all())
    except Exception as error:
        raise Wrong(f"50 plain numbers are asked; these are not: {error}") from None
    if not finite:
        raise Wrong("it is not finite: was one of the groups empty?")
    return direction


def between_groups(of=7, share=0.2, size=1.0):
    """A direction as `bolder` finds it, from other digits (None: all), other groups, or of another size."""

    def direction():
        net, read = pretrained.load("alae"), pretrained.load("classifier")
        with no_grad():
            w = net.F(gaussian(50)(4_000))
            x = metrics.in_parts(net.G, w)
            y = metrics.in_parts(read, x).argmax(1)
            w, ink = (w, _ink(x)) if of is None else (w[y == of], _ink(x[y == of]))
            v = w[ink > ink.quantile(1 - share)].mean(0) - w[ink < ink.quantile(share)].mean(0)
        return size * v

    return direction


def noise():
    return torch.randn(50, device=session.device())


Exercise(
    "08.7",
    "Make this seven bolder",
    reference=bolder,
    hints=(
        "Two groups that differ in what you want to change, and in nothing else: the difference of their "
        "mean codes is a direction.",
        "Bold and thin of *all* digits differ in more than the stroke: which digits have little ink anyway? "
        "Draw w = F(z), and keep what our classifier reads as a seven.",
        "The w of the fifth with most ink, its mean, minus that of the fifth with least. If it is bolder by "
        "less than 1.4 times, go further along it; if sevens are lost, less far.",
    ),
    mistakes=dict(
        all_digits=(between_groups(of=None), DIGIT_LOST),
        too_far=(between_groups(size=4.0), DIGIT_LOST),
        noise=(noise, TOO_LITTLE),
        thinner=(between_groups(size=-1.0), THINNER),
        too_short=(between_groups(size=0.4), TOO_LITTLE),
        many=(
            lambda: torch.zeros(10, 50),
            "one direction for all sevens is asked, 50 numbers; this has (10, 50).",
        ),
        a_number=(lambda: 1.4, "one direction for all sevens is asked, 50 numbers; this has ()."),
        a_text=(lambda: "bolder", "50 numbers are asked, to be added to w, not str."),
    ),
    contest=Contest(
        judged,
        bar=0.7,
        score=SCORE,
        controls={"nothing added": 0.0, "noise": 0.0, "bold minus thin of all digits": 0.02},
        lower_is_better=False,
        seeds=3,
        needed=2,
    ),
)
