"""One scoreboard for the whole course: how well each model reconstructs, and how well it generates.

The shipped models are scored live; `join` puts a student's own model on the board and keeps its scores.
"""

import json
import re
import time

import torch

from .. import losses, metrics, models, plotting, pretrained, session
from .classifier import digit_scores, enough, label_error, sample_scores, second_fcd
from .recorded import print_table

RECONSTRUCTION = {  # the name of the weights, the dimension of the code
    "AE": ("ae", 3),
    "conv AE": ("conv_ae", 256),
    "VAE": ("vae", 20),
    "AAE": ("aae", 10),
    "ALAE": ("alae", 50),
}
_GENERATORS = ("VAE", "AAE", "GAN", "DCGAN", "WGAN", "WGAN-GP", "ALAE")
GENERATION = {title: title.lower().replace("-", "_") for title in _GENERATORS}
_N_SHOWN = 12


def _folder():
    return session.own_folder() / "mine"


def reconstruction_scores(x_rec, x, y):
    """Scores of reconstructions x_rec of test images x (n, 1, 28, 28) with labels y. → dict

    error, squared and summed over pixels; misread, the share in % that our classifier reads as another digit
    """
    return {"error": losses.reconstruction(x_rec, x).item(), "misread": label_error(x_rec, y)}


def generation_scores(x_fake, digits):
    """Scores of generated images x_fake (10,000, 1, 28, 28): `sample_scores`, and `nearest`. → dict

    nearest  ‖x_fake − nearest training image‖, mean over 200 of them; near 0 for memorized images
    """
    return {**sample_scores(x_fake, digits.x_test), "nearest": nearest(x_fake, digits)}


def nearest(x, digits):
    """‖x − nearest training image‖, mean over the first 200 of images x (n, 1, 28, 28). → float"""
    return metrics.distance_to_nearest(x[:200], digits.x).mean().item()


def shipped(digits):
    """Scores of the shipped weights, computed now. → {"reconstruction": {model: scores}, "generation": …}"""
    x, y = (enough(items) for items in (digits.x_test, digits.y_test))
    board = {"reconstruction": {}, "generation": {}}
    for title, (name, code) in RECONSTRUCTION.items():
        x_rec = metrics.in_parts(lambda part, name=name: pretrained.reconstruct(name, part), x)
        scores = reconstruction_scores(x_rec, x, y)
        board["reconstruction"][title] = _row(scores, x_rec, code=code, **_cost(name))
    for title, name in GENERATION.items():
        x_fake = pretrained.sample(name, len(x))
        board["generation"][title] = _row(generation_scores(x_fake, digits), x_fake, **_cost(name))
    return board


def real(digits):
    """Scores of real images and of noise: both ends of each scale. → as `shipped`"""
    x, y = (enough(items) for items in (digits.x_test, digits.y_test))
    noise = 2 * torch.rand_like(x) - 1
    drawn = sample_scores(digits.x[: len(x)], digits.x_test)
    drawn["nearest"] = nearest(x, digits)  # of test images: a training image is its own neighbour
    return {
        "reconstruction": {"real": _row(reconstruction_scores(x, x, y), x)},
        "generation": {
            "real": _row(drawn, digits.x),
            "noise": _row(generation_scores(noise, digits), noise),
        },
    }


def join(title, digits, net, seconds, *, x_rec=None, code=None, x_fake=None, **known):
    """Put your own model on the board, such as "GAN": from reconstructions of all test images, or samples.

    net      its parameters are counted; seconds, the time of its training
    x_rec    (n_test, 1, 28, 28); x_fake (n, 1, 28, 28), 10,000 of them for a fair comparison
    code     how many numbers the code of a reconstruction has
    known    scores that you have already, such as `**digit_scores(x_fake, digits.x_test)`

    The scores are kept in `mine` beside your notebooks; but not at the smoke scale, where nothing is learned.
    """
    cost = {"parameters": models.parameters(net), "minutes": seconds / 60}
    board = {}
    if x_rec is not None:
        x_rec = x_rec.clamp(-1, 1)
        rebuilt = _those(known, "error", "misread")
        rebuilt = rebuilt or reconstruction_scores(x_rec, digits.x_test, digits.y_test)
        board["reconstruction"] = _row(rebuilt, x_rec, **({"code": code} if code else {}), **cost)
    if x_fake is not None:
        x_fake = x_fake.clamp(-1, 1)
        drawn = _those(known, "fcd", "kl", "n_digits", "precision", "recall")
        drawn = drawn or digit_scores(x_fake, digits.x_test)
        second = _those(known, "fcd_2") or {"fcd_2": second_fcd(x_fake, digits.x_test)}
        way = _those(known, "nearest") or {"nearest": nearest(x_fake, digits)}
        board["generation"] = _row({**drawn, **second, **way}, x_fake, **cost)
    board |= {"data": digits.name, "when": time.strftime("%Y-%m-%d %H:%M")}
    if session.scale() != "smoke":
        try:
            file = re.sub(r"[^\w .()+-]", "_", title)  # a title with a slash is no name of a file
            session.keep({_folder() / f"{file}.json": json.dumps(board, indent=1) + "\n"})
        except OSError as problem:
            print(f"{title} (yours) cannot join the scoreboard of notebook 08: {problem}")
            return
    print(f"{title} (yours) is on the scoreboard of notebook 08.")


def mine(digits):
    """The scores of your own models on these digits, kept by `join`. → as `shipped`"""
    board = {"reconstruction": {}, "generation": {}}
    for file in sorted(_folder().glob("*.json")):
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
            if kept["data"] == digits.name:
                for part in board.keys() & kept.keys():
                    board[part][f"{file.stem} (yours)"] = kept[part]
        except (OSError, ValueError, KeyError, TypeError) as problem:
            print(f"{file} cannot be read ({problem!r}) and is left out: delete it, run its notebook again.")
    return board


def together(*boards):
    """Boards one after another, part by part. → as `shipped`"""
    return {part: {k: row for board in boards for k, row in board[part].items()} for part in boards[0]}


def table(part, *recorded):
    """Print one part of a board, without its pictures; `recorded` as in `print_table`."""
    rows = {name: {k: v for k, v in row.items() if k != "sheet"} for name, row in part.items()}
    print_table(rows, *recorded)


def picture(part, score):
    """One row of images for each model of a part, under its name and one of its scores. → Figure"""
    rows = [torch.from_numpy(_image(row["sheet"])) for row in part.values()]
    names = [name.replace(" (yours)", "\n(yours)") for name in part]
    values = [row[score] for row in part.values()]
    said = [f"{value:,.0f}" if value >= 1000 else f"{value:.3g}" for value in values]
    labels = [f"{name}\n{score} {value}" for name, value in zip(names, said, strict=True)]
    return plotting.image_grid(torch.cat(rows), _N_SHOWN, row_labels=labels)


def _those(known, *names):
    """The named scores if all of them are known, else none."""
    return {name: known[name] for name in names} if known.keys() >= set(names) else {}


def _cost(name):
    about = pretrained.info(name)
    return {"parameters": about["parameters"], "minutes": about["seconds"] / 60}


def _row(scores, images, **cost):
    return {**scores, **cost, "sheet": plotting.sheet_text(images[:_N_SHOWN], _N_SHOWN, gap=0)}


def _image(sheet):
    """A sheet of `_row` as images (n, 1, 28, 28) in [−1, 1]."""
    return (1 - 2 * plotting.sheet_light(sheet)).reshape(28, -1, 28).transpose(1, 0, 2)[:, None].copy()
