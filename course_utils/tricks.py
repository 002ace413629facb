"""Notebook 05's tricks for labels, inputs and layers; its penalties are in `losses`, its steps in `steps`."""

import torch
from torch import nn

# ── labels for `steps.label_gan_step`: a function from logits to labels of their shape ───────────


def always(value):
    """A constant label: `always(0.9)` on reals is one-sided smoothing (Salimans et al. 2016; deck 001)."""
    return lambda logits: torch.full_like(logits, value)


def between(low, high):
    """A random label for each item, uniform from low to high (deck 002: real 0.7 to 0.9, fake 0 to 0.3)."""
    return lambda logits: low + (high - low) * torch.rand_like(logits)


def flipped(value, share=0.05):
    """`always(value)`, but the given share of the labels is 1 − value: "occasionally flip" (deck 002)."""
    return lambda logits: torch.where(torch.rand_like(logits) < share, 1 - value, value)


# ── D's input ────────────────────────────────────────────────────────────────────────────────────


def swapped(x_fake, kept, which, swap):
    """Where `swap` is true, replace a fake by an older one and keep the new one. → D's input (B, …), new kept

    x_fake (B, …); kept (n, B, …), the fakes of n earlier batches; item i may swap with kept[which[i], i];
    which (B,) integers, swap (B,) booleans. The second result has the shape of kept.

    Source: Shrivastava et al. 2017, section 2.3. Trap: kept must change too, or its fakes stay the first.
    """
    place = torch.arange(len(x_fake), device=x_fake.device)
    old, swap = kept[which, place], swap.view(-1, *[1] * (x_fake.dim() - 1))
    kept = kept.clone()
    kept[which, place] = torch.where(swap, x_fake, old)
    return torch.where(swap, old, x_fake), kept


class ReplayBuffer:
    """Old fakes for D: `mix(x_fake)` (B, …) swaps about half of a batch with items of earlier batches.

    Source: Shrivastava et al. 2017, a "history of generated images"; deck 004 calls it experience replay. An
    item returns to its own place in the batch, so that each network of an ensemble gets back its own fakes.
    """

    def __init__(self, n_batches=20):
        self.n_batches, self.kept = n_batches, None

    def mix(self, x_fake):
        if self.kept is None:
            self.kept = x_fake.repeat(self.n_batches, *[1] * x_fake.dim())  # (n_batches, B, …)
        which = torch.randint(self.n_batches, (len(x_fake),), device=x_fake.device)
        swap = torch.rand(len(x_fake), device=x_fake.device) < 0.5
        x_fake, self.kept = swapped(x_fake, self.kept, which, swap)
        return x_fake


class FadingNoise:
    """Noise on all that D sees, weaker after each `fade()`: x + σ ε, σ from `start` to 0 within n_steps.

    Source: Sønderby et al. 2017; Arjovsky & Bottou 2017. Under noise, two distributions overlap.
    """

    def __init__(self, start, n_steps):
        self.std, self.less = start, start / n_steps

    def __call__(self, x):
        return x + self.std * torch.randn_like(x)

    def fade(self):
        self.std = max(0.0, self.std - self.less)


class Packed(nn.Module):
    """A discriminator of m items at once, all real or all fake. (B, …) → (B/m, 1)

    A lack of variety then shows. D gets m items of n numbers each as one item of m·n numbers. Source: Lin et
    al. 2018 (PacGAN).
    """

    def __init__(self, D, m=2):
        super().__init__()
        self.D, self.m = D, m

    def forward(self, x):
        return self.D(x.reshape(len(x) // self.m, -1))


# ── layers ───────────────────────────────────────────────────────────────────────────────────────


def closeness(M):
    """How close each item of a batch is to the others, in n_out ways. M (B, n_out, n_dim) → (B, n_out)

    o_i = Σ_{j≠i} exp(−‖M_i − M_j‖₁)

    Source: Salimans et al. 2016, section 3.2, where the sum includes j = i, a constant 1.
    """
    # (B, B, n_out); one difference of all dimensions at once is slower
    distance = sum((m[:, None] - m).abs() for m in M.unbind(2))
    return (-distance).exp().sum(1) - 1


class MinibatchDiscrimination(nn.Module):
    """Appends to each item how close it is to the others of its batch. (B, n_in) → (B, n_in + n_out)

    M = f T with a learned T;  `closeness(M)` is appended to f

    Source: Salimans et al. 2016, section 3.2; deck 004 skips it.
    """

    def __init__(self, n_in, n_out=3, n_dim=2):
        super().__init__()
        self.n_out = n_out
        self.T = nn.Parameter(torch.randn(n_in, n_out, n_dim) / n_in**0.5)

    def forward(self, f):
        M = torch.einsum("bi,iod->bod", f, self.T)  # (B, n_out, n_dim)
        return torch.cat([f, closeness(M)], 1)


def virtual_batch_norm(a, a_ref):
    """Normalize activations a (B, n) by a fixed reference batch a_ref (M, n) and each item itself. → (B, n)

    (a − μ)/√(σ² + 10⁻⁵),  mean μ and variance σ² over M + 1 rows: the M reference rows *and* the current one

    Source: Salimans et al. 2016, section 3.5. Trap: deck 004 leaves out the current row; a feature that is
    nearly constant in the reference batch is then divided by √ε.
    """
    M, mean_ref = len(a_ref), a_ref.mean(0)
    mean = (a + M * mean_ref) / (M + 1)  # (B, n): one for each item
    # of M rows and one more; E[a²] − μ² would be the same, but in 32 bits it may lose all its digits
    variance = M / (M + 1) * a_ref.var(0, correction=0) + M / (M + 1) ** 2 * (a - mean_ref).square()
    return (a - mean) / (variance + 1e-5).sqrt()


class VirtualBatchNorm(nn.Module):
    """`virtual_batch_norm` by the first n_ref rows, then scale and shift. (n_ref + B, n) → the same

    The reference rows themselves are normalized by their own mean and variance only, as in the paper.
    """

    def __init__(self, n, n_ref):
        super().__init__()
        self.n_ref = n_ref
        self.weight, self.bias = nn.Parameter(torch.ones(n)), nn.Parameter(torch.zeros(n))

    def forward(self, a):
        a_ref, a = a[: self.n_ref], a[self.n_ref :]
        ref = (a_ref - a_ref.mean(0)) / (a_ref.var(0, unbiased=False) + 1e-5).sqrt()
        return torch.cat([ref, virtual_batch_norm(a, a_ref)]) * self.weight + self.bias


class WithReference(nn.Module):
    """Puts the reference batch before each batch for the VirtualBatchNorms in `net`. (B, …) → (B, …)"""

    def __init__(self, net, reference):
        super().__init__()
        self.net = net
        self.register_buffer("reference", reference)

    def forward(self, x):
        return self.net(torch.cat([self.reference, x]))[len(self.reference) :]


class AlwaysDropout(nn.Module):
    """Dropout "in both train and test phase" (deck 002), a second source of noise (Isola et al. 2017)."""

    def __init__(self, p=0.3):
        super().__init__()
        self.p = p

    def forward(self, x):
        return nn.functional.dropout(x, self.p, training=True)


class SpectralLinear(nn.Linear):
    """A linear layer divided by its largest singular value, so that it is 1-Lipschitz (Miyato et al. 2018).

    W / σ(W), σ by one power iteration a step: v ← Wᵀu/‖·‖, u ← Wv/‖·‖, σ = uᵀWv. Trap: the gradient passes
    through W in σ, but not through u and v.
    """

    def __init__(self, n_in, n_out):
        super().__init__(n_in, n_out)
        self.register_buffer("u", nn.functional.normalize(torch.randn(n_out), dim=0))

    def forward(self, x):
        with torch.no_grad():
            v = nn.functional.normalize(self.weight.T @ self.u, dim=0)
            u = nn.functional.normalize(self.weight @ v, dim=0)
            if self.training:
                self.u.copy_(u)
        return nn.functional.linear(x, self.weight / (u @ self.weight @ v), self.bias)
