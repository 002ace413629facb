"""Notebook 12, section 5: draws from elsewhere, and two draws in place of one; and its prediction."""

import torch

from ...estimates import reinforce
from ..engine.fixtures import gradients_of_loss, noise, uniform
from ..engine.tasks import Exercise, Prediction


def loss_of_draws(log_p, q, chosen, reward):
    """A loss whose gradient is, on average over draws from q, that of −E_p[reward]. → scalar"""
    weight = (log_p.detach().exp() / q).gather(1, chosen)
    return -(weight * log_p.gather(1, chosen) * reward.gather(1, chosen)).mean()


def _draws_from_q():
    cases = []
    for n_queries, n_docs, k in ((1, 3, 1), (2, 6, 4), (7, 5, 3)):
        log_p = noise(n_queries, n_docs).log_softmax(1).requires_grad_()
        q = (1 + 3 * uniform(n_queries, n_docs)) / 1
        q = q / q.sum(1, keepdim=True)
        cases.append((log_p, q, q.multinomial(k, replacement=True), noise(n_queries, n_docs)))
    return cases


def _of_chosen(weight, log_p, q, chosen, reward):
    return -(weight * log_p * reward).gather(1, chosen).mean()


Exercise(
    "12.12",
    "Drawn from elsewhere",
    reference=loss_of_draws,
    cases=_draws_from_q,
    outcome=gradients_of_loss,
    hints=(
        "E_p[r] is a sum over documents, Σ p(d) r(d). Write it as a mean over draws from q: Σ q(d) · "
        "(what?).",
        "A document that q draws twice as often as p counts half: the weight of a draw is p(d) / q(d).",
        "The weight times ∇log p(d) times the reward. The weight itself must not bring a second gradient: "
        "log_p.detach().exp() / q, all three gathered at `chosen`, and minus the mean. Shorter: p / q · "
        "reward already has that gradient.",
    ),
    mistakes=dict(
        as_if_from_p=(
            lambda log_p, q, chosen, reward: _of_chosen(1.0, log_p, q, chosen, reward),
            "that is right for draws from p. These come from q, which draws some documents far too often.",
        ),
        upside_down=(
            lambda log_p, q, chosen, reward: _of_chosen(q / log_p.detach().exp(), log_p, q, chosen, reward),
            "the weight is upside down: a document that q draws too often must count *less*.",
        ),
        over_q_only=(
            lambda log_p, q, chosen, reward: _of_chosen(1 / q, log_p, q, chosen, reward),
            "1 / q takes out how q draws, and makes all documents alike. And how often does p draw them?",
        ),
        weight_p=(
            lambda log_p, q, chosen, reward: _of_chosen(log_p.detach().exp(), log_p, q, chosen, reward),
            "weighed by p alone: that q has drawn some of them more often is still in the sum.",
        ),
        weight_q=(
            lambda log_p, q, chosen, reward: _of_chosen(q, log_p, q, chosen, reward),
            "that counts what q draws too often even more. Write Σ p r as Σ q · (p / q) · r.",
        ),
        no_reward=(
            lambda log_p, q, chosen, reward: -(log_p.exp() / q).gather(1, chosen).mean(),
            "the weight is right, but the reward is missing: good and bad documents are praised alike.",
        ),
        two_gradients=(
            lambda log_p, q, chosen, reward: _of_chosen(log_p.exp() / q, log_p, q, chosen, reward),
            "the weight brings a gradient of its own. It says how much a draw counts: detach it (or leave "
            "the log out, as p / q · reward already has the right gradient).",
        ),
        uphill=(
            lambda log_p, q, chosen, reward: -loss_of_draws(log_p, q, chosen, reward),
            "that goes downhill in the reward: a loss is what `descend` makes small.",
        ),
        summed_draws=(
            lambda log_p, q, chosen, reward: chosen.shape[1] * loss_of_draws(log_p, q, chosen, reward),
            "a sum over the draws of a query: with more draws the gradient grows. The mean was asked for.",
        ),
        summed=(
            lambda log_p, q, chosen, reward: chosen.numel() * loss_of_draws(log_p, q, chosen, reward),
            "a sum over all draws: the mean was asked for.",
        ),
        all_documents=(
            lambda log_p, q, chosen, reward: -(log_p.exp() * reward).sum(1).mean(),
            "that is the exact expectation, over all documents, and needs no draws. A library has millions: "
            "use the chosen ones only.",
        ),
        log_p_as_weight=(
            lambda log_p, q, chosen, reward: _of_chosen(log_p.detach() / q, log_p, q, chosen, reward),
            "log p / q is no ratio of probabilities: p is log_p.exp().",
        ),
    ),
)


class TwoLists:
    """Draws that are known beforehand: one list of choices at the first call, another at the second."""

    def __init__(self, *lists):
        self.lists, self.calls = lists, 0

    def __call__(self, p):
        self.calls += 1
        return self.lists[(self.calls - 1) % len(self.lists)]


def generator_loss(log_p, reward, draw):
    """IRGAN's L_G from all documents' log p and reward (B, n_docs); draw(p) chooses (B, k). → scalar"""
    p = log_p.detach().exp()
    chosen = draw(p)
    baseline = (p * reward).sum(1, keepdim=True)
    return reinforce(log_p.gather(1, chosen), (reward - baseline).gather(1, chosen))


def _drawn_twice(log_p, reward, draw):
    p = log_p.detach().exp()
    baseline = (p * reward).sum(1, keepdim=True)
    gain = (reward - baseline).gather(1, draw(p))
    return reinforce(log_p.gather(1, draw(p)), gain)


def _with(gain_of):
    def loss(log_p, reward, draw):
        p = log_p.detach().exp()
        chosen = draw(p)
        return reinforce(log_p.gather(1, chosen), gain_of(p, reward, chosen))

    return loss


def _drawn_once_by_p(log_p, reward, draw):
    p = log_p.detach().exp()
    chosen = draw(p)
    gain = reward - (p * reward).sum(1, keepdim=True)
    return reinforce(log_p.exp().gather(1, chosen), gain.gather(1, chosen))


def _by_one_list(fn, arguments):
    """The gradient in log_p; whichever of the two lists is used alone, it is that of the first."""
    log_p, reward, draw = arguments
    outcome = gradients_of_loss(fn, arguments)
    if outcome is None:
        return None
    for choices in draw.lists:
        (right,) = torch.autograd.grad(generator_loss(log_p, reward, lambda p, c=choices: c), log_p)
        if torch.allclose(outcome[0], right, rtol=1e-5, atol=1e-6):
            return torch.autograd.grad(generator_loss(log_p, reward, lambda p: draw.lists[0]), log_p)
    return outcome


def _two_lists():
    cases = []
    for n_queries, n_docs, k in ((1, 4, 2), (3, 6, 4), (5, 9, 2)):
        log_p = noise(n_queries, n_docs).log_softmax(1).requires_grad_()
        first = torch.randint(n_docs, (n_queries, k), device=log_p.device)
        cases.append((log_p, noise(n_queries, n_docs), TwoLists(first, (first + 1) % n_docs)))
    return cases


ALL_DOCUMENTS = (
    "that is the exact expectation, which needs no draws. It is right, but a library has millions of "
    "documents: choose, and learn from the chosen."
)

Exercise(
    "12.13",
    "A thousand updates",
    kind="debug",
    reference=generator_loss,
    cases=_two_lists,
    outcome=_by_one_list,
    hints=(
        "Follow one document: it is chosen, and judged. Whose probability is raised for it?",
        "How often is anything drawn in these lines, and are the two lists the same?",
        "Draw once, chosen = draw(p), and use `chosen` in both gathers.",
    ),
    mistakes=dict(
        given=(_drawn_twice, ""),
        all_documents=(
            lambda log_p, reward, draw: (
                -(log_p.exp() * (reward - reward.mean(1, keepdim=True))).sum(1).mean()
            ),
            ALL_DOCUMENTS,
        ),
        all_documents_given=(
            lambda log_p, reward, draw: (
                -(log_p.exp() * (reward - (log_p.detach().exp() * reward).sum(1, keepdim=True))).sum(1).mean()
            ),
            ALL_DOCUMENTS,
        ),
        all_documents_plain=(
            lambda log_p, reward, draw: -(log_p.exp() * reward).sum(1).mean(),
            ALL_DOCUMENTS,
        ),
        no_baseline=(
            _with(lambda p, reward, chosen: reward.gather(1, chosen)),
            "one list now, and unbiased; but the baseline is gone, which was right and made it less noisy.",
        ),
        uphill=(
            _with(lambda p, reward, chosen: ((p * reward).sum(1, keepdim=True) - reward).gather(1, chosen)),
            "one list now, but the sign is turned: what is better than expected is made less probable.",
        ),
        baseline_of_the_chosen=(
            _with(
                lambda p, reward, chosen: (
                    reward.gather(1, chosen) - reward.gather(1, chosen).mean(1, keepdim=True)
                )
            ),
            "one list now, but this baseline holds each choice's own reward, and so it is biased. The given "
            "one was right.",
        ),
        plain_mean=(
            _with(lambda p, reward, chosen: (reward - reward.mean(1, keepdim=True)).gather(1, chosen)),
            "one list now; but the baseline was right: the mean of what G chooses, each document by its p.",
        ),
        p_for_log_p=(
            lambda log_p, reward, draw: _drawn_once_by_p(log_p, reward, draw),
            "one list now, but REINFORCE raises *log* p of what was chosen: with p itself, rare choices "
            "count too little.",
        ),
        baseline_added=(
            _with(lambda p, reward, chosen: ((p * reward).sum(1, keepdim=True) + reward).gather(1, chosen)),
            "the baseline is to be subtracted: better than expected, or worse?",
        ),
    ),
)

Prediction(
    "12.p7",
    "a",
    "Where clicks and G's choices are equally frequent, the best D answers ½, whatever the document: the "
    "better G chooses, the less is left for D to tell apart, and it forgets. G keeps what D once paid for.",
)
