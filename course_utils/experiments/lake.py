"""Notebook 12, section 4: what a judge's verdict is worth as a reward, and cloning beside imitation."""

from functools import partial

import torch

from .. import data, losses, models, session, steps
from ..train import adam, train
from .table import Table, rounded

SEEDS, N_EXPERT, N_STEPS, EVERY = 5, 20, 500, 25
REWARDS = {
    "log D − log(1 − D)": losses.ratio_reward,
    "−log(1 − D)": losses.bonus_reward,
    "log D": losses.cost_reward,
}


def players(lake, seed):
    """Tables of policy, judge and critic on a lake, with their optimizers. → dict"""
    torch.manual_seed(seed)
    nets = dict(
        G=models.Table(lake.n_places, 4), D=models.Table(lake.n_places, 4), C=models.Table(lake.n_places)
    )
    nets = {name: net.to(session.device()) for name, net in nets.items()}
    opt = adam(G=[nets["G"]], D=[nets["D"]], lr=0.05, betas=(0.5, 0.99))
    opt.C = adam(C=[nets["C"]], lr=0.1, betas=(0.5, 0.99)).C
    return dict(**nets, opt=opt, lake=lake)


def _shown(seed):
    with session.seeded(100 + seed):
        return data.Batches(*data.Lake().expert_moves(N_EXPERT), batch_size=256)


def policy_of(G):
    """The probabilities that a table of logits gives. → (places, 4)"""
    return G.numbers.detach().softmax(1)


def with_reward(reward_of, seed):
    """Imitation from the expert's own start. → {score at t: number}"""
    lake, batches, scores = data.Lake(), _shown(seed), {}
    cast = players(lake, seed)
    for t in range(0, N_STEPS + 1, EVERY):
        ends = lake.how_it_ends(policy_of(cast["G"]))
        scores |= {f"{name} at {t}": value for name, value in ends.items()}
        if t < N_STEPS:
            train(partial(steps.gail_step, reward_of=reward_of), batches, EVERY, quiet=True, **cast)
    return rounded(scores)


def elsewhere(kind, seed):
    """Learn from walks of the expert, then be put down where it never was. → scores"""
    there, batches = data.Lake("R"), _shown(seed)
    cast = players(there, seed)
    if kind == "cloned":
        train(steps.cloning_step, batches, N_STEPS, quiet=True, G=cast["G"], opt=cast["opt"])
    else:
        train(steps.gail_step, batches, N_STEPS, quiet=True, **cast)
    policy = policy_of(cast["G"])
    at_home = data.Lake().how_it_ends(policy)
    return rounded(there.how_it_ends(policy) | {f"{name} from S": value for name, value in at_home.items()})


TABLE = Table(
    {
        "words": "tables of logits; Adam, rates 0.05 (critic 0.1), betas (0.5, 0.99); 32 walks an update",
        "expert's walks": N_EXPERT,
        "updates": N_STEPS,
        "seeds": SEEDS,
    },
    {
        f"{name}, {seed}": partial(with_reward, reward, seed)
        for name, reward in REWARDS.items()
        for seed in range(SEEDS)
    }
    | {
        f"{kind}, {seed}": partial(elsewhere, kind, seed)
        for kind in ("cloned", "imitated")
        for seed in range(SEEDS)
    },
)
