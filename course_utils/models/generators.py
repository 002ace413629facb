"""Generators of images, and the discriminators that they play against."""

import torch
from torch import nn
from torch.nn.functional import conv2d

from ..priors import one_hot
from .judges import mlp
from .shapes import IMAGE


def generator(z_dim=100, hidden=512):
    """Lab 4 (deck 002): noise to image, two hidden layers. (B, z_dim) → (B, 1, 28, 28)"""
    return nn.Sequential(
        nn.Linear(z_dim, hidden),
        nn.BatchNorm1d(hidden),
        nn.ReLU(),
        nn.Linear(hidden, hidden),
        nn.BatchNorm1d(hidden),
        nn.ReLU(),
        nn.Linear(hidden, 784),
        nn.Tanh(),  # pixels in [−1, 1]
        nn.Unflatten(1, IMAGE),
    )


def image_discriminator(hidden=512, dropout=0.0):
    """Lab 4 (deck 002): image to one logit, two hidden layers. (B, 1, 28, 28) → (B, 1)"""
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, hidden),
        nn.LeakyReLU(0.2),
        nn.Dropout(dropout),
        nn.Linear(hidden, hidden),
        nn.LeakyReLU(0.2),
        nn.Dropout(dropout),
        nn.Linear(hidden, 1),
    )


def dcgan_generator(z_dim=100, channels=32):
    """DCGAN (Radford et al. 2016; deck 002): transposed convolutions up, batch norm and ReLU. (B, z_dim) → (B, 1, 28, 28)"""
    return nn.Sequential(
        nn.Unflatten(1, (z_dim, 1, 1)),
        nn.ConvTranspose2d(z_dim, 2 * channels, 7, bias=False),  # (B, 64, 7, 7)
        nn.BatchNorm2d(2 * channels),
        nn.ReLU(),
        nn.ConvTranspose2d(2 * channels, channels, 4, stride=2, padding=1, bias=False),  # (B, 32, 14, 14)
        nn.BatchNorm2d(channels),
        nn.ReLU(),
        nn.ConvTranspose2d(
            channels, 1, 4, stride=2, padding=1
        ),  # (B, 1, 28, 28): no batch norm at the output
        nn.Tanh(),
    ).to(memory_format=torch.channels_last)  # the faster layout for convolutions


def dcgan_discriminator(channels=32, normalize=True):
    """DCGAN's mirror image: strided convolutions down, LeakyReLU, batch norm but at the input. (B, 1, 28, 28) → (B, 1)"""
    return nn.Sequential(
        nn.Conv2d(1, channels, 4, stride=2, padding=1),  # (B, 32, 14, 14)
        nn.LeakyReLU(0.2),
        nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1),  # (B, 64, 7, 7)
        nn.BatchNorm2d(2 * channels)
        if normalize
        else nn.Identity(),  # a gradient penalty wants each image by itself
        nn.LeakyReLU(0.2),
        nn.Conv2d(2 * channels, 1, 7),  # (B, 1, 1, 1)
        nn.Flatten(),
    ).to(memory_format=torch.channels_last)


def upsampling_generator(z_dim=32, channels=32):
    """Colour images by enlarging and convolving, no transposed convolution. (B, z_dim) → (B, 3, 32, 32)"""

    def twice(n_in, n_out):
        return [
            nn.Upsample(scale_factor=2, mode="bilinear"),
            nn.Conv2d(n_in, n_out, 3, padding=1),
            nn.BatchNorm2d(n_out),
            nn.LeakyReLU(0.2),
        ]

    return nn.Sequential(
        nn.Linear(z_dim, 2 * channels * 4 * 4),
        nn.Unflatten(1, (2 * channels, 4, 4)),
        *twice(2 * channels, 2 * channels),  # (B, 64, 8, 8)
        *twice(2 * channels, channels),  # (B, 32, 16, 16)
        *twice(channels, channels // 2),  # (B, 16, 32, 32)
        nn.Conv2d(channels // 2, 3, 3, padding=1),
        nn.Tanh(),
    )


def colour_discriminator(channels=32):
    """Strided convolutions, each normalized within its own image. (B, 3, 32, 32) → (B, 1)"""

    def half(n_in, n_out):
        return [nn.Conv2d(n_in, n_out, 4, stride=2, padding=1), nn.GroupNorm(1, n_out), nn.LeakyReLU(0.2)]

    return nn.Sequential(
        *half(3, channels),  # (B, 32, 16, 16)
        *half(channels, 2 * channels),  # (B, 64, 8, 8)
        *half(2 * channels, 4 * channels),  # (B, 128, 4, 4)
        nn.Flatten(),
        nn.Linear(4 * channels * 4 * 4, 1),
    )


class ConditionalGenerator(nn.Module):
    """A generator that is told the label y (B,) as ten more inputs (Mirza & Osindero 2014; decks 001, 002)."""

    def __init__(self, z_dim=100, hidden=512):
        super().__init__()
        self.net = generator(z_dim + 10, hidden)

    def forward(self, z, y):
        return self.net(torch.cat([z, one_hot(y)], 1))


class ConditionalDiscriminator(nn.Module):
    """Is this a real image *of y*? One logit for each label, of which y (B,) chooses its own. → (B, 1)

    Ten judges that share their eyes (after Miyato & Koyama 2018). Decks 001 and 002 append y to x instead: among 784
    pixels ten more numbers are easily overheard.
    """

    def __init__(self, hidden=512):
        super().__init__()
        self.net = mlp(784, 10, hidden)

    def forward(self, x, y):
        return self.net(x.flatten(1)).gather(1, y[:, None])


class FramePredictor(nn.Module):
    """The next frame by moving this one's ink: noise z (B, z_dim) chooses how (Finn et al. 2016). → (B, 1, 28, 28)"""

    def __init__(self, z_dim=2, size=11):
        super().__init__()
        self.net, self.size = mlp(z_dim, size * size), size

    def filters(self, z):
        """Where ink goes: shares of it for each move by up to 5 pixels. (B, z_dim) → (B, 1, 11, 11), sum 1 each"""
        return self.net(z).softmax(1).view(-1, 1, self.size, self.size)

    def forward(self, x, z):
        ink = (x + 1).transpose(0, 1)  # (1, B, 28, 28): each image is convolved with its own filter
        moved = conv2d(ink, self.filters(z), padding=self.size // 2, groups=len(x))
        return moved.transpose(0, 1) - 1


class FrameDiscriminator(nn.Module):
    """Could x_next be the frame after x? both (B, 1, 28, 28) → logits (B, 1)"""

    def __init__(self, channels=12):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(2, channels, 4, stride=2, padding=1),  # (B, 12, 14, 14)
            nn.LeakyReLU(0.2),
            nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1),  # (B, 24, 7, 7)
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * channels, 1, 7),  # (B, 1, 1, 1)
            nn.Flatten(),
        )

    def forward(self, x, x_next):
        return self.net(torch.cat([x, x_next], 1))
