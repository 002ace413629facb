"""The classifiers behind the scores."""

from torch import nn


class Classifier(nn.Module):
    """Reads digits; generated images are compared by its last hidden layer, 128 features."""

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


class SecondClassifier(nn.Module):
    """Another reader of digits, for a second opinion: larger filters, pooling, no batch norm."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 24, 5, padding=2),  # (B, 24, 28, 28)
            nn.SiLU(),
            nn.AvgPool2d(2),  # (B, 24, 14, 14)
            nn.Conv2d(24, 48, 5, padding=2),
            nn.SiLU(),
            nn.AvgPool2d(2),  # (B, 48, 7, 7)
            nn.Conv2d(48, 96, 3, padding=1),
            nn.SiLU(),
            nn.Flatten(),
            nn.Dropout(0.5),
            nn.Linear(96 * 7 * 7, 128),
            nn.SiLU(),  # (B, 128): the features
        )
        self.logits = nn.Linear(128, 10)

    def forward(self, x):
        return self.logits(self.features(x))
