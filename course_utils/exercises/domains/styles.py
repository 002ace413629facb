"""Notebook 13, sections 1 and 2: two styles for an image, and what each part of a code decides."""

import torch

from ...influence import share_decided
from ...models import mix_styles
from ..engine.fixtures import SAME_AGAIN, drawn, noise, numbers, small_net, value_alone
from ..engine.tasks import Exercise, Wrong

# ── two styles for some images, judged by which layer got whose code ─────────────────────────────

NOT_A_CODE = "each layer is to get one whole code of the batch, as it is; some of these are none."
FIRST_LAYER = (
    "the first layer always gets the image's own code: the crossing comes after it, at the earliest."
)
BACK_AGAIN = (
    "after its crossing an image does not come back to its own code: all further layers get the other."
)
TWO_OTHERS = "from the crossing on *one* other code, the same for all further layers of an image."
ONE_FOR_ALL = "all images of the batch cross at the same layer: each image is to have a crossing of its own."
ALL_OR_NONE = "the whole batch is mixed, or none of it: each image is drawn for itself."
BY_PLACE = "whether, or where, an image crosses depends on its place in the batch: draw for each by itself."
ONE_GUEST = "all images get the same other code: let each have another one."


def _crossings(fn, arguments):
    """Nothing, if the codes that the layers get are mixed as they should be; else Wrong."""
    w, n_layers, share = arguments
    given = drawn(fn(w, n_layers, share), len(w), n_layers, w.shape[1])
    if given is None:
        return None
    if not given.requires_grad:
        raise Wrong("no gradient leads back to w: F is to learn through this mixture.")
    many = len(w) > 100
    if many and 0 < share < 1 and torch.equal(given, fn(w, n_layers, share)):
        raise Wrong(SAME_AGAIN)
    whose = given[..., 0].round().long()  # the first number of each code is its row
    if whose.min() < 0 or whose.max() >= len(w) or not torch.equal(given, w[whose]):
        raise Wrong(NOT_A_CODE)
    own = whose == torch.arange(len(w), device=w.device)[:, None]  # (B, n_layers)
    if not own[:, 0].all():
        raise Wrong(FIRST_LAYER)
    if (own[:, 1:] & ~own[:, :-1]).any():
        raise Wrong(BACK_AGAIN)
    if (~own[:, :-1] & (whose[:, 1:] != whose[:, :-1])).any():
        raise Wrong(TWO_OTHERS)
    mixed, first = ~own[:, -1], own.sum(1)
    if many and 0 < share < 1 and not 0.01 < mixed.float().mean() < 0.99:
        raise Wrong(ALL_OR_NONE)
    if many and share and n_layers > 2 and len(first[mixed].unique()) == 1:
        raise Wrong(ONE_FOR_ALL)
    if many and share and len(whose[mixed][:, -1].unique()) == 1:
        raise Wrong(ONE_GUEST)
    chance = 4 * (share * (1 - share) / len(w)) ** 0.5 + 8 / len(w)  # a guest may be the image itself
    if abs(mixed.float().mean() - share) > chance:
        raise Wrong(
            f"of {len(w)} images {mixed.sum()} end with another code than their own; asked are about "
            f"{share * len(w):.0f}."
        )
    found = first[mixed].bincount(minlength=n_layers)[1:] / max(1, int(mixed.sum()))
    if many and share and (found - 1 / (n_layers - 1)).abs().max() > 0.05:
        told = ", ".join(f"{100 * part:.0f} %" for part in found.tolist())
        raise Wrong(
            f"after 1, 2, … layers of their own cross {told} of the mixed: all are to be as frequent."
        )
    if many and share:
        n, half = len(w), len(w) // 2
        early, late = (
            (mixed[part].float().mean(), first[part][mixed[part]].float().mean())
            for part in (slice(half), slice(half, n))
        )
        chances = 8 * (share * (1 - share) / n) ** 0.5 + 16 / n, 8 * n_layers / (12 * share * n) ** 0.5
        if any(abs(a - b) > chance for a, b, chance in zip(early, late, chances, strict=True)):
            raise Wrong(BY_PLACE)
    return (w.new_zeros(1),)


def _codes(n, d=3):
    codes = noise(n, d)
    codes[:, 0] = torch.arange(n, device=codes.device)
    return codes.requires_grad_()


def _mixed(first=None, share=None, other=None):
    """mix_styles with other crossings (n, n_layers) → (n, 1), another draw of the mixed, another guest."""

    def wrong(w, n_layers, share_asked=0.9):
        n, layer = len(w), torch.arange(n_layers, device=w.device)
        at = first(n, n_layers) if first else torch.randint(1, n_layers, (n, 1))
        is_mixed = share(n, share_asked) if share else torch.rand(n, 1) < share_asked
        guest = other(w) if other else w.roll(1, 0)
        return torch.where(
            (is_mixed.to(w.device) & (layer >= at.to(w.device)))[..., None], guest[:, None], w[:, None]
        )

    return wrong


def _each_layer_for_itself(w, n_layers, share=0.9):
    guest = torch.rand(len(w), n_layers, device=w.device) < share
    guest[:, 0] = False
    return torch.where(guest[..., None], w.roll(1, 0)[:, None], w[:, None])


def _mean_of_both(w, n_layers, share=0.9):
    at = torch.randint(1, n_layers, (len(w), 1), device=w.device)
    later = torch.arange(n_layers, device=w.device) >= at
    return torch.where(later[..., None], (w[:, None] + w.roll(1, 0)[:, None]) / 2, w[:, None])


Exercise(
    "13.1",
    "Two styles for one image",
    reference=mix_styles,
    cases=lambda: [
        (_codes(2), 3, 0.0),
        (_codes(300), 2, 1.0),
        (_codes(3_000), 7, 0.5),
        (_codes(4_000), 4, 0.9),
    ],
    outcome=_crossings,
    hints=(
        "Three draws for each image: is it mixed, where does it cross, whose code is the other one? For the "
        "last, the batch itself is at hand: its rows in another order.",
        "A table (B, n_layers) of yes and no says which layer gets the other code: `layer >= first`, with "
        "layer = torch.arange(n_layers) and first (B, 1). `torch.randint(1, n_layers, (B, 1))` never gives "
        "0.",
        "torch.where(other[..., None], w.roll(1, 0)[:, None], w[:, None]), with other = (torch.rand(B, 1) < "
        "share) & (layer >= first).",
    ),
    mistakes=dict(
        one_for_all=(_mixed(first=lambda n, L: torch.randint(1, L, (1, 1)).expand(n, 1)), ONE_FOR_ALL),
        from_0=(_mixed(first=lambda n, L: torch.randint(0, L, (n, 1))), FIRST_LAYER),
        all_or_none=(_mixed(share=lambda n, s: (torch.rand(1, 1) < s).expand(n, 1)), ALL_OR_NONE),
        each_layer=(_each_layer_for_itself, BACK_AGAIN),
        mean=(_mean_of_both, NOT_A_CODE),
        one_guest=(_mixed(other=lambda w: w[:1].expand_as(w)), ONE_GUEST),
        never_crossed=(
            lambda w, n_layers, share=0.9: w[:, None].repeat(1, n_layers, 1),
            "of 300 images 0 end with another code than their own; asked are about 300.",
        ),
    ),
)

# ── what a part decides ──────────────────────────────────────────────────────────────────────────


def _rows(*values):
    return tuple(values.reshape(len(values), -1).to(torch.get_default_dtype()) for values in values)


def _wrong_share(
    of=lambda b, a: (b - a).square().sum(1).mean() / 2, by=lambda b: b.var(0, correction=0).sum()
):
    """share_decided with another measure of the change, or another one of the whole."""

    def wrong(before, after):
        before, after = _rows(before, after)
        return of(before, after) / by(before)

    return wrong


def _redrawn(n, shape=(), share=0.5):
    """A measure of n images, before and after: the same numbers, some of them at other images."""
    before = 3 * noise(n, *shape) + 1
    after = before.clone()
    some = torch.rand(n, device=before.device) < share
    after[some] = before[some].roll(1, 0)
    return before, after


def _uneven(n):
    """Three numbers, one with most of the spread, which the part does not decide."""
    before, after = _redrawn(n, (3,), share=1.0)
    after[:, 1] = before[:, 1]
    spread = numbers(1.0, 3.0, 1.0)
    return before * spread, after * spread


def _labels(n):
    eye = torch.eye(10, device=noise(1).device)
    before = eye[torch.randint(10, (n,)) // torch.randint(1, 3, (n,))]
    after = before.clone()
    after[: n // 3] = before[: n // 3].roll(1, 0)
    return before, after


Exercise(
    "13.3",
    "What a part decides",
    reference=share_decided,
    cases=lambda: [_redrawn(20_000), _redrawn(20_000, share=1.0), _uneven(20_001), _labels(20_002)],
    tolerance=3e-4,
    hints=(
        "Write the measure as a sum, m = p + q, p from the part and q from the rest. After the part is drawn "
        "anew it is p' + q. In which expression of both does q cancel out?",
        "before − after = p − p', the difference of two independent draws of p. What is the mean of its "
        "square, in units of the variance of p?",
        "Twice the variance of p. So: mean of the squares, halved, divided by the variance of `before`. For "
        "rows (n, k) both are sums over the k numbers.",
    ),
    mistakes=dict(
        no_half=(
            _wrong_share(of=lambda b, a: (b - a).square().sum(1).mean()),
            "a part that decides all gets 2: two independent draws differ by twice their variance, on "
            "average.",
        ),
        absolute=(
            _wrong_share(lambda b, a: (b - a).abs().sum(1).mean(), lambda b: b.std(0, correction=0).sum()),
            "distances do not add up over independent parts; their squares do.",
        ),
        root=(
            lambda before, after: share_decided(before, after).sqrt(),
            "the shares of independent parts are to add up to 1: spreads do not, their squares do.",
        ),
        not_divided=(
            _wrong_share(by=lambda b: 1.0),
            "that is how much the part decides, in the measure's own units: a share has none.",
        ),
        how_often=(
            lambda before, after: (before != after).to(torch.get_default_dtype()).mean(),
            "how often something changes says nothing of how much; and the measure's own spread is not in "
            "it.",
        ),
        what_stays=(
            lambda before, after: 1 - share_decided(before, after),
            "turned: that is what the *rest* keeps, 1 where the part changes nothing.",
        ),
        of_means=(
            lambda before, after: (before.mean(0) - after.mean(0)).square().sum(),
            "the means of many images hardly change; compare image by image, then take the mean.",
        ),
        each_number=(
            lambda before, after: (
                (_rows(before)[0] - _rows(after)[0]).square().mean(0)
                / 2
                / _rows(before)[0].var(0, correction=0)
            ).mean(),
            "that is the mean share of k numbers; taken together, those with more spread count more: sum "
            "first.",
        ),
        one_mean=(
            _wrong_share(by=lambda b: (b - b.mean()).square().sum(1).mean()),
            "its mean is one number for all k: each of the k numbers has its own.",
        ),
    ),
)

# ── truncation ───────────────────────────────────────────────────────────────────────────────────


def truncated(F, z, psi, z_many):
    """Styles of z (n, z_dim), pulled towards the centre of all styles; z_many (m, z_dim). → (n, w_dim)"""
    centre = F(z_many).mean(0, keepdim=True)
    return centre + psi * (F(z) - centre)


def _towards(centre=lambda F, z, z_many: F(z_many).mean(0), put=lambda w, c, psi: c + psi * (w - c)):
    return lambda F, z, psi, z_many: put(F(z), centre(F, z, z_many), psi)


def _cases_of_truncation():
    def case(n, psi, many):
        return small_net(3, 8, 4), 2 * noise(n, 3) + 0.5, psi, 2 * noise(many, 3) + 0.5

    return [case(1, 0.0, 50), case(7, 0.7, 200), case(5, 1.0, 30), case(6, -0.5, 40)]


Exercise(
    "13.4",
    "Another middle each time",
    kind="debug",
    reference=truncated,
    cases=_cases_of_truncation,
    outcome=value_alone,
    hints=(
        "At ψ = 0 the image is that of the centre alone. Which line makes the centre?",
        "What is z_many.mean(0), for many z? And what does `PixelNorm`, the first layer of F, make of "
        "numbers that are nearly 0, and differ from run to run?",
        "F bends: the mean of its styles is not the style of the mean. F(z_many).mean(0).",
    ),
    mistakes=dict(
        given=(_towards(lambda F, z, z_many: F(z_many.mean(0, keepdim=True))), ""),
        of_0=(
            _towards(lambda F, z, z_many: F(torch.zeros_like(z[:1]))),
            "the style of z = 0 is no more in the middle of all styles than that of any other z: F bends.",
        ),
        no_centre=(
            _towards(lambda F, z, z_many: 0.0),
            "styles are pulled towards 0, and no style needs to lie near it.",
        ),
        of_these=(
            _towards(lambda F, z, z_many: F(z).mean(0)),
            "that is the centre of the few styles to be drawn: with one z alone, its own. z_many is for "
            "this.",
        ),
        turned=(
            _towards(put=lambda w, c, psi: w + psi * (c - w)),
            "turned: ψ = 1 is to leave the styles as they are, ψ = 0 to give the centre.",
        ),
        clamped=(
            _towards(put=lambda w, c, psi: c + (w - c).clamp(-abs(psi), abs(psi))),
            "each number is cut off; asked is the whole way to the centre, shortened by ψ.",
        ),
        z_pulled=(
            lambda F, z, psi, z_many: F(z_many.mean(0) + psi * (z - z_many.mean(0))),
            "that is truncation in z: F comes after it. Here the *styles* are pulled.",
        ),
        no_pull=(_towards(put=lambda w, c, psi: c + w), "the centre is added; the way from it is missing."),
        only_scaled=(
            _towards(put=lambda w, c, psi: psi * (w - c)),
            "the way from the centre is shortened; the centre itself is missing.",
        ),
        one_number=(
            _towards(lambda F, z, z_many: F(z_many).mean()),
            "the centre has as many numbers as a style: the mean over the z, not over all.",
        ),
    ),
)

Exercise(
    "13.5",
    "A jump",
    reference=10.0,
    hints=(
        "Let the whole way in features be 1 long. With `step` ε: how far does the image move, squared, when "
        "it moves evenly? Divide by ε².",
        "In the tenth where it moves, it is ten times as fast. How much is that after the square, and how "
        "often does t fall into this tenth?",
        "100, for a tenth of all t.",
    ),
    mistakes=dict(
        length=(
            1.0,
            "that is the plain length of the way, the same for both; here each small step is squared.",
        ),
        square=(100.0, "that is the square of its speed, while it moves; for most t it stands still."),
        nine=(9.0, "it moves in one tenth of the way: how fast, and how often is it met?"),
        root=(10**0.5, "the square is in the definition already; no root is taken."),
        less=(0.1, "upside down: to stand still and then to jump is the longer way."),
    ),
    why="Ten times as fast, squared, for a tenth of all t. The plain length is the same for both: it is the "
    "square that counts jumps.",
)
