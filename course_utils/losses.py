"""The formulas, each once. Sum over the features of one item, mean over the batch."""


def reconstruction(x_rec, x):
    """Squared error between images and their reconstructions. → scalar

    L = 1/B Σ_b ‖x_b − x_rec_b‖²,  x and x_rec (B, …) in [−1, 1]

    Source: deck 002, Labs 1 and 2. Trap: a mean over pixels is smaller by their number (784), and a later
    KL term, which is a sum, would then outweigh it.
    """
    return (x - x_rec).square().flatten(1).sum(1).mean()
