"""Claims of notebook 08."""

from claims import ALL, mean, runs
from course_utils import experiments

CHANGES = ("F moves (authors' code)", "the target moves", "no step III", "no R1")
SMALL = (0.1, 0.3)  # weights with which WGAN-GP's path goes round
NEAREST = "08 1-NN in percent"
PAIRS = [f"{model}: {score}" for score in ("recall", "precision") for model in ("DCGAN", "ALAE")]
SAMPLES = {"fcd": min, "kl": min, "precision": max, "recall": max}  # and which one is best


def of(variant, score):
    return mean(runs("alae", variant, score))


def plain(score):
    return of("Algorithm 1", score)


def worst(variant, score):
    return max(runs("alae", variant, score))


def grey(s, name):
    return s["08 reconstructions"][f"{name}: grey pixels"]


def error(s, name):
    return s["08 reconstructions"][f"{name}: error"]


def speckles(s, name):
    return s["08 reconstructions"][f"{name}: speckles"]


def mixing(s, n_coarse, what):
    return s["08 mixing"][f"{n_coarse} coarse: {what}"]


def dirac(s, kind, weight=0.3):
    return s["08 Dirac"][f"{kind}: weight {weight}"]


def misread(s, name):
    return s["08 reconstructions"][f"{name}: misread"]


def drawn(s, how, score):
    return s["08 draws"][f"{how}: {score}"]


def by_w_and_by_z(s):
    """How many times as much a direction of w changes an image."""
    changes = s["08 change of the image"]
    return changes["by_a_direction_of_w"] / changes["by_a_number_of_z"]


def half_way(s, centre):
    return s["08 truncation"][f"mean of {centre}, ρ = 0.5: precision"]


def a_third(s):
    shares = {of: mixing(s, 2, of) for of in ("row's digit", "column's digit", "a third")}
    return shares["a third"] > 0.45 > 0.4 > max(shares["row's digit"], shares["column's digit"])


def images_at_first(s):
    return s["08 errors"]["images_at_first"] > 1_000


def code_and_back(s):
    return s["08 codes"]["error_in_percent_of_the_variance"] < 5


def middle(s, name):
    return s["08 middle"][f"{name}: grey pixels"]


def speckled_middle(s):
    return s["08 middle"]["ALAE: speckles"] > 10 * s["08 middle"]["VAE: speckles"]


def lead_by_features(s):
    scores = s["08 linear probe"]
    return max(scores, key=scores.get) == "ALAE's features, 1,024"


def images_fall(s):
    return s["08 errors"]["images_at_last"] < 0.2 * s["08 errors"]["images_at_first"]


def wins(s):
    """Which shipped model has the best of each score. → set"""
    rows, best = s["08 board of samples"], set()
    models = {key.split(": ")[0] for key in rows} - {"real", "noise"}
    models = {name for name in models if "yours" not in name}
    for score, better in SAMPLES.items():
        of_model = {name: rows[f"{name}: {score}"] for name in models}
        best.add(better(of_model, key=of_model.get))
    return best


def mixed_well(s):
    return (
        mixing(s, 3, "row's digit") > 0.6
        and mixing(s, 2, "row's digit") < 0.5
        and mixing(s, 3, "ink, r") > 0.6
    )


def truncated(s, towards, score):
    """How much a score rises when w is drawn half-way to a mean."""
    return s["08 truncation"][f"{towards}, ρ = 0.5: {score}"] - s["08 truncation"][f"as drawn: {score}"]


def by_distance(s, score):
    """The shipped models, nearest first. → list"""
    rows = s["08 board of samples"]
    models = {key.split(": ")[0] for key in rows} - {"real", "noise"}
    return sorted((m for m in models if "yours" not in m), key=lambda name: rows[f"{name}: {score}"])


def error_on_board(s, model):
    return s["08 board of reconstructions"][f"{model}: error"]


def nearest_of_all(s):
    """Are three, with 0.35 to 0.5, before ALAE?"""
    three = ["WGAN-GP", "DCGAN", "GAN"]
    distances = [s["08 board of samples"][f"{name}: fcd"] for name in three]
    return 0.345 < min(distances) < max(distances) < 0.55 and by_distance(s, "fcd")[:4] == [*three, "ALAE"]


def ahead(s, score):
    """By how much DCGAN's samples lead ALAE's."""
    rows = s["08 board of samples"]
    return rows[f"DCGAN: {score}"] - rows[f"ALAE: {score}"]


def of_step_3(variant):
    """Step III's loss at the end: the latent error times the variance of w. → list"""
    errors, spreads = runs("alae", variant, "latent_error"), runs("alae", variant, "spread")
    return [error * spread for error, spread in zip(errors, spreads, strict=True)]


CLAIMS = {
    "say s1": [("almost the same", code_and_back)],
    "flow-look": [
        ("$w$ and $E(G(w))$ are almost the same", code_and_back),
    ],
    "say s2": [
        (
            "With R1 the path comes to rest at the data",
            lambda s: max(dirac(s, "GAN, R1", weight) for weight in (0.3, 2.0)) < 0.05,
        ),
    ],
    "dirac-look": [
        (
            "with it both paths come to rest at the data",
            lambda s: (
                max(dirac(s, f"{loss}, R1", weight) for loss in ("GAN", "WGAN") for weight in (0.3, 2.0))
                < 0.05
            ),
        ),
        (
            "the GAN without a penalty is still at about half its first distance",
            lambda s: 0.4 < dirac(s, "GAN") < 0.6,
        ),
        ("the oscillation never dies", lambda s: all(dirac(s, "WGAN-GP", weight) > 1 for weight in SMALL)),
        ("with λ = 2 the path stops far from the data", lambda s: dirac(s, "WGAN-GP", 2.0) > 3.9),
    ],
    "say s4": [("The right curve falls", images_fall)],
    "train-look": [
        (
            "the right curve: it falls to a tenth of its start, or less",
            lambda s: s["08 errors"]["images_at_last"] / s["08 errors"]["images_at_first"] < 0.12,
        ),
        (
            "Two curves that fall",
            lambda s: s["08 errors"]["codes_at_last"] < 0.2 * s["08 errors"]["codes_at_first"],
        ),
    ],
    "say s5": [
        (
            "ALAE keeps them sharp, but leaves speckles; the others turn grey",
            lambda s: (
                grey(s, "ALAE") < 1.2 * grey(s, "real")
                and speckles(s, "ALAE") > 10 * speckles(s, "AAE")
                and min(grey(s, name) for name in ("AE", "VAE", "AAE")) > 1.4 * grey(s, "real")
            ),
        ),
    ],
    "reconstructions-look": [
        (
            "a mean is grey",
            lambda s: min(grey(s, name) for name in ("AE", "VAE", "AAE")) > 1.4 * grey(s, "real"),
        ),
        ("its own are hardly greyer than real digits", lambda s: grey(s, "ALAE") < 1.2 * grey(s, "real")),
        (
            "leaves speckles",
            lambda s: speckles(s, "ALAE") > 10 * max(speckles(s, name) for name in ("AE", "VAE", "AAE")),
        ),
        (
            "its error is larger than the VAE's and the AAE's",
            lambda s: error(s, "ALAE") > max(error(s, "VAE"), error(s, "AAE")),
        ),
        ("It is misread less often than the AAE", lambda s: misread(s, "ALAE") < 0.7 * misread(s, "AAE")),
        (
            "about twice ALAE's error",
            lambda s: 1.6 < error(s, "moved by 1 pixel") / error(s, "ALAE") < 2.4,
        ),
        (
            "is read as well as before",
            lambda s: misread(s, "moved by 1 pixel") < 1.1 * misread(s, "real") + 0.2,
        ),
    ],
    "predict-08-p1-text": [
        (
            "(c) legible, but of few kinds",
            lambda s: (
                drawn(s, "even, 0 to 1", "digits above 5 %") < 6 < 9 < drawn(s, "Normal", "digits above 5 %")
                and drawn(s, "even, 0 to 1", "how sure") > 0.9 * drawn(s, "Normal", "how sure")
            ),
        ),
    ],
    "codes-look": [("about the diagonal", code_and_back)],
    "prediction 08.p1": [
        (
            "3z gives the very same images",
            lambda s: drawn(s, "3 times as long", "how sure") == drawn(s, "Normal", "how sure"),
            *ALL,
        ),
        (
            "so G has practised there, too",
            lambda s: 0.9 < drawn(s, "even, 0 to 1", "how sure") / drawn(s, "Normal", "how sure") < 1,
            *ALL,
        ),
    ],
    "prediction 08.p2": [
        (
            "just balances the loss's pull at θ = −2λ",
            lambda s: abs(dirac(s, "WGAN-GP", 2.0) - 2 * 2.0) < 0.02,
            *ALL,
        ),
        (
            "with less it swings past ψ = 0, and goes on for ever",
            lambda s: all(dirac(s, "WGAN-GP", weight) > 1 for weight in SMALL),
            *ALL,
        ),
    ],
    "prediction 08.p4": [
        (
            "has twice this error, and is read as before",
            lambda s: (
                1.8 < error(s, "moved by 1 pixel") / error(s, "ALAE") < 2.3
                and misread(s, "moved by 1 pixel") < 1.1 * misread(s, "real")
            ),
        ),
    ],
    "prediction 08.p5": [
        ("the image changes about half as much again", lambda s: 1.35 < by_w_and_by_z(s) < 1.65, *ALL),
    ],
    "prediction 08.p6": [
        (
            "as often near real images as real ones are",
            lambda s: abs(half_way(s, "its digit") - s["08 truncation"]["real: precision"]) < 0.02,
        ),
    ],
    "prediction 08.p7": [
        (
            "the one of 14 × 14 still moves them",
            lambda s: mixing(s, 3, "row's digit") > mixing(s, 2, "row's digit") + 0.25,
            *ALL,
        ),
        (
            "neither half decides the digit",
            lambda s: max(mixing(s, 2, f"{of}'s digit") for of in ("row", "column")) < 0.4,
            *ALL,
        ),
    ],
    "prediction 08.p8": [
        (
            "A random encoder to 50 numbers keeps much of the distances between images",
            lambda s: 0.9 < s[NEAREST]["random encoder"] / s[NEAREST]["pixels"] < 1,
            *ALL,
        ),
        (
            "Three or ten numbers need not keep the classes on two sides of a line; the VAE's 20 do",
            lambda s: (
                max(s["08 linear probe"][name] for name in ("AE, 3", "AAE, 10")) < 75
                and s["08 linear probe"]["VAE, 20"] > s["08 linear probe"]["random encoder, 50"] + 3
            ),
            *ALL,
        ),
    ],
    "prediction 08.p9": [
        (
            "Recall 0.89 against 0.76, but precision 0.74 against 0.79",
            lambda s: [round(s["08 board of samples"][row], 2) for row in PAIRS] == [0.89, 0.76, 0.74, 0.79],
        ),
    ],
    "prediction 08.p3": [
        (
            "the shipped ALAE, with 50 numbers, has a larger one than the AAE with 10",
            lambda s: error_on_board(s, "ALAE") > 1.05 * error_on_board(s, "AAE"),
        ),
    ],
    "principal-look": [
        (
            "an untrained $F$ does it, too",
            lambda s: abs(s["08 principal"]["of_an_untrained_F"] - 12) < 3,
        ),
        (
            "a quarter of its 50 directions hold 90 % of the variance",
            lambda s: 10 <= s["08 principal"]["directions_with_90_percent"] <= 14,
        ),
    ],
    "predict-08-p5-text": [
        ("about 80 % of its variance", lambda s: 78 < s["08 principal"]["percent_in_8"] < 85),
        ("(b) half as large again", lambda s: 1.35 < by_w_and_by_z(s) < 1.65),
    ],
    "predict-08-p2-text": [
        (
            "goes round and round for good, a little farther out than it began",
            lambda s: all(1 < dirac(s, "WGAN-GP", weight) < 1.5 for weight in SMALL),
        ),
        ("(c) comes to rest outside, farther than it began", lambda s: dirac(s, "WGAN-GP", 2.0) > 3.9),
    ],
    "ex-08-2-text": [
        (
            "R1 with γ = 2 leaves the GAN farther from rest after 300 steps than γ = 0.3 does",
            lambda s: dirac(s, "GAN, R1", 2.0) > 1.5 * dirac(s, "GAN, R1", 0.3),
        ),
    ],
    "predict-08-p3-text": [
        ("At first $\\|x - G(E(x))\\|^2$ on test images is above 1,000", images_at_first),
        ("(b) 90", lambda s: 70 < s["08 errors"]["images_at_last"] < 120),
        ("(b) 90", lambda s: 67 < s["08 ALAE"]["error"] < 130),
        (
            "the autoencoder with three numbers, notebook 01, about 100; the VAE, notebook 02, about 30",
            lambda s: 80 < error(s, "AE") < 100 and 27 < error(s, "VAE") < 33,
        ),
    ],
    "predict-08-p4-text": [
        (
            "misreads 5 % of the VAE's (squared error 32) and 9.5 % of the AAE's (squared error 46)",
            lambda s: (
                [round(misread(s, "VAE")), misread(s, "AAE")] == [5, 9.5]
                and [round(error(s, name)) for name in ("VAE", "AAE")] == [32, 46]
            ),
        ),
        ("ALAE's squared error is larger still, 50", lambda s: round(error(s, "ALAE")) == 50),
        ("(a) 4 %, hardly fewer than the VAE's", lambda s: round(misread(s, "ALAE")) == 4),
        ("1 %, as few as of real images", lambda s: round(misread(s, "real")) == 1),
    ],
    "predict-08-p6-text": [
        (
            "reach a precision of 0.85, ALAE's samples 0.79",
            lambda s: (
                abs(s["08 truncation"]["real: precision"] - 0.85) < 0.01
                and abs(s["08 truncation"]["as drawn: precision"] - 0.79) < 0.01
            ),
        ),
        (
            "(a) Those near their digit's mean",
            lambda s: (
                half_way(s, "its digit") > s["08 truncation"]["real: precision"] - 0.02 > half_way(s, "all")
            ),
        ),
    ],
    "truncation-look": [
        (
            "precision climbs to that of real images, and recall falls to about 0.12",
            lambda s: (
                abs(half_way(s, "its digit") - s["08 truncation"]["real: precision"]) < 0.02
                and s["08 truncation"]["mean of its digit, ρ = 0.5: recall"] < 0.15
            ),
        ),
        (
            "Towards the mean of all ten digits both scores fall",
            lambda s: all(truncated(s, "mean of all", score) < -0.05 for score in ("precision", "recall")),
        ),
    ],
    "predict-08-p7-text": [("(c) a third digit, neither one's", a_third)],
    "predict-08-p8-text": [
        (
            "is right for about 80 % of the test images already",
            lambda s: 79 < s["08 linear probe"]["random encoder, 50"] < 84,
        ),
        (
            "(b) the AE's 3 and the AAE's 10",
            lambda s: (
                max(s["08 linear probe"][name] for name in ("AE, 3", "AAE, 10"))
                < s["08 linear probe"]["random encoder, 50"] - 3
                and s["08 linear probe"]["VAE, 20"] > s["08 linear probe"]["random encoder, 50"] + 3
            ),
        ),
    ],
    "predict-08-p9-text": [
        ("WGAN-GP, DCGAN and the GAN have the lowest Fréchet distances, 0.35 to 0.5", nearest_of_all),
        ("ALAE follows with 0.8", lambda s: round(s["08 board of samples"]["ALAE: fcd"], 1) == 0.8),
        (
            "(a) In recall alone",
            lambda s: ahead(s, "recall") > 0.08 and ahead(s, "precision") < -0.02,
        ),
    ],
    "say s6": [
        ("pixels overlap, the VAE turns grey", lambda s: middle(s, "VAE") > 1.5 * middle(s, "real")),
        ("ALAE leaves speckles", speckled_middle),
    ],
    "interpolation-look": [
        ("ALAE's has some speckles", speckled_middle),
        (
            "The VAE's middle is less grey, and ALAE's a little less again",
            lambda s: middle(s, "pixels") > 1.2 * middle(s, "VAE") > 1.2 * 1.05 * middle(s, "ALAE"),
        ),
        (
            "both are greyer than real digits",
            lambda s: min(middle(s, "VAE"), middle(s, "ALAE")) > 1.5 * middle(s, "real"),
        ),
    ],
    "mixing-look": [
        ("it needs the first three of the four layers", mixed_well),
        (
            "their ink still follows the column's",
            lambda s: mixing(s, 3, "ink, r") > 0.6,
        ),
        (
            "neither digit reaches 40 %",
            lambda s: max(mixing(s, n, f"{of}'s digit") for n in (1, 2) for of in ("row", "column")) < 0.38,
        ),
        (
            "about half are read as a third one",
            lambda s: all(0.45 < mixing(s, n, "a third") < 0.58 for n in (1, 2)),
        ),
    ],
    "say s8": [
        (
            "the lead over the random encoder",
            lambda s: s["08 linear probe"]["ALAE, 50"] > s["08 linear probe"]["random encoder, 50"] + 5,
        ),
    ],
    "probe-look": [
        ("ALAE's features lead", lead_by_features),
        (
            "its 50 numbers do about as well as 1,024 random ones",
            lambda s: (
                abs(s["08 linear probe"]["ALAE, 50"] - s["08 linear probe"]["random features, 1,024"]) < 1
            ),
        ),
    ],
    "neighbour-look": [
        (
            "it is right for about 85 % already, and the pixels lead",
            lambda s: (
                82 < s["08 1-NN in percent"]["random encoder"] < 88
                and s["08 1-NN in percent"]["pixels"] > s["08 1-NN in percent"]["ALAE"]
            ),
        ),
    ],
    "exercise 08.9": [
        (
            "its samples lose their variety (recall 0.01, not 0.2), and its Fréchet distance is the worst",
            lambda s: (
                worst("no R1", "recall") < 0.015
                and 0.15 < plain("recall") < 0.25
                and min(runs("alae", "no R1", "fcd")) > max(worst(name, "fcd") for name in CHANGES[:3])
            ),
        ),
        (
            "P and S: reconstructions cannot be read",
            lambda s: (
                min(*runs("alae", "the target moves", "misread"), *runs("alae", "no step III", "misread"))
                > 80
            ),
        ),
        (
            "a target that moves lets F shrink all w to nearly one point",
            lambda s: worst("the target moves", "spread") < 0.002 * plain("spread"),
        ),
        (
            "the samples are worse, too: no step III",
            lambda s: min(runs("alae", "no step III", "fcd")) > worst("Algorithm 1", "fcd"),
        ),
        (
            "read as well as before, but w is several times wider",
            lambda s: (
                abs(of(CHANGES[0], "misread") / plain("misread") - 1) < 0.1
                and 3 < of(CHANGES[0], "spread") / plain("spread") < 10
            ),
        ),
    ],
    "ex-08-10-text": [
        (
            "ends at 0.2 to 0.5 in the runs of this section, where that of Algorithm 1 ends at 8 to 21",
            lambda s: (
                min(of_step_3("the target moves")) > 0.15
                and max(of_step_3("the target moves")) < 0.55
                and min(of_step_3("Algorithm 1")) > 7.5
                and max(of_step_3("Algorithm 1")) < 21.5
            ),
        ),
    ],
    "ex-08-6-text": [("begins above 3", lambda s: s["08 errors"]["codes_at_first"] > 3)],
    "project-text": [
        (
            "misreads 16 to 18 % of its reconstructions",
            lambda s: all(16 < misread < 18 for misread in runs("alae", "Algorithm 1", "misread")),
        ),
    ],
    "dirac-text": [
        (
            "is still at about half its first distance after 300 steps; with R1, which brakes $\\psi$ as "
            "friction brakes a pendulum, it comes to rest",
            lambda s: 0.4 < dirac(s, "GAN") < 0.6 and dirac(s, "GAN, R1") < 0.05,
        ),
    ],
    "board-look": [
        ("a model that wins everywhere: there is none", lambda s: len(wins(s)) > 1),
        (
            "rank those shipped alike, WGAN-GP first, ALAE fourth, VAE last, but for two pairs that change "
            "places: GAN and DCGAN, AAE and the clipped WGAN",
            lambda s: (
                by_distance(s, "fcd") == ["WGAN-GP", "DCGAN", "GAN", "ALAE", "WGAN", "AAE", "VAE"]
                and by_distance(s, "fcd_2") == ["WGAN-GP", "GAN", "DCGAN", "ALAE", "AAE", "WGAN", "VAE"]
            ),
        ),
    ],
    "s10": [
        (
            "in a unit that gives real images 0.17, too",
            lambda s: {round(s["08 board of samples"][f"real: {f}"], 2) for f in ("fcd", "fcd_2")} == {0.17},
        )
    ],
    "recap": [
        (
            "The error in images falls without being computed",
            images_fall,
        ),
        ("the first three layers mostly say which digit, the last how bold", mixed_well),
        (
            "| VAE (02) | error, KL | $\\mathcal N(0, I)$ | sharpness |",
            lambda s: grey(s, "VAE") > 1.4 * grey(s, "real"),
        ),
        (
            "| AAE (03) | error, a discriminator of codes | any prior | sharpness |",
            lambda s: grey(s, "AAE") > 1.4 * grey(s, "real"),
        ),
        (
            "mode collapse",
            lambda s: mean(experiments.load("tricks")["runs"]["plain, ring"]["modes"]) < 4,
        ),
        ("exactness", lambda s: error(s, "ALAE") > max(error(s, "VAE"), error(s, "AAE"))),
    ],
}
