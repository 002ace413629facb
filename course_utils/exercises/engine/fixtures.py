"""What several exercises share: numbers on the session's device, small networks, words."""

import torch
from torch import nn

from ... import session
from .compare import Results, Updated, same, unlike, value_and_gradients
from .tasks import IN_PLACE, Wrong


def noise(*shape, grad=False):
    return torch.randn(*shape, device=session.device(), requires_grad=grad)


def uniform(*shape):
    return torch.rand(*shape, device=session.device())


def numbers(*values, grad=False):
    """These values, or rows of values, as a tensor."""
    return torch.tensor(values, device=session.device(), requires_grad=grad)


def small_net(*widths):
    """Linear layers of these widths with tanh between; images are flattened. (B, …) → (B, widths[-1])"""
    layers = [nn.Flatten()]
    for n_in, n_out in zip(widths[:-1], widths[1:], strict=True):
        layers += [nn.Linear(n_in, n_out), nn.Tanh()]
    return nn.Sequential(*layers[:-1]).to(session.device())


def gradient_of(score, x, create_graph=True, total=torch.sum):
    """∇ of the scores at x, as gradient penalties need it, or with a known mistake. → like x"""
    x = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(total(score(x)), x, create_graph=create_graph)
    return gradient


SAME_AGAIN = "it draws the same a second time: is a seed fixed, or is there no chance in it?"


def untouched(fn, *arguments):
    """What `fn` gives for copies of these tensors; Wrong if it changes one of them."""
    copies = [argument.clone() for argument in arguments]
    value = fn(*copies)
    if not all(map(torch.equal, copies, arguments)):
        raise Wrong(IN_PLACE)
    return value


def drawn(z, *shape):
    """What a sampler gave, if it is a tensor of `shape`, of which statistics can be made; None for a stub."""
    if z is None or z is Ellipsis:
        return None
    if reason := unlike(z, torch.empty(shape, device=session.device())):
        raise Wrong(reason)
    if not z.isfinite().all():
        raise Wrong("its result is not finite (nan or inf).")
    return z


def value_alone(fn, arguments):
    """An outcome: the value without its gradients."""
    value = fn(*arguments)
    if value is None or value is Ellipsis:
        return None
    return (value.detach() if isinstance(value, torch.Tensor) else value,)


def wherever(fn, arguments):
    """An outcome: the value, wherever it was made, as no argument says where; whole numbers are numbers."""
    outcome = value_and_gradients(fn, arguments)
    if isinstance(outcome, Results) or not isinstance(outcome, tuple):
        return outcome
    value = outcome[0].detach().cpu()
    return (value if value.is_floating_point() or value.is_complex() else value.double(),)


def gradients_of_loss(fn, arguments):
    """An outcome: the gradients of a loss alone, as two right losses may differ in value."""
    leaves = [a for a in arguments if isinstance(a, torch.Tensor) and a.requires_grad]
    value = fn(*arguments)
    if value is None or value is Ellipsis:
        return None
    if not isinstance(value, torch.Tensor) or value.numel() != 1:
        raise Wrong("one number is asked for, the loss: take the mean over all draws.")
    if not value.requires_grad:
        raise Wrong("its value carries no gradient: log_p must stay in it, without .detach().")
    return torch.autograd.grad(value, leaves, allow_unused=True, materialize_grads=True)


def plain_descent(*nets, lr=0.1):
    """Gradient descent without momentum: a wrong gradient shows in the weights in its own size."""
    return torch.optim.SGD([p for net in nets for p in net.parameters()], lr=lr)


def kept_on_device(loss):
    """A loss as `train` wants it, () or (1,); nan if there is none. → tensor"""
    if isinstance(loss, float):
        raise Wrong("return it as a tensor, without .item(): `train` keeps it on the device.")
    return loss.detach().squeeze() if isinstance(loss, torch.Tensor) else torch.tensor(torch.nan)


def named(*names):
    """For `told` of `after_updates`: losses by these names, finite numbers, whose values are not compared."""
    words = f"{', '.join(names[:-1])} and {names[-1]}"

    def told(said):
        for losses in said:
            if not isinstance(losses, dict) or not set(names) <= losses.keys():
                raise Wrong(f"return {words} by name, as the given step does: `train` draws them.")
            if not all(_is_a_number(losses[name]) for name in names):
                raise Wrong(f"{words} are each to be one finite number: `train` draws them.")
        return ()

    return told


def _is_a_number(value):
    try:
        v = torch.as_tensor(value)
    except (TypeError, ValueError, RuntimeError):
        return False
    return v.layout == torch.strided and not v.is_meta and v.numel() == 1 and bool(v.isfinite())


def after_updates(update, n=2, told=None, **nets):
    """An outcome: the weights of `nets` after n updates, and their losses, or `told` of what they return.

    None if nothing moved and nothing was returned, as with a stub.
    """

    def weights():
        return {name: tuple(p.detach().clone() for p in net.parameters()) for name, net in nets.items()}

    before = weights()
    said, first = [update()], weights()
    said += [update() for _ in range(n - 1)]
    last = weights()
    if all(losses is None or losses is Ellipsis for losses in said) and same(before, last, 0.0):
        return None
    return Updated(before, first, last, tuple(told(said) if told else map(kept_on_device, said)))
