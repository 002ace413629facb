"""Your own networks, kept for any later notebook in the folder `mine` beside your notebooks."""

from .. import session


class WeightsError(RuntimeError):
    """Weights are missing, damaged or those of another network; the message says what to do."""


def save(name, net):
    """Keep a network of your own: `save("my_gan", G)`; a later one replaces it. → the file"""
    from safetensors.torch import save as to_bytes

    weights = {key: value.detach().cpu().contiguous().clone() for key, value in net.state_dict().items()}
    file = file_of(name)
    session.keep({file: to_bytes(weights, {"network": repr(net)})})
    print(f'{name} is kept in {file}; in any notebook: pretrained.load("{name}", net), with a net like it')
    return file


def load(name, net):
    """`net` with the weights that were kept under `name`, in evaluation mode. → net

    A file of weights holds numbers only: `net` is the network as you built it, and is changed in place.
    """
    from safetensors import SafetensorError, safe_open

    file = file_of(name)
    if not file.exists():
        names = ", ".join(sorted(other.stem for other in file.parent.glob("*.safetensors"))) or "none"
        raise WeightsError(
            f"{file} does not exist. There are: {names}. Keep one with pretrained.save(name, net);"
            " shipped weights are loaded by their name alone."
        )
    try:
        with safe_open(file, "pt") as kept:
            weights = {key: kept.get_tensor(key) for key in kept.keys()}  # noqa: SIM118  (it is no dict)
            network = kept.metadata()["network"]
    except (OSError, SafetensorError, KeyError, TypeError) as problem:
        raise WeightsError(
            f"{file} cannot be read ({problem}): train the network again, and save it."
        ) from problem
    kept, wanted = (
        {key: value.shape for key, value in parts.items()} for parts in (weights, net.state_dict())
    )
    if kept != wanted:
        raise WeightsError(f"{file} holds the weights of another network, this one:\n{network}")
    net.load_state_dict(weights)
    return net.eval()


def file_of(name):
    if not name.replace("_", "a").replace("-", "a").isalnum():
        raise ValueError(f"{name!r} is to be the name of a file: letters, digits, _ and - only.")
    return session.own_folder() / "mine" / f"{name}.safetensors"
