"""Networks that judge: discriminators, critics, and the classifier behind the scores."""

from collections import OrderedDict

from torch import nn


def discriminator(in_dim, hidden=128):
    """Is this a draw from the prior? in_dim → hidden → hidden → one logit. (B, in_dim) → (B, 1)"""
    return mlp(in_dim, 1, hidden)


def leaky():
    return nn.LeakyReLU(0.2)


def hidden_layers(in_dim, width, n_hidden=2, *, linear=nn.Linear, norm=None, act=leaky):
    """Hidden layers: each linear, `norm(width)` if given, bent. → list of layers"""
    layers = []
    for n_in in (in_dim, *[width] * (n_hidden - 1)):
        layers += [linear(n_in, width), *([norm(width)] if norm else []), act()]
    return layers


def mlp(in_dim, out_dim, hidden=64, n_hidden=2, **layers):
    """in_dim → hidden → … → out_dim; `norm` and `act` as in `hidden_layers`. (B, in_dim) → (B, out_dim)"""
    return nn.Sequential(*hidden_layers(in_dim, hidden, n_hidden, **layers), nn.Linear(hidden, out_dim))


def judge(*body, width):
    """A discriminator in two named parts: layers that end in `width` features, and a logit. (B, …) → (B, 1)

    `D.body(x)` gives the features (B, width).
    """
    return nn.Sequential(OrderedDict(body=nn.Sequential(*body), head=nn.Linear(width, 1)))


class Classifier(nn.Module):
    """Reads digits; its last hidden layer, 128 features, is what generated images are compared by."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),  # (B, 16, 28, 28)
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),  # (B, 32, 14, 14)
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.Conv2d(32, 64, 3, stride=2, padding=1),  # (B, 64, 7, 7)
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.Flatten(),
            nn.Dropout(0.4),
            nn.Linear(64 * 7 * 7, 128),
            nn.ReLU(),  # (B, 128): the features
        )
        self.logits = nn.Linear(128, 10)

    def forward(self, x):
        return self.logits(self.features(x))
