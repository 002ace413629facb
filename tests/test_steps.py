"""Each step: as short as a slide, moves only what it should, draws what it should, and learns."""

import ast
import inspect

import pytest
import torch
from conftest import Counted

from course_utils import data, metrics, models, priors, steps
from course_utils.train import adam, train

STEPS = [f for name, f in vars(steps).items() if name.endswith("_step")]


@pytest.mark.parametrize("step", STEPS, ids=lambda f: f.__name__)
def test_a_step_fits_on_a_slide(step):
    source = inspect.getsource(step)
    tree = ast.parse(source).body[0]
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert len(source.splitlines()) <= 25
    assert not names & {"self", "print", "tqdm", "isinstance"}
    assert "deck" in inspect.getdoc(step)  # it names its slide
    parameters = list(inspect.signature(step).parameters.values())
    assert parameters[0].name == "batches" and all(p.kind is p.KEYWORD_ONLY for p in parameters[1:])
    assert not any(isinstance(p.default, bool | str) for p in parameters)  # no flags that choose an algorithm


def test_ae_step_moves_both_nets_and_draws_one_batch():
    net, other = models.VanillaAutoencoder(), torch.nn.Linear(2, 2)
    batches = Counted(torch.rand(50, 1, 28, 28) * 2 - 1, batch_size=16)
    before = {k: v.clone() for k, v in net.state_dict().items()}
    losses = steps.ae_step(batches, enc=net.enc, dec=net.dec, opt=adam(AE=[net.enc, net.dec], other=[other]))
    assert batches.drawn == 1 and list(losses) == ["L_rec"] and losses["L_rec"].shape == ()
    assert all(not torch.equal(before[k], v) for k, v in net.state_dict().items())
    assert all(p.grad is None for p in other.parameters())


def test_a_linear_autoencoder_finds_the_error_of_pca():
    """The oracle is the eigenvalues: what the best 2-dimensional subspace must lose."""
    x = (
        torch.randn(500, 6)
        * torch.tensor([3.0, 2.0, 1.0, 0.5, 0.3, 0.1])
        @ torch.linalg.qr(torch.randn(6, 6)).Q
        + 1
    )
    enc, dec = torch.nn.Linear(6, 2), torch.nn.Linear(2, 6)
    for lr in (2e-2, 2e-3):
        train(
            steps.ae_step,
            data.Batches(x, batch_size=500),
            400,
            enc=enc,
            dec=dec,
            opt=adam(AE=[enc, dec], lr=lr),
        )
    lost = torch.linalg.svdvals(x - x.mean(0))[2:].square().sum().item() / 500
    error = metrics.reconstruction_error(lambda v: dec(enc(v)), x)
    assert lost * 0.999 < error < lost * 1.03


def test_vae_step_moves_both_nets_draws_one_batch_and_weighs_the_kl():
    vae = models.VAE(z_dim=3, hidden=16)
    batches = Counted(torch.rand(50, 1, 28, 28) * 2 - 1, batch_size=16)
    before = {k: v.clone() for k, v in vae.state_dict().items()}
    losses = steps.vae_step(batches, enc=vae.enc, dec=vae.dec, opt=adam(VAE=[vae]))
    assert batches.drawn == 1 and list(losses) == ["L_rec", "L_kl"]
    assert all(not torch.equal(before[k], v) for k, v in vae.state_dict().items())
    for kl_weight, smaller in ((0.0, False), (100.0, True)):
        vae = models.VAE(z_dim=3, hidden=16)
        opt = adam(VAE=[vae], lr=1e-2)
        first = steps.vae_step(batches, enc=vae.enc, dec=vae.dec, opt=opt, kl_weight=kl_weight)["L_kl"]
        for _ in range(30):
            last = steps.vae_step(batches, enc=vae.enc, dec=vae.dec, opt=opt, kl_weight=kl_weight)["L_kl"]
        assert (last < first) == smaller


# ── adversarial autoencoders ─────────────────────────────────────────────────────────────────────


def aae_players(step, labels=10):
    """Small networks and data for each of the AAE's steps. → batches, players, {name: network}"""
    x = torch.rand(60, 1, 28, 28) * 2 - 1
    batches = Counted(x, torch.arange(60) % labels, batch_size=16)
    players = {"prior": priors.by_label(priors.gaussian_mixture)}
    if step is steps.aae_semi_step:
        enc, dec = models.ClassAndStyleEncoder(2, hidden=16), models.decoder(12, hidden=16)
        nets = dict(enc=enc, dec=dec, D_y=models.discriminator(10, 8), D_z=models.discriminator(2, 8))
        judges = [nets["D_y"], nets["D_z"]]
        players["labelled"] = Counted(x[:10], torch.arange(10), batch_size=16)  # one example a class
    else:
        net = models.AAE(2, hidden=16, n_labels=10 * (step is steps.aae_style_step))
        width = 2 + {steps.aae_label_step: 11, steps.aae_style_step: 10}.get(step, 0)
        nets = dict(enc=net.enc, dec=net.dec, D=models.discriminator(width, 8))
        judges = [nets["D"]]
    opt = adam(AE=[nets["enc"], nets["dec"]], D=judges)
    return batches, {**players, **nets, "opt": opt}, nets


AAE_STEPS = [steps.aae_step, steps.aae_label_step, steps.aae_style_step, steps.aae_semi_step]


@pytest.mark.parametrize("step", AAE_STEPS, ids=lambda f: f.__name__)
def test_each_phase_of_an_aae_moves_the_networks_it_names_and_no_others(step, each_descent):
    batches, players, nets = aae_players(step)
    moved = []

    def watched(loss, opt, descend):
        before = {name: [p.clone() for p in net.parameters()] for name, net in nets.items()}
        descend(loss, opt)
        moved.append({
            name
            for name, net in nets.items()
            if any(not torch.equal(a, b) for a, b in zip(before[name], net.parameters(), strict=True))
        })  # fmt: skip

    each_descent(watched)
    step(batches, **players)
    step(batches, **players)  # the second time Adam has momentum to move what it should not
    judges = set(nets) - {"enc", "dec"}
    phases = [{"enc", "dec"}, judges, {"enc"}] + [{"enc"}] * (step is steps.aae_semi_step)
    assert moved == 2 * phases
    assert batches.drawn == 2


@pytest.mark.parametrize("step", AAE_STEPS, ids=lambda f: f.__name__)
def test_codes_reach_the_discriminator_detached(step, each_descent):
    """In D's own phase no gradient runs back into the encoder, whatever the optimizer would do with it."""
    batches, players, nets = aae_players(step)
    seen = []

    def watched(loss, opt, descend):
        if opt is players["opt"].D:
            grads = torch.autograd.grad(
                loss, list(nets["enc"].parameters()), retain_graph=True, allow_unused=True
            )
            seen.append(all(g is None for g in grads))
        descend(loss, opt)

    each_descent(watched)
    step(batches, **players)
    assert seen == [True]


def test_labels_of_unlabelled_data_never_leak():
    for scrambled in (False, True):
        torch.manual_seed(0)
        batches, players, nets = aae_players(steps.aae_semi_step)
        if scrambled:
            batches.y = batches.y.flip(0) + 90  # not even labels
        for _ in range(3):
            steps.aae_semi_step(batches, **players)
        weights = torch.cat([p.detach().flatten() for net in nets.values() for p in net.parameters()])
        plain = weights if not scrambled else plain  # noqa: F821
    assert torch.equal(weights, plain)


def test_an_unlabelled_image_meets_the_whole_prior():
    batches, players, _ = aae_players(steps.aae_label_step)
    batches.y[:] = priors.UNLABELLED
    asked = []

    def prior(n, y=None):
        asked.append(y)
        return priors.by_label(priors.gaussian_mixture)(n, y)

    steps.aae_label_step(batches, **{**players, "prior": prior})
    assert (asked[0] == priors.UNLABELLED).all()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_an_aae_matches_its_prior(seed):
    torch.manual_seed(seed)
    digits = data.digits("bundled")
    net, D, prior = models.AAE(2, hidden=128), models.discriminator(2), priors.gaussian(2)
    batches = data.Batches(digits.x, batch_size=128)
    for lr, n_steps in ((1e-3, 1000), (2e-4, 700)):
        opt = adam(AE=[net], D=[D], lr=lr, betas=(0.5, 0.99))
        train(steps.aae_step, batches, n_steps, enc=net.enc, dec=net.dec, D=D, opt=opt, prior=prior)
    with torch.no_grad():
        match, floor = metrics.prior_match(net.enc(digits.x), prior)
    assert match < 3 * floor


def test_alae_moves_two_networks_in_each_of_its_three_steps(each_descent):
    """Algorithm 1: E and D, then F and G, then E and G; F stays in the third, bit for bit."""
    net = models.ALAE(z_dim=4, w_dim=5, hidden=8)
    opt = adam(ED=[net.E, net.D], FG=[net.F, net.G], EG=[net.E, net.G], lr=1e-2)
    batches, moved = Counted(torch.rand(50, 1, 28, 28) * 2 - 1, batch_size=16), []

    def watched(loss, opt, descend):
        before = {name: [p.clone() for p in part.parameters()] for name, part in net.parts().items()}
        descend(loss, opt)
        after = {name: list(part.parameters()) for name, part in net.parts().items()}
        moved.append("".join(
            name for name in "FGED" if any(not torch.equal(a, b) for a, b in zip(before[name], after[name], strict=True))
        ))  # fmt: skip

    each_descent(watched)
    for _ in range(2):  # the second time Adam has momentum to move what it should not
        losses = steps.alae_step(batches, **net.parts(), opt=opt, prior=priors.gaussian(4))
    assert moved == 2 * ["ED", "FG", "GE"] and batches.drawn == 2
    assert list(losses) == ["L_ED", "L_FG", "L_EG"]
    assert net(torch.zeros(3, 1, 28, 28)).shape == (3, 1, 28, 28)


def test_pixel_norm_gives_every_z_the_same_length():
    norm = models.alae.PixelNorm()(3 * torch.randn(9, 50)).norm(dim=1)
    assert torch.allclose(norm, torch.full((9,), 50.0).sqrt(), atol=1e-3)
