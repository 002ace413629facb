"""Groups that nobody named: how well do they agree with the labels, and what is each group's label?"""

import torch


def count(group, y, n_groups=10, n_labels=10):
    """How many items of each group (N,) have each label y (N,). → (n_groups, n_labels)"""
    return (n_labels * group + y).bincount(minlength=n_groups * n_labels).view(n_groups, n_labels)


def matching(group, y, n_groups=10, n_labels=10):
    """The label of each group, no label twice, such that most items (N,) have their group's. → (n_groups,)

    The best of all one-to-one matchings (Kuhn 1955). With more groups than labels, those left over get −1.
    Trap: each group's most common label may take one label twice, and is then a better score.
    """
    from scipy.optimize import linear_sum_assignment

    counts = count(group, y, n_groups, n_labels)
    rows, columns = linear_sum_assignment(counts.cpu().numpy(), maximize=True)
    named = torch.full((n_groups,), -1, dtype=torch.long)
    named[rows] = torch.as_tensor(columns)
    return named.to(y.device)


def matched_error(group, y, n_groups=10, n_labels=10):
    """Share of items (N,) whose label is not that of their group, after the best matching. → float, in %

    Ten groups by chance have nearly 90; a group for each digit has 0. Labels are used to *name* the groups.
    """
    named = matching(group, y, n_groups, n_labels)
    return 100 * (named[group] != y).float().mean().item()


def majority(group, y, n_groups=10, n_labels=10):
    """The most common label of each group; a label may name several groups. → (n_groups,)"""
    return count(group, y, n_groups, n_labels).argmax(1)


def majority_error(group, y, n_groups=10, n_labels=10):
    """Share of items (N,) whose label y is not the most common one of their group. → float, in %

    Trap: it falls with more groups, whatever they mean; as many groups as items have 0.
    """
    named = majority(group, y, n_groups, n_labels)
    return 100 * (named[group] != y).float().mean().item()


def surest_error(p, y):
    """Share of items whose label y (N,) is not that of the item of highest p in their group. → float, in %

    p  (N, n_groups) the probabilities of the groups. Source: Makhzani et al. 2015, section 6.
    Trap: one item names a whole group; the best name is the majority's, so `majority_error` is no larger.
    """
    named = y[p.argmax(0)]
    return 100 * (named[p.argmax(1)] != y).float().mean().item()


def mean_of_group(values, group, n_groups=10):
    """For each item (N,) the mean value of its group. → (N,)"""
    total = torch.zeros(n_groups, dtype=values.dtype, device=values.device).index_add(0, group, values)
    return (total / group.bincount(minlength=n_groups).clamp(min=1))[group]


def by_k_means(known, x, k):
    """The group of each of x (n, …): the nearest of k means of known items (m, …), in squared error. → (n,)

    Source: Lloyd 1982. What pixels alone can do, beside networks.
    """
    from sklearn.cluster import KMeans

    means = KMeans(k, n_init=1, max_iter=30, random_state=0).fit(known.flatten(1).cpu().numpy())
    return torch.as_tensor(means.predict(x.flatten(1).cpu().numpy())).long().to(x.device)


def correlation(a, b, group, n_groups=10):
    """The correlation of two values of items (N,) within their groups, whose means are taken away. → float"""
    a, b = (v - mean_of_group(v, group, n_groups) for v in (a, b))
    return ((a * b).mean() / (a.square().mean() * b.square().mean()).sqrt().clamp_min(1e-12)).item()
