"""Several networks of one architecture as one: five seeds in little more than the time of two."""

import copy
from collections import OrderedDict

import torch
from torch import nn
from torch.func import functional_call, stack_module_state, vmap

ELEMENTWISE = (nn.LeakyReLU, nn.ReLU, nn.Tanh, nn.Sigmoid, nn.Dropout)


class Ensemble(nn.Module):
    """S networks of one architecture, trained at once by any step. (B·S, …) → (B·S, …)

    Row i belongs to network i mod S. Losses are means over all rows, so that each network gets 1/S of its own
    gradient; Adam's steps do not depend on such a factor. A layer that looks across the batch must be part of
    the networks: there each sees its own rows only. Trap: a penalty on *weights* is a sum over the networks;
    divide its weight by S.
    """

    def __init__(self, nets):
        super().__init__()
        self.n_nets, self.nets = len(nets), _together(nets)

    def forward(self, x):
        return self._rows(self.nets, x).flatten(0, 1)

    def body(self, x):
        """The features of each network's own part `body`. (B·S, …) → (B, S, width)"""
        return self._rows(self.nets.body, x)

    def _rows(self, nets, x):
        return nets(x.unflatten(0, (-1, self.n_nets)).transpose(0, 1)).transpose(0, 1)


def _together(nets):
    """Linear and elementwise layers directly, which is fast; the rest by vmap. (S, B, …) → (S, B, …)"""
    first = nets[0]
    if type(first) is nn.Sequential:
        parts = ((name, [net.get_submodule(name) for net in nets]) for name, _ in first.named_children())
        return nn.Sequential(OrderedDict((name, _together(part)) for name, part in parts))
    if type(first) is nn.Linear:
        return _Linears(nets)
    return copy.deepcopy(first) if isinstance(first, ELEMENTWISE) else _Each(nets)


class _Linears(nn.Module):
    """S linear layers as one batched matrix product."""

    def __init__(self, nets):
        super().__init__()
        self.weight = nn.Parameter(torch.stack([net.weight.detach().T for net in nets]))  # (S, n_in, n_out)
        self.bias = nn.Parameter(torch.stack([net.bias.detach()[None] for net in nets]))  # (S, 1, n_out)

    def forward(self, x):
        return torch.baddbmm(self.bias, x, self.weight)


class _Each(nn.Module):
    """S modules of any kind, each on its own rows."""

    def __init__(self, nets):
        super().__init__()
        self._pattern = [
            copy.deepcopy(nets[0]).to("meta")
        ]  # in a list, so that it is not registered as a submodule
        params, buffers = stack_module_state(nets)
        self._names = {name.replace(".", "/"): name for name in (*params, *buffers)}
        for attribute, name in self._names.items():
            if name in params:
                self.register_parameter(attribute, nn.Parameter(params[name].detach()))
            else:
                self.register_buffer(attribute, buffers[name])

    def train(self, mode=True):
        self._pattern[0].train(mode)
        return super().train(mode)

    def forward(self, x):
        state = {name: getattr(self, attribute) for attribute, name in self._names.items()}

        def one(state, x):
            return functional_call(self._pattern[0], state, x, tie_weights=False)

        return vmap(one, randomness="different")(state, x)
