"""Notebook 12, section 4: what is to come, what the judge's best logit says, three rewards; and its "
"predictions."""

import math

import torch

from ...estimates import to_go
from ..engine.fixtures import noise
from ..engine.tasks import Exercise, Prediction


def _rewards():
    shapes = ((1, 2), (2, 5), (7, 3), (3, 1))
    return [(noise(*shape), discount) for shape in shapes for discount in (1.0, 0.9, 0.5)]


def _with_powers(of):
    """A wrong form of `to_go`: of(reward, the powers of the discount), both along time."""
    return lambda reward, discount=1.0: of(
        reward, discount ** torch.arange(reward.shape[1], device=reward.device)
    )


Exercise(
    "12.9",
    "First moves",
    kind="debug",
    reference=to_go,
    cases=_rewards,
    hints=(
        "Write a walk of three moves by hand, rewards 0, 0, 1, γ = ½. Which of the moves could have brought "
        "the 1, and what does it count for each of them? Now rewards 1, 0, 0.",
        "cumsum adds up from the first move on: what was. To come is what is left, from this move to the "
        "end. And γ^d counts from the move, not from the beginning of the walk.",
        "Go through the walk from its end: what is to come at a move is its own reward, plus γ times what is "
        "to come at the next.",
    ),
    mistakes=dict(
        given=(_with_powers(lambda r, powers: (r * powers).cumsum(1)), ""),
        from_the_beginning=(
            _with_powers(lambda r, powers: (r * powers).flip(1).cumsum(1).flip(1)),
            "right for γ = 1. Else a move's own reward is to count 1, wherever in the walk it comes: you "
            "count γ's powers from the walk's first move.",
        ),
        undiscounted=(
            lambda reward, discount=1.0: to_go(reward),
            "right for γ = 1; the discount is not used.",
        ),
        last_counts_most=(
            _with_powers(lambda r, powers: (r.flip(1) * powers).cumsum(1).flip(1)),
            "the right moves are added up, but the last reward counts most: γ^d is for what comes d moves "
            "*after* this one.",
        ),
        whole=(
            lambda reward, discount=1.0: to_go(reward, discount)[:, :1].expand_as(reward),
            "each move now gets the reward of the whole walk. For γ = 1 that is unbiased, yet what came "
            "before a move is no merit of it: it only adds noise.",
        ),
        itself_left_out=(
            lambda reward, discount=1.0: to_go(reward, discount) - reward,
            "a move's own reward is missing: it is the first of those that the move brings.",
        ),
        not_turned_back=(
            _with_powers(lambda r, powers: (r * powers).flip(1).cumsum(1)),
            "the sums run from the end, but so does time now: turn it around again.",
        ),
        turned_first=(
            _with_powers(lambda r, powers: (r * powers).cumsum(1).flip(1)),
            "that turns the wrong sums around. Turn the rewards first, then add up, then turn back.",
        ),
        other_axis=(
            lambda reward, discount=1.0: reward.flip(0).cumsum(0).flip(0),
            "that adds over walks. Time is the second axis.",
        ),
        over_walks=(
            lambda reward, discount=1.0: reward.cumsum(0),
            "now it adds over walks: time is the second axis, and the end was the wrong one.",
        ),
        mean_of_what_is_left=(
            lambda reward, discount=1.0: (
                to_go(reward, discount) / torch.arange(reward.shape[1], 0, -1, device=reward.device)
            ),
            "that is the mean of what is left. A sum was meant: a long way brings more, or costs more.",
        ),
        turned_only=(
            lambda reward, discount=1.0: reward.flip(1),
            "the rewards are turned around, but no longer added up.",
        ),
        both_ends=(
            lambda reward, discount=1.0: to_go(reward, discount) + reward.cumsum(1),
            "what is to come, and what was, too: only the first is a merit of the move.",
        ),
        own_only=(
            lambda reward, discount=1.0: 1 * reward,
            "each move gets its own reward only. A move also decides what comes later.",
        ),
        mean=(
            lambda reward, discount=1.0: to_go(reward, discount) / reward.shape[1],
            "divided by the length of the walk: a sum was meant.",
        ),
    ),
)

Exercise(
    "12.10",
    "What the best judge pays",
    reference=math.log(3),
    tolerance=6e-3,
    hints=(
        "What is the best D here? Of all that D sees at this place, with this move, how much comes from the "
        "expert?",
        "D = 3 / (3 + 1). And the logit is log D − log(1 − D).",
        "log(0.75 / 0.25), with the natural logarithm.",
    ),
    mistakes=dict(
        probability=(0.75, "that is D. The reward is its logit, log D − log(1 − D)."),
        ratio=(3.0, "that is D / (1 − D). The logit is its logarithm."),
        turned=(-math.log(3), "the expert does it *more* often than the policy. Should that cost something?"),
        log_d=(math.log(0.75), "that is log D alone. The logit also has −log(1 − D)."),
        bonus=(math.log(4), "that is −log(1 − D) alone. The logit also has log D."),
        difference=(
            0.02,
            "D knows no differences: the best one is a ratio, p_expert / (p_expert + p_policy).",
        ),
        nothing=(0.0, "0 is what is paid where expert and policy do the same."),
        base_ten=(math.log10(3), "with the natural logarithm: D's logits are in nats."),
        base_two=(math.log2(3), "with the natural logarithm: D's logits are in nats."),
    ),
    why="D = 0.03 / (0.03 + 0.01) = ¾, and log(¾ / ¼) = log 3 = log p_expert − log p_policy. So the reward "
    "says what the policy does too rarely, not what the expert wants.",
)

RUNS = {"A": "log D", "B": "log D − log(1 − D)", "C": "−log(1 − D)"}
PARTS = {"share at the goal": "goal", "share in the water": "water", "moves a walk": "moves"}


def unknown_rewards(table, seed=0):
    """Three recorded trainings without the names of their rewards. → updates, {title: {letter: numbers}}"""
    runs = {letter: table["runs"][f"{name}, {seed}"] for letter, name in RUNS.items()}
    looks = [int(name.split()[-1]) for name in runs["A"] if name.startswith("goal")]
    curves = {
        title: {letter: [run[f"{part} at {look}"] for look in looks] for letter, run in runs.items()}
        for title, part in PARTS.items()
    }
    return looks, curves


Exercise(
    "12.11",
    "Three rewards",
    kind="read",
    reference="BCA",
    hints=(
        "log D is never above 0: whatever a walk does, each move costs. How does a walk that costs with "
        "every move save most?",
        "−log(1 − D) is never below 0: each move brings something. Which run has the longest walks?",
        "Falling into the water ends a walk, and so does the goal. The answer has three letters: log D − "
        "log(1 − D) first, then −log(1 − D), then log D.",
    ),
    mistakes=dict(
        ends_exchanged=("BAC", "two are exchanged: if each move is paid for, does one hurry to the end?"),
        ratio_and_cost=(
            "ACB",
            "A's early walks last four moves and end in the water. Which reward makes any end a good one?",
        ),
        in_order=("ABC", "in C walks go on for as long as they may. Which reward pays for every move?"),
        bonus_first=(
            "CAB",
            "C reaches the goal in one walk of six. Is that the reward that may have either sign?",
        ),
        turned=("CBA", "C hardly learns to arrive: who would, if arriving ends the payments?"),
    ),
    why="C is paid for each move, so it walks on, among the expert's places, and seldom arrives. A pays for "
    "each move: at first it jumps into the water, four moves from the start, which ends the costs. Later it "
    "has found the goal, but it hurries along the shore. Only a reward of either sign leaves the length of a "
    "walk to the expert's example.",
)

Prediction(
    "12.p5",
    "c",
    "Cloning learns place by place, and where the expert never was there is nothing to copy: the moves stay "
    "a matter of chance until the walk happens upon the expert's places.",
)
Prediction(
    "12.p6",
    "b",
    "At the end D finds no difference where the policy walks, so that its reward there should be near 0, and "
    "what is left is noise. A new policy looks for the few places where the noise is positive, and stays. D "
    "told the old policy what to change, not what is good.",
)
