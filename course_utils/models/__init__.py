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
from .generators import (
    ConditionalDiscriminator,
    ConditionalGenerator,
    dcgan_discriminator,
    dcgan_generator,
    generator,
    image_discriminator,
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
    "ConditionalDiscriminator",
    "ConditionalGenerator",
    "ConditionalVAE",
    "ConvAutoencoder",
    "GaussianEncoder",
    "IMAGE",
    "LinearAutoencoder",
    "Noise",
    "VAE",
    "VanillaAutoencoder",
    "dcgan_discriminator",
    "dcgan_generator",
    "decoder",
    "discriminator",
    "encoder",
    "generator",
    "image_discriminator",
    "ink",
    "mlp",
    "noisy_body",
    "parameters",
    "summary",
]
