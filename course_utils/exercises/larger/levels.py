"""Notebook 11, section 2: a step of one level to mend, and three LapGANs with a fault."""

from types import SimpleNamespace

import torch
from torch import nn, no_grad

from ...losses import discriminator_loss, nll_fake, nll_real, non_saturating, r1_penalty
from ...pyramid import larger, smaller
from ...steps import lapgan_step
from ...train import descend, ema_of
from ..engine.fixtures import after_updates, named, noise, plain_descent, small_net, uniform
from ..engine.tasks import Exercise, Wrong


class _Details(nn.Module):
    """A small G. z (B, 4), small (B, 1, 2, 2) → (B, 1, 4, 4)"""

    def __init__(self):
        super().__init__()
        self.net = small_net(8, 6, 16)

    def forward(self, z, small):
        return self.net(torch.cat([z, small.flatten(1)], 1)).view(-1, 1, 4, 4)


class _Judge(nn.Module):
    """A small D, which adds detail and small image by itself. → (B, 1)"""

    def __init__(self):
        super().__init__()
        self.net = small_net(32, 5, 1)

    def forward(self, detail, small):
        coarse = larger(small)
        return self.net(torch.cat([coarse, coarse + detail], 1))


class _Deal:
    """The same batches, one after the other."""

    def __init__(self, parts):
        self.parts, self.n = parts, 0

    def __next__(self):
        self.n += 1
        return self.parts[(self.n - 1) % len(self.parts)], None


class _Noise:
    """Noise for each batch, the same however often it is drawn: one draw may do for both updates."""

    def __init__(self, batches, parts):
        self.batches, self.parts = batches, parts

    def __call__(self, n):
        z = self.parts[(self.batches.n - 1) % len(self.parts)]
        if n != len(z):
            raise Wrong(f"noise for {n} images is drawn, but the batch has {len(z)}: prior(len(x)).")
        return z


def _games():
    games = []
    for n, weight in ((4, 1.0), (8, 3.0)):
        batches = _Deal(2 * uniform(6, n, 1, 4, 4) - 1)
        games.append((batches, _Details(), _Judge(), _Noise(batches, noise(6, n, 4)), weight))
    return games


def _after_a_step(fn, arguments):
    batches, G, D, prior, weight = arguments
    opt = SimpleNamespace(G=plain_descent(G), D=plain_descent(D))
    G_ema = ema_of(G, 0.5)
    batches.n = 0

    def update():
        return fn(batches, G=G, D=D, G_ema=G_ema, opt=opt, prior=prior, r1_weight=weight)

    return after_updates(update, n=2, told=named("L_D", "L_G", "r1"), D=D, G=G, G_ema=G_ema.module)


def step_that_adds_twice(batches, *, G, D, G_ema, opt, prior, r1_weight=0.1):
    """As shown: D learns from fakes to which the enlarged image was added, and adds it once more."""
    x, _ = next(batches)
    small = smaller(x)
    detail = x - larger(small)
    with no_grad():
        fake = larger(small) + G(prior(len(x)), small)
    L_D = discriminator_loss(D(detail, small), D(fake, small))
    few = len(x) // 4 or 1
    r1 = r1_penalty(lambda detail: D(detail, small[:few]), detail[:few])
    descend(L_D + r1_weight / 2 * r1, opt.D)
    L_G = non_saturating(D(G(prior(len(x)), small), small))
    descend(L_G, opt.G)
    G_ema.update_parameters(G)
    return dict(L_D=L_D, L_G=L_G, r1=r1)


def _step(
    real=lambda x, coarse: x - coarse,
    fake=lambda fake, coarse: fake,
    fake_at_G=lambda fake, coarse: fake,
    told=lambda small: small,
    L_D_of=discriminator_loss,
    L_G_of=non_saturating,
    weigh=lambda weight: weight / 2,
    keep=lambda G_ema, G: G_ema.update_parameters(G),
    keep_before=lambda G_ema, G: None,
):
    """The step with another pair, another condition, or another loss."""

    def wrong(batches, *, G, D, G_ema, opt, prior, r1_weight=0.1):
        x, _ = next(batches)
        small = smaller(x)
        coarse = larger(small)
        detail = real(x, coarse)
        with no_grad():
            drawn = fake(G(prior(len(x)), small), coarse)
        L_D = L_D_of(D(detail, small), D(drawn, told(small)))
        few = len(x) // 4 or 1
        r1 = r1_penalty(lambda detail: D(detail, small[:few]), detail[:few])
        descend(L_D + weigh(r1_weight) * r1, opt.D)
        L_G = L_G_of(D(fake_at_G(G(prior(len(x)), small), coarse), told(small)))
        keep_before(G_ema, G)
        descend(L_G, opt.G)
        keep(G_ema, G)
        return dict(L_D=L_D, L_G=L_G, r1=r1)

    return wrong


def _added(fake, coarse):
    return coarse + fake


Exercise(
    "11.3",
    "All is well",
    kind="debug",
    reference=lapgan_step,
    cases=_games,
    outcome=_after_a_step,
    hints=(
        "Both losses below chance: D is right about what it is trained on, and yet takes for real what G "
        "shows it in its own update. So D is not trained on what G shows. Compare the two.",
        "What does D do with its first argument? Add the enlarged image to each of the three things that it "
        "is given in this step: what comes out?",
        "In D's update `fake` is an image, in G's update it is details. D adds the enlarged image by itself: "
        "fake = G(prior(len(x)), small).",
    ),
    unlike="after two updates G or D are not what a level of a LapGAN makes of them.",
    mistakes=dict(
        given=(step_that_adds_twice, ""),
        at_both=(
            _step(fake=_added, fake_at_G=_added),
            "now G shows what D is trained on; but both are images, to which D adds the small one again, and "
            "the real ones are details.",
        ),
        all_images=(
            _step(real=lambda x, coarse: x, fake=_added, fake_at_G=_added),
            "all three are images now, and D adds the enlarged image to each: it judges sums that are no "
            "images. It is given details.",
        ),
        real_is_x=(
            _step(real=lambda x, coarse: x),
            "the fakes are details now, but the real ones have become images: D tells them apart at a "
            "glance.",
        ),
        less=(
            _step(fake=lambda fake, coarse: fake - coarse),
            "now the enlarged image is subtracted from details that never had it.",
        ),
        wrong_small=(
            _step(told=lambda small: small.roll(1, 0)),
            "the fakes are judged beside the small image of another digit.",
        ),
        exchanged=(
            _step(L_D_of=lambda on_real, on_fake: discriminator_loss(on_fake, on_real)),
            "real and fake are exchanged in D's loss.",
        ),
        G_wants_fake=(_step(L_G_of=nll_fake), "G learns to be taken for fake."),
        only_real=(
            _step(L_D_of=lambda on_real, on_fake: nll_real(on_real)),
            "D sees no fakes any more: it calls everything real.",
        ),
        no_half=(_step(weigh=lambda weight: weight), "R1's weight is half of r1_weight, as before."),
        no_r1=(_step(weigh=lambda weight: 0.0), "the fakes are right; R1 was right, too, and is gone."),
        ema_first=(
            _step(keep=lambda G_ema, G: None, keep_before=lambda G_ema, G: G_ema.update_parameters(G)),
            "G_ema takes G's weights before the update: it is always one update late.",
        ),
        ema_twice=(
            _step(keep=lambda G_ema, G: [G_ema.update_parameters(G) for _ in range(2)]),
            "G_ema is updated twice for each update of G.",
        ),
        no_ema=(
            _step(keep=lambda G_ema, G: None),
            "G_ema stays where it was: update_parameters is gone.",
        ),
    ),
)


LEVELS = {"A": "level 14", "B": "level 28", "C": "level 7"}
COLUMNS = ("precision from noise", "misread from real 7", "misread from real 14")


def unknown_levels(runs):
    """The runs of `lapgan_unknown`, with letters in place of their faults. → table"""
    return {letter: {column: runs[fault][column] for column in COLUMNS} for letter, fault in LEVELS.items()}


Exercise(
    "11.4",
    "Where is the fault?",
    kind="read",
    reference="CAB",
    hints=(
        "An image grown from a real 14 × 14 one has been drawn by the last level alone. Whose share of "
        "misread ones is high there?",
        "From real 7 × 7 images two levels draw. Which network is right from 14 on, and not from 7 on?",
        "One is right from both. Its fault is in what it begins with: would half of the digits, each as good "
        "as before, cost precision?",
    ),
    mistakes=dict(
        last_two=("CBA", "the fault at 14 must not show where a real 14 × 14 image is the start."),
        first_two=("ACB", "a network that is right from real 7 × 7 images has no fault at 14."),
        turned=(
            "BAC",
            "half of the digits: does a single image look worse for that? Compare the precision.",
        ),
        by_letters=("ABC", "that is the order of the rows: look at the two columns of misread images."),
        other=("BCA", "at which start does a network begin to fail? Begin with the last column."),
    ),
    why="A is right from real 14 × 14 images, and not from 7 × 7 ones: its second level draws details that "
    "do not belong. C is right from both: only its own start is bad, and its precision is the best. B is "
    "left for the last level.",
)
