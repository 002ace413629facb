"""Claims of notebook 01."""

CLAIMS = {}
