"""What the notebooks share: `steps` is the heart; see the README for a map."""
