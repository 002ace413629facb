"""The networks, layer for layer as on the slides. Images are (B, 1, 28, 28) in [−1, 1]."""

from .autoencoders import (
    AAE,
    VAE,
    Autoencoder,
    ClassAndStyleEncoder,
    ConditionalVAE,
    ConvAutoencoder,
    GaussianEncoder,
    LinearAutoencoder,
    Noise,
    VanillaAutoencoder,
    decoder,
    encoder,
    ink,
    noisy_body,
)
from .judges import (
    Classifier,
    discriminator,
    mlp,
)
from .shapes import (
    IMAGE,
    parameters,
    summary,
)

__all__ = [
    "AAE",
    "Autoencoder",
    "ClassAndStyleEncoder",
    "Classifier",
    "ConditionalVAE",
    "ConvAutoencoder",
    "GaussianEncoder",
    "IMAGE",
    "LinearAutoencoder",
    "Noise",
    "VAE",
    "VanillaAutoencoder",
    "decoder",
    "discriminator",
    "encoder",
    "ink",
    "mlp",
    "noisy_body",
    "parameters",
    "summary",
]
