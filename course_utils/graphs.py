"""On a CUDA GPU, launching a small network's step costs more than its arithmetic: record it once, then replay it whole.

COURSE_GRAPHS=1 turns it on. It follows PyTorch's rules for CUDA graphs and is tested up to the call that records, but
it has not run on a GPU yet: hence it is off unless asked for.
"""

from functools import partial
from types import FunctionType, SimpleNamespace

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from . import session

WARM_UP = 3  # steps as they are, in which optimizers and libraries set up what they need


def recorded(step, batches, players):
    """`step` as one CUDA graph where that is asked for and possible, else as it is. → () → dict of losses

    Possible: all on one CUDA device, and nothing that keeps Python's own memory from step to step (a replay runs no
    Python). Rates are part of the recording: record anew when they change.
    """
    turn = partial(step, batches, **players)
    on_gpu = getattr(getattr(batches, "x", None), "device", torch.device("cpu")).type == "cuda"
    if not (session.graphs() and on_gpu and _forgetful(players) and _allow(players.get("opt"))):
        return turn
    return _Recorded(turn)


def _forgetful(players):
    plain = (nn.Module, SimpleNamespace, FunctionType, int, float)
    things = [getattr(player, "func", player) for player in players.values()]
    return all(isinstance(thing, plain) and not isinstance(thing, AveragedModel) for thing in things)


def _allow(opt):
    """Tell the optimizers that they will be recorded; no, if they have counted their steps on the CPU."""
    optimizers = vars(opt).values() if opt else ()
    counted = [state["step"] for o in optimizers for state in o.state.values()]
    if any(count.device.type != "cuda" for count in counted):
        return False
    for group in (group for o in optimizers for group in o.param_groups):
        group["capturable"] = True
    return True


class _Recorded:
    """Some steps as they are, then one recording, then replays; what cannot be recorded stays as it is."""

    def __init__(self, turn):
        self.turn, self.n_before, self.again = turn, WARM_UP, None

    def __call__(self):
        if self.n_before:
            self.n_before -= 1
            return _aside(self.turn)
        if self.again is None:
            self.again = self._record()
        return self.again()

    def _record(self):
        try:
            replay, losses = capture(self.turn)
        except RuntimeError:  # something in the step asks the GPU for an answer
            return self.turn

        def again():
            replay()
            return {name: loss.clone() for name, loss in losses.items()}  # the next replay writes over them

        return again


def _aside(turn):
    """On a stream of its own, as recording demands of the steps before it."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        losses = turn()
    torch.cuda.current_stream().wait_stream(stream)
    return losses


def capture(turn):
    """Record one turn, without doing it. → (replay, the tensors that its losses will be in)"""
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        losses = {name: torch.as_tensor(loss).detach() for name, loss in turn().items()}
    return graph.replay, losses
