"""One scoreboard for the whole course: what each of its models makes of test images, and what it draws.

The shipped models are scored live; `join` puts a student's own model on the board and keeps its scores.
"""

import json
import time

import torch

from .. import losses, metrics, models, plotting, pretrained, session
from .classifier import digit_scores, enough, label_error
from .recorded import print_table

FOLDER = session.ROOT / "data" / "mine"
RECONSTRUCTION = {  # the weights, the numbers of the code
    "AE": ("ae", 3),
    "conv AE": ("conv_ae", 256),
    "VAE": ("vae", 20),
    "AAE": ("aae", 10),
    "ALAE": ("alae", 50),
}
_GENERATORS = ("VAE", "AAE", "GAN", "DCGAN", "WGAN", "WGAN-GP", "ALAE")
GENERATION = {title: title.lower().replace("-", "_") for title in _GENERATORS}
_N_SHOWN = 12


def reconstruction_scores(x_rec, x, y):
    """Of test images x (n, 1, 28, 28), their labels y, and their reconstructions. → dict

    error, squared and summed over pixels;  misread, the share in % that our classifier reads as another digit
    """
    return {"error": losses.reconstruction(x_rec, x).item(), "misread": label_error(x_rec, y)}


def generation_scores(x_fake, digits):
    """Of images x_fake (10,000, 1, 28, 28): `digit_scores`, and how far the nearest training image is. → dict

    nearest  ‖x_fake − nearest training image‖, mean over 200 of them; learned by heart, it would be near 0
    """
    return {**digit_scores(x_fake, digits.x_test), "nearest": nearest(x_fake, digits)}


def nearest(x, digits):
    """‖x − nearest training image‖, mean over the first 200 of images x (n, 1, 28, 28). → float"""
    few = x[:200]
    return (few - metrics.nearest_image(few, digits.x)).flatten(1).norm(dim=1).mean().item()


def shipped(digits):
    """Scores of the shipped weights, computed now. → {"reconstruction": {model: scores}, "generation": …}"""
    x, y = (enough(items) for items in (digits.x_test, digits.y_test))
    board = {"reconstruction": {}, "generation": {}}
    for title, (name, code) in RECONSTRUCTION.items():
        x_rec = metrics.in_parts(lambda part, name=name: pretrained.reconstruct(name, part), x)
        board["reconstruction"][title] = _row(
            reconstruction_scores(x_rec, x, y), x_rec, code=code, **_cost(name)
        )
    for title, name in GENERATION.items():
        x_fake = pretrained.sample(name, len(x))
        board["generation"][title] = _row(generation_scores(x_fake, digits), x_fake, **_cost(name))
    return board


def real(digits):
    """What real images score: the bounds that no model can be asked to pass. → as `shipped`"""
    x, y = (enough(items) for items in (digits.x_test, digits.y_test))
    drawn = digit_scores(digits.x[: len(x)], digits.x_test)
    drawn["nearest"] = nearest(x, digits)  # of unseen ones: a training image is its own neighbour
    return {
        "reconstruction": {"real": _row(reconstruction_scores(x, x, y), x)},
        "generation": {"real": _row(drawn, digits.x)},
    }


def join(title, digits, net, seconds, *, x_rec=None, x_fake=None, **known):
    """Put your own model on the board, such as "GAN": from reconstructions of all test images, or samples.

    net      what its parameters are counted in; seconds, what its training took
    x_rec    (n_test, 1, 28, 28); x_fake (n, 1, 28, 28), 10,000 of them to be compared with the others
    known    their scores, where you have them already, such as `**digit_scores(x_fake, digits.x_test)`

    The scores are kept in data/mine; at the smoke scale nothing is learned, so nothing is kept.
    """
    cost = {"parameters": models.parameters(net), "minutes": seconds / 60}
    board = {}
    if x_rec is not None:
        x_rec = x_rec.clamp(-1, 1)
        rebuilt = _those(known, "error", "misread") or reconstruction_scores(
            x_rec, digits.x_test, digits.y_test
        )
        board["reconstruction"] = _row(rebuilt, x_rec, **cost)
    if x_fake is not None:
        x_fake = x_fake.clamp(-1, 1)
        drawn = _those(known, "fcd", "kl", "n_digits", "precision", "recall") or digit_scores(
            x_fake, digits.x_test
        )
        way = _those(known, "nearest") or {"nearest": nearest(x_fake, digits)}
        board["generation"] = _row({**drawn, **way}, x_fake, **cost)
    board |= {"data": digits.name, "when": time.strftime("%Y-%m-%d %H:%M")}
    if session.scale() != "smoke":
        try:
            session.keep({FOLDER / f"{title}.json": json.dumps(board, indent=1) + "\n"})
        except OSError as problem:
            print(f"{title} (yours) cannot join the scoreboard of notebook 08: {problem}")
            return
    print(f"{title} (yours) is on the scoreboard of notebook 08.")


def mine(digits):
    """The scores of your own models on these digits, kept by `join`. → as `shipped`"""
    board = {"reconstruction": {}, "generation": {}}
    for file in sorted(FOLDER.glob("*.json")):
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
            if kept["data"] == digits.name:
                for part in board.keys() & kept.keys():
                    board[part][f"{file.stem} (yours)"] = kept[part]
        except (OSError, ValueError, KeyError, TypeError) as problem:
            print(
                f"{file} cannot be read ({problem!r}) and is left out: delete it, and run its notebook again."
            )
    return board


def together(*boards):
    """Boards one after another, part by part. → as `shipped`"""
    return {part: {k: row for board in boards for k, row in board[part].items()} for part in boards[0]}


def table(part):
    """Print one part of a board, without its pictures."""
    print_table({name: {k: v for k, v in row.items() if k != "sheet"} for name, row in part.items()})


def picture(part, score):
    """One row of images for each model of a part, under its name and one of its scores. → Figure"""
    rows = [torch.from_numpy(_image(row["sheet"])) for row in part.values()]
    names = [name.replace(" (yours)", "\n(yours)") for name in part]
    labels = [f"{name}\n{score} {row[score]:.3g}" for name, row in zip(names, part.values(), strict=True)]
    return plotting.image_grid(torch.cat(rows), _N_SHOWN, row_labels=labels)


def _those(known, *names):
    """The named scores, if all are known, else none of them."""
    return {name: known[name] for name in names} if known.keys() >= set(names) else {}


def _cost(name):
    about = pretrained.info(name)
    return {"parameters": about["parameters"], "minutes": about["seconds"] / 60}


def _row(scores, images, **cost):
    return {**scores, **cost, "sheet": plotting.sheet_text(images[:_N_SHOWN], _N_SHOWN, gap=0)}


def _image(sheet):
    """A sheet of `_row` as images (n, 1, 28, 28) in [−1, 1]."""
    return (1 - 2 * plotting.sheet_light(sheet)).reshape(28, -1, 28).transpose(1, 0, 2)[:, None].copy()
