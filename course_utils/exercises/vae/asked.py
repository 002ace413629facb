"""What else notebook 02 asks: predictions, numbers by hand, unknown runs to read, a project, a self-test."""

from ...losses import bernoulli_nll, kl_normal
from ...priors import reparameterize
from ...train import descend
from ..engine.tasks import Exercise, Prediction, Project, SelfTest

Exercise(
    "02.1",
    "How far below?",
    reference=4.795,
    tolerance=2e-3,
    why="log p(3) = −½ log 2π − ½ log 5 − 9/10, the ELBO −½ log 2π − ½ (3² + 2²) − 0. The difference, "
    "5.6 − ½ log 5, is how far q is from the true posterior: KL(q ‖ p(z|x)).",
    hints=(
        "The second term of the ELBO is easy: q is the prior. The first is −½ log 2π − ½ E[(3 − "
        "2z)²], z ~ N(0, 1).",
        "E[(3 − 2z)²] = 3² + 2² · E[z²]. And log p(3) has the variance 5: −½ log(2π · 5) − 3²/(2 · 5).",
        "(−½ log 5 − 0.9) − (−6.5)",
    ),
    mistakes=dict(
        sign=(-4.795, "the size is right; asked is how far the ELBO is *below* log p(3), a positive number."),
        bound_itself=(-7.419, "that is the ELBO itself; asked is log p(3) minus it."),
        evidence=(-2.624, "that is log p(3); subtract the ELBO from it."),
        spread_is_free=(
            2.795,
            "you have taken the fit at z = 0 only: the spread of q costs ½ · 2² · E[z²] = 2 nats more.",
        ),
        nothing=(
            0.0,
            "the KL to the *prior* is 0, but the bound is not tight: q has nothing to do with x.",
        ),
        variance_as_sigma=(4.71, "p(x) has the *variance* 5, so the standard deviation √5, not 5."),
        other_way_round=(
            1.125,
            "that is KL(p(z|x) ‖ q), the other way round: the bound is a mean under q.",
        ),
        no_half=(9.59, "twice too much: the ½ of the Normal's exponent and of its logarithm is missing."),
    ),
)

Prediction(
    "02.p1",
    "a",
    "The gap is KL(q ‖ posterior): it has one part for the distance of the means and one for the widths. "
    "The second stays, whatever m is.",
)
Prediction(
    "02.p2",
    "c",
    "f itself multiplies the score, so even a constant f would make noise; the path's derivative 2z has "
    "the variance 4 only.",
)
Prediction(
    "02.p3",
    "c",
    "The log of a mean is at least the mean of the logs (Jensen): averaging *before* the logarithm tightens "
    "the bound.",
)
Prediction(
    "02.p4",
    "a",
    "Given z, the decoder draws each pixel by itself: where it says 30 % of ink, neighbours are black and "
    "white by accident.",
)
Prediction(
    "02.p5",
    "a",
    "In training that number was pure noise for every image; a decoder that listened to it would have drawn "
    "worse.",
)
Prediction(
    "02.p6",
    "c",
    "Without the KL, codes are as precise as they like, but lie where the prior draws nothing. With too much "
    "of it they fit the prior because they say nothing.",
)
Prediction(
    "02.p7",
    "b",
    "To repeat the label in z would cost nats and tell the decoder nothing new; so z is left to what all "
    "digits have in common.",
)
Prediction(
    "02.p8",
    "b",
    "The code was made to redraw images, not to tell classes apart; that it helps at all comes from the "
    "many images without a label.",
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
    "encoder. "
    "D: the KL has no price, and is far above all others. B and C: both pay for nats; "
    "but B reaches a lower L_rec with fewer of them, which only a code without noise can.",
    hints=(
        "In which run is the KL so large that nobody can have asked for it to be small?",
        "In which run does the code tell the decoder nothing? Which of the faults keeps L_rec from "
        "the encoder?",
        "Two are left, with a small KL. Noise makes a code worth fewer nats. Which of them reads the "
        "code without?",
    ),
    mistakes=dict(
        noise_and_right=(
            "2134",
            "A and D are right. Of the other two, one draws better images with *fewer* nats: can an "
            "honest code?",
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
    "The price of a nat",
    reference=-4.0,
    why="At the minimum of L_rec + β·L_kl no small step along the curve may gain: dL_rec + β·dL_kl = 0. So β "
    "is the price: a nat more in the code must pay for itself with β nats of L_rec.",
    hints=(
        "Think of the network as able to choose any point of the curve, L_rec = g(L_kl). What does "
        "it minimize?",
        "g(L_kl) + β·L_kl is smallest where its derivative is 0.",
        "g' + 4 = 0",
    ),
    mistakes=dict(
        sign=(4.0, "the size is right; but does L_rec rise or fall when the code gets more nats?"),
        upside_down=(-0.25, "upside down: asked is dL_rec/dL_kl, L_rec upward and L_kl to the right."),
        upside_down_and_sign=(0.25, "upside down, and the sign: L_rec upward, L_kl to the right."),
        elbo=(-1.0, "that is the slope at the point of β = 1, where −ELBO itself is smallest."),
        flat=(0.0, "it is the *sum* L_rec + 4·L_kl that is flat there, not L_rec."),
        square=(-16.0, "β enters once, not squared."),
    ),
)

Exercise(
    "02.11",
    "What the means must leave",
    reference=0.949,
    tolerance=2e-3,
    why="The variance of q(z) is the mean of the variances plus the variance of the means: 1 = 0.1 + "
    "0.9, and "
    "√0.9 = 0.95.",
    hints=(
        "Draw an image, then z from its q(z|x). How does the variance of z come about?",
        "Total variance = mean of the variances + variance of the means.",
        "1 = 0.1 + s², and s is asked.",
    ),
    mistakes=dict(
        variance=(0.9, "that is the *variance* of the means; their standard deviation is asked."),
        own_spread=(0.316, "that is √0.1, the spread of one q(z|x); asked is how the means differ."),
        prior=(1.0, "then each q(z|x) would add its own spread on top, and q(z) would be too wide."),
        added=(1.049, "√(1 + 0.1): the two variances add up *to* 1."),
        sigmas_subtracted=(0.684, "1 − √0.1: variances add up, standard deviations do not."),
        itself=(0.1, "that is the variance within one q(z|x)."),
    ),
)

Exercise(
    "02.12",
    "Which number does what",
    kind="read",
    reference="BD",
    why="In B the strokes turn from leaning right to leaning left; in D the digit grows from narrow to wide. "
    "A makes it bolder and rounder, C changes the ink.",
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
            "The gap is a KL, so never negative: only noise in the estimate, or an error, lifts it above.",
        ),
        ("b", "2", "½ (0 + e^−2 − (−2) − 1) = ½ (0.135 + 1) = 0.57."),
        ("a", "3", "sample() draws outside of autograd; the three others compute z from μ and σ."),
        ("d", "4", "The code holds 0.1 nats, so all images share one reconstruction: posterior collapse."),
        (
            "b",
            "4",
            "Each estimate is below log p(x) in the mean; more draws come nearer to it, and not beyond.",
        ),
        ("a", "7", "Its q(z|x) is the prior for every x; it tells nothing and costs nothing."),
        ("c", "8", "Going on along the curve, one nat more saves 0.25 nats of L_rec: β is 0.25 there."),
        (
            "d",
            "10",
            "Both networks are told the label, so z need not hold it: from the shipped one, 22 % at most.",
        ),
    ),
)
