"""Claims of notebook 08."""

from claims import mean, runs
from course_utils import experiments

CHANGES = ("F moves (authors' code)", "the target moves", "no step III", "no R1")
WEIGHTS = (0.1, 0.3, 0.5)
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


def best_fcd(s):
    return by_distance(s, "fcd")[0]


def of_step_3(variant):
    """Step III's loss at the end: the latent error times the variance of w. → list"""
    errors, spreads = runs("alae", variant, "latent_error"), runs("alae", variant, "spread")
    return [error * spread for error, spread in zip(errors, spreads, strict=True)]


CLAIMS = {
    "say s1": [("almost the same", code_and_back)],
    "flow-look": [
        ("$w$ and $E(G(w))$ are almost the same", code_and_back),
        (
            "the reason why $G(E(x))$ will look like $x$",
            lambda s: of("no step III", "misread") > 80 > 40 > plain("misread"),
        ),
    ],
    "say s2": [
        (
            "With R1 the path comes to rest; with WGAN-GP it goes round and round",
            lambda s: dirac(s, "GAN, R1") < 0.05 and dirac(s, "WGAN-GP") > 1,
        ),
    ],
    "dirac-look": [
        (
            "with it both paths come to rest",
            lambda s: max(dirac(s, "GAN, R1"), dirac(s, "WGAN, R1")) < 0.05,
        ),
        ("the GAN without a penalty is still half-way out", lambda s: 0.4 < dirac(s, "GAN") < 0.6),
        ("the oscillation never dies", lambda s: all(dirac(s, "WGAN-GP", weight) > 1 for weight in WEIGHTS)),
    ],
    "say s4": [("The right curve falls", images_fall, "class")],
    "train-look": [
        (
            "the right curve: it falls to a tenth",
            lambda s: 0.08 < s["08 errors"]["images_at_last"] / s["08 errors"]["images_at_first"] < 0.12,
            "class",
        ),
        (
            "Two curves that fall",
            lambda s: s["08 errors"]["codes_at_last"] < 0.2 * s["08 errors"]["codes_at_first"],
            "class",
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
        ("hardly greyer than they are", lambda s: grey(s, "ALAE") < 1.2 * grey(s, "real")),
        (
            "leaves speckles",
            lambda s: speckles(s, "ALAE") > 10 * max(speckles(s, name) for name in ("AE", "VAE", "AAE")),
        ),
        (
            "its error is larger than the VAE's and the AAE's",
            lambda s: error(s, "ALAE") > max(error(s, "VAE"), error(s, "AAE")),
        ),
    ],
    "codes-look": [("close to the diagonal", code_and_back)],
    "principal-look": [
        (
            "a quarter of its 50 directions hold 90 % of the variance",
            lambda s: 10 <= s["08 principal"]["directions_with_90_percent_of_it"] <= 14,
        ),
    ],
    "predict-08-p5-text": [
        (
            "(a) The direction of $w$",
            lambda s: (
                s["08 change of the image"]["by_a_direction_of_w"]
                > 1.3 * s["08 change of the image"]["by_a_number_of_z"]
            ),
        ),
    ],
    "predict-08-p2-text": [
        (
            "(c) never comes to rest: it goes on round and round",
            lambda s: all(1 < dirac(s, "WGAN-GP", weight) < 2 for weight in WEIGHTS),
        ),
    ],
    "predict-08-p3-text": [
        (
            "(a) falls to about a tenth",
            lambda s: 0.08 < s["08 errors"]["images_at_last"] / s["08 errors"]["images_at_first"] < 0.12,
            "class",
        ),
    ],
    "predict-08-p4-text": [
        (
            "(c) the VAE, 20",
            lambda s: min(("AE", "VAE", "AAE", "ALAE"), key=lambda name: error(s, name)) == "VAE",
        ),
    ],
    "predict-08-p6-text": [
        (
            "(b) both fall",
            lambda s: all(truncated(s, "mean of all", score) < -0.05 for score in ("precision", "recall")),
        ),
    ],
    "truncation-look": [
        (
            "precision rises, and only recall is paid",
            lambda s: (
                truncated(s, "mean of its digit", "precision") > 0.04
                and truncated(s, "mean of its digit", "recall") < -0.2
            ),
        ),
    ],
    "predict-08-p7-text": [("(c) three of the four", mixed_well)],
    "predict-08-p8-text": [
        ("(c) more than 70 %", lambda s: s["08 linear probe"]["random encoder, 50"] > 75),
    ],
    "predict-08-p9-text": [("(a) WGAN-GP, an MLP", lambda s: best_fcd(s) == "WGAN-GP")],
    "say s6": [
        ("pixels overlap, the VAE turns grey", lambda s: middle(s, "VAE") > 1.5 * middle(s, "real")),
        ("ALAE leaves speckles", speckled_middle),
    ],
    "interpolation-look": [
        ("broken and speckled", speckled_middle),
        (
            "The VAE's middle is less grey, and ALAE's a little less again",
            lambda s: middle(s, "pixels") > 1.2 * middle(s, "VAE") > 1.2 * 1.05 * middle(s, "ALAE"),
        ),
        (
            "neither path stays among real digits",
            lambda s: min(middle(s, "VAE"), middle(s, "ALAE")) > 1.5 * middle(s, "real"),
        ),
    ],
    "say s7": [("the row mostly says which digit it is", mixed_well)],
    "mixing-look": [
        ("it needs three of the four layers", mixed_well),
        (
            "their ink still follows the column's",
            lambda s: mixing(s, 3, "ink, r") > 0.6,
        ),
        (
            "no more than about a third show either digit",
            lambda s: max(mixing(s, n, f"{of}'s digit") for n in (1, 2) for of in ("row", "column")) < 0.38,
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
            "its loss ends at 0.2 to 0.5, where Algorithm 1 with all its care ends at 8 to 21",
            lambda s: (
                min(of_step_3("the target moves")) > 0.15
                and max(of_step_3("the target moves")) < 0.55
                and min(of_step_3("Algorithm 1")) > 7.5
                and max(of_step_3("Algorithm 1")) < 21.5
            ),
        ),
        (
            "no reconstruction can be read",
            lambda s: min(runs("alae", "the target moves", "misread")) > 80,
        ),
    ],
    "ex-08-6-text": [("begins above 4", lambda s: s["08 errors"]["codes_at_first"] > 4, "class")],
    "project-text": [
        (
            "misreads 16 to 18 % of its reconstructions",
            lambda s: all(16 < misread < 18 for misread in runs("alae", "Algorithm 1", "misread")),
        ),
    ],
    "dirac-text": [
        (
            "is half-way out after 300 steps; with R1 it comes to rest",
            lambda s: 0.4 < dirac(s, "GAN") < 0.6 and dirac(s, "GAN, R1") < 0.05,
        ),
    ],
    "say s10": [("there is none", lambda s: len(wins(s)) > 1)],
    "board-look": [
        ("a model that wins everywhere: there is none", lambda s: len(wins(s)) > 1),
        (
            "agree on the first three, WGAN-GP, ALAE and GAN, and on the last, the clipped WGAN",
            lambda s: by_distance(s, "fcd")[:3] == by_distance(s, "fcd_2")[:3] == ["WGAN-GP", "ALAE", "GAN"]
            and by_distance(s, "fcd")[-1] == by_distance(s, "fcd_2")[-1] == "WGAN",
        ),
        (
            "AAE and DCGAN change places",
            lambda s: [m for m in by_distance(s, "fcd") if m in ("AAE", "DCGAN")] == ["DCGAN", "AAE"]
            and [m for m in by_distance(s, "fcd_2") if m in ("AAE", "DCGAN")] == ["AAE", "DCGAN"],
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
            "class",
        ),
        ("the first layers mostly say which digit, the last how bold", mixed_well),
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
