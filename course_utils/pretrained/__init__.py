"""Shipped weights: load them, sample from them, reconstruct with them. And your own: save and load.

Each is data/pretrained/NAME.safetensors with a report NAME.json: data set, steps, seed, scores, recipe.
`python -m course_utils pretrain NAME` trains it again (see `recipes`).
"""

import hashlib
import json

import torch

from .. import models, modules_of, session
from . import own
from .own import WeightsError

FOLDER = session.ROOT / "data" / "pretrained"
_PART = 1000  # images that are drawn at once: more would take a GB of memory
NETWORKS = {k: v for module in modules_of(__name__) for k, v in getattr(module, "NETWORKS", {}).items()}


def load(name, net=None):
    """A trained network, in evaluation mode, on the course's device. → nn.Module

    net  for weights of your own, kept by `save`: a network built like the one that was saved
    """
    return _open(name)[0] if net is None else own.load(name, net)


def save(name, net):
    """Keep a network of your own, under a name that no shipped one has, for a later notebook. → the file"""
    if name in NETWORKS:
        raise ValueError(f"{name!r} is the name of shipped weights: choose another, such as 'my_{name}'.")
    return own.save(name, net)


def kept(name):
    """The tensors that were saved with the shipped weights `name`. → {name: tensor}"""
    return _open(name)[1]


def info(name):
    """The report on shipped weights: data set, steps, seed, scores, seconds, recipe. → dict"""
    _find(name)
    try:
        return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise WeightsError(f"{FOLDER / name}.json cannot be read ({problem}); {_remedy(name)}") from problem


@torch.no_grad()
def sample(name, n, seed=0):
    """n images of the shipped model `name`; the same seed gives the same. → (n, 1, 28, 28) in [−1, 1]"""
    net, codes = _open(_that_can(name, "sample"))
    with session.seeded(seed):
        sizes = torch.arange(n).split(_PART)  # of the images of a part
        return torch.cat([_find(name).sample(net, codes, len(part)).clamp(-1, 1) for part in sizes])


@torch.no_grad()
def reconstruct(name, x):
    """Images x (n, 1, 28, 28) in [−1, 1] through the shipped model's code and back. → the same shape"""
    if x.dim() != 4 or x.shape[1:] != models.IMAGE:
        raise ValueError(f"images are (n, 1, 28, 28), but these are {tuple(x.shape)}.")
    net, _ = _open(_that_can(name, "reconstruct"))
    return _find(name).reconstruct(net, x.to(session.device())).clamp(-1, 1)


def _find(name):
    if name not in NETWORKS:
        mine = f" For weights of your own give the network, too: load({name!r}, net)."
        raise ValueError(f"there are no shipped weights {name!r}; there are: {', '.join(NETWORKS)}.{mine}")
    return NETWORKS[name]


def _that_can(name, what):
    """The name, if this network can do `what`: a classifier cannot sample, a GAN cannot reconstruct."""
    if getattr(_find(name), what) is None:
        able = ", ".join(n for n, network in NETWORKS.items() if getattr(network, what) is not None)
        raise ValueError(f"{name!r} cannot {what}; these can: {able}.")
    return name


def _open(name):
    from safetensors import SafetensorError
    from safetensors.torch import load as from_bytes

    network, file, about = _find(name), FOLDER / f"{name}.safetensors", info(name)
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
    with session.forked():  # the network draws random weights first; they are replaced below
        net = network.build().to(session.device())
    try:
        net.load_state_dict(tensors)  # from 16 to 32 bits
    except RuntimeError as problem:
        raise WeightsError(f"{file} holds another network than {name!r} builds; {_remedy(name)}") from problem
    return net.eval(), codes


def ship(name, net, codes, about):
    """Write weights and tensors `codes` to one file, and the report `about`. → `about`, as written

    Shipped numbers have 16 bits: half the download, and no score changes in its first three digits.
    """
    from safetensors.torch import save as to_bytes

    tensors = {**net.state_dict(), **{f"codes.{key}": value for key, value in codes.items()}}
    halved = {key: value.half() if value.is_floating_point() else value for key, value in tensors.items()}
    content = to_bytes({key: value.cpu().contiguous() for key, value in halved.items()})
    about = about | {"sha256": hashlib.sha256(content).hexdigest()}
    words = json.dumps(about, indent=2, ensure_ascii=False) + "\n"
    session.keep({FOLDER / f"{name}.safetensors": content, FOLDER / f"{name}.json": words})
    return about


def _remedy(name):
    again = f"python -m course_utils pretrain {name}"
    return f"get it again with `git checkout data/pretrained`, or train it: `{again}`."
