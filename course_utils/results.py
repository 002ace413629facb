"""Tables that take longer than a lesson: `python -m course_utils sweep NAME` makes one, data/results/NAME.json keeps it.

A sweep is a list of runs; what is done already is kept, so an interrupted one goes on where it stopped.
"""

import json
from dataclasses import dataclass
from functools import partial

import torch

from . import data, metrics, models, priors, session
from .steps import aae_semi_step, gan_step, r1_gan_step, relativistic_gan_step, supervised_step
from .train import adam, average_of, train

FOLDER = session.ROOT / "data" / "results"


@dataclass(frozen=True)
class Sweep:
    """`runs` maps a run's name to () → dict of scores; `settings` says in words and numbers how they were made."""

    settings: dict
    runs: dict


def load(name):
    """A finished table: its settings, and the scores of each run. → dict"""
    file = FOLDER / f"{name}.json"
    if not file.exists():
        raise FileNotFoundError(
            f"{file} is missing: `git checkout data/results`, or `python -m course_utils sweep {name}`."
        )
    return json.loads(file.read_text(encoding="utf-8"))


def column(table, setting, score):
    """One score of all runs of a setting: those named "SETTING, …". → list"""
    return [run[score] for name, run in table["runs"].items() if name.startswith(setting + ",")]


def make(name):
    """Do the runs of sweep `name` that are not done yet, writing after each. → dict, as `load`"""
    sweep, file = SWEEPS[name], FOLDER / f"{name}.json"
    done = load(name) if file.exists() else {}
    if done.get("settings") != sweep.settings:
        done = {"settings": sweep.settings, "runs": {}}
    FOLDER.mkdir(parents=True, exist_ok=True)
    for i, (run, scores) in enumerate(sweep.runs.items(), 1):
        if run not in done["runs"]:
            done["runs"][run] = scores()
            file.write_text(json.dumps(done, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"{name} {i}/{len(sweep.runs)}: {run} {done['runs'][run]}", flush=True)
    return done


# ── few labels: the table of deck 000, "Semi-Supervised Classification" ──────────────────────────

_SEMI_STEPS, _CONTROL_STEPS = 6_000, {100: 500, 1_000: 1_000, 60_000: 6_000}


def _semi(n_labels, draw):
    """Test errors in % of a semi-supervised AAE and of the same encoder by labels alone, with one draw of labels."""
    session.seed_all(draw)
    digits = data.digits("mnist")
    known = (
        data.balanced(digits.y, n_labels // 10) if n_labels < len(digits.x) else torch.arange(len(digits.x))
    )
    labelled = data.Batches(digits.x[known], digits.y[known], batch_size=100)

    def encoder():
        return models.ClassAndStyleEncoder(z_dim=2, hidden=256).to(session.device())

    control = encoder()
    players = dict(enc=control, opt=adam(enc=[control]))
    train(supervised_step, labelled, _CONTROL_STEPS[n_labels], settle=0.3, **players)
    enc, dec = encoder(), models.decoder(12, 256).to(session.device())
    D_y, D_z = (models.discriminator(n).to(session.device()) for n in (10, 2))
    opt = adam(AE=[enc, dec], D=[D_y, D_z], lr=1e-3, betas=(0.5, 0.99))
    players = dict(labelled=labelled, enc=enc, dec=dec, D_y=D_y, D_z=D_z, opt=opt, prior=priors.gaussian(2))
    train(aae_semi_step, data.Batches(digits.x, batch_size=128), _SEMI_STEPS, settle=0.3, **players)
    return {"aae": _error(enc, digits), "by_labels_alone": _error(control, digits)}


def _error(enc, digits):
    y_logits = metrics.in_parts(lambda x: enc(x)[0], digits.x_test)
    return round(metrics.reading_error(y_logits, digits.y_test), 2)


# ── the same two networks, and what was added since 2014: notebook 04, section 10 ─────────────────

_LADDER_STEPS = 2_500
_RUNGS = {  # the step, the rates of G and D, the dropout of D
    "plain": (gan_step, 5e-4, 5e-4, 0.3),
    "two time scales": (gan_step, 5e-4, 1e-3, 0.3),
    "R1": (r1_gan_step, 5e-4, 1e-3, 0.0),
    "relativistic": (relativistic_gan_step, 5e-4, 1e-3, 0.0),
}


def _rung(rung, seed):
    """Scores of one run's generator, and of its average where the step keeps one."""
    session.seed_all(seed)
    digits, prior = data.digits("mnist"), priors.gaussian(100)
    step, lr_G, lr_D, dropout = _RUNGS[rung]
    G = models.generator(hidden=256).to(session.device())
    D = models.image_discriminator(hidden=256, dropout=dropout).to(session.device())
    opt = adam(D=[D], lr=lr_D, betas=(0.5, 0.99))
    opt.G = adam(G=[G], lr=lr_G, betas=(0.5, 0.99)).G
    average = {} if step is gan_step else {"G_avg": average_of(G)}
    players = dict(G=G, D=D, opt=opt, prior=prior, **average)
    train(step, data.Batches(digits.x, batch_size=128), _LADDER_STEPS, settle=0.3, **players)

    def scores(net, of=""):
        with torch.no_grad():
            x_fake = metrics.in_parts(net.eval(), prior(10_000))
        return {
            name + of: round(value, 4) for name, value in metrics.digit_scores(x_fake, digits.x_test).items()
        }

    return scores(G) | (scores(average["G_avg"], "_of_average") if average else {})


SWEEPS = {
    "gan_ladder": Sweep(
        {
            "words": "MNIST, five seeds; G and D 2×256, z 100-D, batch 128, the last 30 % of the steps in strides a fifth as long",
            "steps": _LADDER_STEPS,
            "step, lr_G, lr_D, dropout": {
                rung: [step.__name__, *rest] for rung, (step, *rest) in _RUNGS.items()
            },
        },
        {f"{rung}, seed {seed}": partial(_rung, rung, seed) for rung in _RUNGS for seed in range(5)},
    ),
    "aae_semi": Sweep(
        {
            "words": "test error in % on MNIST, three draws of labels; encoder and decoder 2×256, z 2-D, batch 128",
            "steps": _SEMI_STEPS,
            "steps_by_labels_alone": {str(n): steps for n, steps in _CONTROL_STEPS.items()},
        },
        {f"{n} labels, draw {i}": partial(_semi, n, i) for n in _CONTROL_STEPS for i in range(3)},
    ),
}
