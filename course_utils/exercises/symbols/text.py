"""Notebook 12: a hundred questions to a judge (section 2), three GANs for text with a fault (section 3)."""

import torch

from ... import estimates, session
from ...train import adam, descend
from ..engine.tasks import Contest, Exercise, settings_of

N_QUESTIONS, N_SIGNS, N_WRITERS = 100, 10, 64
TARGETS = (2.3, 6.8, 4.4, 7.7, 3.2)  # the judge likes what lies near: the sign 2, 7, …
MAY_BE_SET = dict(
    way=("reinforce", "reinforce", "relaxed", "straight through"),
    n=(10, 1, 50),
    lr=(0.1, 1e-4, 10),
    temperature=(1.0, 0.05, 10),
)


def asked_of(seed):
    """The judge of a seed: how near is what is written to its number? y (…, 10) → (…)"""
    c = TARGETS[seed % len(TARGETS)]
    values = torch.arange(float(N_SIGNS), device=session.device())
    return lambda y: (-((y @ values - c) ** 2) / (2 * 0.4**2)).exp()


def reward_after_questions(settings, seed):
    """E[reward] of a writer of one sign after 100 questions, as a share of the best; mean of 64. → float"""
    way, n, lr, temperature = settings_of(settings, MAY_BE_SET, whole=("n",)).values()
    judge = asked_of(seed)
    net = torch.nn.Embedding(N_WRITERS, N_SIGNS, device=session.device(), dtype=torch.float32)
    torch.nn.init.zeros_(net.weight)  # 64 writers side by side, to average over luck
    opt = adam(G=[net], lr=lr).G
    for _ in range(N_QUESTIONS // n):
        logits = net.weight.expand(n, N_WRITERS, N_SIGNS)
        if way == "reinforce":
            y = estimates.draw(logits.detach())
            reward = estimates.less_the_others(judge(y)) if n > 1 else judge(y)
            loss = estimates.reinforce((logits.log_softmax(-1) * y).sum(-1), reward)
        else:
            choose = estimates.gumbel_softmax if way == "relaxed" else estimates.straight_through
            loss = -judge(choose(logits, temperature)).sum(1).mean()
        descend(loss, opt)
    rewards = judge(torch.eye(N_SIGNS, device=session.device()))
    return ((net.weight.detach().softmax(-1) @ rewards).mean() / rewards.max()).item()


Exercise(
    "12.7",
    "A hundred questions",
    reference=dict(way="reinforce", n=10, lr=1.0),
    hints=(
        "100 questions are 10 updates of 10 or 50 of 2. How far must a logit move, until one of ten signs is "
        "nearly sure? With Adam each update moves it by about the learning rate.",
        "The judge is steep: what is its slope at a sign that is 1 off? `straight through` has only that to "
        "go by. REINFORCE asks for values alone.",
        "REINFORCE, ten draws an update, a learning rate of about 1. (Or relaxed, and hot: soft draws lie "
        "*between* the signs, where this judge has a slope.)",
    ),
    mistakes=dict(
        a_number=(0.1, "settings are asked, as a dict, not float."),
        other_way=(dict(way="gumbel"), "way is to be one of: reinforce, relaxed, straight through."),
        more_questions=(
            dict(n_questions=1000),
            "'n_questions' is not to be set; these are: way, n, lr, temperature.",
        ),
        half=(dict(n=2.5), "n is a whole number."),
        frozen=(dict(temperature=0.0), "temperature is to be a number from 0.05 to 10."),
        too_many=(dict(n=100), "n is to be a number from 1 to 50."),
    ),
    contest=Contest(
        reward_after_questions,
        bar=0.95,
        score="E[reward] / the best",
        controls={"the plain settings": 0.36, "a writer that draws evenly": 0.13, "straight through": 0.1},
        lower_is_better=False,
    ),
)


FAULTS = {"A": "a judge that has stopped learning", "B": "few draws, no baseline", "C": "soft draws"}


def anonymous(runs):
    """The runs of `text_unknown`, with letters in place of their faults. → table, {letter: sentences}"""
    rows = {letter: dict(runs[fault]) for letter, fault in FAULTS.items()}
    texts = {letter: row.pop("texts") for letter, row in rows.items()}
    return rows, texts


Exercise(
    "12.8",
    "Three GANs with a fault",
    kind="read",
    reference="CAB",
    why="C: its writer writes one true sentence, and the judge is still sure: it goes by the softness of "
    "what it is shown, not by what is written. A: one sentence, and the judge does not mind: it no longer "
    "learns, so its darling stays its darling, and L_D has even risen. B: no collapse to one, but kinds are "
    "lost and the judge is nearly fooled: a noisy walk.",
    hints=(
        "Two of them write a single sentence. What does a judge that learns say of such a writer, after a "
        "while?",
        "L_D at chance is 2 log 2 = 1.39. Which judge still tells real from fake with ease, though each "
        "sentence is true? What else than the sentence could it go by?",
        "In the order of the question: first the judge that is sure (softness), then the one above chance, "
        "last the one that is left.",
    ),
    mistakes=dict(
        soft_and_stopped=(
            "ACB",
            "the first two are exchanged: a judge that sees softness is sure. Which L_D is low?",
        ),
        stopped_and_few=("CBA", "the last two are exchanged: whose L_D has risen above chance, and why?"),
        soft_is_b=("BAC", "soft draws give the judge an easy mark: its loss would be low. Which is?"),
        by_letters=("ABC", "that is the order of the rows; look at L_D, last, first."),
        turned=("BCA", "a judge that has stopped learning cannot bring its L_D down to 0.17."),
    ),
)
