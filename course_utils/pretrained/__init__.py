"""Shipped weights, and the recipes that made them: `python -m course_utils pretrain NAME` makes one again.

Each lies in data/pretrained as NAME.safetensors, with NAME.json beside it: data set, steps, seed, scores, recipe.
"""

import hashlib
import json
import time

import torch

from .. import data, models, session
from . import alae, autoencoders, gans, judges
from .recipe import seeded

FOLDER = session.ROOT / "data" / "pretrained"
RECIPES = {**judges.RECIPES, **autoencoders.RECIPES, **gans.RECIPES, **alae.RECIPES}


class WeightsError(RuntimeError):
    """Shipped weights are missing, damaged or of another network; the message says what to do."""


# ── use ──────────────────────────────────────────────────────────────────────────────────────────


def load(name):
    """A trained network, in evaluation mode, on the course's device. → nn.Module"""
    return _open(name)[0]


def info(name):
    """What is known of shipped weights: data set, steps, seed, scores, seconds, recipe. → dict"""
    _find(name)
    try:
        return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise WeightsError(f"{FOLDER / name}.json cannot be read ({problem}); {_remedy(name)}") from problem


@torch.no_grad()
def sample(name, n, seed=0):
    """n images of the shipped model `name`; the same for the same seed. → (n, 1, 28, 28) in [−1, 1]"""
    net, codes = _open(_that_can(name, "sample"))
    with seeded(seed):
        return _find(name).sample(net, codes, n).clamp(-1, 1)


@torch.no_grad()
def reconstruct(name, x):
    """Images x (n, 1, 28, 28) in [−1, 1] through the shipped model's code and back. → the same shape"""
    if x.dim() != 4 or x.shape[1:] != models.IMAGE:
        raise ValueError(f"images are (n, 1, 28, 28), but these are {tuple(x.shape)}.")
    net, _ = _open(_that_can(name, "reconstruct"))
    return _find(name).reconstruct(net, x.to(session.device())).clamp(-1, 1)


def _find(name):
    if name not in RECIPES:
        raise ValueError(f"there are no shipped weights {name!r}; there are: {', '.join(RECIPES)}.")
    return RECIPES[name]


def _that_can(name, what):
    """The name, if its recipe can `what`: a classifier makes no images, a GAN has no codes of given ones."""
    if getattr(_find(name), what) is None:
        able = ", ".join(n for n, recipe in RECIPES.items() if getattr(recipe, what) is not None)
        raise ValueError(f"{name!r} cannot {what}; these can: {able}.")
    return name


def _open(name):
    from safetensors import SafetensorError
    from safetensors.torch import load as from_bytes

    recipe, file, about = _find(name), FOLDER / f"{name}.safetensors", info(name)
    try:
        content = file.read_bytes()
    except OSError as problem:
        raise WeightsError(f"{file} cannot be read ({problem.strerror}); {_remedy(name)}") from problem
    if hashlib.sha256(content).hexdigest() != about.get("sha256"):
        raise WeightsError(f"{file} is not the file that {name}.json describes; {_remedy(name)}")
    try:
        tensors = {key: value.to(session.device()) for key, value in from_bytes(content).items()}
    except SafetensorError as problem:
        raise WeightsError(f"{file} holds no weights ({problem}); {_remedy(name)}") from problem
    codes = {key[6:]: tensors.pop(key).float() for key in list(tensors) if key.startswith("codes.")}
    with torch.random.fork_rng():  # its first weights are drawn at random, and then replaced
        net = recipe.build().to(session.device())
    try:
        net.load_state_dict(tensors)  # 16 bits become 32
    except RuntimeError as problem:
        raise WeightsError(f"{file} holds another network than {name!r} builds; {_remedy(name)}") from problem
    return net.eval(), codes


def _half(tensor):
    """Shipped numbers have 16 bits: half the download, and no score that changes in its third digit."""
    return tensor.half() if tensor.is_floating_point() else tensor


def _remedy(name):
    return f"get it again with `git checkout data/pretrained`, or train it: `python -m course_utils pretrain {name}`."


# ── make ─────────────────────────────────────────────────────────────────────────────────────────


def make(name, seed=0):
    """Train recipe `name` on MNIST, write its weights and its report, and return the report. → dict"""
    from safetensors.torch import save as to_bytes

    recipe = _find(name)
    digits = data.digits("mnist")
    session.seed_all(seed)
    net = recipe.build().to(session.device())
    begin = time.perf_counter()
    history = recipe.fit(net, digits, recipe.n_steps)
    if history.stopped:
        raise WeightsError(
            f"the training of {name!r} ended early ({history.stopped}); the shipped weights stay as they were."
        )
    seconds = time.perf_counter() - begin
    net.half().float()  # what is shipped is scored
    report = {
        "name": name,
        "recipe": recipe.words,
        "data": digits.name,
        "steps": recipe.n_steps,
        "seed": seed,
        "seconds": round(seconds, 1),
        "device": session.device().type,
        "torch": torch.__version__.split("+")[0],
        "parameters": models.parameters(net),
        "scores": {key: round(value, 4) for key, value in recipe.scores(net.eval(), digits).items()},
    }
    codes = {f"codes.{key}": value for key, value in recipe.codes(net, digits).items()}
    content = to_bytes(
        {key: _half(value).cpu().contiguous() for key, value in {**net.state_dict(), **codes}.items()}
    )
    report["sha256"] = hashlib.sha256(content).hexdigest()
    about = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
    session.keep({FOLDER / f"{name}.safetensors": content, FOLDER / f"{name}.json": about})
    return report
