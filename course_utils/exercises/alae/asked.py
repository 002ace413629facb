"""What else notebook 08 asks: predictions, numbers by hand, unknown runs to read, a project, a self-test."""

from ..engine.tasks import Exercise, Prediction, Project, SelfTest

Prediction(
    "08.p1",
    "b",
    "F divides each z by its length first, so z and 3z are one and the same to it. In a VAE or a GAN the "
    "longer z would lie outside of what was trained.",
)
Prediction(
    "08.p2",
    "c",
    "At θ = 0 the best line is flat for the loss, but WGAN-GP's penalty costs λ there: it makes the line "
    "steep again, and the fakes are pushed away from where they had arrived.",
)
Prediction(
    "08.p3",
    "a",
    "Step III teaches the way from code to image and back on generated images; the game makes the codes of "
    "real images look like those of generated ones. For such codes E and G know the way.",
)
Prediction(
    "08.p4",
    "c",
    "A squared error in pixels is what the VAE was trained for. Neither sharpness nor more numbers in the "
    "code buys ALAE a lower one: an edge one pixel off costs twice.",
)
Prediction(
    "08.p5",
    "a",
    "F may spread w as G likes it. The first principal directions take the most of its variance; a number of "
    "z is one of 50 equal ones.",
)
Prediction(
    "08.p6",
    "b",
    "Near the mean of all faces is a usual face. Ten kinds of digits have their mean in common, and on the "
    "way there most of them lose their digit.",
)
Prediction(
    "08.p7",
    "c",
    "The two layers of 7 × 7 and the one of 14 × 14 place the strokes. The last one, of 28 × 28, has "
    "only their width and edges to decide.",
)
Prediction(
    "08.p8",
    "c",
    "A random projection keeps most of the distances between images, and with them the classes. So a score "
    "of a code says nothing until the same network untrained stands beside it.",
)
Prediction(
    "08.p9",
    "a",
    "WGAN-GP has 0.5; ALAE follows with 1.1, and of these three it alone has a way back from image to code.",
)

Exercise(
    "08.2",
    "How much friction?",
    reference=1.0,
    tolerance=0.02,
    why="With σ(0) = ½ the flow is dθ/dt = ψ/2 and dψ/dt = −θ/2 − γψ, so ψ'' + γψ' + ψ/4 = 0: an oscillator "
    "with friction γ. Below γ = 1 it swings, above it creeps; at γ = 1 its two rates are both −½.",
    hints=(
        "Write both losses with D(x) = ψx: L_D = softplus(ψθ) + softplus(0) + γ/2 ψ², L_G = softplus(−ψθ). "
        "The slope of softplus at 0 is ½.",
        "dθ/dt = −∂L_G/∂θ and dψ/dt = −∂L_D/∂ψ: two equations, linear near (0, 0). Try e^{μt} in them.",
        "μ² + γμ + ¼ = 0. The slower of its two roots decides; when does it fall fastest?",
    ),
    mistakes=dict(
        paper=(10, "that is the paper's, for networks. Here you can compute it: at γ = 10 the path creeps."),
        slope_of_1=(2, "the slope of softplus at 0 is σ(0) = ½, not 1, for both players."),
        half=(0.5, "σ(0) = ½ comes in twice, once for each player: μ² + γμ + ½ · ½ = 0."),
        with_its_half=(
            0.25,
            "¼ is the product of the two slopes. The two roots meet where γ² = 4 · ¼.",
        ),
        without=(0, "without friction it swings for ever (in small steps even outwards)."),
        quarter_root=(
            1.41,
            "is one of the slopes missing? Both are ½: μ² + γμ + ¼ = 0.",
        ),
        sign=(-1, "a negative γ would drive the swing instead of damping it."),
    ),
)

Exercise(
    "08.6",
    "What is a latent error of 1?",
    reference=(1.0, 2.0),
    tolerance=0.02,
    why="The mean of w misses each w by exactly the variance. An independent w' adds its own: "
    "E‖w − w'‖² = 2 · variance. Untrained, ours begins above 4: E's codes are then wider than F's, or "
    "elsewhere.",
    hints=(
        "The best constant for a squared error is the mean. How far is w from its mean, squared, on average?",
        "For two independent draws: E‖w − w'‖² = E‖(w − m) − (w' − m)‖². What becomes of the mixed term?",
        "Variance ÷ variance, and (variance + variance) ÷ variance.",
    ),
    mistakes=dict(
        both_1=((1, 1), "the second E is worse than a constant: its answer varies, too, and for nothing."),
        perfect=((0, 1), "0 is a perfect E. A constant misses every w but its mean."),
        exchanged=((2, 1), "the other way round: which of the two varies for nothing?"),
        root=(
            (1, 1.414),
            "√2 is the ratio of the *distances*; the error is squared, so variances add.",
        ),
        four=((1, 4), "variances add: 1 + 1. A factor of 4 belongs to a doubled distance."),
        cancel=((1, 0), "w and w' are different draws; their difference is 0 in the mean, not its square."),
        halves=((0.5, 1), "no ½ in this error: ‖w − m‖² has the variance as its mean."),
        none=((1, 3), "E‖w‖² + E‖w'‖² counts two variances, once the mean is taken out."),
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
    "moves lets F shrink all w to nearly one point. In S the codes are as wide as F likes, E has never "
    "learned to read them, and the samples are worse, too: no step III. R: read as well as before, but w is "
    "several times wider: the authors' F.",
    hints=(
        "Begin with reconstructions: two of the four changes break the tie between w and E(G(w)). In which "
        "two runs is nearly everything misread?",
        "Of these two, one gives F a cheap way to make step III's loss small. What does that do to the "
        "variance of w?",
        "R1 is for the game of images: look for the run whose samples lost variety (recall). What is left "
        "is the authors' F.",
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
            "both pairs are exchanged: a moving target shrinks w; without R1 samples lose variety.",
        ),
        r1_for_step_3=(
            "QSPR",
            "without step III nobody has learned to read codes: are the reconstructions of your first one "
            "the worst?",
        ),
        authors_for_moving=(
            "SQRP",
            "the target of the authors is detached, so F has no reason to shrink w: which run shrinks it?",
        ),
        order=("QSRP", "the order asked: step III, R1, moving target, authors."),
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
        ("c", "1", "E takes images and D codes, so D(E(G(F(z)))) is the only one that fits together."),
        ("b", "2", "R1 is taken at the data: D's slope there goes to 0, between the two it may be steep."),
        ("a", "3", "E belongs to the discriminator in step I; moved in step II it would learn to be fooled."),
        (
            "d",
            "3",
            "opt.EG is an Adam of its own, and Adam divides by the size of the gradient: ×100 cancels.",
        ),
        (
            "b",
            "4",
            "2 is an independent draw: such an E has learned the spread of w and nothing of the image.",
        ),
        ("c", "6", "Twelve of 50 directions hold 90 % of the variance of w; those of z are all alike."),
        (
            "b",
            "7",
            "Zero weights leave scale 1 and shift 0 for every w: all maps are normalized, w says nothing.",
        ),
        ("a", "8", "Only the lead over the same network untrained was learned: 97 − 96 is one point."),
    ),
)
