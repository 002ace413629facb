"""One function per algorithm: the body of the slide's `while not converged`; `train` is the `while`."""

import inspect

from .alae import alae_step, alae_step_1, alae_step_2, alae_step_3
from .autoencoders import (
    aae_label_step,
    aae_semi_step,
    aae_step,
    aae_style_step,
    ae_step,
    cvae_step,
    supervised_step,
    vae_step,
)
from .critics import cwgan_gp_step, cwgan_step, wgan_gp_step, wgan_step
from .gans import (
    cgan_step,
    frame_gan_step,
    frame_step,
    gan_step,
    lsgan_step,
    r1_gan_step,
    relativistic_gan_step,
    unrolled_gan_step,
)
from .tricks import (
    averaged_gan_step,
    dragan_step,
    feature_matching_step,
    historical_gan_step,
    label_gan_step,
    mixed_gan_step,
    noisy_gan_step,
    replay_gan_step,
)

__all__ = [
    "aae_label_step", "aae_semi_step", "aae_step", "aae_style_step", "ae_step", "alae_step", "alae_step_1", "alae_step_2", "alae_step_3", "averaged_gan_step", "cgan_step", "cvae_step",
    "cwgan_gp_step", "cwgan_step", "dragan_step", "feature_matching_step", "frame_gan_step", "frame_step", "gan_step", "historical_gan_step", "label_gan_step", "lsgan_step",
    "mixed_gan_step", "n_critic", "noisy_gan_step", "opponent", "r1_gan_step", "relativistic_gan_step", "replay_gan_step", "supervised_step",
    "unrolled_gan_step", "vae_step", "wgan_gp_step", "wgan_step",
]  # fmt: skip


def opponent(step):
    """What a step calls the network that G plays against: "D", or "C" if it is a critic. → str"""
    return "C" if "C" in inspect.signature(step).parameters else "D"


def n_critic(step):
    """How many updates of its opponent a step has for one of G: 1, unless `partial(step, n_critic=…)` says more. → int"""
    return getattr(step, "keywords", {}).get("n_critic", 1)
