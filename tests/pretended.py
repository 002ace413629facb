"""A GPU that is not there: tensors that say "cuda:0" or "mps:0", have their numbers on the CPU, and refuse
what a GPU refuses.

`pretended.start("cuda")` comes before the course chooses its device: in conftest.py and, for a kernel, in its
start-up file. `waits` counts where GPU and CPU have to wait for each other, {(operation, line): times}; with
`strict` off, `faults` counts what would have been an error, and the code runs on.

Shown are devices, generators, operations that lack a kernel, and on MPS 64-bit numbers. Not shown: a GPU's
own arithmetic, speed, memory, streams, graphs. C++ sees PyTorch's device "meta", which knows no numbers:
`_run` does each operation on the CPU.
"""

import atexit
import collections
import contextlib
import functools
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import torch
from torch.optim.optimizer import _foreach_supported_types
from torch.overrides import TorchFunctionMode
from torch.utils._mode_utils import no_dispatch
from torch.utils._python_dispatch import TorchDispatchMode

device, strict, chances = torch.device("cuda:0"), True, torch.Generator()
waits, faults = collections.Counter(), collections.Counter()
COURSE = ("/course_utils/", "/ipykernel_")  # whose lines are told
MOVES = ("_to_copy", "copy_", "copy", "_foreach_copy_")  # between devices
INDEXING = ("index", "index_put", "index_put_", "_index_put_impl_", "_unsafe_index")
TAKES_NUMBERS = {"normal", "linspace", "_fused_adam_"}  # of the CPU, as pointwise operations do
TAKES_NUMBERS |= {f"{name}{_}" for name in ("fill", "masked_fill", "index_fill") for _ in ("", "_")}
ASKS = ("_local_scalar_dense", "nonzero", "masked_select", "_unique2", "unique_dim", "equal", "bincount")
PRODUCTS = (
    "mm",
    "addmm",
    "bmm",
    "baddbmm",
    "mv",
    "addmv",
    "dot",
    "convolution",
)  # CUDA has them for floats only


class Pretended(torch.Tensor):
    """A tensor on the device; `inner` holds its numbers."""

    __torch_function__ = torch._C._disabled_torch_function_impl
    is_meta = is_cpu = False
    is_cuda, is_mps = (
        property(lambda self: device.type == "cuda"),
        property(lambda self: device.type == "mps"),
    )
    device = property(lambda self: device)

    @staticmethod
    def __new__(cls, inner):
        layout = dict(
            strides=inner.stride(), storage_offset=inner.storage_offset(), dtype=inner.dtype, device="meta"
        )
        outer = torch.Tensor._make_wrapper_subclass(cls, inner.shape, **layout)
        outer.inner = inner
        return outer

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return _run(func, args, kwargs or {})

    def to(self, *args, copy=False, **kwargs):
        there, dtype, _, layout = torch._C._nn._parse_to(*args, **kwargs)
        stays = (there is None or _is_device(there)) and dtype in (None, self.dtype) and layout is None
        return self if stays and not copy else super().to(*args, copy=copy, **kwargs)

    def numpy(self, *, force=False):
        if not force:
            way = "Use Tensor.cpu() to copy it to host memory first."
            raise TypeError(f"can't convert {device} device type tensor to numpy. {way}")
        return self.detach().cpu().numpy()

    def tolist(self):
        return self.cpu().tolist()

    def _set_data(self, new):
        torch.Tensor.data.__set__(self, new)
        self.inner = new.inner

    data = property(torch.Tensor.data.__get__, _set_data)

    def __format__(self, form):
        return format(self.item(), form) if self.dim() == 0 else super().__format__(form)

    def __tensor_flatten__(self):  # makes nn.Module.to swap whole parameters, so that optimizers keep theirs
        return ["inner"], None

    __tensor_unflatten__ = staticmethod(lambda inner, *_: Pretended(inner["inner"]))


_foreach_supported_types.append(Pretended)


def _each(f, x):
    """f of each thing in lists, tuples and dicts, in their shape (PyTorch's tree_map, but fast)."""
    kind = type(x)
    if kind is tuple or kind is list:
        return kind([_each(f, value) for value in x])
    return {key: _each(f, value) for key, value in x.items()} if kind is dict else f(x)


def _all(x):
    """Each thing in lists, tuples and dicts. → list"""
    found = []
    _each(found.append, x)
    return found


def _is_device(x):
    return isinstance(x, torch.device | str) and re.fullmatch("(cuda|mps)(:0)?|meta", str(x)) is not None


class _Words(TorchFunctionMode):
    """Python's words, before they come to C++: "cuda" becomes "meta"."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if func is torch.device:
            return func(*args, **kwargs)
        if func is torch.Tensor.cuda:
            return _of_the_device(args[0].to("meta"))
        if func in (torch.tensor, torch.as_tensor, torch.asarray) and not isinstance(args[0], torch.Tensor):
            numbers = _each(lambda x: x.item() if isinstance(x, Pretended) else x, args[0])
            if _is_device(kwargs.get("device")):  # made on the CPU, then sent
                more = {name: x for name, x in kwargs.items() if name not in ("device", "requires_grad")}
                sent = func(numbers, *args[1:], **more).to("meta")
                return _of_the_device(sent).requires_grad_(kwargs.get("requires_grad", False))
            args = (numbers, *args[1:])
        args, kwargs = _each(lambda x: "meta" if _is_device(x) else x, (tuple(args), kwargs))
        return _of_the_device(func(*args, **kwargs))


def _of_the_device(result):
    """An MPS has no 64-bit numbers. (What C++ makes for itself on the way, it makes otherwise there.)"""
    if (
        device.type == "mps"
        and isinstance(result, Pretended)
        and result.dtype in (torch.float64, torch.complex128)
    ):
        _fault(
            TypeError(
                "Cannot convert a MPS Tensor to float64 dtype as the MPS framework doesn't support float64."
            )
        )
    return result


class _Everywhere(TorchDispatchMode):
    """Meets what has no pretended tensor among its arguments: what makes new ones, or copies them."""

    _should_skip_dynamo = classmethod(lambda cls: False)  # else dynamo is imported, which takes seconds

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return _run(func, args, kwargs or {})


def _run(func, args, kwargs):
    """One operation: on the pretended device if a tensor is there, or is wanted there."""
    leaves, wish = _all((args, kwargs)), kwargs.get("device")
    tensors = [x for x in leaves if isinstance(x, torch.Tensor)]
    outer = {id(x.inner): x for x in tensors if isinstance(x, Pretended)}
    if not outer and not _is_device(wish):
        return func(*args, **kwargs)
    name, first = func._schema.name.removeprefix("aten::"), args[0] if args else None
    if wish is not None:
        here, kwargs = _is_device(wish), {**kwargs, "device": "cpu"}
    else:  # in place: where it is written to; linspace between two tensors: on the CPU
        here = (
            isinstance(first, Pretended)
            if func._schema.is_mutable
            else func._schema.arguments[0].name != "start"
        )
    _refuse(func, name, args, leaves)
    with _own_chances(func, here):
        result = func(*_each(_inner, args), **_each(_inner, kwargs))
    for x in outer.values():
        if (
            x.shape != x.inner.shape or x.stride() != x.inner.stride()
        ):  # in place: squeeze_, or an empty `out=`
            with no_dispatch():
                x.set_(torch.empty_strided(x.inner.shape, x.inner.stride(), dtype=x.dtype, device="meta"))
    crosses = name in MOVES + INDEXING and any(isinstance(x, Pretended) != here for x in tensors)
    masked = name in INDEXING and any(x.dtype == torch.bool for x in tensors[1:])
    if name in ASKS or crosses or masked:
        waits[name, _line()] += 1

    def wrapped(x):  # what is changed in place stays itself
        return outer[id(x)] if id(x) in outer else Pretended(x) if isinstance(x, torch.Tensor) else x

    return _each(wrapped, result) if here else result


def _inner(x):
    return x.inner if isinstance(x, Pretended) else x


def _refuse(func, name, args, leaves):
    """The errors of a real device."""
    tensors, kind = [x for x in leaves if isinstance(x, torch.Tensor)], device.type.upper()
    ours, guests = ([x for x in tensors if isinstance(x, Pretended) == there] for there in (True, False))
    # the indices may be on the CPU, and are copied
    indexed = name in INDEXING and isinstance(args[0], Pretended)
    if name in MOVES or indexed:
        guests = [x for x in guests if indexed and any(x is value for value in args[2:3])]
    takes_numbers = torch.Tag.pointwise in func.tags or name in TAKES_NUMBERS or name.startswith("_foreach_")
    if indexed or takes_numbers:
        guests = [x for x in guests if x.dim() or (x is args[0] and func._schema.is_mutable)]
    if ours and guests:
        two = f"found at least two devices, {device} and cpu!"
        _fault(RuntimeError(f"Expected all tensors to be on the same device, but {two} ({name})"))
    if any(isinstance(x, torch.Generator) for x in leaves):
        _fault(RuntimeError(f"Expected a '{device.type}' device type for generator but found 'cpu'"))
    if str(func).removeprefix("aten.").removesuffix(".default") in _missing(kind):
        _fault(
            NotImplementedError(f"The operator '{func}' is not currently implemented for the {kind} device.")
        )
    whole = not (tensors[0].is_floating_point() or tensors[0].is_complex()) if tensors else False
    if kind == "CUDA" and name in PRODUCTS and whole:
        _fault(RuntimeError(f'"{name}_cuda" not implemented for {tensors[0].dtype}'))


def _fault(error):
    if strict:
        raise error
    faults[f"{type(error).__name__}: {error}", _line()] += 1


def _line():
    frame = sys._getframe(2)
    while frame and not any(part in frame.f_code.co_filename for part in COURSE):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else "elsewhere"


@functools.cache
def _missing(kind):
    """Operations with a kernel for the CPU but none for this device, by PyTorch's own table. → set"""
    table = Path(torch.__file__).parent.parent / "torchgen/packaged/ATen/native/native_functions.yaml"
    keys, delegates = {}, {}
    for entry in table.read_text(encoding="utf-8").split("\n- func: ")[1:]:
        name = entry[: entry.index("(")]
        keys[name] = set(re.findall(r"\w+(?=[^:\n]*: )", "\n".join(re.findall(r"^    [A-Z].*", entry, re.M))))
        delegates[name] = (re.findall(r"structured_delegate: (\S+)", entry) or [name])[0]

    families = collections.defaultdict(set)
    for name, own in keys.items():
        families[name.split(".")[0]] |= own

    def there(name):
        own = keys[delegates[name]]
        if any("Composite" in key for key in own):  # made of others, such as its out=
            own = set() if "CPU" in own else families[name.split(".")[0]]
        return "CPU" not in own or kind in own

    return {name for name in keys if not there(name)}


@contextlib.contextmanager
def _own_chances(func, here):
    """What is drawn at random on the device leaves the CPU's stream untouched."""
    if not (here and torch.Tag.nondeterministic_seeded in func.tags):
        yield
        return
    before = torch.get_rng_state()
    torch.set_rng_state(chances.get_state())
    try:
        yield
    finally:
        chances.set_state(torch.get_rng_state())
        torch.set_rng_state(before)


@contextlib.contextmanager
def gpu(kind="cuda"):
    """Meanwhile there is this device, "cuda" or "mps", and no other. → the counter of waits"""
    global device
    device = torch.device(kind, 0)
    cuda, mps = kind == "cuda", kind == "mps"
    random = dict(
        get_rng_state=lambda *_: chances.get_state(), set_rng_state=lambda state, *_: chances.set_state(state)
    )
    # a seed gives other numbers than on the CPU
    random[f"manual_seed{'_all' * cuda}"] = lambda seed: chances.manual_seed(seed + 1) and None
    stream = SimpleNamespace(is_capturing=lambda: False)
    fakes = [
        (
            torch.cuda,
            dict(is_available=lambda: cuda, device_count=lambda: int(cuda), **(random if cuda else {})),
        ),
        (
            torch.cuda,
            dict(
                get_device_name=lambda *_: "pretended GPU",
                current_device=lambda: 0,
                synchronize=lambda *_: None,
            ),
        ),
        (torch.cuda, dict(is_bf16_supported=lambda *_, **__: True)),
        (torch.cuda, dict(reset_peak_memory_stats=lambda: None, max_memory_allocated=lambda: 0)),
        (torch.mps, dict(device_count=lambda: int(mps), synchronize=lambda: None, **(random if mps else {}))),
        (torch.backends.mps, dict(is_available=functools.cache(lambda: mps))),
        (
            torch.accelerator,
            dict(current_accelerator=lambda *_, **__: torch.device(kind), current_stream=lambda *_: stream),
        ),
    ]
    with contextlib.ExitStack() as stack:
        for module, names in fakes:
            stack.enter_context(mock.patch.multiple(module, **names))
        stack.enter_context(_Words())
        stack.enter_context(_Everywhere())
        waits.clear()
        faults.clear()
        yield waits


def start(kind="cuda"):
    """As `gpu`, until Python ends."""
    kept = gpu(kind)
    kept.__enter__()
    atexit.register(kept.__exit__, None, None, None)
