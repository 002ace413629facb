"""Notebook 03, section 1: the two players' losses and updates."""

import math
from types import SimpleNamespace

from torch.nn.functional import softplus

from ...losses import nll_fake, nll_real
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
            "right, but at a logit of 1,000 it is infinite: log 0, or exp(1,000). softplus stays finite.",
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
    L_D.backward()
    opt.D.step()
    opt.D.zero_grad()
    L_enc = nll_real(D(enc(x)))
    L_enc.backward()
    opt.enc.step()
    opt.enc.zero_grad()
    return L_enc


def _encoder_keeps_its_gradient(x, z, enc, D, opt):
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
    "A doubtful discriminator",
    kind="debug",
    reference=regularize,
    cases=lambda: [(noise(n, 5), noise(n, 2), small_net(5, 4, 2), small_net(2, 8, 1)) for n in (1, 7)],
    outcome=_both_players,
    hints=(
        "0.69 is log 2. If D is sure of the draws, what does it say of a code? Who asks it to say so?",
        "`backward` leaves a gradient in *every* weight that it passes. Which weights does L_enc.backward() "
        "pass, and who clears them before they are used?",
        "After L_enc.backward() D's .grad holds what would make codes look real, and the next L_D.backward() "
        "adds to it: opt.D.zero_grad() before L_D.backward().",
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
        saturating=(
            _regularize(L_enc=lambda D, z_code: -nll_fake(D(z_code))),
            "now the encoder descends on −nll_fake. Its loss was right; look at the .grad.",
        ),
        swapped=(
            _regularize(L_D=lambda D, z, z_code: nll_real(D(z_code.detach())) + nll_fake(D(z))),
            "D now takes codes for real and draws for fake. Its loss was right; look at the .grad.",
        ),
        D_keeps_its_gradient=(
            _regularize(clear_D=False),
            "now D keeps its own old gradients, too: clear them once, right before L_D.backward().",
        ),
        encoder_keeps_its_gradient=(
            _encoder_keeps_its_gradient,
            "D is right now, but the encoder's gradients are never cleared: they pile up, and codes swing.",
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
    "Half of the prior",
    reference=0.5 * math.log(3) + math.log(1.5),
    tolerance=0.005,
    why="In the full half codes are twice as dense as draws, so the best D says ⅓ there, and 1 in the empty "
    "half. Half of the draws cost log 3, the others nothing, every code costs −log ⅔: ½ log 3 + log 1.5 = "
    "0.95. In general the best D is p / (p + q), p the density of draws, q that of codes.",
    hints=(
        "All codes are crowded into the place of half of the draws. How dense are they there, beside draws?",
        "Where of m items one is a draw, the best D says 1/m. In the full half: of three. In the empty one?",
        "L_D = ½ · (−log ⅓) + ½ · (−log 1) + 1 · (−log(1 − ⅓)).",
    ),
    mistakes=dict(
        nobody_can_tell=(
            2 * math.log(2),
            "that is L_D where codes and draws are alike everywhere. In the empty half D can tell.",
        ),
        a_half=(
            1.5 * math.log(2),
            "there D says ½ in the full half. But all codes are in it, and only half of the draws.",
        ),
        half_of_it=(
            math.log(2),
            "that is half of what a D pays that cannot tell. But in the full half a draw and a code are not "
            "equally frequent.",
        ),
        all_draws=(
            math.log(3) + math.log(1.5),
            "D says ⅓ in the full half, right; but the other half of the draws costs nothing.",
        ),
        half_of_the_codes=(
            0.5 * (math.log(3) + math.log(1.5)),
            "right for the draws; but *all* codes lie in the full half, not half of them.",
        ),
        exchanged=(
            0.5 * math.log(1.5) + math.log(3),
            "there D says ⅔ in the full half: but codes, its fakes, are more frequent there.",
        ),
        draws_alone=(0.5 * math.log(3), "that is what the draws cost; the codes cost something, too."),
        codes_alone=(math.log(1.5), "that is what the codes cost; draws in the full half cost, too."),
        logit=(-math.log(2), "that is the best logit in the full half; its loss is asked, over all places."),
        probability=(1 / 3, "that is what D says in the full half; its loss is asked, over all places."),
        never_wrong=(0.0, "0 is for a D that is never in doubt. In the full half it meets both."),
    ),
)
