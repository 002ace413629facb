"""What the notebooks share: `steps` is the heart; see the README for a map."""

import gc

gc.freeze()  # what PyTorch's import left behind stays for good: searching it again and again takes a third of our own import
