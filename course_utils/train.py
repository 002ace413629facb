"""The `while not converged` of every algorithm: `train` repeats a step and knows neither network nor loss."""

import contextlib
import re
import signal
import threading
import time
from collections.abc import Mapping
from types import SimpleNamespace

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from . import session


def adam(lr=1e-3, betas=(0.9, 0.999), **players):
    """One Adam optimizer for each named list of networks: `adam(D=[D], G=[G], lr=2e-4)` gives `.D` and `.G`.

    Source: Kingma & Ba 2015. Trap: GANs want a smaller first beta, such as 0.5 or 0.
    """

    def optimizer(params):
        fused = all(p.device.type in ("cpu", "cuda") for p in params)  # one kernel for all tensors
        return torch.optim.Adam(params, lr=lr, betas=betas, fused=fused)

    return _optimizers(optimizer, players)


def rmsprop(lr=5e-5, **players):
    """One RMSProp optimizer for each named list of networks, as `adam`, but without momentum.

    Source: Hinton 2012. Arjovsky et al. 2017 use it for WGANs: momentum makes their critic unstable.
    """
    return _optimizers(lambda params: torch.optim.RMSprop(params, lr=lr), players)


def sgd(lr=0.1, **players):
    """Plain gradient descent for each named list of networks, as `adam`: θ ← θ − lr ∇θ loss.

    An update is as large as its gradient: where this is noise, as with a Markov chain, the mean goes to 0.
    """
    return _optimizers(lambda params: torch.optim.SGD(params, lr=lr), players)


def _optimizers(make, players):
    listed = {name: [nets] if isinstance(nets, nn.Module) else nets for name, nets in players.items()}
    params = {name: [p for net in nets for p in net.parameters()] for name, nets in listed.items()}
    return SimpleNamespace(**{name: make(own) for name, own in params.items()})


def descend(loss, opt):
    """One update of an optimizer: θ ← Adam(∇θ loss), for the parameters of `opt` and no others.

    The gradients of all other networks stay as they were: an update of G leaves no gradient in D.
    """
    if not isinstance(loss, torch.Tensor) or loss.numel() != 1:
        shape = tuple(loss.shape) if isinstance(loss, torch.Tensor) else type(loss).__name__
        raise ValueError(f"descend needs a single number, but the loss is {shape}: take its mean.")
    if not loss.requires_grad:
        raise ValueError(
            "the loss has no gradient: look for .detach(), .item() or no_grad where it is computed."
        )
    opt.zero_grad()
    params = [p for group in opt.param_groups for p in group["params"]]
    loss.backward(inputs=params)
    if all(p.grad is None for p in params):
        raise ValueError("the loss does not depend on the networks of this optimizer: is it the right one?")
    opt.step()


def ema_of(G, decay=0.995):
    """A copy of G whose weights are the exponential moving average (EMA) of G's. → nn.Module

    Call `G_ema.update_parameters(G)` after each step. The first call copies θ, each later one sets
    θ_ema ← decay · θ_ema + (1 − decay) · θ. The statistics of batch norm are copied, not averaged.
    """
    return AveragedModel(G, multi_avg_fn=get_ema_multi_avg_fn(decay))


@torch.no_grad()
def clip_weights(net, bound):
    """Weight clipping: put all parameters back into [−bound, bound] (Arjovsky et al. 2017; deck 004)."""
    for p in net.parameters():
        p.clamp_(-bound, bound)


CHECK_EVERY = 50  # steps from one check for nan to the next; each one waits for the GPU
_OUT_OF_MEMORY = re.compile("out of memory|(allocate|enough) memory")  # on CUDA and MPS, on a CPU


class History(Mapping):
    """The record of a training run: `history["L_rec"]` is one number per step, as a NumPy array.

    `film` holds what `watch` returned at the steps `film_steps`; `seconds` is the time the run took;
    `stopped` is "" after a full run, else "interrupted", "diverged" or "out of memory".
    """

    def __init__(self, n_steps=0):
        self.film, self.film_steps, self.seconds, self.stopped = [], [], 0.0, ""
        self.n_steps, self._names = 0, []
        self._room, self._table = n_steps, None  # (steps, losses), on the device of the losses

    def _add(self, losses):
        if not isinstance(losses, dict):
            raise TypeError(f"a step returns a dict of named losses, not {type(losses).__name__}.")
        if self._names and losses.keys() != set(self._names):
            raise TypeError(f"a step names the same losses every time; was {self._names}, is {list(losses)}.")
        values = {name: torch.as_tensor(value).detach() for name, value in losses.items()}
        for name, value in values.items():
            if value.numel() != 1:
                raise TypeError(f"the step's loss {name!r} has shape {tuple(value.shape)}: take its mean.")
        if self._table is None:
            self._names = list(values)
            devices = [value.device for value in values.values()]
            at = next((device for device in devices if device.type != "cpu"), "cpu")
            self._table = torch.empty(self._room, len(values), device=at)
        for i, name in enumerate(self._names):
            self._table[self.n_steps, i] = values[name].reshape(())
        self.n_steps += 1

    def __getitem__(self, name):
        if name not in self._names:
            raise KeyError(f"no loss {name!r} in this history; it has: {', '.join(self) or 'none yet'}")
        return self._table[: self.n_steps, self._names.index(name)].cpu().numpy()

    def __iter__(self):
        return iter(self._names)

    def __len__(self):
        return len(self._names)

    def latest(self):
        """The losses of the last step as text. → str"""
        last = self._table[self.n_steps - 1].tolist() if self.n_steps else []
        return "  ".join(f"{name} {value:.4g}" for name, value in zip(self._names, last, strict=True))

    def first_bad(self, since=0):
        """The first (step, name), from step `since` on, of a loss that is not finite; or None."""
        if not self.n_steps:
            return None
        bad = self._table[since : self.n_steps].isfinite().logical_not().nonzero()
        if not len(bad):
            return None
        step, i = bad[0].tolist()
        return since + step, self._names[i]


def train(step, batches, n_steps, watch=None, n_frames=60, lr_decay=0.0, leave=True, quiet=False, **players):
    """Repeat `step(batches, **players)` `n_steps` times; show progress, losses and what `watch()` returns.

    step      a function of `steps`, or your own; returns a dict of named scalar losses
    watch     () → images (n, 1, 28, 28) or points (n, 2); called without gradient at `n_frames` steps,
              more often at the start, for the live picture and for the film
    lr_decay  learning-rate decay: the share of the steps, the last ones, in which all optimizers of `opt`
              run at a fifth of their learning rates; 0.3 means the last 30 % of the steps
    leave     whether the live picture stays after the training
    quiet     True shows and prints nothing, for many trainings in a row: an interrupt or a full memory
              raises an error then, and only `stopped` tells of a training that diverged
    players   networks, `opt`, priors and numbers, passed on to the step; the networks are in training mode
              during the steps, and in evaluation mode in `watch` and afterwards

    ■ (interrupt) ends the training after the current step and keeps what was learned. A loss that is not
    finite, or a full memory, ends it with advice. → History
    """
    _check_counts({**getattr(step, "keywords", {}), **players})
    history, view = History(n_steps), _View(n_steps, leave)
    nets = [net for net in players.values() if isinstance(net, nn.Module)]
    shares = (i / max(n_frames - 1, 1) for i in range(n_frames if watch else 0))
    frames = {round((n_steps - 1) * share**2) for share in shares}
    start = time.perf_counter()

    def look():
        with _evaluating(nets), torch.no_grad(), session.forked():
            history.film.append(watch().detach().cpu())
        history.film_steps.append(history.n_steps)

    with _stop_button(quiet) as pressed, _fast_products(), _rates(players.get("opt")) as scale_rates:
        try:
            _mode(nets, training=True)
            for t in range(n_steps):
                if lr_decay and t == round((1 - lr_decay) * n_steps):
                    scale_rates(0.2)
                if t in frames and t < n_steps - 1:
                    look()
                try:
                    history._add(step(batches, **players))
                except RuntimeError as problem:
                    if quiet or not _OUT_OF_MEMORY.search(str(problem)):
                        raise
                    history.stopped = "out of memory"
                    break
                is_last = t == n_steps - 1 or pressed()
                if (is_last or (t + 1) % CHECK_EVERY == 0) and history.first_bad(max(0, t + 1 - CHECK_EVERY)):
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
        if name.startswith("n_") and isinstance(value, int) and value < 1:
            raise ValueError(f"{name} = {value}: a step does this at least once, so give 1 or more.")


def _say_how_it_ended(history, n_steps):
    done = f"{history.n_steps:,} of {n_steps:,}"
    if history.stopped == "interrupted":
        print(f"■ Stopped by you after {done} steps. What was learned is kept; go on below.")
    if history.stopped == "diverged":
        t, name = history.first_bad()
        print(
            f"✗ Training stopped: {name} is {history[name][t]} since step {t:,}; the networks are spoiled.\n"
            "  Usually the learning rate is too high: make new networks and new optimizers\n"
            "  with a learning rate ten times smaller, and run this cell again."
        )
    if history.stopped == "out of memory":
        print(
            f"✗ Training stopped after {done} steps: the memory is full. What was learned is kept.\n"
            "  Halve `batch_size` where the batches are made, and run this cell again; or restart the\n"
            "  kernel to free the memory of earlier cells."
        )


def _mode(nets, training):
    for net in nets:
        net.train(training)


@contextlib.contextmanager
def _evaluating(nets):
    """Evaluation mode for `watch`, so that it changes no statistics of batch norm."""
    were = [net.training for net in nets]
    try:
        _mode(nets, training=False)
        yield
    finally:
        for net, was in zip(nets, were, strict=True):
            net.train(was)


@contextlib.contextmanager
def _rates(opt):
    """Yields a function that scales the learning rates of `opt`; afterwards they are as before."""
    optimizers = [opt] if isinstance(opt, torch.optim.Optimizer) else vars(opt).values() if opt else []
    groups = [group for optimizer in optimizers for group in optimizer.param_groups]
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
    """Matrix products in 16 bits during training where the processor has them: often twice as fast."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


@contextlib.contextmanager
def _stop_button(quiet):
    """Defer an interrupt (■, Ctrl-C) to the end of the current step, so that no step is left half done.

    A second interrupt takes effect at once.
    """
    if quiet or threading.current_thread() is not threading.main_thread():  # only there do signals arrive
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
    """The live picture: one output, redrawn at most once a second and in at most a tenth of the time."""

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
            self.every = 10.0  # in a terminal each update is a new line, so fewer of them
            return
        picture = plotting.training(history, self.n_steps, note)
        if self.handle is None:
            self.handle = plotting.display(picture)
        else:
            self.handle.update(picture)
