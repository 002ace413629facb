"""Notebook 04, sections 5 and 6: where two players go, and who moves in the algorithm."""

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from ...train import descend
from ..engine.fixtures import after_updates, kept_on_device, noise, plain_descent, small_net
from ..engine.tasks import Exercise


def step_of_both(x, y, h):
    """One gradient step of size h for each player of V(x, y) = xy: x minimizes it, y maximizes it. → x, y"""
    return x - h * y, y + h * x


def one_after_the_other(x, y, h):
    """As notebook 04 shows it to be mended: y already sees the new x."""
    x = x - h * y
    y = y + h * x
    return x, y


Exercise(
    "04.6",
    "Round and round",
    kind="debug",
    reference=step_of_both,
    cases=lambda: [(1.0, 0.0, 0.1), (0.3, -2.0, 0.5), (-1.0, 1.0, 1.0)],
    hints=(
        "Take one step from (1, 1) with h = 1 by hand, and let the code take it. Where do they differ?",
        "Both players decide from the old point. Which x does y see?",
        "return x - h * y, y + h * x",
    ),
    mistakes=dict(
        given=(one_after_the_other, ""),
        y_first=(
            lambda x, y, h: (x - h * (y + h * x), y + h * x),
            "now x sees the new y: still one after the other.",
        ),
        both_descend=(lambda x, y, h: (x - h * y, y - h * x), "y maximizes: it goes up its gradient."),
        both_ascend=(lambda x, y, h: (x + h * y, y + h * x), "x minimizes: it goes down its gradient."),
        no_size=(lambda x, y, h: (x - y, y + x), "that is a step of size 1: h is not used."),
        half_a_step=(
            lambda x, y, h: (x - h / 2 * y, y + h / 2 * x),
            "each step is half as long as it should be: the derivative of xy in x is y, all of it.",
        ),
        only_x=(lambda x, y, h: (x - h * y, y), "y stays where it is: both players move."),
        only_y=(lambda x, y, h: (x, y + h * x), "x stays where it is: both players move."),
        order=(lambda x, y, h: (y + h * x, x - h * y), "the results are exchanged: x comes first."),
        moves_only=(lambda x, y, h: (-h * y, h * x), "these are the moves; add them to the old point."),
        value_itself=(
            lambda x, y, h: (x - h * x * y, y + h * x * y),
            "that is V itself, in place of its derivatives.",
        ),
        own_value=(lambda x, y, h: (x - h * x, y + h * y), "the derivative of xy in x is y, not x."),
        roles=(
            lambda x, y, h: (x + h * y, y - h * x),
            "x minimizes and y maximizes: here it is the other way.",
        ),
    ),
)


Exercise(
    "04.7",
    "Look before you step",
    reference=0.9901**50,
    tolerance=2e-3,
    why=(
        "From x + iy the trial step leads to (1 + ih)(x + iy), and the real one to (1 + ih(1 + ih))(x + iy). "
        "The square of |1 − h² + ih| is 1 − h² + h⁴ = 0.9901: a little inward, each time."
    ),
    hints=(
        "The trial step from (x, y) leads to (x − hy, y + hx). What are the gradients there?",
        "The step is x' = x − h(y + hx), y' = y + h(x − hy). What is x'² + y'²?",
        "((1 − h²)² + h²)(x² + y²): the distance shrinks by the root of 1 − h² + h⁴ at each step.",
        "0.9901 to the power of 100 / 2.",
    ),
    mistakes=dict(
        plain=(1.01**50, "that is without the look ahead: the step with the gradients of where they stand."),
        plain_no_root=(1.01**100, "that is without the look ahead, and the root is missing, too."),
        circle=(1.0, "that is the exact solution, a circle; the look ahead leads a little inward."),
        no_root=(0.9901**100, "1 − h² + h⁴ is the factor of the *squared* distance: take the root."),
        real_part=(0.99**100, "1 − h² is only what is left of x in x'; y brings in h² more, in the square."),
        h_for_h_squared=(0.9**50, "h = 0.1 enters squared."),
    ),
)


Exercise(
    "04.8",
    "The same pace, another way",
    reference=0.2725 / 0.15,
    tolerance=3e-3,
    why=(
        "λ² + γλ + ¼ = 0. At γ = 0.3 both roots have the real part −0.15. Beyond γ = 1 both are real; the "
        "slower one decides: it is −0.15 if γ = (0.15² + ¼)/0.15 = 1.82."
    ),
    hints=(
        "Near (0, 0) the sigmoid is ½. So θ' = ½ψ, from G's loss; what is ψ', from D's loss and the penalty?",
        "ψ' = −½θ − γψ: λ² + γλ + ¼ = 0, and λ = −γ/2 ± √(γ²/4 − ¼). What is the real part at γ = 0.3?",
        "−0.15, for there the root is imaginary. Up to γ = 1 no other γ has it. Beyond, the roots are real.",
        "In the long run the slower root is seen: put λ = −0.15 into the equation, and solve it for γ.",
    ),
    mistakes=dict(
        sigmoid_forgotten=(
            1.0225 / 0.15,
            "both slopes contain σ(0) = ½: θ' = ½ψ, and ψ' = −½θ − γψ.",
        ),
        penalty_halved=(
            2 * 0.2725 / 0.15,
            "(γ/2) ψ² has the derivative γψ, all of it.",
        ),
        critical=(1.0, "there the circling stops, and they come in fastest: at the rate ½."),
        double=(0.6, "up to γ = 1 the rate is γ/2, so this one is twice as fast."),
        sharp=(
            0.09 + 0.25,
            "put the root −0.15 into λ² + γλ + ¼ = 0, and solve for γ.",
        ),
        rate_itself=(
            (0.09 + 0.25) / 0.3,
            "the rate at γ = 0.3 is γ/2 = 0.15, the real part of the roots, not 0.3.",
        ),
        product=(0.25 / 0.15, "λ² is missing: 0.15² + ¼, divided by 0.15."),
        inverse=(1 / 0.3, "the roots' product is ¼: the other root belongs to it, and γ is minus their sum."),
        other_root=(0.25 / 0.15 - 0.15, "that is the difference of both rates; γ is their sum."),
    ),
)


Exercise(
    "04.9",
    "Who moves?",
    kind="read",
    reference="ECBDA",
    why=(
        "Gradients wait in G where nothing cuts D's loss off: in A, B and C. In C, G's zero_grad throws them "
        "away. In A they are added: D's loss pulls a fake's logit down by D, G's pulls it up by 1 − D; at D "
        "= ½ hardly anything is left. In B, G's own loss is cut off. In D, D takes G's turn."
    ),
    hints=(
        "Which of the edits let D's loss send a gradient into G? In these runs the last row says yes.",
        "In which runs can G not move at all? There are two; in one of them somebody else moves in G's turn.",
        "If what waits in G is not thrown away, two gradients are added. Which signs have they in a fake's "
        "logit, and which sizes, where D says ½?",
    ),
    mistakes=dict(
        sum_is_more=(
            "EABDC",
            "what waits in G is the gradient of *D's* loss: does it add to G's own, or work against it?",
        ),
        detach_confused=(
            "EBCDA",
            "B and C both have a gradient waiting in G; but only one of them has a G that still learns.",
        ),
        optimizer_confused=(
            "ECDBA",
            "where D's optimizer takes G's turn, D moves in that turn; B's D does not.",
        ),
        nothing_changed=(
            "CEBDA",
            "where nothing was changed, nothing of D's loss reaches G: no gradient waits there.",
        ),
        stands_still=(
            "ECADB",
            "A's G has moved: its loss is not cut off.",
        ),
        in_order=(
            "ABCDE",
            "begin with the one that is right: G moves, D only in its own turn, nothing waits.",
        ),
    ),
)


def one_turn(G, D, x, z, opt_G, opt_D):
    """One update of D, then one of G. → L_D, L_G"""
    n = len(x)
    is_real = torch.cat([torch.ones(n, 1), torch.zeros(n, 1)]).to(x.device)
    x_fake = G(z)
    logits = D(torch.cat([x, x_fake.detach()]))
    L_D = nn.functional.binary_cross_entropy_with_logits(logits, is_real, reduction="sum") / n
    descend(L_D, opt_D)
    L_G = nn.functional.binary_cross_entropy_with_logits(D(x_fake), is_real[:n])
    descend(L_G, opt_G)
    return L_D.detach(), L_G.detach()


def both_win(G, D, x, z, opt_G, opt_D):
    """As notebook 04 shows it to be mended: the fakes come first, the labels begin with the real ones."""
    n = len(x)
    is_real = torch.cat([torch.ones(n, 1), torch.zeros(n, 1)]).to(x.device)
    x_fake = G(z)
    logits = D(torch.cat([x_fake.detach(), x]))
    L_D = nn.functional.binary_cross_entropy_with_logits(logits, is_real, reduction="sum") / n
    descend(L_D, opt_D)
    L_G = nn.functional.binary_cross_entropy_with_logits(D(x_fake), is_real[:n])
    descend(L_G, opt_G)
    return L_D.detach(), L_G.detach()


def _two_turns(fn, arguments):
    """The weights of both players after one and after two turns, and the losses that were told."""
    G, D, x, z = arguments
    opt_G, opt_D = plain_descent(G), plain_descent(D)

    def told(said):
        pairs = [pair if isinstance(pair, tuple | list) else (pair,) for pair in said]
        return [kept_on_device(loss) for pair in pairs for loss in pair]

    return after_updates(lambda: fn(G, D, x, z, opt_G, opt_D), told=told, D=D, G=G)


def turn(
    labels=(1, 0), wanted=1, detached=True, G_sees=True, opts="DG", zero=True, sign_D=1, sign_G=1, share=1.0
):
    """A turn that is wrong in one way, with D's labels for (real, fake) and the one that G wants."""

    def wrong(G, D, x, z, opt_G, opt_D):
        opt = dict(D=opt_D, G=opt_G)

        def loss(logits, label):
            return binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))

        def update(value, name):
            if zero:
                opt[name].zero_grad()
            value.backward(inputs=[p for group in opt[name].param_groups for p in group["params"]])
            opt[name].step()

        x_fake = G(z)
        on_fake = D(x_fake.detach() if detached else x_fake)
        L_D = share * (loss(D(x), labels[0]) + loss(on_fake, labels[1]))
        update(sign_D * L_D, opts[0])
        L_G = loss(D(G(z) if G_sees else x_fake.detach()), wanted)
        update(sign_G * L_G, opts[1])
        return L_D.detach(), L_G.detach()

    return wrong


Exercise(
    "04.10",
    "Both players win",
    kind="debug",
    reference=one_turn,
    cases=lambda: [(small_net(3, 6, 2), small_net(2, 6, 1), noise(n, 2), noise(n, 3)) for n in (1, 16)],
    outcome=_two_turns,
    unlike="after two turns D or G has other weights than it should: which points, labels and optimizer?",
    hints=(
        "The players want opposite things. If both losses are small, one of them wants the wrong thing: "
        "which answers does D give to real points and to fakes at the end?",
        "D calls fakes real, and real points fake. Which row of `logits` belongs to which row of `is_real`?",
        "The first n labels are 1: the first n items have to be the real ones.",
        "logits = D(torch.cat([x, x_fake.detach()]))",
    ),
    mistakes=dict(
        given=(both_win, ""),
        generator_turned=(
            turn(labels=(0, 1), wanted=0),
            "now they are opponents, but with their labels exchanged: a D above 0 would mean *fake*. In this "
            "course 1 is real: mend D's line, not G's.",
        ),
        helps=(turn(wanted=0), "D is right now; but G wants its points to be called fake: it helps D."),
        ones_for_all=(
            turn(labels=(1, 1)),
            "D is to call real points and fakes real: there is nothing to tell apart.",
        ),
        zeros_for_all=(
            turn(labels=(0, 0)),
            "D is to call real points and fakes fake: there is nothing to tell apart.",
        ),
        cut_off=(
            turn(G_sees=False, zero=True),
            "G's points are cut off in G's own turn: G does not move.",
        ),
    ),
)
