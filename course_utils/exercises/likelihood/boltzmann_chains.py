"""Notebook 09, section 8: chains that go on, three runs, a budget of sweeps."""

import torch

from ... import data, metrics, models, session
from ...models.boltzmann import free_energy, gibbs
from ...train import descend, sgd
from ..engine.fixtures import after_updates, numbers, plain_descent
from ..engine.tasks import Contest, Exercise, Wrong, settings_of


def persistent_update(v, chain, rbm, opt):
    """One update of an RBM by persistent contrastive divergence. → the chain, for the next update"""
    v_model = gibbs(chain, rbm)
    L = free_energy(v, rbm).mean() - free_energy(v_model, rbm).mean()
    descend(L, opt)
    return v_model


def _as_given(v, chain, rbm, opt):
    v_model = gibbs(chain, rbm)
    L = free_energy(v, rbm).mean() - free_energy(v_model, rbm).mean()
    descend(L, opt)
    return chain


def _from_the_data(v, chain, rbm, opt):
    v_model = gibbs(v, rbm)
    descend(free_energy(v, rbm).mean() - free_energy(v_model, rbm).mean(), opt)
    return v_model


def _from_the_data_alone(v, chain, rbm, opt):
    _from_the_data(v, chain, rbm, opt)
    return chain


def _gives_data(v, chain, rbm, opt):
    _as_given(v, chain, rbm, opt)
    return v


def _sweeps_twice(v, chain, rbm, opt):
    v_model = gibbs(chain, rbm)
    descend(free_energy(v, rbm).mean() - free_energy(chain, rbm).mean(), opt)
    return v_model


def _uphill(v, chain, rbm, opt):
    v_model = gibbs(chain, rbm)
    descend(free_energy(v_model, rbm).mean() - free_energy(v, rbm).mean(), opt)
    return v_model


def _two_chains(fn, arguments):
    """Two updates, the second with the chain that the first gave. All probabilities are 0 or 1 here."""
    v, chain, rbm = arguments
    opt, kept = plain_descent(rbm, lr=1.0), [chain.clone()]

    def update():
        after = fn(v, kept[-1].clone(), rbm, opt)
        if isinstance(after, torch.Tensor) and after.shape == chain.shape:
            if not ((after == 0) | (after == 1)).all():
                raise Wrong("the chain is made of states, each unit 0 or 1: draw them.")
            kept.append(after.detach())
        elif after is not None and after is not Ellipsis:
            raise Wrong("it gives back the chain, states like those that it got, for the next update.")
        return after

    def told(said):
        if any(after is None for after in said):
            raise Wrong("give back the chain: the next update goes on with it.")
        return [after.detach() for after in said]

    return after_updates(update, told=told, rbm=rbm)


def _sure_machine():
    """Pairs of pixels that are equal: after a sweep both are 1 if one was."""
    rbm = models.RBM(4, 2)
    with torch.no_grad():
        rbm.W.copy_(80 * torch.tensor([[1.0, 0], [1, 0], [0, 1], [0, 1]]))
        rbm.b.fill_(-40.0)
        rbm.c.fill_(-40.0)
    return rbm.to(session.device())


def _data_and_chains():
    one = (numbers([0.0, 0, 1, 1]), numbers([1.0, 0, 0, 0]), _sure_machine())
    v = numbers([0.0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 0, 0])
    return [one, (v, numbers([1.0, 0, 0, 0], [0, 0, 0, 1], [0, 1, 1, 0]), _sure_machine())]


Exercise(
    "09.12",
    "Thousands of updates",
    kind="debug",
    reference=persistent_update,
    cases=_data_and_chains,
    outcome=_two_chains,
    hints=(
        "Print the negative states of the first update and of the thousandth: where does each sweep start?",
        "The update is right, each time. What is handed on from one to the next?",
        "The states after the sweep are the chain now: give back v_model.",
    ),
    mistakes=dict(
        given=(_as_given, ""),
        from_the_data=(
            _from_the_data,
            "now the sweep starts at the data, so that is CD-1: no chain goes on. The start was right; what "
            "is given back?",
        ),
        from_the_data_alone=(
            _from_the_data_alone,
            "now the sweep starts at the data, so that is CD-1, and the chain is never moved. The start was "
            "right; what is given back?",
        ),
        gives_data=(
            _gives_data,
            "the next chain starts at data: what is handed on should be the states after the sweep.",
        ),
        loss_of_before=(
            _sweeps_twice,
            "the chain goes on now, but the loss sees the states from before the sweep. First the sweep, "
            "then both uses.",
        ),
        uphill=(_uphill, "the data are now pushed up and the chain down. The loss was right."),
        unmoved=(
            lambda v, chain, rbm, opt: gibbs(chain, rbm),
            "the chain goes on, but no weight moves any more.",
        ),
    ),
)

# ── three runs ───────────────────────────────────────────────────────────────────────────────────

RUNS = {"A": "CD-5", "B": "PCD", "C": "CD-1"}


def unknown_runs(table, seed=0):
    """Three recorded runs without their names. → numbers of updates, {title: {letter: numbers}}"""
    runs = table["runs"]
    looks = [int(name.split()[-1]) for name in runs[f"CD-1, {seed}"] if name.startswith("nats")]

    def curves(score):
        return {
            letter: [runs[f"{name}, {seed}"][f"{score} at {look}"] for look in looks]
            for letter, name in RUNS.items()
        }

    return looks, {
        "reconstruction after one sweep, nats": curves("reconstruction"),
        "−log p of a test image, nats": curves("nats"),
    }


Exercise(
    "09.13",
    "Three runs",
    kind="read",
    reference="CAB",
    why="In C the reconstruction gets better and better while the nats turn and rise: one sweep from the "
    "data says nothing of states far from any data, and there it lets probability grow. A's five sweeps see "
    "a little farther. B's chains go on, and find what is wrong anywhere: it reconstructs worst, and is the "
    "best model.",
    hints=(
        "CD-1 makes one sweep from the data lead back to the data: that is the reconstruction. In which run "
        "is it best, at last?",
        "In two runs the nats rise again, in one of them more. Whose negative states never get far from the "
        "data?",
        "PCD's chains are the only ones that do not start at the data, so it is the least concerned with "
        "reconstruction. The answer has three letters: CD-1, CD-5, PCD.",
    ),
    mistakes=dict(
        by_reconstruction=("BAC", "the other way round: CD-1 trains for one sweep to lead back to the data."),
        long_and_kept=("CBA", "C is CD-1. Whose chains are never brought back to the data: A's or B's?"),
        short_and_long=(
            "ACB",
            "whose nats rise most, while it reconstructs best?",
        ),
        in_order=("ABC", "C reconstructs best, and its nats rise most: can that be PCD?"),
        turned=("BCA", "C reconstructs best: one sweep is what it was trained for."),
    ),
)

# ── a budget of sweeps ───────────────────────────────────────────────────────────────────────────

SWEEPS, BAR = 4_000, 4.4
MAY_BE_SET = dict(start=("data", "data", "chain"), k=(1, 1, 200), lr=(0.05, 1e-4, 5))


def nats_within_the_budget(settings, seed):
    """Train an RBM of 12 hidden units on bars and stripes of 4×4 pixels; score it exactly. → nats"""
    start, k, lr = settings_of(settings, MAY_BE_SET, whole=("k",)).values()
    x, session_device = data.bars_and_stripes(4), session.device()
    v = ((x.flatten(1) + 1) / 2).repeat(2, 1)  # each of the 30 images twice
    rbm = models.RBM(16, 12).to(session_device)
    chain, opt, n_updates = torch.bernoulli(torch.full_like(v, 0.5)), sgd(rbm=[rbm], lr=lr), SWEEPS // k
    for t in range(n_updates):
        opt.rbm.param_groups[0]["lr"] = lr * (1 - t / n_updates)
        chain = gibbs(v if start == "data" else chain, rbm, k)
        descend(free_energy(v, rbm).mean() - free_energy(chain, rbm).mean(), opt.rbm)
    with torch.no_grad():
        nats = (free_energy(v, rbm).mean() + metrics.log_Z(rbm)).item()
    if not nats < float("inf"):
        raise Wrong("the weights are not finite: take a smaller learning rate.")
    return nats


Exercise(
    "09.14",
    "4,000 sweeps",
    reference=dict(start="chain", k=1, lr=0.15),
    contest=Contest(
        run=nats_within_the_budget,
        bar=BAR,
        score="nats of the images, exactly",
        controls=dict(plain=8.9, noise=11.09),
    ),
    hints=(
        "Two things cost sweeps: a good gradient, and many updates. With 4,000 updates, what is still wrong "
        "with CD-1's gradient?",
        "A chain that goes on gives the model's own states for one sweep an update, as long as the weights "
        "move slowly; a chain from the data needs some sweeps, and then large steps, as there are few "
        "updates.",
        'Try dict(start="chain", k=1, …) with rates from 0.05 to 0.5; too large, and the chains lose '
        "the model.",
    ),
    mistakes=dict(
        a_number=(0.05, "settings are asked, as a dict, not float."),
        from_noise=(dict(start="noise", k=5, lr=0.1), "start is to be one of: data, chain."),
        no_sweep=(dict(start="chain", k=0, lr=0.1), "k is to be a number from 1 to 200."),
        too_fast=(dict(start="chain", k=1, lr=10.0), "lr is to be a number from 0.0001 to 5."),
        text=(dict(start="data", k="many", lr=0.1), "k is to be a number from 1 to 200."),
    ),
)
