"""Steps of networks that choose, moves on a walk or documents for a query: no gradient passes a choice."""

from torch import no_grad
from torch.nn.functional import cross_entropy, softplus

from ..estimates import reinforce, to_go
from ..losses import discriminator_loss, nll_real, ratio_reward
from ..train import descend


def cloning_step(batches, *, G, opt):
    """One update of a policy that copies an expert's moves, place by place (deck 001, "Imitate Learning")."""
    s, a = next(batches)  # places and moves of the expert, (B,) each
    L = cross_entropy(G(s), a)
    descend(L, opt.G)
    return dict(L=L)


def gail_step(batches, *, G, D, C, opt, lake, n_walks=32, reward_of=ratio_reward):
    """One update of imitation by a GAN that walks (Ho & Ermon 2016; deck 001, "GAN and RL connection")."""
    s, a = next(batches)  # real: places and moves of the expert, (B,) each
    with no_grad():
        walk = lake.walk(G, n_walks)  # fake: walks of G's own; s, a, on (n_walks, T)
    on_fake = (softplus(D(walk.s, walk.a)) * walk.on).sum() / walk.on.sum()
    L_D = nll_real(D(s, a)) + on_fake
    descend(L_D, opt.D)  # the discriminator
    with no_grad():
        reward = reward_of(D(walk.s, walk.a)) * walk.on  # is the reward
        ahead = to_go(reward)
    L_C = ((ahead - C(walk.s)).square() * walk.on).sum(1).mean()
    descend(L_C, opt.C)  # the critic: what is to come from here, whatever the move
    log_p = G(walk.s).log_softmax(-1).gather(-1, walk.a[..., None])[..., 0] * walk.on
    L_G = reinforce(log_p, ahead - C(walk.s))
    descend(L_G, opt.G)  # the generator is the actor
    return dict(L_D=L_D, L_C=L_C, reward=reward.sum(1).mean())


def ranking_step(batches, *, D, opt, docs, n_chosen=8):
    """One update of a ranking network: clicked documents against any others (deck 001, IRGAN's baseline)."""
    q, d = next(batches)  # queries (B, …), and for each the number (B,) of a relevant document
    scores = D(q, docs)  # (B, n_docs)
    chosen = scores.new_ones(scores.shape).multinomial(n_chosen)  # by chance alone
    L_D = discriminator_loss(scores.gather(1, d[:, None]), scores.gather(1, chosen))
    descend(L_D, opt.D)
    return dict(L_D=L_D)


def irgan_step(batches, *, G, D, opt, docs, n_chosen=8):
    """One update of IRGAN: G chooses documents, D judges them (Wang et al. 2017, Algorithm 1; deck 001)."""
    q, d = next(batches)  # queries (B, …), and for each the number (B,) of a relevant document
    log_p = G(q, docs).log_softmax(1)  # (B, n_docs): the generator is a distribution over documents
    p = log_p.detach().exp()
    chosen = p.multinomial(n_chosen, replacement=True)  # (B, n_chosen)
    scores = D(q, docs)
    L_D = discriminator_loss(scores.gather(1, d[:, None]), scores.gather(1, chosen))
    descend(L_D, opt.D)
    with no_grad():
        reward = D(q, docs)
        reward = reward - (p * reward).sum(1, keepdim=True)  # the baseline: the mean over G's choices
    L_G = reinforce(log_p.gather(1, chosen), reward.gather(1, chosen))
    descend(L_G, opt.G)
    return dict(L_D=L_D, L_G=L_G)
