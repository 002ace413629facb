"""Several networks of one shape as one: five seeds in little more than the time of one."""

import copy

from torch import nn
from torch.func import functional_call, stack_module_state, vmap


class Stack(nn.Module):
    """S networks of one shape, trained at once by any step. (B·S, …) → (B·S, …): row i belongs to network i mod S.

    Losses are means over all rows: each network gets 1/S of its own gradient, and Adam does not mind a factor. What
    looks across a batch must stand inside the networks, where each sees its own rows only. Trap: a penalty on
    *weights* is no mean over rows; divide it by S.
    """

    def __init__(self, nets):
        super().__init__()
        self.n_nets = len(nets)
        self._pattern = [copy.deepcopy(nets[0]).to("meta")]  # in a list: it is no part of this network
        params, buffers = stack_module_state(nets)
        self._name = {name.replace(".", "/"): name for name in (*params, *buffers)}
        for attribute, name in self._name.items():
            if name in params:
                self.register_parameter(attribute, nn.Parameter(params[name].detach()))
            else:
                self.register_buffer(attribute, buffers[name])

    def forward(self, x):
        return self._each(x).flatten(0, 1)

    def body(self, x):
        """The features of each network's own part `body`. (B·S, …) → (B, S, width)"""
        return self._each(x, "body")

    def train(self, mode=True):
        self._pattern[0].train(mode)
        return super().train(mode)

    def _each(self, x, part=""):
        """Every network, or a part of it, on its own rows. (B·S, …) → (B, S, …)"""
        net, prefix = self._pattern[0].get_submodule(part), part + "." if part else ""
        state = {
            name.removeprefix(prefix): getattr(self, attribute)
            for attribute, name in self._name.items()
            if name.startswith(prefix)
        }

        def one(state, x):
            return functional_call(net, state, x, tie_weights=False)

        rows = x.unflatten(0, (-1, self.n_nets))
        return vmap(one, in_dims=(0, 1), out_dims=1, randomness="different")(state, rows)
