"""All tests run at the smoke scale on the CPU: every line runs, nothing is learned, nothing is downloaded."""

import os

os.environ.setdefault("COURSE_SCALE", "smoke")
os.environ.setdefault("COURSE_DEVICE", "cpu")

import pytest  # noqa: E402
import torch  # noqa: E402


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)
