"""What else notebook 08 asks: predictions, numbers by hand, unknown runs to read, a project, a self-test."""

from ..engine.tasks import Exercise, Prediction, Project, SelfTest

Prediction(
    "08.p1",
    "c",
    "PixelNorm undoes a length (3z gives the very same images), not a direction: all these z lie about 30° "
    "from (1, …, 1). Every direction is as likely as any other, so G has practised there, too.",
)
Prediction(
    "08.p2",
    "c",
    "Beside ψ = 0 the penalty pulls ψ away from 0 with a force of 2λ, which just balances the loss's pull at "
    "θ = −2λ. There a flat line moves no fakes. With 2λ ≥ 2 (a little less, for steps of 0.1) the path is "
    "slow enough to stop there; with less it swings past ψ = 0, and goes on for ever.",
)
Prediction(
    "08.p3",
    "b",
    "Step III teaches the way from code to image and back on generated images; the game makes the codes of "
    "real images look like those of generated ones. But a squared error in pixels is no aim of anyone's: on "
    "the board of section 10 the shipped ALAE, with 50 numbers, has a larger one than the AAE with 10.",
)
Prediction(
    "08.p4",
    "a",
    "On MNIST a whole digit one pixel off has twice this error, and is read as before. What costs little, a "
    "mean of two digits, can be read as the wrong one. So an error in pixels need not tell what can be read.",
)
Prediction(
    "08.p5",
    "b",
    "With a linear F a number of z would move w by 2 % of its variance; F's bends make that more. So a "
    "direction of w is ahead: the image changes about half as much again.",
)
Prediction(
    "08.p6",
    "a",
    "Near its digit's mean a sample is a usual one, as often near real images as real ones are. "
    "The mean of all ten kinds is the mean of none: towards it both scores fall.",
)
Prediction(
    "08.p7",
    "c",
    "The two layers of 7 × 7 lay out strokes, the one of 14 × 14 still moves them: neither half decides the "
    "digit. What results is read as some digit, and this G was never trained to keep one.",
)
Prediction(
    "08.p8",
    "b",
    "A random encoder to 50 numbers keeps much of the distances between images, and with them the classes. "
    "Three or ten numbers need not keep the classes on two sides of a line; the VAE's 20 do.",
)
Prediction(
    "08.p9",
    "a",
    "Recall 0.89 against 0.76, but precision 0.74 against 0.79. A Fréchet distance is one number for both: "
    "the lower one need not be ahead in each. And of the two ALAE alone leads from image to code.",
)

Exercise(
    "08.2",
    "How much friction?",
    reference=(0.5, 4.0),
    tolerance=0.02,
    why="With s the slope of the loss at 0, the flow is dθ/dt = sψ and dψ/dt = −k(sθ + γψ), so ψ'' + kγψ' + "
    "ks²ψ = 0: an oscillator with friction kγ. Its two rates meet at (kγ)² = 4ks², γ = 2s/√k; below it "
    "swings, above it creeps. s is σ(0) = ½ for the GAN, 1 for the WGAN.",
    hints=(
        "Write the losses with D(x) = ψx. GAN: L_D = softplus(ψθ) + softplus(0) + γ/2 ψ², L_G = "
        "softplus(−ψθ), and the slope of softplus at 0 is ½. WGAN: L_D = ψθ + γ/2 ψ², L_G = −ψθ.",
        "dθ/dt = −∂L_G/∂θ and dψ/dt = −k ∂L_D/∂ψ: two equations, linear near (0, 0). Try e^{μt} in them. k "
        "multiplies the whole of L_D, the penalty as well.",
        "μ² + kγμ + ks² = 0, with s = ½ or 1. The slower of its two roots decides: it falls fastest where "
        "both are one, γ = 2s/√k.",
    ),
    mistakes=dict(
        without_k=((1, 2), "these belong to k = 1: k multiplies D's pull and its friction, too."),
        k_in_the_pull_alone=(
            (2, 1),
            "k is in D's pull by θ, but in the friction kγ, too: the faster D, the smaller a γ it needs.",
        ),
        k_in_the_friction_alone=(
            (0.25, 8),
            "k is in the friction, kγ, but also in D's pull by θ: with k = 4 it is 4 times as strong.",
        ),
        half_in_both=((0.5, 2), "the first is right; a critic's loss has the slope 1 at 0, not ½."),
        one_in_both=(
            (1, 4),
            "the second is right; the slope of softplus at 0 is σ(0) = ½, for both players.",
        ),
        exchanged=((4, 0.5), "the right two numbers, the other way round: first the GAN's."),
        one_slope=((0.71, 4), "the slope comes in twice, once for each player: γ = 2s/√k, not 2√s/√k."),
        half_of_both=(
            (0.25, 2),
            "the two roots meet where the friction squared is *four* times the product.",
        ),
        paper=(
            (10, 10),
            "10 is the paper's, for networks. Here you can compute it: at γ = 10 the path creeps.",
        ),
        without=((0, 0), "without friction it swings for ever near (0, 0)."),
    ),
)

Exercise(
    "08.6",
    "What is a latent error of 1?",
    reference=(0.5, 0.75),
    tolerance=0.01,
    why="With both variances 1: E(w − w')² = 1 + 1 − 2r, so 1 belongs to r = ½. Drawn in by c it is 1 − 2cr "
    "+ c², smallest at c = r: 1 − r² = ¾. So this E knows a quarter of the variance, though a constant has "
    "the same error: part of a latent error is only that the codes are too wide.",
    hints=(
        "One number is enough; let its mean be 0 and its variance 1, in w as in the codes. Multiply E(w − "
        "w')² out.",
        "E(w − w')² = 1 + 1 − 2r. Now put c w' in place of w': what becomes of each of the three terms?",
        "1 − 2cr + c²: which c makes it smallest? Put it in, with the r of the first question.",
    ),
    mistakes=dict(
        nothing=((0, 1), "codes that are as wide as w and know nothing, r = 0, have an error of 2."),
        unchanged=((0.5, 1), "r is right; but a smaller factor helps: 1 − 2cr + c² is smallest at c = r."),
        half=((0.5, 0.5), "r is right; with c = r it is 1 − 2r² + r², not 1 − r."),
        explained=((0.5, 0.25), "r is right; r² is the part that is known, asked is what is left."),
        root=((0.5, 0.866), "r is right; the error is squared: 1 − r², without a root."),
        deviation=((0.71, 0.5), "the error is not 1 − r², as the codes are too wide: it is 2 − 2r."),
        from_1=((0, 0), "0 is left by a perfect E only."),
        perfect=((1, 0), "r = 1 with the same mean and variance is w itself: error 0."),
        negative=((-0.5, 0.75), "a negative r would make it worse than 2."),
        quarter=(
            (0.25, 0.9375),
            "2 − 2r = 1: both w and its code bring their variance, and 2r is taken off.",
        ),
        halved=((0.5, 0.625), "r is right; the best factor is not found by halves alone: minimize over c."),
    ),
)

# The runs of section 9 that are not Algorithm 1, in no order.
_RUNS = {
    "P": "the target moves",
    "Q": "no R1",
    "R": "F moves (authors' code)",
    "S": "no step III",
}


def unknown_runs():
    """The variants of data/results/alae.json by letter, Algorithm 1 under its name. → {letter: variant}"""
    return {"Algorithm 1": "Algorithm 1", **_RUNS}


Exercise(
    "08.9",
    "Four changes, four letters",
    kind="read",
    reference="SQPR",
    why="Q: its samples lose their variety (recall 0.01, not 0.2), and its Fréchet distance is the worst: no "
    "R1. P and S: reconstructions cannot be read. In P the variance of w is next to nothing: a target that "
    "moves lets F shrink all w to nearly one point (F learns). In S the codes are as wide as F likes, E has "
    "never learned to read them, and the samples are worse, too: no step III. R: read as well as before, but "
    "w is several times wider: the authors' F.",
    hints=(
        "Begin with reconstructions: two of the four changes break the tie between w and E(G(w)). In which "
        "two runs is nearly everything misread?",
        "Of these two, one gives F a cheap way to make step III's loss small. What does that do to the "
        "variance of w?",
        "R1 is for the game of images: look for the run whose samples lost variety (recall). What is left is "
        "the authors' F.",
    ),
    mistakes=dict(
        tie_exchanged=(
            "PQSR",
            "the two that break the tie are exchanged: in which of them could F make a loss small by "
            "shrinking w?",
        ),
        r1_and_authors=(
            "SRPQ",
            "R1 keeps the game of images in order: without it samples lose variety. See recall.",
        ),
        all_exchanged=(
            "PRSQ",
            "both pairs are exchanged: which of the four could shrink w? And R1 is for the samples.",
        ),
        r1_for_step_3=(
            "QSPR",
            "without step III nobody has learned to read codes: are the reconstructions of your first one "
            "the worst?",
        ),
        authors_for_moving=(
            "SQRP",
            "F learns in both, but the authors' algorithm works: in which run has F shrunk all w?",
        ),
        order=("QSRP", "the order asked: step III, R1, F learns, authors."),
    ),
)

Project(
    "08",
    "Sharper without a ruler",
    rubric=(
        (1, "one question, and a guess written down before the first run"),
        (2, "the baseline and at least two changes, the same budget, the same three seeds"),
        (2, "the bar is reached in three seeds, and no loss compares two images"),
        (2, "one part taken out at a time: which of the changes counts"),
        (2, "both scores in one figure, with their spread: what is paid for what is gained"),
        (1, "what you cannot conclude from these runs"),
    ),
)

SelfTest(
    "08",
    answers=(
        (
            "b",
            "1",
            "z and w both have 50 numbers, so F takes a code, too. E takes images only, D codes only.",
        ),
        (
            "d",
            "3",
            "D ∘ E is the same function as before, and steps I, II and R1 know E only through it. Step III "
            "compares E's codes themselves: they are twice as large.",
        ),
        (
            "a",
            "3",
            "F's first weights keep the spread of z (He initialization): w is then just another prior. In "
            "step III F stands still anyway.",
        ),
        (
            "c",
            "3",
            "opt.EG is an Adam of its own, and Adam divides by the size of the gradient: ×100 cancels. γ is "
            "the weight of one term among three, so there it does not.",
        ),
        ("d", "4", "w is missed by w − w̄, whose square is the variance: no better than a constant."),
        (
            "a",
            "6",
            "50 orthogonal directions share the whole variance; random ones, on average, equally: 12 of 50.",
        ),
        (
            "c",
            "7",
            "Without its weights `style` gives the same scale and shift for every w: w says nothing. Its "
            "biases are the same for all samples anyway.",
        ),
        ("b", "8", "1 of the 4 points of error is a quarter; a quarter of 40 is 10."),
    ),
)
