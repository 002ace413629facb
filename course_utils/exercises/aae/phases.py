"""Notebook 03, section 1: the two players' losses and updates, and how well codes match a prior."""

import math
from types import SimpleNamespace

import torch
from torch import nn
from torch.nn.functional import softplus

from ... import data, models, session
from ...losses import nll_fake, nll_real
from ...priors import gaussian
from ...steps import aae_step
from ...train import adam, train
from ..engine.fixtures import after_updates, noise, numbers, plain_descent, small_net
from ..engine.tasks import Exercise

Exercise(
    "03.1",
    "The other half",
    reference=nll_fake,
    cases=lambda: [
        *((noise(*s, grad=True),) for s in ((1, 1), (7, 1), (5, 3))),
        (numbers([1000.0], [-1000.0], grad=True),),
    ],
    hints=(
        "D = σ(logits) is the probability of *real*. What is the probability of *fake*?",
        "σ(a) and σ(−a) add up to 1: at the logit a an item is as surely fake as one at −a is real.",
        "So nll_fake(a) is nll_real(−a): softplus with the other sign, and the mean.",
    ),
    mistakes=dict(
        as_if_real=(
            lambda logits: softplus(-logits).mean(),
            "that is −log D, the surprise at a real one. At a fake it grows with the logit.",
        ),
        sign_flipped=(lambda logits: -softplus(logits).mean(), "that is log(1 − D); a surprise is positive."),
        negative_of_real=(
            lambda logits: -softplus(-logits).mean(),
            "that is log D. Not the loss changes its sign here, but the logit.",
        ),
        summed=(lambda logits: softplus(logits).sum(), "you sum over the batch: take the mean over items."),
        overflows=(
            lambda logits: -(1 - logits.sigmoid()).log().mean(),
            "right, but at a logit of 1,000 the sigmoid is 1 and log 0 is −∞. softplus does not overflow.",
        ),
        D_itself=(
            lambda logits: logits.sigmoid().mean(),
            "that is D itself, the mean probability of real; a surprise is minus the log of a probability.",
        ),
        no_sigmoid=(
            lambda logits: -(1 - logits).log().mean(),
            "logits are no probabilities: D is their sigmoid, and it belongs in the loss.",
        ),
    ),
)


def regularize(x, z, enc, D, opt):
    """One regularization phase: D by opt.D, on draws z of the prior; then enc by opt.enc. → L_enc, scalar"""
    L_D = nll_real(D(z)) + nll_fake(D(enc(x).detach()))
    opt.D.zero_grad()
    L_D.backward()
    opt.D.step()
    L_enc = nll_real(D(enc(x)))
    opt.enc.zero_grad()
    L_enc.backward()
    opt.enc.step()
    return L_enc


def _regularize(
    L_D=lambda D, z, z_code: nll_real(D(z)) + nll_fake(D(z_code.detach())),
    L_enc=lambda D, z_code: nll_real(D(z_code)),
    clear_D=True,
    clear_enc=True,
    step_D=True,
    step_enc=True,
    encoder_first=False,
):
    """`regularize` with another loss, or without one of its lines."""

    def wrong(x, z, enc, D, opt):
        def of_D():
            loss = L_D(D, z, enc(x))
            if clear_D:
                opt.D.zero_grad()
            loss.backward()
            if step_D:
                opt.D.step()

        def of_enc():
            loss = L_enc(D, enc(x))
            if clear_enc:
                opt.enc.zero_grad()
            loss.backward()
            if step_enc:
                opt.enc.step()
            return loss

        if encoder_first:
            loss = of_enc()
            of_D()
            return loss
        of_D()
        return of_enc()

    return wrong


def _as_given(x, z, enc, D, opt):
    L_D = nll_real(D(z)) + nll_fake(D(enc(x).detach()))
    opt.D.zero_grad()
    L_D.backward()
    opt.D.step()
    L_enc = nll_real(D(enc(x)))
    opt.D.zero_grad()
    L_enc.backward()
    opt.enc.step()
    return L_enc


def _D_twice(x, z, enc, D, opt):
    _regularize(step_enc=False)(x, z, enc, D, opt)
    return _regularize()(x, z, enc, D, opt)


def _both_players(fn, arguments):
    """The outcome: the weights of both after one and two updates (D, which moves first, first), and L_enc."""
    x, z, enc, D = arguments
    opt = SimpleNamespace(enc=plain_descent(enc), D=plain_descent(D))
    return after_updates(lambda: fn(x, z, enc, D, opt), D=D, enc=enc)


Exercise(
    "03.2",
    "Codes that swing",
    kind="debug",
    reference=regularize,
    cases=lambda: [(noise(n, 5), noise(n, 2), small_net(5, 4, 2), small_net(2, 8, 1)) for n in (1, 7)],
    outcome=_both_players,
    hints=(
        "Swings that grow: the encoder still moves by what was right many updates ago. What keeps old "
        "gradients?",
        "`backward` adds to what is in .grad. Go through two calls in a row: whose .grad is cleared before "
        "each backward, and whose is used after it?",
        "Before L_enc.backward() the encoder's gradients have to go: opt.enc.zero_grad().",
    ),
    mistakes=dict(
        given=(_as_given, ""),
        encoder_first=(
            _regularize(encoder_first=True),
            "the encoder now moves before D: first D, then the encoder, as in the text.",
        ),
        helps_D=(
            _regularize(L_enc=lambda D, z_code: nll_fake(D(z_code))),
            "now the encoder descends on nll_fake: it helps D. Its loss was right; look at the .grad.",
        ),
        swapped=(
            _regularize(L_D=lambda D, z, z_code: nll_real(D(z_code.detach())) + nll_fake(D(z))),
            "D now takes codes for real and draws for fake. Its loss was right; look at the .grad.",
        ),
        D_keeps_its_gradient=(
            _regularize(clear_D=False),
            "now D keeps its old gradients, those of L_enc among them: clear them before L_D.backward().",
        ),
        codes_only=(
            _regularize(L_D=lambda D, z, z_code: nll_fake(D(z_code.detach()))),
            "D now judges codes alone: it knows nothing of the prior. Its loss was right; look at the .grad.",
        ),
        draws_only=(
            _regularize(L_D=lambda D, z, z_code: nll_real(D(z))),
            "D now judges draws alone, and takes all for real. Its loss was right; look at the .grad.",
        ),
        D_twice=(
            _D_twice,
            "D now has two updates for one of the encoder: one each.",
        ),
        detach_in_both=(
            _regularize(L_enc=lambda D, z_code: nll_real(D(z_code.detach()))),
            "with .detach() in L_enc no gradient reaches the encoder: it stands still.",
        ),
    ),
)

Exercise(
    "03.3",
    "Three codes for each draw",
    reference=-math.log(3),
    tolerance=0.01,
    why="Of four items there, one is a draw: the best D says ¼, and σ(a) = ¼ at a = −log 3. In general the "
    "best logit is log(p / q), and it is 0 where codes and draws are equally dense.",
    hints=(
        "Around z, one of four items is a draw from the prior. D pays −log D for it, −log(1 − D) for the "
        "three others.",
        "Minimize −log D − 3 log(1 − D): the derivative −1/D + 3/(1 − D) is 0 at D = ¼.",
        "Which logit has σ(a) = ¼? a = log(D / (1 − D)).",
    ),
    mistakes=dict(
        probability=(0.25, "that is what D says, a probability. Its logit is asked: σ(a) = ¼."),
        sign=(math.log(3), "there D would say ¾: but it is codes, its fakes, that are more frequent here."),
        fakes=(
            0.75,
            "that is the share of codes; D gives the probability of a draw, and its logit is asked.",
        ),
        third=(-math.log(4), "that is log ¼; the logit is log of D / (1 − D)."),
        ratio=(1 / 3, "that is the ratio of the densities; its logarithm is the logit."),
        two_thirds=(
            -math.log(2),
            "that would be D = ⅓: but of *four* items one is a draw.",
        ),
    ),
)

# adv_weight of the three runs to be told apart, in no order
_WEIGHTS = {"A": 1000.0, "B": 0.3, "C": 30.0}


def unknown_weights():
    """Three small AAEs on molecules, alike but for adv_weight. → {letter: (history, codes (225, 2))}"""
    x, runs = data.molecules().x, {}
    for letter, weight in _WEIGHTS.items():
        with session.seeded(0):
            enc, dec = (
                nn.Sequential(nn.Linear(a, 64), nn.ReLU(), nn.Linear(64, b)).to(session.device())
                for a, b in ((166, 2), (2, 166))
            )
            D = models.discriminator(2, hidden=64).to(session.device())
            opt = adam(AE=[enc, dec], D=[D], lr=2e-3, betas=(0.5, 0.99))
            game = dict(enc=enc, dec=dec, D=D, opt=opt, prior=gaussian(2), adv_weight=weight)
            n_steps = session.n_steps(cpu=600, gpu=600)
            history = train(
                aae_step, data.Batches(x, batch_size=64), n_steps, lr_decay=0.4, quiet=True, **game
            )
            with torch.no_grad():
                runs[letter] = history, enc(x)
    return runs


Exercise(
    "03.4",
    "Three weights",
    kind="read",
    reference="BCA",
    why="B: D's loss stays far below 1.39: D can tell, and the encoder does not care, the smallest weight. "
    "C and A both have 1.39, but only C's codes lie in the prior. A's encoder obeys any whim of D and loses "
    "everything else: its codes bunch up where D was last deceived. The weights are 0.3, 30, 1,000.",
    hints=(
        "In which run does D win, because the encoder hardly listens to it? Its loss tells.",
        "Two runs have a D that cannot tell. Which of them matches the prior?",
        "An encoder that listens to nothing but D moves its codes at each whim of D, all together: D never "
        "catches up, and yet the codes are no draws from the prior. That is the largest weight.",
    ),
    mistakes=dict(
        by_distance=(
            "ABC",
            "B's D wins, at a loss far below 1.39: would it be, if the encoder cared for it more than A's?",
        ),
        middle_swapped=(
            "BAC",
            "B is right. Of the two others, one encoder follows each whim of D: are its codes the ones that "
            "fill the prior?",
        ),
        reversed=("ACB", "the right order, but from the largest to the smallest."),
        best_is_largest=(
            "ABC"[::-1],
            "C matches best, but does a larger weight always match better? A and B do not, for two reasons.",
        ),
        largest_first=("CAB", "B's D wins because its encoder does not listen: that is the smallest weight."),
    ),
)


def energy_distance(a, b):
    """How far apart two samples are as distributions, by mean distances. a (n, d), b (m, d) → scalar"""
    within = torch.cdist(a, a).mean() + torch.cdist(b, b).mean()
    return 2 * torch.cdist(a, b).mean() - within


def _energy(between=2.0, first=1.0, second=1.0, distance=torch.cdist, mean=torch.mean):
    """The energy distance with other weights, distances or means."""

    def wrong(a, b):
        return between * mean(distance(a, b)) - first * mean(distance(a, a)) - second * mean(distance(b, b))

    return wrong


def _without_itself(d):
    n, m = d.shape
    return d.sum() / (n * (n - 1)) if n == m and n > 1 and not d.diagonal().any() else d.mean()


Exercise(
    "03.5",
    "Near as a distribution",
    reference=energy_distance,
    cases=lambda: [(noise(n, d), 2 * noise(m, d) + 1) for n, m, d in ((1, 1, 2), (5, 7, 2), (40, 30, 3))],
    hints=(
        "Call the three mean distances AB, AA and BB. Not depending on the order: AA and BB have the same "
        "weight.",
        "Two single points: AA = BB = 0, which gives the weight of AB. Equal samples: AB = AA = BB, which "
        "gives the other one.",
        "2·AB − AA − BB, where torch.cdist(a, b) has all distances between a and b.",
    ),
    mistakes=dict(
        only_between=(
            _energy(2, 0, 0),
            "two equal samples have to give 0: the distances within are missing.",
        ),
        one_within=(_energy(2, 2, 0), "a and b are not treated alike: exchanged, they give another number."),
        half_within=(
            _energy(2, 0.5, 0.5),
            "two equal samples do not give 0: how often must AA and BB go off?",
        ),
        half_of_it=(_energy(1, 0.5, 0.5), "two single points shall give *twice* their distance."),
        squared=(
            _energy(distance=lambda u, v: torch.cdist(u, v).square()),
            "with squared distances only the means of the samples are compared: 0 for two clouds of the "
            "same centre, however wide. Leave them as they are.",
        ),
        paired=(
            lambda a, b: _energy(distance=lambda u, v: (u[: len(v)] - v[: len(u)]).norm(dim=1))(a, b),
            "you compare point i with point i: mean over *all* pairs, torch.cdist.",
        ),
        without_itself=(
            _energy(mean=_without_itself),
            "a point with itself counts too here, or equal samples do not give 0: plain means.",
        ),
        summed=(_energy(mean=torch.sum), "means are asked, not sums: the samples may differ in size."),
        added=(
            _energy(2, -1, -1),
            "the distances within are added: equal samples then have four times their own distance, not 0.",
        ),
        all_alike=(
            _energy(1, 1, 1),
            "for equal samples that is less than 0: AB comes once, AA and BB together twice.",
        ),
        other_within=(
            _energy(2, 0, 2),
            "a and b are not treated alike: exchanged, they give another number.",
        ),
        of_the_means=(
            lambda a, b: 2 * (a.mean(0) - b.mean(0)).norm(),
            "that is the distance of the two means: two clouds of one centre need not be equal.",
        ),
        manhattan=(
            _energy(distance=lambda u, v: torch.cdist(u, v, p=1)),
            "the ordinary (Euclidean) distance is meant: p=2.",
        ),
    ),
)
