"""Every step of the course with networks of its lesson's size on digits."""

from functools import partial

from torch import nn
from torch.optim.swa_utils import AveragedModel

from .. import data, models, steps, tricks
from ..priors import by_label, gaussian, gaussian_mixture
from ..train import adam, average_of, rmsprop

Z = 64  # numbers of noise that every generator of digits starts from


def cast(step, digits, batch_size=128, **nets):
    """What a step plays with: its lesson's networks, or those given. → (batches, players)"""
    batches = data.Batches(digits.x, digits.y, batch_size)
    if step in (steps.frame_step, steps.frame_gan_step):
        batches = data.MovingDigits(digits.x, batch_size)
    usual_nets, moved, more = FAMILIES.get(step, _game)(step, digits)
    nets = {name: net.to(digits.x.device) for name, net in (usual_nets | nets).items()}
    clipped = step in (steps.wgan_step, steps.cwgan_step)
    make = rmsprop if clipped else partial(adam, lr=2e-4, betas=(0.5, 0.99))
    opt = make(**{name: [nets[player] for player in players] for name, players in moved.items()})
    averages = {"G_avg": average_of(nets["G"])} if step in AVERAGED else {}
    if step is steps.historical_gan_step:
        averages = {f"{player}_past": AveragedModel(nets[player]) for player in "GD"}
    return batches, {**nets, **averages, **more, "opt": opt}


AVERAGED = steps.r1_gan_step, steps.relativistic_gan_step, steps.averaged_gan_step
TRICKS = {  # made anew for each cast: some of them remember
    steps.label_gan_step: lambda: dict(label_real=tricks.always(0.9), label_fake=tricks.always(0.0)),
    steps.replay_gan_step: lambda: dict(memory=tricks.Memory()),
    steps.noisy_gan_step: lambda: dict(noise=tricks.FadingNoise(0.5, 1000)),
}


# Each family: → networks by name, networks moved by each optimizer, other players


def _ae(step, digits):
    net = models.VanillaAutoencoder()
    return dict(enc=net.enc, dec=net.dec), dict(AE=["enc", "dec"]), {}


def _vae(step, digits):
    net = models.VAE()
    return dict(enc=net.enc, dec=net.dec), dict(VAE=["enc", "dec"]), {}


def _cvae(step, digits):
    return dict(net=models.ConditionalVAE()), dict(VAE=["net"]), {}


def _aae(step, digits, z_dim=10):
    n_labels = 10 if step is steps.aae_style_step else 0
    net, D = models.AAE(z_dim, n_labels=n_labels), models.discriminator(z_dim + n_labels)
    moved = dict(AE=["enc", "dec"], D=["D"])
    return dict(enc=net.enc, dec=net.dec, D=D), moved, dict(prior=gaussian(z_dim))


def _aae_label(step, digits):
    nets, moved, _ = _aae(step, digits, z_dim=2)
    return nets | dict(D=models.discriminator(2 + 11)), moved, dict(prior=by_label(gaussian_mixture))


def _semi(step, digits):
    nets = dict(enc=models.ClassAndStyleEncoder(), dec=models.decoder(20))
    nets |= dict(D_y=models.discriminator(10), D_z=models.discriminator(10))
    labelled = data.Batches(digits.x[:1000], digits.y[:1000])
    return nets, dict(AE=["enc", "dec"], D=["D_y", "D_z"]), dict(prior=gaussian(10), labelled=labelled)


def _supervised(step, digits):
    return dict(enc=models.ClassAndStyleEncoder()), dict(enc=["enc"]), {}


def _alae(step, digits):
    moved = dict(ED=["E", "D"], FG=["F", "G"], EG=["E", "G"])
    return models.ALAE(hidden=256).parts(), moved, dict(prior=gaussian(50))


def _game(step, digits, G=None, D=None):
    role = steps.opponent(step)
    if step is steps.feature_matching_step:
        D = models.judge(nn.Flatten(), *models.hidden_layers(784, 512), width=512)
    nets = {"G": G or models.generator(Z), role: D or models.image_discriminator()}
    return nets, {name: [name] for name in nets}, dict(prior=gaussian(Z), **TRICKS.get(step, dict)())


def _conditional(step, digits):
    return _game(step, digits, models.ConditionalGenerator(Z), models.ConditionalDiscriminator())


def _frame(step, digits):
    return dict(G=models.FramePredictor()), dict(G=["G"]), dict(prior=gaussian(2))


def _frame_gan(step, digits):
    nets, moved, more = _frame(step, digits)
    return nets | dict(D=models.FrameDiscriminator()), moved | dict(D=["D"]), more


FAMILIES = {  # all others are games of G and D, or C
    steps.ae_step: _ae,
    steps.vae_step: _vae,
    steps.cvae_step: _cvae,
    steps.supervised_step: _supervised,
    steps.aae_step: _aae,
    steps.aae_style_step: _aae,
    steps.aae_label_step: _aae_label,
    steps.aae_semi_step: _semi,
    steps.alae_step: _alae,
    steps.cgan_step: _conditional,
    steps.cwgan_step: _conditional,
    steps.cwgan_gp_step: _conditional,
    steps.frame_step: _frame,
    steps.frame_gan_step: _frame_gan,
}
