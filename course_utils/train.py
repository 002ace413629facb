"""The `while not converged` of every algorithm: `train` repeats a step and knows no network, loss or optimizer."""

import contextlib
import copy
import re
import signal
import threading
import time
from collections.abc import Mapping
from types import SimpleNamespace

import torch
from torch import nn

from .graphs import recorded


def adam(lr=1e-3, betas=(0.9, 0.999), **players):
    """One Adam optimizer for each named list of networks: `adam(D=[D], G=[G], lr=2e-4)` gives `.D` and `.G`.

    Source: Kingma & Ba 2015. Trap: GANs want a smaller first beta, such as 0.5 or 0.
    """

    def optimizer(params):
        fused = all(p.device.type in ("cpu", "cuda") for p in params)  # one kernel for all tensors
        return torch.optim.Adam(params, lr=lr, betas=betas, fused=fused)

    return _optimizers(optimizer, players)


def rmsprop(lr=5e-5, **players):
    """One RMSProp optimizer for each named list of networks, as `adam`, without momentum.

    Source: Hinton 2012; the paper's choice for Wasserstein GANs (Arjovsky et al. 2017), whose critics momentum unsettles.
    """
    return _optimizers(lambda params: torch.optim.RMSprop(params, lr=lr), players)


def _optimizers(make, players):
    nets_of = players.items()
    return SimpleNamespace(
        **{name: make([p for net in nets for p in net.parameters()]) for name, nets in nets_of}
    )


def descend(loss, opt):
    """One step downhill: θ ← Adam(∇θ loss), for the parameters of `opt` and no others.

    The gradients of every other network stay untouched, so a generator's step leaves nothing in D.
    """
    if not isinstance(loss, torch.Tensor) or loss.numel() != 1:
        shape = tuple(loss.shape) if isinstance(loss, torch.Tensor) else type(loss).__name__
        raise ValueError(f"descend needs one number to go down, but the loss is {shape}: take its mean.")
    if not loss.requires_grad:
        raise ValueError("the loss carries no gradient: look for .detach(), .item() or no_grad on its way.")
    opt.zero_grad()
    loss.backward(inputs=[p for group in opt.param_groups for p in group["params"]])
    opt.step()


def average_of(G, decay=0.995):
    """A copy of G whose weights trail behind G's: `G_avg.update_parameters(G)` after each step. → nn.Module

    weights ← decay · weights + (1 − decay) · those of G, at first those of G; batch norm's statistics are copied
    """
    return _Average(G, decay)


class _Average(nn.Module):
    """As PyTorch's AveragedModel, which counts on the CPU and would keep a GPU waiting at each step."""

    def __init__(self, net, decay):
        super().__init__()
        self.module, self.decay, self.begun = copy.deepcopy(net), decay, False

    def forward(self, *args):
        return self.module(*args)

    @torch.no_grad()
    def update_parameters(self, net):
        rate = 1 - self.decay if self.begun else 1.0
        torch._foreach_lerp_(list(self.module.parameters()), list(net.parameters()), rate)
        for mine, its in zip(self.module.buffers(), net.buffers(), strict=True):
            mine.copy_(its)
        self.begun = True


@torch.no_grad()
def clip_weights(net, bound):
    """Weight clipping: put every parameter of `net` back into [−bound, bound] (Arjovsky et al. 2017; deck 004)."""
    for p in net.parameters():
        p.clamp_(-bound, bound)


CHECK_EVERY = 50  # steps: a question to a GPU makes it wait
_OUT_OF_MEMORY = re.compile("out of memory|(allocate|enough) memory")  # so say CUDA and MPS, and CPUs


class History(Mapping):
    """What a training run left behind: `history["L_rec"]` is one number per step, as a NumPy array.

    `film` holds what `watch` returned at the steps `film_steps`, first to last; `seconds` the time it took;
    `stopped` is "" after a full run, else "interrupted", "diverged" or "out of memory".
    """

    def __init__(self):
        self.film, self.film_steps, self.seconds, self.stopped = [], [], 0.0, ""
        self.n_steps, self._last = 0, {}
        # the records of some steps, and by name the columns of all before them: thousands of single numbers would
        # scatter over the memory, and keep it
        self._recent, self._parts = [], {}

    def _add(self, losses):
        if not isinstance(losses, dict):
            raise TypeError(f"a step returns a dict of named losses, not {type(losses).__name__}.")
        if self._last and losses.keys() != self._last.keys():
            raise TypeError(f"a step names the same losses every time; was {list(self)}, is {list(losses)}.")
        values = {name: torch.as_tensor(value).detach() for name, value in losses.items()}
        for name, value in values.items():
            if value.numel() != 1:
                raise TypeError(f"the step's loss {name!r} has shape {tuple(value.shape)}: take its mean.")
        self._last = {name: value.reshape(()) for name, value in values.items()}
        self._recent.append(self._last)
        self.n_steps += 1
        if len(self._recent) == CHECK_EVERY:
            for name in self:
                self._parts.setdefault(name, []).append(self._of_recent(name))
            self._recent.clear()

    def _of_recent(self, name):
        return torch.stack(_on_one_device([record[name] for record in self._recent])).float()

    def _column(self, name, since=0):
        """One loss from step `since` on, as one tensor where the losses are."""
        first, after = divmod(since, CHECK_EVERY)  # a check of the last steps need not join all before them
        recent = [self._of_recent(name)] if self._recent else []
        return torch.cat(_on_one_device(self._parts.get(name, [])[first:] + recent))[after:]

    def __getitem__(self, name):
        if name not in self._last:
            raise KeyError(f"no loss {name!r} in this history; it has: {', '.join(self) or 'none yet'}")
        return self._column(name).cpu().numpy()

    def __iter__(self):
        return iter(self._last)

    def __len__(self):
        return len(self._last)

    def latest(self):
        """The last losses in words. → str"""
        return "  ".join(f"{name} {float(value):.4g}" for name, value in self._last.items())

    def _first_bad(self, since=0):
        """The first (step, name) from `since` on whose loss is not a finite number, or None."""
        bad = {}
        for name in self:
            steps = torch.isfinite(self._column(name, since)).logical_not().nonzero()
            if len(steps):  # one question to the device for each loss
                bad[name] = since + steps[0].item()
        return min((step, name) for name, step in bad.items()) if bad else None


def _on_one_device(tensors):
    """As they are, or on the CPU where there are Python's numbers among them."""
    return tensors if len({t.device for t in tensors}) == 1 else [t.cpu() for t in tensors]


def train(step, batches, n_steps, watch=None, n_frames=60, settle=0.0, leave=True, quiet=False, **players):
    """Repeat `step(batches, **players)` `n_steps` times; show progress, losses and what `watch()` returns.

    step     a function of `steps`, or your own; returns a dict of named scalar losses
    watch    () → images (n, 1, 28, 28) or points (n, 2); called without gradient at `n_frames` steps,
             denser at the start, for the live picture and for the film
    settle   share of the steps, the last ones, in which the optimizers of `opt` take strides a fifth as long
    leave    whether the live picture stays when all is done
    quiet    whether nothing is shown or said, for many trainings in a row: an interrupt and a full memory are
             errors then, as anywhere else, and only `stopped` tells of one that diverged
    players  networks, `opt`, priors and numbers, handed on to the step; the networks are in training
             mode meanwhile and in evaluation mode afterwards and while `watch` looks

    ■ (interrupt) ends it after the step under way and keeps what was learned; a loss that is not finite,
    or a memory that is full, ends it with advice. → History
    """
    _check_counts({**getattr(step, "keywords", {}), **players})
    history, view = History(), _View(n_steps, leave)
    nets = [net for net in players.values() if isinstance(net, nn.Module)]
    shares = (i / max(n_frames - 1, 1) for i in range(n_frames if watch else 0))
    frames = {round((n_steps - 1) * share**2) for share in shares}
    start = time.perf_counter()

    def look():
        with _evaluating(nets), torch.no_grad(), torch.random.fork_rng():
            history.film.append(watch().detach().cpu())
        history.film_steps.append(history.n_steps)

    with _stop_button(quiet) as pressed, _fast_products(), _rates(players.get("opt")) as shorten:
        try:
            _mode(nets, training=True)
            turn = recorded(step, batches, players)
            for t in range(n_steps):
                if settle and t == round((1 - settle) * n_steps):
                    shorten(0.2)
                    turn = recorded(step, batches, players)
                if t in frames and t < n_steps - 1:
                    look()
                try:
                    history._add(turn())
                except RuntimeError as problem:
                    if quiet or not _OUT_OF_MEMORY.search(str(problem)):
                        raise
                    history.stopped = "out of memory"
                    break
                checked = t + 1 - CHECK_EVERY
                if ((t + 1) % CHECK_EVERY == 0 or t == n_steps - 1) and history._first_bad(max(0, checked)):
                    history.stopped = "diverged"
                elif pressed():
                    history.stopped = "interrupted"
                history.seconds = time.perf_counter() - start
                if history.stopped:
                    break
                if not quiet:
                    view.update(history)
        finally:
            _mode(nets, training=False)
    if watch and history.n_steps:
        look()
    if not quiet:
        view.close(history)
        _say_how_it_ended(history, n_steps)
    return history


def _check_counts(players):
    for name, value in players.items():
        if name.startswith("n_") and value < 1:
            raise ValueError(f"{name} = {value}: a step does it at least once; {name}=1 is the least.")


def _say_how_it_ended(history, n_steps):
    if history.stopped == "interrupted":
        print(
            f"■ Stopped by you after {history.n_steps:,} of {n_steps:,} steps. What was learned is kept; go on below."
        )
    if history.stopped == "diverged":
        t, name = history._first_bad()
        print(
            f"✗ Training stopped: {name} is {history[name][t]} since step {t:,}, and the networks are spoiled.\n"
            "  Usually the learning rate is too high: make the networks and the optimizer anew\n"
            "  with a rate ten times smaller, and run this cell again."
        )
    if history.stopped == "out of memory":
        print(
            f"✗ Training stopped after {history.n_steps:,} of {n_steps:,} steps: the memory is full. What was learned is kept.\n"
            "  Halve `batch_size` where the batches are made, and run this cell again; or restart the kernel,\n"
            "  which frees what earlier cells hold."
        )


def _mode(nets, training):
    for net in nets:
        net.train(training)


@contextlib.contextmanager
def _evaluating(nets):
    """Evaluation mode for a look from outside: batch norm and dropout must not notice that they are watched."""
    were = [net.training for net in nets]
    try:
        _mode(nets, training=False)
        yield
    finally:
        for net, was in zip(nets, were, strict=True):
            net.train(was)


@contextlib.contextmanager
def _rates(opt):
    """Lets the learning rates of all optimizers in `opt` be scaled; afterwards they are what they were."""
    groups = [group for optimizer in vars(opt).values() for group in optimizer.param_groups] if opt else []
    before = [group["lr"] for group in groups]

    def scale(factor):
        for group in groups:
            group["lr"] *= factor

    try:
        yield scale
    finally:
        for group, lr in zip(groups, before, strict=True):
            group["lr"] = lr


@contextlib.contextmanager
def _fast_products():
    """Matrix products by the fastest kernels at hand while training: twice as fast on many CPUs, and good enough."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


@contextlib.contextmanager
def _stop_button(quiet):
    """Turn the kernel's interrupt into a question, so that no step is left half done. A second one is at once."""
    if quiet or threading.current_thread() is not threading.main_thread():  # signals arrive there only
        yield lambda: False
        return
    presses = []

    def press(signum, frame):
        if presses:
            raise KeyboardInterrupt
        presses.append(signum)

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: bool(presses)
    finally:
        signal.signal(signal.SIGINT, before)


class _View:
    """The live picture: one output, redrawn by the clock, at most once a second and for a tenth of the time."""

    def __init__(self, n_steps, leave, every=1.0):
        self.n_steps, self.leave, self.every, self.handle = n_steps, leave, every, None
        self.next = time.perf_counter() + every

    def update(self, history):
        begin = time.perf_counter()
        if begin < self.next:
            return
        left = history.seconds / history.n_steps * (self.n_steps - history.n_steps)
        self._show(history, f"{left:.0f} s left")
        now = time.perf_counter()
        self.next = now + max(self.every, 9 * (now - begin))

    def close(self, history):
        if self.leave and history.n_steps:
            self._show(history, history.stopped or f"done in {history.seconds:.1f} s")
        elif self.handle is not None:
            self.handle.update({"text/plain": ""}, raw=True)

    def _show(self, history, note):
        from . import plotting

        if not plotting.in_notebook():
            print(f"step {history.n_steps:,}/{self.n_steps:,}  {history.latest()}  {note}", flush=True)
            self.every = 10.0  # a log wants fewer lines than a picture has frames
            return
        picture = plotting.training(history, self.n_steps, note)
        if self.handle is None:
            self.handle = plotting.display(picture)
        else:
            self.handle.update(picture)
