"""Formulas for scores: how good is what a model made? Each is a number with a unit and a known ideal."""

import math

import torch
from torch import nn

from .transport import between_normals


@torch.no_grad()
def in_parts(f, x, size=500):
    """Apply `f` to x (N, …) in parts of `size`: a whole test set then needs little memory."""
    return torch.cat([f(part) for part in x.split(size)])


def reconstruction_error(net, x):
    """Squared error of images x (N, …), summed over pixels, averaged over images; 0 is perfect. → float"""
    return in_parts(lambda part: (part - net(part)).square().flatten(1).sum(1), x).mean().item()


@torch.no_grad()
def latent_error(E, G, w):
    """Error of E(G(w)) as a share of the variance of w (N, w_dim). → float

    E‖w − E(G(w))‖² / (total variance of w);  0 is perfect, 1 is no better than the mean of w
    """
    error = in_parts(lambda part: (part - E(G(part))).square().sum(1), w).mean()
    return (error / w.var(0).sum()).item()


def still_read(x_rec, y, x_known, y_known):
    """Share of images x_rec (N, …) whose nearest neighbour among known images shows their digit y. → float

    To be compared with the same score of the original images; chance is 0.1.
    """
    return (y_known[_nearest(x_rec, x_known)] == y).float().mean().item()


def _nearest(x, known):
    """Index of the nearest of known (m, …) for each of x (n, …), in squared error. → (n,)

    ‖x − k‖² = ‖x‖² − 2 x·k + ‖k‖²,  where ‖x‖² is the same for all k; this needs no copy of `known`.
    """
    flat = known.flatten(1)
    norms = in_parts(lambda part: part.square().sum(1), flat)  # (m,)
    return in_parts(lambda part: (norms - 2 * part.flatten(1) @ flat.T).argmin(1), x, 100)


def reading_error(y_logits, y):
    """Share of items whose largest logit (N, k) is not their label's y (N,); 0 is perfect. → float, in %

    It is nan if a logit is not finite.
    """
    if not y_logits.isfinite().all():
        return math.nan
    return 100 * (y_logits.argmax(1) != y).float().mean().item()


def layer_gradients(net, x):
    """Mean gradient norm of a score with respect to the input of each linear layer. → list, first to last

    E ‖∂C(x)/∂h‖₂,  h the input of a layer, `net` a Sequential, x (B, d)

    Similar numbers in all layers mean that the gradient neither vanishes nor explodes on its way.
    """
    x, inputs = x.detach().requires_grad_(), []
    for layer in net:
        if isinstance(layer, nn.Linear):
            inputs.append(x)
        x = layer(x)
    return [gradient.norm(dim=1).mean().item() for gradient in torch.autograd.grad(x.sum(), inputs)]


def modes_covered(x_fake, centres, std):
    """How many centres (m, 2) have a point (n, 2) near by, and the share of points near one. → int, float

    A point is near within 3 std of its nearest centre. Source: Lin et al. 2018 (PacGAN), with 2,500 points.
    Trap: 2,500 points of noise have one near every centre, too: say the share, and `mode_shares`, beside it.
    """
    shares = mode_shares(x_fake, centres, std)
    return int((shares > 0).sum()), shares.sum().item()


def mode_shares(x_fake, centres, std):
    """The share of points (n, 2) near each of the centres (m, 2), as in `modes_covered`. → (m,)

    Of real data each is about 1/m: 99 % of a Normal distribution in the plane lie within 3 std.
    """
    distance, nearest = torch.cdist(x_fake, centres).min(1)
    return nearest[distance < 3 * std].bincount(minlength=len(centres)) / len(x_fake)


def energy_distance(a, b):
    """How far apart two samples are as distributions: 0 for equal ones in the limit, else positive. → float

    2 E‖a − b‖ − E‖a − a′‖ − E‖b − b′‖,  a (n, d), b (m, d); the mean over all pairs

    Source: Székely & Rizzo 2013. Trap: finite samples never reach 0; for their floor see `prior_match`.
    """

    def mean_distance(u, v):
        return in_parts(lambda part: torch.cdist(part, v).mean(1), u).mean()

    return (2 * mean_distance(a, b) - mean_distance(a, a) - mean_distance(b, b)).item()


def prior_match(z_codes, prior, size=500):
    """Energy distance of codes (N, z_dim) to draws from the prior, and between such draws. → float, float

    Both are means over samples of `size`: as many disjoint ones as the codes give, in random order (the first
    half of MNIST's test set is easier than the second). The second number is the sampling floor: codes that
    *are* draws from the prior reach it on average.
    """
    parts = z_codes[torch.randperm(len(z_codes), device=z_codes.device)].split(size)
    parts = [part for part in parts if len(part) == len(parts[0])]
    distances = [energy_distance(part, prior(len(part))) for part in parts]
    floors = [energy_distance(prior(len(part)), prior(len(part))) for part in parts]
    return sum(distances) / len(parts), sum(floors) / len(parts)


def purity(component, y):
    """Share of items with the most common label y of their component, both (N,); 1 is perfect. → float"""
    n_agree = sum(y[component == k].bincount().max() for k in component.unique())
    return (n_agree / len(y)).item()


def linear_probe(encode, known, unseen):
    """Accuracy of a linear support vector machine that reads labels from codes. → float, in %

    encode: images → codes (N, d), standardized to mean 0 and standard deviation 1; known and unseen: pairs of
    images and labels. Hinge loss, one against the rest. Trap: an encoder with random weights is a strong
    baseline; show its score beside it.
    """
    from sklearn.linear_model import SGDClassifier

    (x, y), (x_test, y_test) = known, unseen
    codes, codes_test = in_parts(encode, x), in_parts(encode, x_test)
    mean, std = codes.mean(0), codes.std(0) + 1e-3 * codes.std()
    codes, codes_test = (((c - mean) / std).cpu().numpy() for c in (codes, codes_test))
    svm = SGDClassifier(loss="hinge", average=True, max_iter=10, tol=None, random_state=0)
    return 100 * svm.fit(codes, y.cpu().numpy()).score(codes_test, y_test.cpu().numpy())


# ── generated digits, compared by the features of a classifier ───────────────────────────────────


def frechet_distance(a, b):
    """Fréchet distance of two samples of features (n, d), (m, d), as if both were Normal. → float

    ‖μ_a − μ_b‖² + Tr(Σ_a + Σ_b − 2 (Σ_a Σ_b)^½);  0 for equal samples, nan if a feature is not finite

    Source: Dowson & Landau 1982; Heusel et al. 2017, with Inception's features. Trap: each classifier has its
    own scale, and few items raise the value: also score real images and noise, with as many items.
    """
    if min(len(a), len(b)) < 2:
        raise ValueError(f"a covariance needs two items at least, but these are {len(a)} and {len(b)}.")
    a, b = a.cpu().double(), b.cpu().double()
    distance = between_normals(a.mean(0), a.T.cov(), b.mean(0), b.T.cov())
    return distance.clamp(min=0).item()


def precision_and_recall(real, fake, k=3):
    """Share of fakes that look real, and of real items that have a similar fake. → float, float

    Features (n, d), (m, d). Around each item of a sample lies a ball that reaches to its k-th neighbour;
    another item is similar to the sample if it lies in one of these balls. Source: Kynkäänniemi et al. 2019.
    """

    def covered(by, items):
        # k + 1, because each item's nearest neighbour is itself
        radius = in_parts(lambda part: torch.cdist(part, by).kthvalue(k + 1, dim=1).values, by)
        return in_parts(lambda part: (torch.cdist(part, by) <= radius).any(1).float(), items).mean().item()

    return covered(real, fake), covered(fake, real)


def class_balance(y, n_classes=10):
    """How uneven labels y (n,) are over the classes, in nats, and how many classes occur. → float, int

    KL(histogram of y ‖ uniform):  0 if all classes are equally frequent, log 10 = 2.30 if there is only one.
    A class occurs if it has at least 0.5 % of the items.
    """
    if y.max() >= n_classes:
        raise ValueError(
            f"labels go up to {int(y.max())}, but there are {n_classes} classes: give n_classes."
        )
    share = y.bincount(minlength=n_classes).float() / len(y)
    return torch.special.xlogy(share, n_classes * share).sum().item(), int((share >= 0.005).sum())


def nearest_image(x, known):
    """The nearest known image (m, …) to each of x (n, …), in squared error: was it memorized? → (n, …)"""
    return known[_nearest(x, known)]


# ── the partition function of a restricted Boltzmann machine ─────────────────────────────────────


@torch.no_grad()
def log_Z(rbm, rows=2**12):
    """log Z, exactly: a sum over all states of the smaller side, with the other side summed out. → scalar

    Z = Σ_h exp(c·h) Π_i (1 + exp(b_i + (W h)_i)),  and the same with v and h exchanged

    Each unit more on the smaller side doubles the time; 20 take seconds.
    """
    W, b, c = (p.cpu().double() for p in (rbm.W, rbm.b, rbm.c))  # not every device has 64 bits
    if W.shape[1] > W.shape[0]:
        W, b, c = W.T, c, b
    n, parts = W.shape[1], []
    if n > 24:
        raise ValueError(f"the smaller side has {n} units, so 2^{n} states: too many to sum; use AIS.")
    bit = torch.arange(n)
    for states in torch.arange(2**n).split(rows):
        h = (states[:, None] >> bit & 1).to(W)
        parts.append((h @ c + nn.functional.softplus(h @ W.T + b).sum(1)).logsumexp(0))
    return torch.stack(parts).logsumexp(0).to(rbm.b)


@torch.no_grad()
def annealed_log_Z(rbm, base, n_chains=100, n_temperatures=2_000):
    """log Z by annealed importance sampling (AIS), and its standard error. → scalar, scalar

    Chains start at independent pixels with log-odds `base` (n_visible,), where Z is known, and get the energy
    of the RBM in `n_temperatures` small portions β; each chain's weight is the product of the ratios
    p*_β′(v) / p*_β(v) on its way; the mean of the weights is Z / Z_base. Source: Neal 2001; Salakhutdinov &
    Murray 2008. Trap: chains that miss a mode give too small a Z, and so too good a likelihood.
    """
    softplus = nn.functional.softplus
    base, n_hidden = base.to(rbm.b), len(rbm.c)
    v = torch.bernoulli(base.sigmoid().expand(n_chains, -1))
    told, last, ratios = v @ rbm.W + rbm.c, 0.0, []

    def log_p(beta):
        return (1 - beta) * (v @ base) + beta * (v @ rbm.b) + softplus(beta * told).sum(1)

    for beta in torch.linspace(0, 1, n_temperatures + 1).tolist()[1:]:
        ratios.append(log_p(beta) - log_p(last))
        h = torch.bernoulli((beta * told).sigmoid())
        v = torch.bernoulli(((1 - beta) * base + beta * (h @ rbm.W.T + rbm.b)).sigmoid())
        told, last = v @ rbm.W + rbm.c, beta
    log_w = torch.stack(ratios).cpu().double().sum(0)  # thousands of them, in 64 bits
    log_w += softplus(base.cpu().double()).sum() + n_hidden * math.log(2)
    mean = log_w.logsumexp(0) - math.log(n_chains)
    return mean.to(rbm.b), ((log_w - mean).exp().std() / n_chains**0.5).to(rbm.b)


# ── distributions whose every probability is known ───────────────────────────────────────────────


def text_scores(log_q, p):
    """How a model's log-probabilities log_q (m,) of all valid sentences compare with the true p (m,). → dict

    valid    Σ q: the share of what it writes that is valid at all
    kinds    exp of the entropy of the valid ones: as many equally frequent sentences would be as diverse
    KL       KL(p ‖ q) = Σ p log(p / q), in nats: what is never written costs most
    """
    q = log_q.exp()
    share = q / q.sum()
    return {
        "valid": q.sum().item(),
        "kinds": torch.special.entr(share).sum().exp().item(),
        "KL": (torch.special.xlogy(p, p) - p * log_q).sum().item(),
    }


# ── rankings ─────────────────────────────────────────────────────────────────────────────────────


def precision_at(scores, relevant, k=5):
    """Share of relevant ones among the k documents with the highest scores, the mean over queries. → float

    scores (n_queries, n_docs), relevant the same, True or False. Choosing at random gives the share of
    relevant documents in all of them.
    """
    return relevant.gather(1, scores.topk(k, dim=1).indices).float().mean().item()


# ── measures that are easily fooled ──────────────────────────────────────────────────────────────


def parzen_log_p(x, samples, sigma):
    """Log-density of x (n, …) under windows on samples (m, …): a Normal of width sigma on each. → (n,)

    log 1/m Σ_j N(x; sample_j, sigma² I), in nats. Source: Parzen 1962; Goodfellow et al. 2014, table 1.
    Trap: it measures the windows, not the model (Theis et al. 2016): points that no model gave may do best.
    """
    x, samples = x.flatten(1), samples.flatten(1)
    squares = in_parts(lambda part: torch.cdist(part, samples).square(), x)
    log_kernel = -squares / (2 * sigma**2) - x.shape[1] * math.log(sigma * math.sqrt(2 * math.pi))
    return log_kernel.logsumexp(1) - math.log(len(samples))


def distance_to_nearest(x, known):
    """How far each of x (n, …) is from the nearest of known (m, …), images or codes: 0 for a copy. → (n,)"""
    return (x - nearest_image(x, known)).flatten(1).norm(dim=1)
