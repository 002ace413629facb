"""Claims of notebook 01."""

from claims import ALL


def _error(s, k):
    return s["01 widths"][f"error_with_code_of_{k}"]


def _gain(s, a, b):
    """How much the error falls with each number that the code has more."""
    return (_error(s, a) - _error(s, b)) / (b - a)


def _far(s, name):
    return s["01 distance to the nearest training image"][name]


def _halfway(s, name):
    return s["01 halfway, distance to the nearest training image"][name]


def _holes(s):
    return s["01 holes"]["code of 2"], s["01 holes"]["Lab 1, code of 3"], s["01 holes"]["Lab 2, code of 256"]


def _of_2(s, images):
    return s["01 codes of 2, distance to the nearest training image"][images]


def _holes_are_near(s):
    return 0.9 < _of_2(s, "in_holes") / _of_2(s, "elsewhere") < 1.12


def _same_peaks(s):
    left = s["01 share in the left peak"]
    return all(abs(share - left["truth"]) < 0.05 for share in left.values())


def _what_lab_2_leaves(s):
    return s["01 lab 2"]["reconstruction_error"] / s["01 lab 1"]["reconstruction_error"]


def _same_as_pca(s):
    pca = s["01 pca"]
    return abs(pca["linear autoencoder"] / pca["PCA"] - 1) < 0.005 and pca["largest_angle_in_degrees"] < 4


def _longest_borders(s):
    borders = s["01 share of all borders"]
    return set(sorted(borders, key=borders.get)[-3:]) == {"4 and 9", "3 and 5", "3 and 8"}


def _mean_left(s):
    return s["01 lab 1"]["reconstruction_error"] / s["01 lab 1"]["error_of_the_mean_image"]


def _quarter(s):
    return s["01 lab 1"]["error_of_the_mean_image"] / 4


def _directions(s):
    return s["01 pca as good as lab 1"]["directions"]


def _pca_256(s):
    return s["01 lab 2"]["pca_with_256"]


def _lab_2(s):
    return s["01 lab 2"]["reconstruction_error"]


CLAIMS = {
    "say s2": [("The same two peaks three times", _same_peaks, *ALL)],
    "three-ways-look": [("with about the same share in the left one", _same_peaks, *ALL)],
    "lab1-look": [
        ("mostly keep their class", lambda s: s["01 lab 1"]["still_read"] > 0.5, *ALL),
        ("about half of the mean image's error is left", lambda s: 0.44 < _mean_left(s) < 0.56, *ALL),
        ("about three in four", lambda s: 0.675 < s["01 lab 1"]["still_read"] < 0.825, *ALL),
        (
            "for the original images it is above nine in ten",
            lambda s: s["01 lab 1"]["still_read_of_originals"] > 0.9,
            *ALL,
        ),
    ],
    "ex-01-8-text": [
        (
            "three directions of a library's PCA leave 161.8",
            lambda s: abs(s["01 pca"]["PCA"] - 161.8) < 0.05,
        )
    ],
    "ex-01-7-text": [
        (
            "The mean image's error is 212",
            lambda s: abs(s["01 lab 1"]["error_of_the_mean_image"] - 212) < 0.5,
        )
    ],
    "widths-see": [
        (
            "Wider bottleneck, clearer digits",
            lambda s: min(_gain(s, *p) for p in ((2, 8), (8, 16), (16, 32))) > 0,
        )
    ],
    "widths-look": [
        (
            "the first few numbers help most",
            lambda s: _gain(s, 2, 8) > 3 * _gain(s, 8, 16) > 6 * _gain(s, 16, 32),
        ),
        (
            "a fifth to two fifths of the error with three",
            lambda s: 0.18 < _error(s, 32) / _error(s, 3) < 0.42,
            *ALL,
        ),
    ],
    "say s5": [("The rows of the linear autoencoder and PCA look the same", _same_as_pca, *ALL)],
    "pca-look": [
        ("two rows that look the same, and small angles", _same_as_pca, *ALL),
        ("Lab 1's error is lower", lambda s: s["01 pca"]["Lab 1"] < 0.9 * s["01 pca"]["PCA"], *ALL),
        ("PCA needs several times as many to be as good", lambda s: _directions(s) >= 6, *ALL),
    ],
    "say s6": [("The handwriting is back", lambda s: _what_lab_2_leaves(s) < 0.56, *ALL)],
    "conv-look": [
        ("at most about half of Lab 1's error is left", lambda s: _what_lab_2_leaves(s) < 0.56, *ALL),
        (
            "on MNIST, section 4's code of 32 numbers does even better",
            lambda s: _error(s, 32) < 0.95 * s["01 lab 2"]["reconstruction_error"],
        ),
        (
            "PCA with 256 leaves less than a fifth of Lab 2's error",
            lambda s: _pca_256(s) < 0.2 * _lab_2(s),
            *ALL,
        ),
    ],
    "tsne-expected": [
        ("most show the same digit", lambda s: s["01 neighbours on the map"]["same_digit"] > 0.7, *ALL),
        ("those of 4 and 9, and of 3 with 5 and 8", _longest_borders),
        ("most digits in groups", lambda s: s["01 neighbours on the map"]["same_digit"] > 0.7, *ALL),
        ("4 and 9 mixed", lambda s: s["01 share of all borders"]["4 and 9"] > 0.1),
    ],
    "say s7": [
        ("Groups that no loss asked for", lambda s: s["01 neighbours on the map"]["same_digit"] > 0.7, *ALL)
    ],
    "neighbours-look": [
        (
            "it is right nearly as often as the pixels, and wrong a fifth to two thirds more often",
            lambda s: (
                1.2
                < (1 - s["01 neighbours"]["same_digit_by_code"])
                / (1 - s["01 neighbours"]["same_digit_by_pixels"])
                < 1.67
            ),
            *ALL,
        ),
        (
            "On MNIST most wrong neighbours of a 4 are nines",
            lambda s: (
                s["01 wrong neighbours of a four"]["nine"] > s["01 wrong neighbours of a four"]["another"]
            ),
        ),
    ],
    "predict-01-p2-text": [
        ("half of the error is left", lambda s: 0.44 < _mean_left(s) < 0.56, *ALL),
        ("three in four are read right", lambda s: 0.675 < s["01 lab 1"]["still_read"] < 0.825, *ALL),
    ],
    "predict-01-p4-text": [
        ("7 to 32", lambda s: _error(s, 8) > _quarter(s) > _error(s, 16), *ALL),
    ],
    "predict-01-p5-text": [("7 to 20", lambda s: 8 <= _directions(s) <= 15, *ALL)],
    "predict-01-p6-text": [("PCA's", lambda s: _pca_256(s) < 0.9 * min(_lab_2(s), _error(s, 32)), *ALL)],
    "predict-01-p7-text": [
        (
            "more often by the pixels",
            lambda s: (
                s["01 neighbours"]["same_digit_by_code"] < s["01 neighbours"]["same_digit_by_pixels"] - 0.01
            ),
            *ALL,
        )
    ],
    "predict-01-p8-text": [
        (
            "nearer than test images are",
            lambda s: _halfway(s, "halfway in the code") < 0.95 * _halfway(s, "test images"),
            *ALL,
        ),
        (
            "nearer than the two laid over each other",
            lambda s: _halfway(s, "halfway in the code") < 0.97 * _halfway(s, "overlay"),
            *ALL,
        ),
    ],
    "predict-01-p9-text": [
        ("within 5 % as far", lambda s: abs(_far(s, "Lab 2, shuffled") / _far(s, "Lab 2") - 1) < 0.03, *ALL)
    ],
    "predict-01-p10-text": [
        ("about as far as images of other random codes, within a fifth", _holes_are_near, *ALL),
    ],
    "prediction 01.p2": [
        ("Three numbers mostly tell which digit it is", lambda s: s["01 lab 1"]["still_read"] > 0.675, *ALL),
        ("half of the error stays", lambda s: 0.44 < _mean_left(s) < 0.56, *ALL),
    ],
    "prediction 01.p4": [
        (
            "The first few numbers help most; each further one, on average, less",
            lambda s: _gain(s, 2, 3) > _gain(s, 3, 8) > 2 * _gain(s, 8, 16) > 4 * _gain(s, 16, 32),
            *ALL,
        )
    ],
    "prediction 01.p5": [
        ("which crosses many flat directions", lambda s: _directions(s) >= 2 * 3, *ALL),
    ],
    "prediction 01.p6": [
        ("Narrow codes need activations", lambda s: s["01 pca"]["Lab 1"] < 0.8 * s["01 pca"]["PCA"], *ALL),
        (
            "256 flat directions hold all but a few percent",
            lambda s: _pca_256(s) < 0.03 * s["01 lab 1"]["error_of_the_mean_image"],
            *ALL,
        ),
        (
            "What limits Lab 2 is hardly the size of its code",
            lambda s: _pca_256(s) < 0.2 * _lab_2(s),
            *ALL,
        ),
    ],
    "prediction 01.p7": [
        (
            "they fit nearly as well",
            lambda s: (
                s["01 neighbours"]["same_digit_by_code"] > s["01 neighbours"]["same_digit_by_pixels"] - 0.05
            ),
            *ALL,
        )
    ],
    "prediction 01.p9": [
        ("it hardly mattered", lambda s: abs(_far(s, "Lab 2, shuffled") / _far(s, "Lab 2") - 1) < 0.03, *ALL)
    ],
    "prediction 01.p10": [
        ("the decoder goes on smoothly from the real codes into the holes", _holes_are_near, *ALL),
        ("With 256 numbers every random code is in a hole", lambda s: _holes(s)[2] > 0.995, *ALL),
        (
            "its image is on average farther from the training images than a real one",
            lambda s: _far(s, "Lab 2") > 1.05 * _far(s, "real"),
            *ALL,
        ),
    ],
    "walk-look": [
        (
            "nearer to its nearest training image than test images are",
            lambda s: _halfway(s, "halfway in the code") < 0.95 * _halfway(s, "test images"),
            *ALL,
        )
    ],
    "generate-look": [
        ("it reconstructs better", lambda s: _what_lab_2_leaves(s) < 1, *ALL),
        (
            "on average farther from the nearest training image than real test digits are",
            lambda s: _far(s, "Lab 2") > 1.05 * _far(s, "real"),
            *ALL,
        ),
        ("Lab 1's are not farther", lambda s: _far(s, "Lab 1") < 1.02 * _far(s, "real"), *ALL),
        (
            "the images are about as far",
            lambda s: 0.95 < _far(s, "Lab 2, shuffled") / _far(s, "Lab 2") < 1.05,
            *ALL,
        ),
    ],
    "say s9": [
        (
            "The better autoencoder makes the worse new digits",
            lambda s: _what_lab_2_leaves(s) < 1 and _far(s, "Lab 2") > 1.2 * _far(s, "Lab 1"),
            *ALL,
        ),
        ("its random codes lie where no real code ever was", lambda s: _holes(s)[2] > 0.99, *ALL),
    ],
    "holes-look": [
        ("shares above 0.05", lambda s: min(_holes(s)) > 0.1, *ALL),
        ("every random code lies in a hole", lambda s: _holes(s)[2] > 0.995, *ALL),
        ("about as near to a training image as those from elsewhere", _holes_are_near, *ALL),
        (
            "Lab 2's are farther away, though not as far as noise",
            lambda s: 1.1 * _of_2(s, "in_holes") < _of_2(s, "Lab_2") < 0.6 * _of_2(s, "noise"),
            *ALL,
        ),
        ("some of them in holes", lambda s: 0.05 < _holes(s)[0] < 0.5, *ALL),
    ],
    "recap": [
        ("the same subspace within a few degrees, the same error", _same_as_pca, *ALL),
        (
            "about nine in ten nearest codes are of the same digit",
            lambda s: s["01 neighbours"]["same_digit_by_code"] > 0.85,
            *ALL,
        ),
        ("random codes fall into its holes", lambda s: min(_holes(s)) > 0.1, *ALL),
    ],
}
