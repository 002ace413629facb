"""A walk around a lake: few places, few moves, and everything about a policy can be computed exactly."""

from typing import NamedTuple

import torch

from .. import session

MAP = (
    "........",
    "S......G",
    "..~~~~..",
    "........",
    ".R......",
)
MOVES = {"up": (-1, 0), "right": (0, 1), "down": (1, 0), "left": (0, -1)}


class Walks(NamedTuple):
    """Walks (n, T): the place and the move at each moment, and whether the walk was still going on."""

    s: torch.Tensor
    a: torch.Tensor
    on: torch.Tensor


class Lake:
    """Walk from the start to the goal, and not into the water; both end the walk, and so does the time.

    A place s is a number, row by row; a move a is 0 up, 1 right, 2 down, 3 left. One move in ten is a slip:
    then any of the four happens. A policy (n_places, 4) holds the probabilities of the moves at each place.

    begin  the letter on the map where walks begin
    """

    def __init__(self, begin="S", slip=0.1, n_moves=30):
        marks, self.shape = "".join(MAP), (len(MAP), len(MAP[0]))
        self.n_places, self.n_moves, self.slip = len(marks), n_moves, slip
        self.start = marks.index(begin)
        places = torch.arange(self.n_places)
        row, column = places // self.shape[1], places % self.shape[1]
        self.after = torch.stack(
            [self._moved(row, column, *move) for move in MOVES.values()], 1
        )  # (places, 4)
        self.water = torch.tensor([mark == "~" for mark in marks])
        self.goal = torch.tensor([mark == "G" for mark in marks])
        self.after[self.water | self.goal] = places[self.water | self.goal, None]  # there the walk has ended
        landing = torch.nn.functional.one_hot(self.after, self.n_places).float()  # (places, 4, places)
        self.chance = (1 - slip) * landing + slip * landing.mean(1, keepdim=True)
        self.expert = self._best(temperature=0.5)
        for name, value in vars(self).items():
            if isinstance(value, torch.Tensor):
                setattr(self, name, value.to(session.device()))
        self.ended = self.water | self.goal

    def _moved(self, row, column, down, right):
        last_row, last_column = self.shape[0] - 1, self.shape[1] - 1
        return (row + down).clamp(0, last_row) * self.shape[1] + (column + right).clamp(0, last_column)

    def _best(self, temperature):
        """The policy of an expert: soft value iteration; a move costs 1, water 20, and the goal brings 10."""
        value = torch.zeros(self.n_places)
        ended, arriving = self.water | self.goal, 10.0 * self.goal - 20.0 * self.water
        for _ in range(200):
            q = self.chance @ torch.where(ended, arriving, value) - 1  # (places, 4)
            value = temperature * (q / temperature).logsumexp(1)
        return (q / temperature).softmax(1)

    def walk(self, policy, n):
        """n walks; policy(s) gives logits (n, 4) of the moves at places s (n,). → Walks (n, n_moves)"""
        s, steps = torch.full((n,), self.start, device=self.after.device), []
        for _ in range(self.n_moves):
            a = policy(s).softmax(1).multinomial(1)[:, 0]
            steps.append((s, a, ~self.ended[s]))
            slips = torch.rand(n, device=s.device) < self.slip
            happens = torch.where(slips, torch.randint(4, (n,), device=s.device), a)
            s = self.after[s, happens]
        return Walks(*(torch.stack(each, 1) for each in zip(*steps, strict=True)))

    def visits(self, policy):
        """How often a walk makes each move at each place, exactly, on average. (places, 4) → the same

        Also where it is when the time is over: (places,). Differentiable.
        """
        here = torch.zeros_like(policy[:, 0])
        here[self.start] = 1.0
        visits = torch.zeros_like(policy)
        for _ in range(self.n_moves):
            visits = visits + (here * ~self.ended)[:, None] * policy
            here = torch.einsum("s,sa,sat->t", here, policy, self.chance.to(policy))
        return visits, here

    def how_it_ends(self, policy):
        """The shares of walks that reach the goal, fall into the water, or go on, and their length. → dict"""
        visits, here = self.visits(policy)
        goal, water = here[self.goal].sum().item(), here[self.water].sum().item()
        return dict(goal=goal, water=water, still_walking=1 - goal - water, moves=visits.sum().item())

    def expert_moves(self, n):
        """Places and moves of n walks of the expert, one after the other. → (m,), (m,)"""
        walks = self.walk(lambda s: self.expert[s].log(), n)
        return walks.s[walks.on], walks.a[walks.on]
