"""Recipes of the translators between digits and their hollow strokes; the EMA of the weights is shipped."""

from .. import data, models, session
from ..scores import translation_scores
from ..steps import cyclegan_step
from ..train import adam, ema_of, train
from .recipe import Recipe, three_rates, three_rates_in_words

BATCH_SIZE, LR = 16, 2e-3


def _fit(net, digits, n_steps):
    batches = data.Domains(*data.two_halves(digits.x, data.hollow), BATCH_SIZE)
    D_A, D_B = (models.dcgan_discriminator(16, normalize=False).to(session.device()) for _ in "AB")
    net_ema = ema_of(net, decay=0.999)

    def step(batches, **players):
        losses = cyclegan_step(batches, **players)
        net_ema.update_parameters(net)
        return losses

    for lr, share in three_rates(LR):
        opt = adam(G=[net], D=[D_A, D_B], lr=lr, betas=(0.5, 0.99))
        players = dict(**net.parts(), D_A=D_A, D_B=D_B, opt=opt)
        history = train(step, batches, round(share * n_steps), **players)
        if history.stopped:
            break
    net.load_state_dict(net_ema.module.state_dict())
    return history


def _scores(net, digits):
    return translation_scores(net.AB, net.BA, data.hollow, digits.x_test, digits.y_test)


def _recipe(words, n_steps):
    words = f"CycleGAN, digits and hollow strokes, {words}; cycle weight 10, R1 with weight 1"
    rates = f"batch {BATCH_SIZE}, Adam at {three_rates_in_words(LR)}, betas 0.5 and 0.99; weights averaged"
    return Recipe(f"{words}; {rates}", n_steps, _fit, _scores)


RECIPES = {
    "cyclegan": _recipe("four convolutions", 3_000),
    "cyclegan_mlp": _recipe("MLPs with 256 units and batch norm", 6_000),
}
