"""Notebook 10, section 2: a step that reads the wrong code, and a reader that becomes too sure."""

import copy
import itertools
import math
from types import SimpleNamespace

import torch
from torch import nn

from ...losses import code_nll, discriminator_loss, non_saturating
from ...steps import infogan_step
from ...train import descend
from ..engine.compare import same
from ..engine.fixtures import after_updates, named, noise, plain_descent, small_net, uniform
from ..engine.tasks import Exercise, Wrong

# ── the step ─────────────────────────────────────────────────────────────────────────────────────


class _Reader(nn.Module):
    """D and Q on one body, of points. (B, 3) → (B, 1), (B, 14)"""

    def __init__(self):
        super().__init__()
        self.body, self.D, self.Q = small_net(3, 5), small_net(5, 1), small_net(5, 14)

    def forward(self, x):
        features = self.body(x).tanh()
        return self.D(features), self.Q(features)


class _Deal:
    """The same items, one batch after another; and the same noise and codes, draw after draw."""

    def __init__(self, *parts):
        self.parts, self.n = parts, 0

    def next(self):
        """What is dealt next."""
        return tuple(part[self.n % len(part)] for part in self.parts)

    def __next__(self):
        return self(0)[0], None

    def __call__(self, n):
        dealt = self.next()
        self.n += 1
        return dealt


def _games():
    def case(n, weight, share):
        code = torch.eye(10, device=noise(1).device)[torch.randint(10, (8, n))]
        code = torch.cat([code, 2 * uniform(8, n, 2) - 1], 2)
        return (
            _Deal(1 + noise(8, n, 3)),
            small_net(4 + 12, 3),
            _Reader(),
            _Deal(noise(8, n, 4), code),
            weight,
            share,
        )

    return [case(4, 1.0, 0.1), case(9, 0.5, 1.0)]


def _after_a_step(fn, arguments):
    batches, G, DQ, prior, weight, share = arguments
    opt = SimpleNamespace(G=plain_descent(G), DQ=plain_descent(DQ))
    batches.n = prior.n = 0

    def update():
        z, code = prior.next()
        nets = [(G, copy.deepcopy(G)), (DQ, copy.deepcopy(DQ))]
        said = fn(batches, G=G, DQ=DQ, opt=opt, prior=prior, weight=weight, numbers=share)
        if isinstance(said, dict) and "unread" in said:
            paid = (code_nll(q(g(torch.cat([z, code], 1)))[1], code)[0] for g, q in itertools.product(*nets))
            if not any(
                same(torch.as_tensor(said["unread"]).detach().to(value).squeeze(), value, 1e-4)
                for value in paid
            ):
                raise Wrong("`unread` is to be what Q pays for the category from which the images were made.")
        return said

    return after_updates(update, n=2, told=named("L_D", "L_G", "unread"), body=DQ.body, D=DQ.D, Q=DQ.Q, G=G)


def step_that_reads_another_code(batches, *, G, DQ, opt, prior, weight=1.0, numbers=0.1):
    """As shown: the code that is to be read is not the one that made the images."""
    x, _ = next(batches)
    z, code = prior(len(x))
    x_fake = G(torch.cat([z, code], 1))

    def L_Q(told):
        _, code = prior(len(x))
        in_category, in_numbers = code_nll(told, code)
        return in_category + numbers * in_numbers

    (on_real, _), (on_fake, told) = DQ(x), DQ(x_fake.detach())
    L_D = discriminator_loss(on_real, on_fake)
    descend(L_D + L_Q(told), opt.DQ)
    on_fake, told = DQ(x_fake)
    L_G = non_saturating(on_fake)
    descend(L_G + weight * L_Q(told), opt.G)
    return dict(L_D=L_D, L_G=L_G, unread=code_nll(told, code)[0])


def _step(
    to_D=lambda L_D, L_Q, w: L_D + L_Q,
    to_G=lambda L_G, L_Q, w: L_G + w * L_Q,
    seen=torch.detach,
    part=lambda category, numbers, share: category + share * numbers,
    reads="fake",
    code_of=lambda code, prior, n: code,
    codes_at_G=lambda code, prior, n: code,
    drawn_for_G=lambda z, code, prior, n: (z, code),
    moved="DQ",
):
    """The step with other losses, or another code in one of them."""

    def wrong(batches, *, G, DQ, opt, prior, weight=1.0, numbers=0.1):
        x, _ = next(batches)
        z, code = prior(len(x))
        x_fake = G(torch.cat([z, code], 1))
        (on_real, on_x), (on_fake, told) = DQ(x), DQ(seen(x_fake))
        L_D = discriminator_loss(on_real, on_fake)
        L_Q = part(*code_nll(on_x if reads == "real" else told, code_of(code, prior, len(x))), numbers)
        descend(to_D(L_D, L_Q, weight), getattr(opt, moved))
        z, code = drawn_for_G(z, code, prior, len(x))
        x_fake = G(torch.cat([z, code], 1))
        on_fake, told = DQ(x_fake)
        L_G, L_Q = non_saturating(on_fake), part(*code_nll(told, codes_at_G(code, prior, len(x))), numbers)
        descend(to_G(L_G, L_Q, weight), opt.G)
        return dict(L_D=L_D, L_G=L_G, unread=code_nll(told, code)[0].detach())

    return wrong


def _anew(code, prior, n):
    return prior(n)[1]


Exercise(
    "10.3",
    "Deaf ears",
    kind="debug",
    reference=infogan_step,
    cases=_games,
    outcome=_after_a_step,
    hints=(
        "log 10: of ten codes Q rules out none. Could anybody do better, given what Q is asked for?",
        "Follow `code` from the line where it is drawn to the line where Q is judged by it. Is it the same "
        "one?",
        "Inside L_Q a second code is drawn, and no image was made from it. Delete that line.",
    ),
    mistakes=dict(
        given=(step_that_reads_another_code, ""),
        still_for_D=(
            _step(code_of=_anew),
            "G is judged by its own code now; but Q still learns from codes that made no image.",
        ),
        still_for_G=(
            _step(codes_at_G=_anew),
            "Q reads the right code now; but G is still judged by another one.",
        ),
        D_alone=(
            _step(to_G=lambda L_G, L_Q, w: L_G),
            "Q learns to read, but G is not asked to be readable: its loss lacks the code.",
        ),
        G_alone=(
            _step(to_D=lambda L_D, L_Q, w: L_D),
            "G wants to be read, but Q does not learn to read: the code is missing in the loss of D and Q.",
        ),
        nobody=(
            _step(to_D=lambda L_D, L_Q, w: L_D, to_G=lambda L_G, L_Q, w: L_G),
            "the code is in nobody's loss now: a plain GAN.",
        ),
        drawn_again=(
            _step(drawn_for_G=lambda z, code, prior, n: prior(n)),
            "for its own loss G makes images of another draw. That would learn as well; but one draw is to "
            "serve for all of it.",
        ),
        reads_real=(
            _step(reads="real"),
            "Q reads the code from real images: nobody made those from it.",
        ),
        against=(
            _step(to_G=lambda L_G, L_Q, w: L_G - w * L_Q),
            "G now wants *not* to be read: L_Q is small where the code is read, and a loss goes down.",
        ),
        against_D=(
            _step(to_D=lambda L_D, L_Q, w: L_D - L_Q),
            "Q now learns to read badly: L_Q is a loss for Q, too.",
        ),
        no_numbers=(
            _step(part=lambda category, numbers, share: category),
            "the category is right; the numbers are not read any more.",
        ),
        numbers_in_full=(
            _step(part=lambda category, numbers, share: category + numbers),
            "the share of the numbers' loss, `numbers`, is lost.",
        ),
        weight_for_both=(
            _step(to_D=lambda L_D, L_Q, w: L_D + w * L_Q),
            "the weight λ is the price that *G* pays. Q reads as well as it can, whatever G pays.",
        ),
        no_weight=(
            _step(to_G=lambda L_G, L_Q, w: L_G + L_Q),
            "the weight λ of the code in G's loss is lost.",
        ),
    ),
    unlike="after one round D, Q or G are not where InfoGAN's step brings them.",
)

# ── the numbers' loss ────────────────────────────────────────────────────────────────────────────


def numbers_nll(mean, log_var, numbers):
    """−log of Q's Normals at the numbers, in nats; Q may not be surer than a variance of e⁻⁵. → scalar"""
    log_var = log_var.clamp(min=-5.0)
    error = (numbers - mean).square() / log_var.exp()
    return 0.5 * (math.log(2 * math.pi) + log_var + error).sum(1).mean()


def numbers_nll_without_floor(mean, log_var, numbers):
    error = (numbers - mean).square() / log_var.exp()
    return 0.5 * (math.log(2 * math.pi) + log_var + error).sum(1).mean()


def _told():
    """Modest variances; variances that have run away, with errors as small; and one of both."""
    cases = []
    for n, d, low, high in (
        (4, 1, -3.5, 1.0),
        (9, 2, -3.5, 1.0),
        (40, 8, -3.9, -3.6),
        (5, 2, -40.0, -30.0),
        (6, 2, -90.0, 0.5),
    ):
        numbers, log_var = 2 * uniform(n, d) - 1, low + (high - low) * uniform(n, d)
        mean = numbers + (log_var / 2).exp() * noise(n, d)
        cases.append((mean.requires_grad_(), log_var.requires_grad_(), numbers))
    return cases


TEACHES_NOTHING = (
    "where the other numbers are sure, one that is read badly teaches Q nothing any more, as if the *loss* "
    "were clamped. Where does the prize come from?"
)


def _bounded(fn, arguments):
    """The loss where variances are modest; where they ran away, whether it has a floor and still a slope."""
    mean, log_var, numbers = arguments
    loss = fn(mean, log_var, numbers)
    if loss is None or loss is Ellipsis:
        return None
    if not isinstance(loss, torch.Tensor) or loss.numel() != 1:
        raise Wrong("one number is asked: the sum over a code's numbers, the mean over the batch.")
    if not loss.isfinite():
        raise Wrong("its result is not finite (nan or inf) where the variance is tiny.")
    if log_var.min() > -4:
        grads = torch.autograd.grad(loss, (mean, log_var), allow_unused=True)
        if grads[0] is None or grads[1] is None:
            raise Wrong("no gradient reaches the mean, or the log-variance: Q could not learn it.")
        return (loss.detach(), *grads)
    d = numbers.shape[1]
    # the tiniest variance that is not 0, and means that are right
    deepest = torch.full_like(log_var, math.log(torch.finfo(log_var.dtype).tiny) + 2)
    least, before = (fn(numbers, deepest + more, numbers).item() / d for more in (0, 10))
    if before - least < 1 and least < -4.001:
        raise Wrong(f"there is a floor now, but a low one: {least:.3g} for each number; asked is −4.")
    if least < -4.001:
        (slope,) = torch.autograd.grad(loss, mean)
        if slope.abs().max() < 1e3:
            raise Wrong(
                "the error is divided by no tiny variance any more; but + log_var still goes on down."
            )
        raise Wrong(
            f"where Q is as sure as it can be, this still gives {-least:.0f} nats for each number, and more "
            "for every step further: nothing stops it."
        )
    sure, misread = torch.full_like(log_var, -30.0), numbers.clone()
    sure[0, 0], misread[0, 0] = 0.0, misread[0, 0] + 0.5
    loss = fn(misread.requires_grad_(), sure.requires_grad_(), numbers)
    grads = torch.autograd.grad(loss, (misread, sure), allow_unused=True, materialize_grads=True)
    if any(grad[0, 0] == 0 for grad in grads):
        raise Wrong(TEACHES_NOTHING)
    return ()


def _of(change, d=None):
    """The loss with another log-variance."""
    return lambda mean, log_var, numbers: numbers_nll_without_floor(mean, change(log_var), numbers)


Exercise(
    "10.5",
    "The grey pixel",
    kind="debug",
    reference=numbers_nll,
    cases=_told,
    outcome=_bounded,
    tolerance=2e-3,
    hints=(
        "What does Q gain by log_var = −20 instead of −10, if its means are right to four digits? And what "
        "does G gain by making that possible?",
        "A line that is right in statistics may be wrong as a prize: here it pays without end. Where could "
        "one stop?",
        "log_var = log_var.clamp(min=-5) in the first line: surer than that is worth no more.",
    ),
    mistakes=dict(
        given=(numbers_nll_without_floor, ""),
        loss_clamped=(
            lambda mean, log_var, numbers: numbers_nll_without_floor(mean, log_var, numbers).clamp(min=-2.0),
            TEACHES_NOTHING,
        ),
        upper_end=(
            _of(lambda v: v.clamp(max=-5.0)),
            "that is the other end: no log-variance may be *above* −5 now. Too sure means too far below.",
        ),
        positive=(
            _of(lambda v: v.clamp(min=0.0)),
            "no variance below 1: but the numbers lie between −1 and 1, so that Q could say nothing. The "
            "floor is to lie lower.",
        ),
        relu=(
            _of(torch.relu),
            "no variance below 1: but the numbers lie between −1 and 1, so that Q could say nothing. The "
            "floor is to lie lower.",
        ),
        fixed=(
            _of(torch.zeros_like),
            "now the spread is fixed. That stops it; but Q cannot say any more how sure it is: no "
            "gradient reaches the log-variance.",
        ),
        std_for_variance=(
            lambda mean, log_var, numbers: (
                0.5
                * (math.log(2 * math.pi) + log_var + (numbers - mean).square() / (2 * log_var).exp())
                .sum(1)
                .mean()
            ),
            "exp(2 log_var) is no variance: log_var is log σ² already.",
        ),
        no_log_var=(
            lambda mean, log_var, numbers: (
                0.5 * (math.log(2 * math.pi) + (numbers - mean).square() / log_var.exp()).sum(1).mean()
            ),
            "without + log_var nothing is a Normal density any more: a huge variance would cost nothing.",
        ),
        mean_over_numbers=(
            lambda mean, log_var, numbers: numbers_nll(mean, log_var, numbers) / numbers.shape[1],
            "the floor is there; but the code's numbers are to be summed, not averaged.",
        ),
        absolute=(
            _of(torch.abs),
            "|log σ²| turns a variance of 1/10 into one of 10: Q could say nothing.",
        ),
        floor_on_std=(
            lambda mean, log_var, numbers: (
                0.5
                * (
                    math.log(2 * math.pi)
                    + log_var
                    + (numbers - mean).square() / log_var.exp().clamp(min=math.exp(-5.0))
                )
                .sum(1)
                .mean()
            ),
            "the floor is in one of the two places only: + log_var still goes down without end.",
        ),
    ),
    unlike="where the variance is modest it is not −log of a Normal density, summed over the numbers.",
)
