"""How each shipped network was trained: `python -m course_utils pretrain NAME` trains it again."""

import time

import torch

from .. import data, models, modules_of, pretrained, session

RECIPES = {k: v for module in modules_of(__name__) for k, v in getattr(module, "RECIPES", {}).items()}


def make(name, seed=0):
    """Train recipe `name` on MNIST, write its weights and its report, and return the report. → dict"""
    if name not in RECIPES:
        raise ValueError(f"there is no recipe {name!r}; there are: {', '.join(RECIPES)}.")
    if session.scale() == "smoke":
        raise ValueError("the smoke scale has 4,000 images: weights are trained at the class or full scale.")
    recipe = RECIPES[name]
    digits = data.digits("mnist")
    session.seed_all(seed)
    net = pretrained.NETWORKS[name].build().to(session.device())
    begin = time.perf_counter()
    history = recipe.fit(net, digits, recipe.n_steps)
    if history.stopped:
        why = f"the training of {name!r} ended early ({history.stopped})"
        raise pretrained.WeightsError(f"{why}; the shipped weights stay as they were.")
    seconds = time.perf_counter() - begin
    net.half().float()  # weights are shipped with 16 bits, so these are scored
    report = {
        "name": name,
        "recipe": recipe.words,
        "data": digits.name,
        "steps": recipe.n_steps,
        "seed": seed,
        "seconds": round(seconds, 1),
        "device": session.device().type,
        "torch": torch.__version__.split("+")[0],
        "parameters": models.parameters(net),
        "scores": {key: round(value, 4) for key, value in recipe.scores(net.eval(), digits).items()},
    }
    return pretrained.ship(name, net, recipe.codes(net, digits), report)
