"""The players of every step, on digits: the networks of its lesson. For tests and for the benchmark.

Each file here has PLAYERS, {step: digits → players}. A new step needs one more file.
"""

from functools import partial

from course_utils import data, models, modules_of, session, steps
from course_utils.match import match
from course_utils.priors import gaussian
from course_utils.train import adam

Z = 64  # the dimension of z for every generator of digits
ADAM = partial(adam, lr=2e-4, betas=(0.5, 0.99))
MLP = partial(models.generator, Z)


def game(rule, G=MLP, D=models.image_discriminator):
    """A rule with its networks. → digits → players"""
    return lambda digits: match(rule, G(), D(), gaussian(Z), lr=2e-4)


def group(moves, build, **more):
    """build() gives networks by name; moves, for each optimizer, the names of its own. → digits → players"""

    def players(digits):
        nets = {name: net.to(session.device()) for name, net in build().items()}
        opt = ADAM(**{name: [nets[net] for net in moved.split()] for name, moved in moves.items()})
        return {**nets, "opt": opt, **more}

    return players


def of(step, digits, batch_size=128):
    """What a step needs. → batches, players"""
    players = PLAYERS[step](digits)
    return players.pop("batches", data.Batches)(digits.x, digits.y, batch_size), players


STEPS = {name: step for name, step in vars(steps).items() if name.endswith("_step")}
PLAYERS = {step: play for module in modules_of(__name__) for step, play in module.PLAYERS.items()}
