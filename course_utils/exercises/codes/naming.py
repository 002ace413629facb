"""Notebook 10, section 8: which twenty images to have named; and its prediction."""

import torch

from ... import pretrained
from ..engine.tasks import Contest, Exercise, Wrong, called

N_LABELS, BAR, DRAWS = 20, 36.0, 5


def _drawn(seed):
    """What the shipped sorter says of 1,000 images to ask about and of 1,000 others, and their labels."""
    kept = pretrained.kept("catgan")
    p, y = kept["p"], kept["y"].long()
    order = torch.randperm(len(p), generator=torch.Generator().manual_seed(seed)).to(p.device)
    known, other = order.chunk(2)
    return p[known], y[known], p[other], y[other]


def error_after_asking(answer, seed):
    """Error in % on other images, the mean of five draws of the images to ask about."""
    return sum(_error(answer, DRAWS * seed + i) for i in range(DRAWS)) / DRAWS


def _error(answer, seed):
    """The same for one draw, if each group is named by the asked images, as probable as they are in it."""
    p, y, p_other, y_other = _drawn(seed)
    rows = called(answer, p.clone())
    rows = torch.as_tensor([*rows] if isinstance(rows, set) else rows, device=p.device).flatten()
    if rows.is_floating_point() or rows.dtype == torch.bool:
        raise Wrong("the numbers of images are asked, whole ones.")
    if len(rows) > N_LABELS:
        raise Wrong(f"{len(rows)} images, but {N_LABELS} may be asked about.")
    if len(rows) and (rows.min() < 0 or rows.max() >= len(p)):
        raise Wrong(f"the images have the numbers 0 to {len(p) - 1}.")
    rows = rows.long()
    votes = torch.zeros(p.shape[1], 10, device=p.device).index_add_(1, y[rows], p[rows].T)
    votes[:, 0] += 1e-9  # a group of which nobody knows anything is called 0
    name = votes.argmax(1)
    return 100 * (name[p_other.argmax(1)] != y_other).float().mean().item()


def typical(p):
    """Of each group the image whose answer is nearest to the group's mean, in logarithms."""
    group, log_p, rows = p.argmax(1), p.clamp_min(1e-9).log(), []
    for k in group.unique():
        inside = (group == k).nonzero()[:, 0]
        far = (log_p[inside] - log_p[inside].mean(0)).square().sum(1)
        rows.append(inside[far.argmin()])
    return torch.stack(rows)


Exercise(
    "10.16",
    "Twenty questions",
    reference=typical,
    contest=Contest(
        run=error_after_asking,
        bar=BAR,
        score="error in % on other images",
        controls={"the first twenty": 46.3, "the surest of all": 70.0, "the surest of each group": 38.6},
    ),
    hints=(
        "A group gets its name from the images in it that you asked about. How many groups have a name, if "
        "you ask about the first twenty?",
        "One image for each group, then. The one that the sorter is surest of? It lies far out, and may be "
        "like no other. Which image speaks for most of its group?",
        "A typical one: nearest to the mean of its group. But most chances in p are small, and hardly count "
        "in a distance: compare their logarithms (p.clamp_min(1e-9).log()).",
    ),
    mistakes=dict(
        all=(lambda p: torch.arange(len(p)), "1000 images, but 20 may be asked about."),
        chances=(lambda p: p[:20], "the numbers of images are asked, whole ones."),
        negative=(lambda p: torch.arange(20) - 30, "the images have the numbers 0 to 999."),
        mask=(lambda p: p[:20, 0] > 0, "the numbers of images are asked, whole ones."),
    ),
)
