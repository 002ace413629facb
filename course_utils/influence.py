"""What one part of a code decides, of all that is measured of an image."""


def share_decided(before, after):
    """The share of a measure's variance that one part of the code decides; (n,) or (n, k) each. → scalar

    ½ E‖before − after‖² / (total variance of before)

    before: of n images; after: of the same images, with this part of their codes drawn anew. It is 0 for a
    part that changes nothing, and 1 on average for one that decides all. Parts that each add their own to
    the measure have shares with sum 1; where parts decide together, the sum is larger.
    Source: Jansen 1999, the total index of Sobol. Labels come as one-hot rows. Trap: without ½ a part
    that decides all has the share 2, as two independent draws differ by twice the variance.
    """
    before, after = (values.reshape(len(values), -1).float() for values in (before, after))
    variance = (before - before.mean(0)).square().sum(1).mean()
    return (before - after).square().sum(1).mean() / 2 / variance
