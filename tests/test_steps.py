"""Each step: as short as a slide, moves only what it should, draws what it should, and learns."""

import ast
import inspect
import math
from types import SimpleNamespace

import players
import pytest
import torch
from conftest import Counted, differ
from torch import nn
from torch.optim.swa_utils import AveragedModel
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from course_utils import data, metrics, models, priors, session, steps
from course_utils.train import adam, ema_of, sgd, train

each_step = pytest.mark.parametrize("step", players.STEPS.values(), ids=players.STEPS)
DIGITS = SimpleNamespace(x=torch.rand(64, 1, 28, 28) * 2 - 1, y=torch.arange(64) % 10)


@each_step
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


@each_step
def test_every_descent_moves_the_networks_of_its_optimizer_and_no_others(step, each_descent):
    batches, cast = players.of(step, DIGITS, batch_size=16)
    nets = {
        n: net for n, net in cast.items() if isinstance(net, nn.Module) and not isinstance(net, AveragedModel)
    }
    moved = set()

    def watched(loss, opt, descend):
        before = {name: [p.clone() for p in net.parameters()] for name, net in nets.items()}
        descend(loss, opt)
        own = {id(p) for group in opt.param_groups for p in group["params"]}
        now = {name for name, net in nets.items() if differ(before[name], net.parameters())}
        assert now and all(id(p) in own for name in now for p in nets[name].parameters())
        moved.update(now)

    each_descent(watched)
    for _ in range(2):  # the second time Adam has momentum to move what it should not
        losses = step(batches, **cast)
    assert moved == set(nets)
    assert all(torch.as_tensor(v).isfinite().all() and torch.as_tensor(v).dim() == 0 for v in losses.values())


class OnTheHost(TorchDispatchMode):
    """Notes each operation with a tensor on the CPU: in a step on another device, a copy or a question."""

    def __init__(self):
        super().__init__()
        self.noted = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        tensors = [t for t in tree_leaves((args, kwargs, result)) if isinstance(t, torch.Tensor)]
        if any(t.device.type == "cpu" for t in tensors):
            self.noted.append(str(function))
        return result


@each_step
def test_no_step_makes_a_gpu_wait(step, monkeypatch):
    """PyTorch's meta device knows shapes and no values: whoever asks it for a number gets an error."""
    there = torch.device("meta")
    monkeypatch.setattr(session, "device", lambda: there)
    x, y = torch.empty(64, 1, 28, 28, device=there), torch.arange(64, device=there) % 10
    batches, cast = players.of(step, SimpleNamespace(x=x, y=y), batch_size=8)
    for optimizer in vars(cast["opt"]).values():
        optimizer.step = lambda: None  # fused and on a GPU it counts there
    with OnTheHost() as host:
        losses = step(batches, **cast)
    assert all(loss.device == there for loss in losses.values())
    averages = any(isinstance(player, AveragedModel) for player in cast.values())
    assert averages or not host.noted  # PyTorch's AveragedModel counts on the CPU, which makes no GPU wait


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


def test_vae_step_weighs_the_kl():
    batches = data.Batches(torch.rand(50, 1, 28, 28) * 2 - 1, batch_size=16)
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
    cast = {"prior": priors.by_label(priors.gaussian_mixture)}
    if step is steps.aae_semi_step:
        enc, dec = models.ClassAndStyleEncoder(2, hidden=16), models.decoder(12, hidden=16)
        nets = dict(enc=enc, dec=dec, D_y=models.discriminator(10, 8), D_z=models.discriminator(2, 8))
        judges = [nets["D_y"], nets["D_z"]]
        cast["labelled"] = Counted(x[:10], torch.arange(10), batch_size=16)  # one example a class
    else:
        net = models.AAE(2, hidden=16, n_labels=10 * (step is steps.aae_style_step))
        width = 2 + {steps.aae_label_step: 11, steps.aae_style_step: 10}.get(step, 0)
        nets = dict(enc=net.enc, dec=net.dec, D=models.discriminator(width, 8))
        judges = [nets["D"]]
    opt = adam(AE=[nets["enc"], nets["dec"]], D=judges)
    return batches, {**cast, **nets, "opt": opt}, nets


AAE_STEPS = [steps.aae_step, steps.aae_label_step, steps.aae_style_step, steps.aae_semi_step]


@pytest.mark.parametrize("step", AAE_STEPS, ids=lambda f: f.__name__)
def test_each_phase_of_an_aae_moves_the_networks_it_names_and_no_others(step, moves):
    batches, cast, nets = aae_players(step)
    moved = moves(**nets)
    for _ in range(2):  # the second time Adam has momentum to move what it should not
        step(batches, **cast)
    opponents = " ".join(name for name in nets if name not in ("enc", "dec"))
    assert moved == 2 * (["enc dec", opponents, "enc"] + ["enc"] * (step is steps.aae_semi_step))
    assert batches.drawn == 2


@pytest.mark.parametrize("step", AAE_STEPS, ids=lambda f: f.__name__)
def test_codes_reach_the_discriminator_detached(step, each_descent):
    """In D's own phase no gradient runs back into the encoder, whatever the optimizer would do with it."""
    batches, cast, nets = aae_players(step)
    seen = []

    def watched(loss, opt, descend):
        if opt is cast["opt"].D:
            grads = torch.autograd.grad(
                loss, list(nets["enc"].parameters()), retain_graph=True, allow_unused=True
            )
            seen.append(all(g is None for g in grads))
        descend(loss, opt)

    each_descent(watched)
    step(batches, **cast)
    assert seen == [True]


def test_labels_of_unlabelled_data_never_leak():
    for scrambled in (False, True):
        torch.manual_seed(0)
        batches, cast, nets = aae_players(steps.aae_semi_step)
        if scrambled:
            batches.y = batches.y.flip(0) + 90  # not even labels
        for _ in range(3):
            steps.aae_semi_step(batches, **cast)
        weights = torch.cat([p.detach().flatten() for net in nets.values() for p in net.parameters()])
        plain = weights if not scrambled else plain  # noqa: F821
    assert torch.equal(weights, plain)


def test_the_agreement_is_asked_only_where_the_average_is_sure_and_teaches_only_the_encoder():
    x = torch.rand(40, 1, 28, 28) * 2 - 1
    enc = models.ClassAndStyleEncoder(2, hidden=16)
    enc_ema = ema_of(enc, decay=0.5)
    with torch.no_grad():
        enc_ema.module.y.weight[3] += 1  # the average has an opinion of its own
        p = torch.cat([enc_ema.eval()(image[None])[0].softmax(1) for image in x])
    sure = p.amax(1).median().item()
    enc.eval()  # no noise: then each image can be asked by itself
    asked = [
        -enc(-image[None])[0].log_softmax(1)[0, q.argmax()].item()
        for image, q in zip(x, p, strict=True)
        if q.max() > sure
    ]
    batches = iter([(x, None)])
    cast = dict(enc=enc, enc_ema=enc_ema, view=torch.neg, opt=adam(AE=[enc]))
    losses = steps.agreement_step(batches, sure=sure, **cast)
    assert 0 < len(asked) < 40 and abs(losses["L_agree"] - sum(asked) / 40) < 1e-4
    assert all(q.grad is None for q in enc_ema.parameters())
    at_start = [q.clone() for q in enc.parameters()]
    cast |= dict(opt=adam(AE=[enc]))  # one without momentum
    steps.agreement_step(iter([(x, None)]), sure=1.0, **cast)  # nobody is as sure as that
    assert not differ(at_start, enc.parameters())


@pytest.mark.parametrize(("sharpen", "balance"), [(1.5, 1.0), (2.0, 0.0), (1.0, 0.5)])
def test_two_views_teach_each_other_and_a_group_of_few_is_asked_for_the_more(sharpen, balance):
    x = torch.rand(20, 1, 28, 28) * 2 - 1
    enc = models.ClassAndStyleEncoder(2, hidden=16, n_classes=3).eval()  # no noise: it can be asked again
    with torch.no_grad():
        enc.y.weight *= 20
        tables = [enc(view)[0].double().softmax(1).tolist() for view in (x, -x)]

    def surprise(said, teacher):
        share = [sum(column) / 20 for column in zip(*teacher, strict=True)]
        total = 0
        for p, q in zip(said, teacher, strict=True):
            wanted = [b**sharpen / s**balance for b, s in zip(q, share, strict=True)]
            total -= sum(w * math.log(a) for a, w in zip(p, wanted, strict=True)) / sum(wanted)
        return total / 20

    a, b = tables
    views, batches = iter((x, -x)), iter([(x, None)])
    cast = dict(enc=enc, opt=adam(enc=[enc]), view=lambda _: next(views))
    losses = steps.grouping_step(batches, sharpen=sharpen, balance=balance, **cast)
    assert losses["L_group"].item() == pytest.approx(surprise(a, b) + surprise(b, a), abs=1e-4)


def test_a_view_learns_from_the_other_as_it_is():
    """No gradient runs into a target: where a view's own group is the target, there is nothing to learn."""
    x = torch.rand(20, 1, 28, 28) * 2 - 1
    enc = models.ClassAndStyleEncoder(2, hidden=16, n_classes=3).eval()
    before = [q.clone() for q in enc.parameters()]
    cast = dict(enc=enc, opt=sgd(enc=[enc]), view=lambda x: x, sharpen=1.0, balance=0.0)
    steps.grouping_step(iter([(x, None)]), **cast)
    assert all(torch.allclose(q, old, atol=1e-6) for q, old in zip(enc.parameters(), before, strict=True))


def test_an_unlabelled_image_meets_the_whole_prior():
    batches, cast, _ = aae_players(steps.aae_label_step)
    batches.y[:] = priors.UNLABELLED
    asked = []

    def prior(n, y=None):
        asked.append(y)
        return priors.by_label(priors.gaussian_mixture)(n, y)

    steps.aae_label_step(batches, **{**cast, "prior": prior})
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


def test_alae_moves_two_networks_in_each_of_its_three_steps(moves):
    """Algorithm 1: E and D, then F and G, then E and G; F stays in the third, bit for bit."""
    net = models.ALAE(z_dim=4, w_dim=5, hidden=8)
    opt = adam(ED=[net.E, net.D], FG=[net.F, net.G], EG=[net.E, net.G], lr=1e-2)
    batches, moved = Counted(torch.rand(50, 1, 28, 28) * 2 - 1, batch_size=16), moves(**net.parts())
    for _ in range(2):  # the second time Adam has momentum to move what it should not
        losses = steps.alae_step(batches, **net.parts(), opt=opt, prior=priors.gaussian(4))
    assert moved == 2 * ["E D", "F G", "G E"] and batches.drawn == 2
    assert list(losses) == ["L_ED", "L_FG", "L_EG"]


def test_pixel_norm_gives_every_z_the_same_length():
    norm = models.alae.PixelNorm()(3 * torch.randn(9, 50)).norm(dim=1)
    assert torch.allclose(norm, torch.full((9,), 50.0).sqrt(), atol=1e-3)
