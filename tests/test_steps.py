"""Each step: as short as a slide, moves only what it should, draws what it should, and learns."""

import ast
import inspect

import pytest
import torch

from course_utils import data, metrics, models, steps
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


class Counted(data.Batches):
    drawn = 0

    def __next__(self):
        self.drawn += 1
        return super().__next__()


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
