"""Shipped weights, and the recipes that made them: `python -m course_utils pretrain NAME` makes one again.

Each lies in data/pretrained as NAME.safetensors, with NAME.json beside it: data set, steps, seed, scores, recipe.
"""

import contextlib
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from . import data, losses, metrics, models, priors, session
from .steps import aae_label_step, aae_step, aae_style_step, ae_step, cvae_step, vae_step
from .train import adam, descend, train

FOLDER = session.ROOT / "data" / "pretrained"


class WeightsError(RuntimeError):
    """Shipped weights are missing, damaged or of another network; the message says what to do."""


@dataclass(frozen=True)
class Recipe:
    """How one shipped network is made and used.

    fit(net, digits, n_steps) trains and returns its last History; codes(net, digits) are tensors kept beside the
    weights; sample(net, codes, n) and reconstruct(net, x) give images (n, 1, 28, 28), where the model can.
    """

    words: str
    build: Callable[[], nn.Module]
    n_steps: int
    fit: Callable
    scores: Callable
    codes: Callable
    sample: Callable | None
    reconstruct: Callable | None


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
    with _seeded(seed):
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
    from safetensors.torch import load as from_bytes

    recipe, file, about = _find(name), FOLDER / f"{name}.safetensors", info(name)
    try:
        content = file.read_bytes()
    except OSError as problem:
        raise WeightsError(f"{file} cannot be read ({problem.strerror}); {_remedy(name)}") from problem
    if hashlib.sha256(content).hexdigest() != about.get("sha256"):
        raise WeightsError(f"{file} is not the file that {name}.json describes; {_remedy(name)}")
    tensors = {key: value.to(session.device()) for key, value in from_bytes(content).items()}
    codes = {key[6:]: tensors.pop(key) for key in list(tensors) if key.startswith("codes.")}
    with torch.random.fork_rng():  # its first weights are drawn at random, and then replaced
        net = recipe.build().to(session.device())
    try:
        net.load_state_dict(tensors)
    except RuntimeError as problem:
        raise WeightsError(f"{file} holds another network than {name!r} builds; {_remedy(name)}") from problem
    return net.eval(), codes


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
            f"the training of {name!r} was {history.stopped}; the shipped weights stay as they were."
        )
    report = {
        "name": name,
        "recipe": recipe.words,
        "data": digits.name,
        "steps": recipe.n_steps,
        "seed": seed,
        "seconds": round(time.perf_counter() - begin, 1),
        "device": session.device().type,
        "torch": torch.__version__.split("+")[0],
        "parameters": models.parameters(net),
        "scores": {key: round(value, 4) for key, value in recipe.scores(net.eval(), digits).items()},
    }
    codes = {f"codes.{key}": value for key, value in recipe.codes(net, digits).items()}
    content = to_bytes(
        {key: value.cpu().contiguous() for key, value in {**net.state_dict(), **codes}.items()}
    )
    FOLDER.mkdir(parents=True, exist_ok=True)
    report["sha256"] = hashlib.sha256(content).hexdigest()
    (FOLDER / f"{name}.safetensors").write_bytes(content)
    (FOLDER / f"{name}.json").write_text(
        json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    return report


def _fit(
    step, cast, batch_size, betas=(0.9, 0.999), n_labels=None, rates=((1e-3, 0.7), (2e-4, 0.2), (4e-5, 0.1))
):
    """cast(net) names the step's players and, by optimizer, the networks that it moves. → Recipe.fit"""

    def fit(net, digits, n_steps):
        y, rows = digits.y.clone(), None
        if n_labels:
            y[n_labels:] = priors.UNLABELLED
            rows = data.half_labelled(n_labels, len(y))
        batches = data.Batches(digits.x, y, batch_size, rows)
        players, moved = cast(net)
        for lr, share in rates:  # ever shorter strides, to settle
            opt = adam(lr=lr, betas=betas, **moved)
            history = train(step, batches, round(share * n_steps), opt=opt, **players)
            if history.stopped:
                break
        return history

    return fit


def _words(what, batch_size, more=""):
    return f"{what}; batch {batch_size}, Adam at 1e-3, 2e-4, 4e-5 for 70, 20, 10 % of the steps{more}"


def _autoencoder(words, build, n_steps):
    def scores(net, digits):
        n = 2000
        with torch.no_grad():
            x_rec = net(digits.x_test[:n])
        return {
            "reconstruction_error": metrics.reconstruction_error(net, digits.x_test),
            "still_read": metrics.still_read(x_rec, digits.y_test[:n], digits.x[:10_000], digits.y[:10_000]),
        }

    def codes(net, digits):
        z = metrics.in_parts(net.enc, digits.x)
        return {"mean": z.mean(0), "std": z.std(0)}

    def sample(net, codes, n):  # each number of the code on its own, as `priors.sample_latents` does
        noise = torch.randn(n, *codes["mean"].shape, device=codes["mean"].device)
        return net.dec(codes["mean"] + codes["std"] * noise)

    fit = _fit(ae_step, lambda net: (dict(enc=net.enc, dec=net.dec), dict(AE=[net])), 256)
    return Recipe(_words(words, 256), build, n_steps, fit, scores, codes, sample, lambda net, x: net(x))


def _no_codes(net, digits):
    return {}


def _vae(words, z_dim, n_steps):
    def scores(net, digits):
        with torch.no_grad(), _seeded(0):
            mu, log_var = net.enc(digits.x_test)
            L_rec = losses.bernoulli_nll(net.dec(priors.reparameterize(mu, log_var)), digits.x_test).item()
            L_kl = losses.kl_normal(mu, log_var).item()
        return {"minus_elbo": L_rec + L_kl, "L_rec": L_rec, "L_kl": L_kl}

    def sample(net, codes, n):
        return net.decode(priors.gaussian(z_dim)(n))

    fit = _fit(vae_step, lambda net: (dict(enc=net.enc, dec=net.dec), dict(VAE=[net])), 256)
    return Recipe(
        _words(words, 256), lambda: models.VAE(z_dim), n_steps, fit, scores, _no_codes, sample, lambda net, x: net(x)
    )  # fmt: skip


def _cvae(words, z_dim, n_steps):
    def decode(net, x, y):
        return net.decode(net.encode(x, y)[0], y)

    def scores(net, digits):
        with torch.no_grad():
            error = losses.reconstruction(decode(net, digits.x_test, digits.y_test), digits.x_test)
        return {"reconstruction_error": error.item()}

    def sample(net, codes, n):
        return net.decode(priors.gaussian(z_dim)(n), priors.categorical(n).argmax(1))

    fit = _fit(cvae_step, lambda net: (dict(net=net), dict(VAE=[net])), 256)
    return Recipe(
        _words(words, 256), lambda: models.ConditionalVAE(z_dim), n_steps, fit, scores, _no_codes, sample,
        lambda net, x: _best_label(x, lambda y: decode(net, x, y)),
    )  # fmt: skip


def _aae(words, z_dim, prior, n_steps, step=aae_step, n_labels=None, component=None, noise=0.0):
    told = 10 if step is aae_style_step else 0  # what the decoder hears of the label
    seen = {aae_label_step: 11, aae_style_step: 10}.get(step, 0)  # what the discriminator hears of it

    def cast(net):
        D = models.discriminator(z_dim + seen, hidden=256 if seen else 128).to(session.device())
        return dict(enc=net.enc, dec=net.dec, D=D, prior=prior), dict(AE=[net], D=[D])

    def with_label(y, z):
        return torch.cat([priors.one_hot(y), z], 1) if told else z

    def reconstruct(net, x):
        z_code = net.enc(x)
        if not told:
            return net.decode(z_code)
        return _best_label(x, lambda y: net.decode(with_label(y, z_code)))

    def scores(net, digits):
        with torch.no_grad(), _seeded(0):
            z_codes = net.enc(digits.x_test)
            x_rec = net.decode(with_label(digits.y_test, z_codes))
            match, floor = metrics.prior_match(z_codes, prior)
        error = losses.reconstruction(x_rec, digits.x_test).item()
        scores = {"reconstruction_error": error, "prior_match": match, "sampling_floor": floor}
        return scores | ({"purity": metrics.purity(component(z_codes), digits.y_test)} if component else {})

    def sample(net, codes, n):
        return net.decode(with_label(priors.categorical(n).argmax(1), prior(n)))

    return Recipe(
        _words(words, 128, ", betas 0.5 and 0.99"), lambda: models.AAE(z_dim, hidden=256, n_labels=told, noise=noise),
        n_steps,
        _fit(step, cast, 128, (0.5, 0.99), n_labels), scores, _no_codes, sample, reconstruct,
    )  # fmt: skip


def _classifier():
    """The judge of generated digits (see `metrics.digit_scores`): 12 rounds of shifted digits."""

    def scores(net, digits):
        return {
            "test_error_in_percent": metrics.reading_error(
                metrics.in_parts(net, digits.x_test), digits.y_test
            )
        }

    words = "Classifier of digits; batch 256, shifts by up to 2 pixels, Adam at 1e-3, 2e-4 for 70, 30 % of the steps"
    rates = ((1e-3, 0.7), (2e-4, 0.3))
    fit = _fit(_shifted_step, lambda net: (dict(net=net), dict(net=[net])), 256, rates=rates)
    return Recipe(words, models.Classifier, 3_000, fit, scores, _no_codes, None, None)


def _shifted_step(batches, *, net, opt):
    x, y = next(batches)
    dx, dy = torch.randint(-2, 3, (2,)).tolist()  # the whole batch alike
    L = cross_entropy(net(x.roll((dy, dx), (2, 3))), y)
    descend(L, opt.net)
    return dict(L=L)


def _best_label(x, decode):
    """Of the images decode(y) for y = 0 to 9, for each x the one nearest to it: the label that explains it best."""
    tries = torch.stack([decode(torch.full((len(x),), d, device=x.device)) for d in range(10)])
    best = (tries - x).square().flatten(2).sum(2).argmin(0)
    return tries[best, torch.arange(len(x))]


@contextlib.contextmanager
def _seeded(seed):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


RECIPES = {
    "classifier": _classifier(),
    "ae": _autoencoder("Vanilla autoencoder of Lab 1, latent_dim 3", models.VanillaAutoencoder, 60_000),
    "conv_ae": _autoencoder("Convolutional autoencoder of Lab 2", models.ConvAutoencoder, 30_000),
    "vae": _vae("VAE, 20-D", 20, 15_000),
    "vae_2d": _vae("VAE, 2-D", 2, 12_000),
    "cvae": _cvae("Conditional VAE, 4-D", 4, 15_000),
    "aae": _aae("AAE, 10-D Gaussian prior", 10, priors.gaussian(10), 15_000),
    "aae_mixture": _aae(
        "AAE, mixture of ten Gaussians, 10,000 labels, half of each batch; noise 0.3, batch norm", 2, priors.by_label(priors.gaussian_mixture), 15_000,
        aae_label_step, 10_000, priors.petal, 0.3,
    ),
    "aae_swiss_roll": _aae(
        "AAE, Swiss roll, 10,000 labels, half of each batch", 2, priors.by_label(priors.swiss_roll), 15_000, aae_label_step, 10_000,
        priors.piece,
    ),
    "aae_style": _aae("AAE with the label given to decoder and discriminator, 4-D", 4, priors.gaussian(4), 15_000, aae_style_step),
}  # fmt: skip
