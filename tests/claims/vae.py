"""Claims of notebook 02."""

from claims import ALL


def _far(s, name):
    return s["02 distance to the nearest training image"][name]


def _one_dimension(s):
    return s["02 one dimension of q(z)"]


def _of_beta(s, beta):
    return [s["02 beta"][f"β = {beta}: {score}"] for score in ("L_rec", "KL", "Fréchet distance")]


def _closest(s):
    return min(BETAS, key=lambda beta: _of_beta(s, beta)[0])


def _hardly_any_code(s):
    return _of_beta(s, "16")[1] < 0.1 * _of_beta(s, "1")[1]


def _against_each_other(s):
    at = s["02 curves"]
    falls = at["L_rec_in_the_last_tenth"] < 0.8 * at["L_rec_in_the_first_tenth"]
    return falls and at["L_kl_in_the_last_tenth"] > 1.2 * at["L_kl_in_the_first_tenth"]


def _falling(s):
    bounds = [s["02 importance"][f"minus_bound_with_{n}_draws"] for n in (1, 10, 100, 400)]
    return bounds == sorted(bounds, reverse=True)


def _gain(s, k):
    bounds = s["02 importance"]
    return bounds["minus_bound_with_1_draws"] - bounds[f"minus_bound_with_{k}_draws"]


def _near_the_prior(s):
    return _one_dimension(s)["distance_for_most"] < 0.02


def _collapsed(s):
    return s["02 one dimension"]["nats_of_the_last"] < 0.05


def _slant_then_ink_then_height(s):
    alike = s["02 correlation of two digits of a row"]
    return alike["slant"] > alike["ink"] > alike["height"]


def _style(s):
    at = s["02 correlation of two digits of a row"]
    return min(at["ink"], at["slant"]) > 0.75


def _accuracy(s, n_labels, name):
    return s["02 accuracy"][f"from_{n_labels}_labels:_{name}"]


def _lead(s, n_labels):
    return _accuracy(s, n_labels, "codes") - _accuracy(s, n_labels, "pixels")


def _thin_and_crowded(s):
    return s["02 aggregated"]["distance_to_prior"] > 1.5 * s["02 aggregated"]["floor"]


BETAS = ("0", "0.25", "1", "4", "16")

CLAIMS = {
    "say s4": [("The KL rises while the reconstruction improves", _against_each_other)],
    "vae-look": [("$L_{rec}$ falls while the KL *rises*", _against_each_other)],
    "importance-look": [
        ("numbers that fall with more draws", _falling, *ALL),
        (
            "The same images in grey cost more",
            lambda s: s["02 in grey"]["minus_elbo"] > 1.1 * s["02 importance"]["minus_bound_with_1_draws"],
        ),
        (
            "a grey pixel costs nats even when it is predicted exactly",
            lambda s: s["02 in grey"]["L_rec_predicted_exactly"] > 20,
        ),
    ],
    "say s5": [("Most random codes make digits", lambda s: s["02 precision"]["new"] > 0.5)],
    "generate-look": [
        (
            "higher than for two digits laid over each other, and lower than for real ones",
            lambda s: (
                1.3 * s["02 precision"]["two laid over each other"]
                < s["02 precision"]["new"]
                < 0.95 * s["02 precision"]["real"]
            ),
        )
    ],
    "say s7": [
        (
            "some rows change the digit",
            lambda s: 0 < s["02 traversals"]["rows_with_more_than_one_digit"] < 6,
        )
    ],
    "traversals-look": [
        (
            "In some rows the digit itself changes",
            lambda s: 0 < s["02 traversals"]["rows_with_more_than_one_digit"] < 6,
        )
    ],
    "sliders-look": [
        (
            "they change nothing that can be seen",
            lambda s: (
                _collapsed(s)
                and s["02 one dimension"]["change_by_the_last"]
                < 0.01 * s["02 one dimension"]["change_by_the_first"]
            ),
        )
    ],
    "interpolation-look": [
        (
            "about as near to a training image as real test digits are",
            lambda s: 0.9 < _far(s, "codes") / _far(s, "test images") < 1.1,
        ),
        (
            "halfway between two images, it is farther",
            lambda s: _far(s, "pixels") > 1.15 * _far(s, "codes"),
        ),
    ],
    "share-a-code-look": [
        (
            "near that mean, far nearer than to the image itself",
            lambda s: s["02 share a code"]["output_to_mean"] < 0.3 * s["02 share a code"]["output_to_image"],
        ),
        (
            "with more grey pixels",
            lambda s: (
                s["02 share a code"]["grey_pixels_of_mean"]
                > 1.5 * s["02 share a code"]["grey_pixels_of_images"]
            ),
        ),
    ],
    "say s8": [
        ("β = 0: close reconstructions", lambda s: _closest(s) == "0"),
        ("useless new images", lambda s: _of_beta(s, "0")[2] > 5 * _of_beta(s, "1")[2]),
        ("β = 16: most images tend to the mean of all", _hardly_any_code),
    ],
    "betas-look": [
        ("Its reconstructions are the closest", lambda s: _closest(s) == "0"),
        ("by little", lambda s: _of_beta(s, "0")[0] > 0.93 * _of_beta(s, "0.25")[0]),
        (
            "hardly any of its new images is a digit",
            lambda s: _of_beta(s, "0")[2] > 5 * _of_beta(s, "1")[2],
        ),
        (
            "the best new images come with β = 0.25 and 1",
            lambda s: set(sorted(BETAS, key=lambda beta: _of_beta(s, beta)[2])[:2]) == {"0.25", "1"},
        ),
        ("the code carries hardly any information", _hardly_any_code),
    ],
    "normal-look": [
        (
            "it has come down from 0.37 toward the error of a pixel",
            lambda s: (
                0.8
                < s["02 Normal pixels"]["learned_sigma"] / s["02 Normal pixels"]["error_of_a_test_pixel"]
                < 1.25
            ),
        ),
        ("$L_{rec}$ is negative", lambda s: s["02 Normal pixels"]["L_rec"] < 0),
    ],
    "say s10": [("One handwriting per row", _style)],
    "predict-02-p4-text": [
        (
            "about four times as large",
            lambda s: (
                3
                < s["02 squared error of what is shown"]["sample"]
                / s["02 squared error of what is shown"]["mean"]
                < 5
            ),
        )
    ],
    "predict-02-p3-text": [
        (
            "falls by 3.6 to 5 nats",
            lambda s: 3.5 < _gain(s, 400) < 5.05 and 0.52 < _gain(s, 10) / _gain(s, 400) < 0.78,
            *ALL,
        )
    ],
    "predict-02-p5-text": [
        (
            "6 to 7 nats on MNIST, so more than 3 in a dimension",
            lambda s: (
                6 < s["02 vae in 2-D"]["L_kl"] < 7
                and 2 * s["02 one dimension"]["nats_of_the_first"] < 0.9 * s["02 vae in 2-D"]["L_kl"]
            ),
        )
    ],
    "predict-02-p6-text": [
        (
            "the codes hold about 26 nats, and $L_{rec}$ is about 94",
            lambda s: abs(_of_beta(s, "0.25")[1] - 26) < 0.5 and abs(_of_beta(s, "0.25")[0] - 94) < 0.5,
            "class",
        ),
        (
            "By less than 10 nats",
            lambda s: 0 < _of_beta(s, "0.25")[0] - _of_beta(s, "0")[0] < 10,
        ),
        ("grow to 240 nats or more", lambda s: _of_beta(s, "0")[1] > 240),
    ],
    "prediction 02.p3": [
        ("a few large weights rule the mean", lambda s: _gain(s, 10) < 0.75 * _gain(s, 400), *ALL),
    ],
    "prediction 02.p5": [
        (
            "of twenty, at least eight share them",  # none has more than the fullest, so so many at least
            lambda s: s["02 vae"]["L_kl"] / s["02 one dimension"]["nats_of_the_first"] > 7,
        ),
        (
            "none needs to be filled so far",
            lambda s: 2 * s["02 one dimension"]["nats_of_the_first"] < 0.9 * s["02 vae in 2-D"]["L_kl"],
        ),
    ],
    "prediction 02.p6": [
        ("nats come in all the same", lambda s: _of_beta(s, "0")[1] > 5 * _of_beta(s, "0.25")[1]),
        (
            "which hardly helps the reconstruction",
            lambda s: 0.95 * _of_beta(s, "0.25")[0] < _of_beta(s, "0")[0] < _of_beta(s, "0.25")[0],
        ),
    ],
    "prediction 02.p7": [
        ("Slant and ink are free in each digit", _slant_then_ink_then_height),
    ],
    "prediction 02.p8": [
        (
            "With two labels of a class, both see too little",
            lambda s: max(_accuracy(s, 20, name) for name in ("codes", "pixels")) < 0.5,
        ),
        (
            "it helps a little, in between",
            lambda s: 1.5 * max(_lead(s, 20), _lead(s, 1000)) < _lead(s, 100) < 0.05,
        ),
    ],
    "styles-play": [
        (
            "slant goes together most closely between two digits, then ink, and the height least",
            _slant_then_ink_then_height,
        ),
    ],
    "ageing-text": [("change their slant and their ink together", _style)],
    "aggregated-1d-look": [
        ("in the dimension with the most nats: near the prior", _near_the_prior),
        ("each $q(z \\mid x)$ is nearly the prior itself", _collapsed),
        (
            "all means are nearly 0",
            lambda s: _one_dimension(s)["spread_of_the_means_of_the_least"] < 0.1,
        ),
        (
            "less than a tenth of a nat, out of some twenty",
            lambda s: s["02 another prior"]["nats_saved"] < 0.1 < 19 < s["02 vae"]["L_kl"] < 22,
        ),
    ],
    "say s9": [("crowded in places where the prior is smooth", _thin_and_crowded)],
    "aggregated-look": [
        ("fewer than one in ten draws", lambda s: s["02 aggregated"]["prior_in_holes"] < 0.1),
        ("well above the floor", _thin_and_crowded),
    ],
    "uses-look": [
        (
            "most of the squared error that the noise made is gone",
            lambda s: (
                s["02 squared error to the clean image"]["cleaned"]
                < 0.5 * s["02 squared error to the clean image"]["noisy"]
            ),
        )
    ],
    "few-labels-look": [
        (
            "a few points at most, and the largest with 100 labels",
            lambda s: max(_lead(s, 20), _lead(s, 1000)) < _lead(s, 100) < 0.05,
        ),
        (
            "With 20, both are wrong more often than right",
            lambda s: max(_accuracy(s, 20, name) for name in ("codes", "pixels")) < 0.5,
        ),
        ("with 1,000 the pixels come nearer", lambda s: _lead(s, 1000) < _lead(s, 100) - 0.005),
    ],
    "recap": [
        ("all codes together are only nearly the prior", _thin_and_crowded),
        (
            "images that share a code are reconstructed nearly as their mean",
            lambda s: s["02 share a code"]["output_to_mean"] < 0.3 * s["02 share a code"]["output_to_image"],
        ),
    ],
}
