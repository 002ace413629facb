"""Optimal transport: how much work it takes to turn one distribution into another."""

import numpy as np
import torch

# ── histograms on a line ─────────────────────────────────────────────────────────────────────────


def moving_costs(x, y, power=1):
    """Cost of moving one unit of mass from each x (n,) to each y (m,): |x − y|^power. → (n, m)"""
    return (x[:, None] - y[None, :]).abs() ** power


def total_cost(plan, cost):
    """Total cost of a transport plan: Σ_ij cost_ij · γ_ij, both (n, m). → scalar

    γ_ij is how much mass goes from place i to place j. Source: deck 004, "Total cost of plan γ".
    """
    return (plan * cost).sum()


def emd_1d(u, v, spacing=1.0):
    """The earth mover's distance of two histograms u and v (n,) over the same evenly spaced places. → scalar

    W = spacing · Σ_i |U_i − V_i|,  U and V the cumulative sums: what must pass from place i to the next

    Source: Vallender 1974. Trap: it holds in one dimension only, and for the cost |x − y| only.
    """
    return spacing * (u.cumsum(0) - v.cumsum(0)).abs().sum()


def best_plan(u, v, cost):
    """The cheapest plan that moves histogram u (n,) to v (m,), exact, by POT's network simplex. → γ (n, m)

    min over γ ≥ 0 of Σ cost · γ, with rows that sum to u and columns that sum to v

    Source: Bonneel et al. 2011; deck 004, "optimal plan". Raises a ValueError if u or v is not a histogram.
    """
    import ot

    u, v = (_histogram(bars, name) for bars, name in ((u, "u"), (v, "v")))
    if not cost.isfinite().all():
        raise ValueError("a cost is not finite (nan or inf): no plan is the cheapest.")
    plan = ot.emd(u, v, cost.cpu().double().numpy())
    return torch.as_tensor(plan, dtype=torch.float32).to(cost.device)


def check_plan(plan, u, v):
    """Raise a ValueError, with the place, if `plan` (n, m) does not move all of u (n,) to v (m,)."""
    if plan.shape != (len(u), len(v)):
        raise ValueError(
            f"a plan has a row for each place of u and a column for each of v: {(len(u), len(v))}."
        )
    if (plan < 0).any():
        raise ValueError("a plan cannot move less than nothing: an entry is negative.")
    for bars, sums, verb in ((u, plan.sum(1), "is taken from"), (v, plan.sum(0), "arrives at")):
        error = (sums - bars).abs().nan_to_num(torch.inf)
        i = int(error.argmax())
        if error[i] > 1e-4:
            raise ValueError(f"{sums[i]:.3f} {verb} place {i}, but it should be {bars[i]:.3f}.")


def best_potential(u, v, cost):
    """The dual problem's solution: the potential that separates u from v best, a linear program. → f (n,)

    max over f of Σ f_i (u_i − v_i), with f_i − f_j ≤ cost_ij everywhere;  the maximum is the best plan's cost

    `cost` (n, n) must be a distance, as |x − y| is. Source: Kantorovich & Rubinstein 1958; deck 004. Trap: f
    plus any constant is as good; this one has Σ f = 0. Raises a ValueError if u or v is not a histogram.
    """
    from scipy.optimize import linprog

    u, v = (_histogram(bars, name) for bars, name in ((u, "u"), (v, "v")))
    if (cost[:, :, None] + cost[None] < cost[:, None] - 1e-4).any():
        raise ValueError("the cost is no distance: a detour is cheaper than the straight way.")
    n = len(u)
    i, j = (index.flatten() for index in np.indices((n, n)))
    different = i != j
    rows = np.eye(n)[i[different]] - np.eye(n)[j[different]]  # f_i − f_j
    bounds = cost.cpu().double().numpy()[i[different], j[different]]
    solution = linprog(v - u, rows, bounds, bounds=[(None, None)] * n)
    f = torch.as_tensor(solution.x, dtype=torch.float32).to(cost.device)
    return f - f.mean()


def lipschitz_constant(f, x):
    """The Lipschitz constant of values f (n,) at the places x (n, d). → scalar

    max over i ≠ j of |f_i − f_j| / ‖x_i − x_j‖

    A critic may have at most 1. Source: deck 004, where |f| ≤ 1 means this, not the size of f. Trap: no two
    places may be equal.
    """
    # not by matrix products, which `cdist` takes for many places: they make small distances inexact
    distance = torch.cdist(x, x, compute_mode="donot_use_mm_for_euclid_dist")
    distance = distance + torch.eye(len(x), device=x.device)  # no 0 / 0 for a place and itself
    return ((f[:, None] - f[None]).abs() / distance).max()


def _histogram(bars, name):
    bars = torch.as_tensor(bars).cpu().double().numpy()
    if bars.size == 0 or bars.ndim != 1:
        raise ValueError(f"{name} is a row of bars (n,), but its shape is {bars.shape}.")
    if not np.isfinite(bars).all() or (bars < 0).any():
        raise ValueError(f"the bars of {name} must be numbers from 0 up.")
    if abs(bars.sum() - 1) > 1e-3:
        raise ValueError(f"the bars of {name} sum to {bars.sum():.3f}; divide them by their sum.")
    return bars / bars.sum()


# ── clouds of points ─────────────────────────────────────────────────────────────────────────────


def earth_mover(a, b, power=1):
    """Wasserstein-1 distance of two samples of equal size, a and b (n, d): the cheapest pairing. → float

    W = min over pairings π of 1/n Σ_i ‖a_i − b_π(i)‖^power,  exact, for n up to some hundreds

    nan if a point is not finite. Source: Arjovsky et al. 2017, equation 1; deck 004. Trap: two samples of
    *one* distribution are not at 0.
    """
    from scipy.optimize import linear_sum_assignment

    if len(a) != len(b):
        raise ValueError(
            f"a pairing needs samples of equal size, but these have {len(a)} and {len(b)} points."
        )
    # not by products of matrices, whose rounding sets a point 1e-4 apart from itself
    cost = torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist") ** power
    if not cost.isfinite().all():
        return float("nan")
    rows, cols = linear_sum_assignment(cost.cpu().numpy())
    return cost[rows, cols].mean().item()


def between_normals(mean_a, cov_a, mean_b, cov_b):
    """Squared Wasserstein-2 distance of two Normal distributions, means (d,) and covariances (d, d). → scalar

    ‖μ_a − μ_b‖² + Tr(Σ_a + Σ_b − 2 (Σ_a Σ_b)^½);  with equal covariances only the means count

    Source: Dowson & Landau 1982; deck 004, "two 2D Normal distributions". Between the features of images it
    is the Fréchet distance.
    """
    product = (cov_a @ cov_b).cpu()  # not every device has eigenvalues
    if not product.isfinite().all():  # their eigenvalues would end the kernel, in native code
        return torch.full_like(cov_a.trace(), torch.nan)
    root = torch.linalg.eigvals(product).real.clamp(min=0).sqrt().sum().to(cov_a.device)  # trace of the root
    return (mean_a - mean_b).square().sum() + cov_a.trace() + cov_b.trace() - 2 * root
