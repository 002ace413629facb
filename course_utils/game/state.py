"""The game without a picture: two small networks, data, a rule; on the CPU, with its own random stream."""

import contextlib
import math
from functools import partial
from types import SimpleNamespace
from typing import NamedTuple

import torch

from .. import data, losses, metrics, models, session, steps, transport
from ..match import Rule

SPAN = 3.0  # the plane is [−SPAN, SPAN]²
N_SHOWN = 256  # points of each kind in the picture, and in the distance


class Toy(NamedTuple):
    """`draw(n)` gives points (n, 2); `centres` (m, 2) and `std`, where there are modes to count."""

    draw: object
    centres: torch.Tensor | None = None
    std: float = 0.05

    def noise(self):
        """The share of points at a mode if they are even over the square around the modes."""
        side = 2 * (self.centres.abs().max().item() + 3 * self.std)
        return len(self.centres) * math.pi * (3 * self.std) ** 2 / side**2


def _of_modes(draw):
    """draw(n, std) gives points and their modes; without noise each mode is its centre."""
    return Toy(lambda n: draw(n, 0.05)[0].cpu(), data.centres(draw).cpu())


def _line(n):
    along = 4 * torch.rand(n, 1) - 2
    return torch.cat([along, 0.5 * along], 1) + 0.05 * torch.randn(n, 2)


@contextlib.contextmanager
def _one_thread():
    """Networks this small gain nothing by a second thread, and on a busy machine they wait for it."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


with session.forked():
    DATA = {
        "line": Toy(_line),
        "ring of 8": _of_modes(lambda n, std: data.ring(n, radius=2.0, std=std)),
        "grid of 25": _of_modes(lambda n, std: data.grid(n, spacing=1.0, std=std)),
        "two moons": Toy(lambda n: 1.4 * data.two_moons(n)[0].cpu()),
        "Swiss roll": Toy(lambda n: data.swiss_roll(n, radius=2.5)[0].cpu()),
        "draw your own": Toy(None),
    }

RULES = {
    "non-saturating": Rule(steps.gan_step, n_critic=1),
    "minimax": Rule(partial(steps.gan_step, generator_loss=losses.minimax), n_critic=1),
    "least squares": Rule(steps.lsgan_step, n_critic=1),
    "Wasserstein, clipping": Rule(partial(steps.wgan_step, clip=0.1), "C", n_critic=1),
    "Wasserstein, penalty": Rule(partial(steps.wgan_gp_step, gp_weight=0.1), "C", n_critic=1),
}

OPTIMIZERS = {
    "Adam": partial(torch.optim.Adam, betas=(0.5, 0.99), fused=True),
    "RMSProp": torch.optim.RMSprop,
    "SGD": torch.optim.SGD,
}


class GameStopped(RuntimeError):
    """The game cannot go on; the message says why, and what to do."""


NO_DATA = "there is no data yet: click into the plane to draw some."


class Frame(NamedTuple):
    """What there is to see, all on the CPU: see `Game.look`."""

    verdict: torch.Tensor  # (n, n) D's verdict at each place, from 0 fake to 1 real, row 0 at the bottom
    real: torch.Tensor  # (N_SHOWN, 2)
    fake: torch.Tensor  # (N_SHOWN, 2)
    pull: torch.Tensor  # (≤ N_SHOWN, 2) minus the gradient of G's loss at the first fakes
    grid: torch.Tensor  # (lines, points, 2) the image under G of a square grid of z


class Game:
    """A GAN in the plane that is played step by step: `advance`, `look`, `score`.

    rules     {name: Rule(step, …)} of your own, before the course's; a step alone plays G against D
    settings  data, rule, n_d, lr_D, lr_G, optimizer, z_dim, width, batch_size, seed: see `Game.settings`
    """

    def __init__(self, rules=None, **settings):
        own = {name: rule if isinstance(rule, Rule) else Rule(rule) for name, rule in (rules or {}).items()}
        self.rules = {**own, **RULES}
        self.own_data = torch.empty(0, 2)  # drawn by hand
        sizes = dict(z_dim=2, width=64, batch_size=128, seed=0)
        play = dict(data="ring of 8", rule=next(iter(self.rules)), optimizer="Adam", who="both")
        self.settings = SimpleNamespace(**play, n_d=1, lr_D=1e-3, lr_G=1e-3, **sizes)
        unknown = set(settings) - set(vars(self.settings))
        if unknown:
            raise TypeError(f"no setting {', '.join(unknown)}; there are: {', '.join(vars(self.settings))}.")
        vars(self.settings).update(settings)
        choices = dict(data=DATA, rule=self.rules, optimizer=OPTIMIZERS, who=("both", "D only", "G only"))
        for name, words in choices.items():
            if (word := getattr(self.settings, name)) not in words:
                raise ValueError(f"{name} is one of: {', '.join(words)}; not {word!r}.")
        if any(rule.ema for rule in own.values()):
            raise ValueError("the game keeps no EMA of G: give a rule whose step asks for none.")
        self.n_deals = 0
        self.reset()

    def reset(self):
        """New networks, the same as at first: the seed decides them and all random numbers to come."""
        s = self.settings
        with session.forked():
            torch.manual_seed(s.seed)
            self.G, self.D = models.mlp(s.z_dim, 2, s.width), models.mlp(2, 1, s.width)
            self._z = torch.randn(N_SHOWN, s.z_dim)
            self._random_state = torch.get_rng_state()
        self.n_steps, self.losses, self.scores = 0, [], []
        self._new_optimizers()
        self._new_data()

    def set(self, name, value):
        """Change a setting. The networks stay as they are, unless the setting needs new ones."""
        setattr(self.settings, name, value)
        if name in ("z_dim", "width", "seed"):
            self.reset()
        elif name in ("lr_D", "lr_G", "optimizer"):
            self._new_optimizers(keep=name != "optimizer")
        elif name in ("data", "batch_size"):
            self._new_data()

    def draw_own(self, points):
        """The data set drawn by hand, points (n, 2)."""
        self.own_data = torch.as_tensor(points, dtype=torch.float32).reshape(-1, 2)
        self._new_data()

    def advance(self, n_steps=10, who=None):
        """Do some steps of the rule; `who`, or the setting of that name, may hold one player still.

        who  "D only" is the first part of a step and does not count, "G only" the second
        """
        if self.batches is None:
            raise GameStopped(NO_DATA)
        if n_steps < 1:
            raise ValueError(f"advance does one step at least, not {n_steps}.")
        part, who, n_d = who, who or self.settings.who, self.settings.n_d
        still = {"D only": "G", "G only": "D"}.get(who, "D" if n_d == 0 else None)
        opt = self._optimizers_but(still)
        with self._own_random_stream(), self._kept(still):
            for _ in range(n_steps):
                losses = self._step(opt, max(n_d, 1), self._prior)
            self._check({name: float(v.detach()) for name, v in losses.items()})
        self.n_steps += 0 if part == "D only" else n_steps

    def _check(self, losses):
        """Keep the last losses, or raise if the networks are not finite any more."""
        finite = all(torch.isfinite(torch.tensor(v)) for v in losses.values())
        if not finite or not all(torch.isfinite(p).all() for p in self.G.parameters()):
            raise GameStopped(
                "the numbers are not finite any more: a learning rate is too high. Lower it, and press Reset."
            )
        if self.losses and self.losses[-1][1].keys() != losses.keys():
            self.losses = []  # another rule has other losses
        self.losses.append((self.n_steps, losses))

    def look(self, n=49):
        """D's verdict on an n × n grid, points, and minus the gradient of G's loss at them. → Frame"""
        at = torch.linspace(-SPAN, SPAN, n)
        places = torch.stack(torch.meshgrid(at, at, indexing="xy"), -1).reshape(-1, 2)
        with torch.no_grad(), self._own_random_stream(keep=False):
            logits, fake = self.D(places).reshape(n, n), self.G(self._z)
            real = self._draw(N_SHOWN)
            grid = self.G(_square_grid(self.settings.z_dim)).reshape(-1, 33, 2)
        return Frame(self._as_share_of_real(logits), real, fake, self._pull(), grid)

    def score(self, n=512):
        """Now: modes covered, share of points near a mode, exact transport distance to real points. → dict"""
        if self.batches is None:
            return {}
        toy = DATA[self.settings.data]
        with torch.no_grad(), self._own_random_stream(keep=False):
            fake = self.G(torch.randn(n, self.settings.z_dim))
            distance = transport.earth_mover(fake[:N_SHOWN], self._draw(N_SHOWN))
        scores = {"step": self.n_steps, "distance": distance}
        if toy.centres is not None:
            shares = metrics.mode_shares(fake, toy.centres, toy.std)
            modes, good, rarest = int((shares > 0).sum()), shares.sum().item(), shares.min().item()
            scores.update(modes=modes, of=len(shares), good=good, rarest=rarest, noise=toy.noise())
        self.scores.append(scores)
        return scores

    # ── inside ───────────────────────────────────────────────────────────────────────────────────

    def _step(self, opt, n_d, prior, G=None):
        rule = self.rules[self.settings.rule]
        return rule.step(self.batches, **rule.players(G or self.G, self.D, opt, prior, n_d))

    def _prior(self, n):
        return torch.randn(n, self.settings.z_dim)

    def _draw(self, n):
        if self.settings.data != "draw your own":
            return DATA[self.settings.data].draw(n)
        if len(self.own_data) == 0:
            return torch.empty(0, 2)
        return self.own_data[torch.randint(len(self.own_data), (n,))] + 0.05 * torch.randn(n, 2)

    def _new_data(self):
        with self._own_random_stream():
            points = self._draw(5000)
        self.batches = data.Batches(points, batch_size=self.settings.batch_size) if len(points) else None
        self.scores = []
        self.n_deals += 1  # new data, or new networks on them: what was said of the last ones is out of date

    def _new_optimizers(self, keep=False):
        s = self.settings
        if keep:  # a new learning rate, with the momentum so far
            for opt, lr in ((self.opt.D, s.lr_D), (self.opt.G, s.lr_G)):
                opt.param_groups[0]["lr"] = lr
            return
        make = OPTIMIZERS[s.optimizer]
        D, G = make(self.D.parameters(), lr=s.lr_D), make(self.G.parameters(), lr=s.lr_G)
        self.opt = SimpleNamespace(D=D, C=D, G=G)

    def _optimizers_but(self, *still):
        """The optimizers, with learning rate 0 for the players that are held still."""
        if still == (None,):
            return self.opt
        held = {name: torch.optim.SGD(getattr(self, name).parameters(), lr=0.0) for name in "DG"}
        D = held["D"] if "D" in still else self.opt.D
        return SimpleNamespace(D=D, C=D, G=held["G"] if "G" in still else self.opt.G)

    @contextlib.contextmanager
    def _kept(self, still):
        """If D is held still, its weights are afterwards what they were: clipping asks for no rate."""
        before = [p.detach().clone() for p in self.D.parameters()] if still == "D" else []
        yield
        with torch.no_grad():
            for p, old in zip(self.D.parameters(), before, strict=bool(before)):
                p.copy_(old)

    def _pull(self):
        """−∂L_G/∂x_fake times the batch size, from a hook in a step that moves no network. → (n, 2)"""
        if self.batches is None:
            return torch.empty(0, 2)
        seen = []

        def hooked(z):
            x_fake = self.G(z)
            if x_fake.requires_grad:
                x_fake.register_hook(lambda gradient: seen.append(-gradient * len(gradient)))
            return x_fake

        with self._own_random_stream(keep=False), self._kept("D"):
            self._step(self._optimizers_but("D", "G"), 1, lambda n: self._z[:n], G=hooked)
        return seen[-1] if seen else torch.zeros(0, 2)

    def _as_share_of_real(self, logits):
        """D's verdict from 0 to 1: a probability; of a critic, the score between its lowest and highest."""
        if self.rules[self.settings.rule].opponent == "C":
            low, high = logits.amin(), logits.amax()
            return (logits - low) / (high - low + 1e-8)
        if self.settings.rule == "least squares":
            return logits.clamp(0, 1)
        return logits.sigmoid()

    @contextlib.contextmanager
    def _own_random_stream(self, keep=True):
        with session.forked(), _one_thread():
            torch.set_rng_state(self._random_state)
            yield
            if keep:
                self._random_state = torch.get_rng_state()


def _square_grid(z_dim, n=9, fine=33, span=2.0):
    """Lines of a square grid in the first two numbers of z, the others 0, as points. → (2·n·fine, z_dim)"""
    along, at = torch.linspace(-span, span, fine), torch.linspace(-span, span, n)
    if z_dim == 1:
        return along[:, None]
    across = torch.stack([along.repeat(n), at.repeat_interleave(fine)], 1)
    lines = torch.cat([across, across.flip(1)])
    return torch.cat([lines, torch.zeros(len(lines), z_dim - 2)], 1)
