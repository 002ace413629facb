"""Optimal transport: how much work it takes to turn one distribution into another."""

import numpy as np
import torch

# ── piles of dirt on a line ──────────────────────────────────────────────────────────────────────


def moving_costs(x, y, power=1):
    """What a unit of dirt costs from each x (n,) to each y (m,): |x − y| to a power. → (n, m)"""
    return (x[:, None] - y[None, :]).abs() ** power


def total_cost(plan, cost):
    """What a plan costs: Σ_ij cost_ij · γ_ij, both (n, m). → scalar

    γ_ij is how much dirt goes from place i to place j. Source: deck 004, "Total cost of plan γ".
    """
    return (plan * cost).sum()


def emd_1d(u, v, spacing=1.0):
    """The earth mover's distance of two histograms u and v (n,) over the same even places on a line. → scalar

    W = spacing · Σ_i |U_i − V_i|,  U and V the running sums: what has to pass between place i and the next

    Source: Vallender 1974. Trap: it holds in one dimension only, and for the cost |x − y| only.
    """
    return spacing * (u.cumsum(0) - v.cumsum(0)).abs().sum()


def best_plan(u, v, cost):
    """The cheapest plan that moves histogram u (n,) to v (m,), exactly, by the network simplex of POT. → γ (n, m)

    min over γ ≥ 0 of Σ cost · γ, with rows that sum to u and columns that sum to v

    Source: Bonneel et al. 2011; deck 004, "optimal plan". Bars that are no histogram are a ValueError.
    """
    import ot

    u, v = (_histogram(bars, name) for bars, name in ((u, "u"), (v, "v")))
    plan = ot.emd(u, v, cost.double().cpu().numpy())
    return torch.as_tensor(plan, dtype=torch.float32)


def check_plan(plan, u, v):
    """Nothing if `plan` (n, m) moves all of u (n,) to v (m,); else a ValueError that says where it does not."""
    if plan.shape != (len(u), len(v)):
        raise ValueError(
            f"a plan has a row for each place of u and a column for each of v: {(len(u), len(v))}."
        )
    if (plan < 0).any():
        raise ValueError("a plan cannot move less than nothing: an entry is negative.")
    for bars, sums, said in ((u, plan.sum(1), "is taken from"), (v, plan.sum(0), "arrives at")):
        off = (sums - bars).abs()
        i = int(off.argmax())
        if off[i] > 1e-4:
            raise ValueError(f"{sums[i]:.3f} {said} place {i}, but it should be {bars[i]:.3f}.")


def best_potential(u, v, cost):
    """The dual: the potential f (n,) that tells u from v best, as a linear program. → f

    max over f of Σ f_i (u_i − v_i), with f_i − f_j ≤ cost_ij everywhere; its value is the cost of the best plan

    `cost` (n, n) must be a distance, as |x − y| is. Source: Kantorovich & Rubinstein 1958; deck 004. Trap: f + any
    number is as good; here Σ f = 0.
    """
    from scipy.optimize import linprog

    u, v = (_histogram(bars, name) for bars, name in ((u, "u"), (v, "v")))
    n = len(u)
    i, j = (index.flatten() for index in np.indices((n, n)))
    apart = i != j
    rows = np.eye(n)[i[apart]] - np.eye(n)[j[apart]]  # f_i − f_j
    bounds = cost.double().cpu().numpy()[i[apart], j[apart]]
    found = linprog(v - u, rows, bounds, bounds=[(None, None)] * n)
    f = torch.as_tensor(found.x, dtype=torch.float32)
    return f - f.mean()


def lipschitz_constant(f, x):
    """How steep values f (n,) are between any two of their places x (n, d): the largest |f_i − f_j| / ‖x_i − x_j‖. → scalar

    A critic may have 1 at most. Source: deck 004, whose |f| ≤ 1 stands for this, not for the size of f. Places must differ.
    """
    way = torch.cdist(x, x) + torch.eye(len(x), device=x.device)  # a place is not compared with itself
    return ((f[:, None] - f[None]).abs() / way).max()


def _histogram(bars, name):
    bars = np.asarray(bars, dtype=np.float64)
    if bars.size == 0 or bars.ndim != 1:
        raise ValueError(f"{name} is a row of bars (n,), but its shape is {bars.shape}.")
    if not np.isfinite(bars).all() or (bars < 0).any():
        raise ValueError(f"the bars of {name} must be numbers from 0 up.")
    if abs(bars.sum() - 1) > 1e-3:
        raise ValueError(f"the bars of {name} sum to {bars.sum():.3f}; divide them by their sum.")
    return bars / bars.sum()


# ── clouds of points ─────────────────────────────────────────────────────────────────────────────


def earth_mover(a, b, power=1):
    """The cheapest way to pair two equally large samples, a and b (n, d): the Wasserstein-1 distance. → float

    W = min over pairings π of 1/n Σ_i ‖a_i − b_π(i)‖, exact; n up to some hundreds. With power 2, squares of distances.

    Source: Arjovsky et al. 2017, equation 1; deck 004. Trap: between two samples of *one* distribution it is not 0.
    """
    from scipy.optimize import linear_sum_assignment

    cost = torch.cdist(a, b) ** power
    rows, cols = linear_sum_assignment(cost.cpu().numpy())
    return cost[rows, cols].mean().item()


def between_normals(mean_a, cov_a, mean_b, cov_b):
    """The squared Wasserstein-2 distance of two Normals, means (d,) and covariances (d, d). → scalar

    ‖μ_a − μ_b‖² + Tr(Σ_a + Σ_b − 2 (Σ_a Σ_b)^½);  with equal covariances the means decide alone

    Source: Dowson & Landau 1982; deck 004, "two 2D Normal distributions". Between features of images it is the Fréchet distance.
    """
    root = torch.linalg.eigvals(cov_a @ cov_b).real.clamp(min=0).sqrt().sum()  # Tr of the root
    return (mean_a - mean_b).square().sum() + cov_a.trace() + cov_b.trace() - 2 * root
