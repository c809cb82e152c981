"""Inert stand-ins for libraries that learners import and the jail does not have.

A notebook imports matplotlib, tqdm or pandas at its top; the graded function uses none of them. A
right answer must not fail for that, so a finder behind all others gives a known third-party name an
empty module. While the submission is loaded, any use of it is tolerated. In graded calls, drawing
and progress bars stay inert, and any other library raises ModuleNotFoundError where it is used. An
import that the learner guards with `except ImportError` fails as it would without the library.
"""

from __future__ import annotations

import importlib.machinery
import opcode
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DISPLAY = _words(
    "matplotlib mpl_toolkits pylab seaborn plotly bokeh altair IPython ipywidgets tqdm rich "
    "tabulate prettytable termcolor colorama graphviz pydot imageio PIL wandb tensorboard "
    "tensorboardX google nbgrader otter ipykernel jupyter notebook progressbar alive_progress "
    "pydot_ng visdom celluloid torchviz torchsummary torchinfo line_profiler memory_profiler "
    "autograder pytest black icecream"
)
_THIRD_PARTY = _DISPLAY | _words(
    "pandas scipy torch torchvision torchaudio tensorflow keras jax jaxlib flax optax autograd "
    "numba cupy cv2 sklearn skimage sympy statsmodels networkx numexpr h5py pyarrow polars "
    "xarray dask requests bs4 lxml yaml tables theano mxnet paddle chainer lightgbm xgboost "
    "catboost einops opt_einsum transformers datasets tokenizers lightning pytorch_lightning "
    "fastai nltk spacy gym gymnasium hypothesis cython Cython pybind11 ray joblib psutil cvxpy "
    "tinygrad micrograd mlxtend albumentations timm onnx onnxruntime"
)
_UNPACK_SEQUENCE, _UNPACK_EX = opcode.opmap["UNPACK_SEQUENCE"], opcode.opmap["UNPACK_EX"]


@dataclass
class State:
    """What the finder and the stand-ins know of the submission being served."""

    is_call: bool = False
    names: list[str] = field(default_factory=list)
    #: file name and line of each import inside a try that catches its failure
    guarded: set[tuple[str, int]] = field(default_factory=set)


STATE = State()


def note(name: str) -> str:
    """What the learner is told about one replaced library."""
    return f"{name} is not available here; it was replaced by an empty stand-in"


def _refuse_in_call(root: str) -> None:
    if STATE.is_call and root not in _DISPLAY:
        raise ModuleNotFoundError(f"No module named '{root}': it is not available here", name=root)


class Inert:
    """Something that can be used in any way and does nothing."""

    def __init__(self, root: str) -> None:
        self.__dict__["_root"] = root

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Inert(self._root)  # not yet a use: isinstance(x, torch.Tensor) may ask for a name

    def __setattr__(self, name: str, value: object) -> None:
        _refuse_in_call(self._root)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Itself as a decorator: a function or class that is given alone comes back unchanged."""
        is_decorator = len(args) == 1 and not kwargs
        if is_decorator and isinstance(args[0], types.FunctionType | type):
            return args[0]
        _refuse_in_call(self._root)
        return Inert(self._root)

    def __iter__(self) -> Iterator[Any]:
        """As many as the caller unpacks (`fig, ax = plt.subplots()`), else none."""
        _refuse_in_call(self._root)
        return iter([Inert(self._root) for _ in range(_unpacked(sys._getframe(1)))])

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return (_Base,)

    def __enter__(self) -> Any:
        _refuse_in_call(self._root)
        return self

    def __exit__(self, *details: object) -> None:
        return None

    def __instancecheck__(self, instance: object) -> bool:
        return False

    def __subclasscheck__(self, subclass: type) -> bool:
        return False

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return False

    def __index__(self) -> int:
        _refuse_in_call(self._root)
        return 0

    def __float__(self) -> float:
        _refuse_in_call(self._root)
        return 0.0

    def __format__(self, form: str) -> str:
        return repr(self)

    def __repr__(self) -> str:
        return f"<stand-in for {self._root}>"


class _Base:
    """Base of a class that inherits from something missing; its super().__init__ works."""

    def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def __init_subclass__(cls, **kwargs: Any) -> None: ...


def _operation(self: Inert, *operands: object) -> Any:
    _refuse_in_call(self._root)
    return Inert(self._root)


_OPERATORS = _words(
    "add sub mul matmul truediv floordiv mod pow and or xor lshift rshift neg pos abs invert "
    "getitem setitem delitem lt le gt ge"
)
for _name in _OPERATORS:
    setattr(Inert, f"__{_name}__", _operation)
    setattr(Inert, f"__r{_name}__", _operation)


def _unpacked(frame: types.FrameType) -> int:
    code, at = frame.f_code.co_code, frame.f_lasti
    if not 0 <= at < len(code) - 1:
        return 0
    if code[at] == _UNPACK_SEQUENCE:
        return code[at + 1]
    return code[at + 1] if code[at] == _UNPACK_EX else 0


class _Module(types.ModuleType):
    """A missing library: every public name is inert, a few do what a loop or decorator needs."""

    def __getattr__(self, name: str) -> Any:
        root = self.__name__.partition(".")[0]
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        if name in _PASSING and root in ("tqdm", "numba", "rich", "IPython"):
            return _PASSING[name]
        return Inert(root)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _track(*args, **kwargs)


def _track(iterable: Any = (), *args: Any, **kwargs: Any) -> Any:
    return _Progress(iterable)


class _Progress:
    """tqdm(iterable): the iterable itself, with the methods of a bar."""

    def __init__(self, iterable: Any) -> None:
        self._iterable = iterable

    def __iter__(self) -> Iterator[Any]:
        return iter(self._iterable)

    def __len__(self) -> int:
        return len(self._iterable)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *details: object) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert("tqdm")


_PASSING: dict[str, Callable[..., Any]] = {
    "tqdm": _track,
    "trange": lambda *args, **kwargs: _Progress(range(*args)),
    "track": _track,
    "tqdm_notebook": _track,
    "prange": range,
}


class Finder:
    """The last finder on the path: a known third-party name that no other finder has."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """A spec for a stand-in, or None: then the import fails with its usual error."""
        root = name.partition(".")[0]
        if root not in _THIRD_PARTY or (root in sys.modules and not _is_standin(root)):
            return None
        if _importing_line() in STATE.guarded or (STATE.is_call and root not in _DISPLAY):
            return None
        if root not in STATE.names:
            STATE.names.append(root)
        return importlib.machinery.ModuleSpec(name, _Loader(), is_package=True)  # type: ignore[arg-type]  # only two methods are used


def _is_standin(root: str) -> bool:
    return isinstance(sys.modules[root], _Module)


def _importing_line() -> tuple[str, int]:
    frame: types.FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    return (frame.f_code.co_filename, frame.f_lineno) if frame else ("", 0)


class _Loader:
    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        module.__path__ = []
