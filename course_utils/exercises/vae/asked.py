"""What else notebook 02 asks: predictions, numbers by hand, unknown runs to read, a project, a self-test."""

from ...losses import bernoulli_nll, kl_normal
from ...priors import reparameterize
from ...train import descend
from ..engine.tasks import Exercise, Prediction, Project, SelfTest

Exercise(
    "02.1",
    "One q for all",
    reference=2.0,
    tolerance=2e-3,
    why="The gap is KL(q ‖ p(z|x)), on average over x. The posterior is N(2x/5, 1/5): with s² = 1/5 and m = "
    "0 only the distance of the means is left, 5/2 · (2/5)² E[x²] = 5/2 · 4/25 · 5 = 2.",
    hints=(
        "For one x the gap is the KL from q = N(m, s²) to the true posterior, N(2x/5, 1/5). Take its mean "
        "over x, with E[x] = 0 and E[x²] = 5.",
        "The mean gap is ½ (5s² − 1 − log 5s²) + 5/2 · E[(m − 2x/5)²]. Which m and which s² make it "
        "smallest?",
        "m = 0 and s² = 1/5: the first part is 0, the second 5/2 · 4/25 · E[x²].",
    ),
    mistakes=dict(
        sign=(-2.0, "the size is right; asked is how much is lost, a positive number."),
        prior=(
            3.195,
            "that is what the prior loses as q. It is the mean of all posteriors, yet not the best q.",
        ),
        information=(
            0.805,
            "½ log 5 is what z and x tell of each other; asked is what the ELBO of this decoder loses, which "
            "stays as it is.",
        ),
        no_half=(4.0, "twice too much: the ½ of the Normal's exponent is missing."),
        one_unit_of_x=(0.4, "that is for x² = 1; x ~ N(0, 5) has E[x²] = 5."),
        wide=(1.195, "that is what the width of s = 1 costs alone, with the right mean for each x."),
        at_three=(
            4.795,
            "that is the prior's loss at x = 3; asked is the best single q, on average over x.",
        ),
        best_at_three=(3.6, "that is for x = 3, with the best width; asked is the mean over x."),
        nothing=(0.0, "for that, q would have to be the posterior of every x, and they differ."),
        variance_as_sigma=(10.0, "x ~ N(0, 5) has the *variance* 5: E[x²] = 5, not 25."),
    ),
)

Prediction(
    "02.p1",
    "c",
    "A z noisier than it need be costs ½ w² s² nats of fit, so the bound prefers a decoder that listens "
    "less: 1 + w² = √5, w = 1.11. It moves the *model* toward one whose posterior is as wide as q.",
)
Prediction(
    "02.p2",
    "a",
    "One estimate is f′ = k cos kz, the other ε f = ε sin kz: for a large k variances of k²/2 and ½, for a "
    "small one nearly 0 and 3k². They cross at k = 0.95: what counts is which varies more, f′ or ε f.",
)
Prediction(
    "02.p3",
    "b",
    "Were the weights nearly equal, the gap would shrink as 1/n, and ten draws would gain 90 %. But a few "
    "large weights rule the mean, and such a draw is rare.",
)
Prediction(
    "02.p4",
    "c",
    "A sample adds its own variance, 4p(1 − p) for each pixel. Were images black and white, that would be as "
    "much as the error of the mean: twice. But edges are grey; a mean can be grey, a sample cannot.",
)
Prediction(
    "02.p5",
    "a",
    "All dimensions have the same price for a nat. In the plane all must go into two numbers; of twenty, at "
    "least eight share them, and none needs to be filled so far.",
)
Prediction(
    "02.p6",
    "a",
    "At β = ¼ the code has most of what these few steps can put into it to good use. Without a price, nats "
    "come in all the same: codes drift apart and σ shrinks, which hardly helps the reconstruction.",
)
Prediction(
    "02.p7",
    "b",
    "Slant and ink are free in each digit, so a nat spent on them serves every label. But MNIST scales each "
    "digit into a box of 20 × 20 pixels: the height hardly varies, and what is left of it differs by digit.",
)
Prediction(
    "02.p8",
    "b",
    "With two labels of a class, both see too little; with many, the pixels can be learned as they are. The "
    "code was made to redraw images, not to tell classes apart: it helps a little, in between.",
)


def _step(draw=reparameterize, kl_weight=1.0):
    def step(batches, *, enc, dec, opt):
        x, _ = next(batches)
        mu, log_var = enc(x)
        L_rec, L_kl = bernoulli_nll(dec(draw(mu, log_var)), x), kl_normal(mu, log_var)
        descend(L_rec + kl_weight * L_kl, opt.VAE)
        return dict(L_rec=L_rec, L_kl=L_kl)

    return step


# The four runs of section 4, in no order.
_STEPS = {
    "A": _step(draw=lambda mu, log_var: reparameterize(mu, log_var).detach()),
    "B": _step(draw=lambda mu, log_var: mu),
    "C": _step(),
    "D": _step(kl_weight=0.0),
}


def unknown_steps():
    """The steps of four runs, to be told apart by their curves alone. → {letter: step}"""
    return dict(_STEPS)


Exercise(
    "02.5",
    "Four unknown runs",
    kind="read",
    reference="2314",
    why="A: L_rec stays at that of the mean image and the KL is 0, as nothing but the KL reaches the "
    "encoder. D: the KL has no price, and is far above all others. B and C: both pay for nats; but B reaches "
    "a lower L_rec with fewer of them, which only a code without noise can.",
    hints=(
        "In which run is the KL so large that nobody can have asked for it to be small?",
        "In which run does the code tell the decoder nothing? Which of the faults keeps L_rec from the "
        "encoder?",
        "Two are left, with a small KL. Noise makes a code worth fewer nats. Which of them reads the code "
        "without?",
    ),
    mistakes=dict(
        noise_and_right=(
            "2134",
            "A and D are right. Of the other two, one draws better images with *fewer* nats: can an honest "
            "code?",
        ),
        blocked_and_left_out=(
            "4312",
            "A and D are exchanged: without its price the KL does not fall to 0, it grows.",
        ),
        all_turned=(
            "4132",
            "no pair fits: begin with the run whose KL is 0. Who then moves the encoder, and where to?",
        ),
        blocked_and_noiseless=(
            "3214",
            "without noise the encoder still learns from L_rec; in A nothing of L_rec reaches it.",
        ),
        right_is_the_lowest=(
            "2341",
            "a run is not right because its KL is large: D pays nothing for its nats.",
        ),
    ),
)

Exercise(
    "02.8",
    "What no β can reach",
    reference=116.0,
    tolerance=2e-3,
    why="A run that minimizes L_rec + 4·L_kl leaves no network below 128 + 4 · 7 = 156 of it: at 10 nats "
    "L_rec ≥ 156 − 40 = 116. The run with β = 1 says L_rec ≥ 118 − 10 = 108 only. So β is a price: a nat "
    "more than 7 saves at most 4 nats of L_rec.",
    hints=(
        "What exactly is at its minimum in the run with β = 4? Can another network have less of it?",
        "All networks have L_rec + 4·L_kl ≥ 128 + 4 · 7, and from the other run L_rec + L_kl ≥ 103 + 15.",
        "Put L_kl = 10 into both. Both hold, so the stronger one counts: 156 − 4 · 10.",
    ),
    mistakes=dict(
        weaker=(108.0, "true, from the run with β = 1; but the run with β = 4 excludes more. Both hold."),
        chord=(
            118.625,
            "that lies on the straight line between the two points; the curve may sag below it. How far?",
        ),
        sign=(140.0, "does L_rec rise or fall when the code gets more nats? It has 10 now, where it had 7."),
        slope_of_one=(125.0, "a nat more than 7 was worth 4 nats of L_rec there, not 1."),
        a_quarter=(127.25, "upside down: β = 4 means four nats of L_rec for one of the code."),
        from_the_other=(
            123.0,
            "the slope of β = 4 belongs to its own point, (7, 128), not to (15, 103).",
        ),
        other_slope=(
            98.0,
            "with fewer nats in the code L_rec rises: from (15, 103) to 10 nats it cannot fall.",
        ),
        sum=(156.0, "that is the least L_rec + 4·L_kl there is; asked is L_rec, at 10 nats."),
        kept=(128.0, "three more nats in the code can lower L_rec. By how much at most?"),
        best_known=(103.0, "that takes 15 nats. With 10, how low at best?"),
    ),
)

Exercise(
    "02.12",
    "Which number does what",
    kind="read",
    reference="BD",
    why="In B the strokes turn from leaning right to upright, or beyond; in D the digit grows from narrow to "
    "wide. A makes it bolder and rounder, C changes the ink.",
    hints=(
        "Look at the first and the last picture of each row, and at both digits: what has changed in both?",
        "Slant: two rows change it, but only one of them *from* leaning right. Follow the foot of the 7.",
        "Width: in one row the last 7 is about twice as wide as the first.",
    ),
    mistakes=dict(
        exchanged=("DB", "these are the two rows, but exchanged: slant first, then width."),
        ink_for_slant=("CD", "the width is right; C changes the ink, its strokes keep their direction."),
        ink_for_width=("BC", "the slant is right; from left to right C gets blacker, not wider."),
        loops_for_width=(
            "BA",
            "the slant is right; in A the strokes get bolder and loopy, in D the digit wide.",
        ),
        loops_for_slant=("AD", "the width is right; A changes how bold and how round the digit is."),
        two_of_ink=("AC", "both change the ink, first of all; look for a turn, and for a stretch."),
        other_two=("CA", "both change the ink, first of all; look for a turn, and for a stretch."),
        narrower=("DC", "D leans more and more to the right; asked is the way from right to left."),
        wide_twice=("DA", "D leans more and more to the right; asked is the way from right to left."),
    ),
)

Project(
    "02",
    "Nats within a budget",
    rubric=(
        (1, "one question, and a guess written down before the first run"),
        (2, "the bar is reached in three seeds, with the settings that do it"),
        (2, "one change at a time, the same budget, the same seeds, and the spread beside the mean"),
        (2, "L_rec, KL and the bound apart: which of them did each change move, and why"),
        (2, "a figure that shows what the gained nats look like in images, or that they cannot be seen"),
        (1, "what you cannot conclude from these runs"),
    ),
)

SelfTest(
    "02",
    answers=(
        (
            "c",
            "1",
            "log p(x) is that of the decoder, the same for both; the ELBO is it minus KL(q ‖ posterior).",
        ),
        (
            "d",
            "2",
            "½ (σ² − log σ² − 1) is 0.81 at σ = 2 and 0.32 at σ = ½: the prior thinks wide q unlikely.",
        ),
        ("a", "3", "L_rec no longer reaches σ, the KL does: it is smallest at σ = 1, for every x."),
        (
            "b",
            "8",
            "The first nats saved far more than 5 each, the last one 1: training goes on until a nat saves "
            "β.",
        ),
        (
            "b",
            "4",
            "With q = p(z|x) each weight is p(x), whatever z is drawn: no noise, and nothing to gain.",
        ),
        (
            "c",
            "7",
            "Without it the KL is 0.10 lower. If L_rec rose by less, −ELBO would fall, but it was at its "
            "minimum.",
        ),
        (
            "d",
            "11",
            "Its output is a reconstruction, off by more than 30 without any noise: slight noise is cheaper.",
        ),
        (
            "a",
            "10",
            "A random label says nothing of the image: the decoder learns to ignore it, and z holds the "
            "digit.",
        ),
    ),
)
