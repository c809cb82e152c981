"""The course's reference: trusted functions of the package `reference/`, called by name.

Two courses may be graded by one process, each with a package called `reference`: the modules of one
are loaded together and then taken out of the module table again.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from grader.core.errors import QuestionError
from grader.core.expression import DrawError, did_you_mean
from grader.core.question import ReferenceCall

_PACKAGE = "reference"
#: wall time of one call of the author's code, which takes microseconds
MOST_SECONDS = 20.0
_loading = threading.Lock()


class Reference:
    """One module of `reference/` and what the grading asks of it."""

    def __init__(self, module: ModuleType, folder: Path) -> None:
        self._module = module
        self._folder = folder
        self.name = module.__name__

    def function(self, name: str) -> Callable[..., Any]:
        """Give the public function of that name; QuestionError when there is none."""
        found = getattr(self._module, name, None)
        if not callable(found):
            public = [key for key, value in vars(self._module).items() if callable(value)]
            raise QuestionError(
                where=self.place,
                what=f"has no function '{name}'{did_you_mean(name, public)}",
                hint="entry and expected name functions of the question's reference",
            )
        return found  # type: ignore[no-any-return]  # callable, checked above

    def has(self, name: str) -> bool:
        """Tell whether the module defines a callable of that name."""
        return callable(getattr(self._module, name, None))

    @property
    def folder(self) -> Path:
        """Give the course's folder of references."""
        return self._folder

    @property
    def place(self) -> str:
        """Give the module's file relative to the course, for messages."""
        return f"{_PACKAGE}/{self.name.removeprefix(_PACKAGE + '.').replace('.', '/')}.py"

    def call(self, name: str, *arguments: Any, **keywords: Any) -> Any:
        """Call a function of the author's; whatever it raises is the author's fault."""
        function = self.function(name)
        try:
            with np.errstate(all="ignore"):
                return function(*arguments, **keywords)
        except _AUTHORS_FAULTS as error:
            raise QuestionError(
                where=_place_of(error, self._folder, self.place),
                what=f"{name} raised {type(error).__name__}: {str(error)[:300]}",
                hint=_hint_for(error),
            ) from error

    def run(
        self, snippet: str, inputs: Mapping[str, object], returns: tuple[str, ...]
    ) -> list[object]:
        """Run a question's `call` over this module's names and give the values of returns."""
        scope: dict[str, object] = {**vars(self._module), **inputs}
        try:
            with np.errstate(all="ignore"):
                exec(compile(snippet, "<call>", "exec"), scope)  # the author's, like the reference
            return [scope[name] for name in returns]
        except _AUTHORS_FAULTS as error:
            raise QuestionError(
                where=self.place,
                what=f"'call' raised {type(error).__name__} over the reference: {str(error)[:300]}",
                hint=_hint_for(error),
            ) from error

    def accepts_keyword(self, name: str, keyword: str) -> bool:
        """Tell whether a function has a parameter of that name."""
        return keyword in inspect.signature(self.function(name)).parameters


class _TooSlow(Exception):
    """The author's code did not come back."""


_AUTHORS_FAULTS = (Exception, SystemExit)


@contextmanager
def bounded() -> Iterator[None]:
    """Stop code of the author's that does not come back, where a signal can: in the main thread.

    For imports and for the making of a corpus, where a reference that loops for ever is met first;
    it costs 30 microseconds, which is too much for each call of a grading.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(
        signal, "setitimer"
    ):
        yield
        return
    before = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, MOST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _stop(number: int, frame: object) -> None:
    raise _TooSlow(f"it did not come back within {MOST_SECONDS:g} s")


def _hint_for(error: BaseException) -> str:
    if isinstance(error, ValueError) and "read-only" in str(error):
        return "a reference must not change its inputs; work on a copy"
    if isinstance(error, _TooSlow):
        return "a loop that never ends? inputs of a corpus are small"
    if isinstance(error, NameError):
        return "a 'call' needs a reference with the learner's names, or 'expected'"
    return "inputs that the reference refuses must not be drawn"


def arguments_of(call: ReferenceCall, inputs: Mapping[str, object]) -> list[Any]:
    """Evaluate the arguments of a call. Arrays of a corpus are read-only: no case can change."""
    try:
        return [argument.evaluate(inputs) for argument in call.arguments]
    except DrawError as error:
        raise QuestionError(where="", what=f"{call.text}: {error}") from error


def load_reference(folder: Path, module: str) -> Reference:
    """Import one module of a course's `reference/` folder; QuestionError says where it fails."""
    if not (folder / Path(*module.split("."))).with_suffix(".py").is_file():
        names = sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))
        raise QuestionError(
            where=f"{_PACKAGE}/{module.replace('.', '/')}.py",
            what=f"there is no reference module '{module}'{did_you_mean(module, names)}",
            hint=f"modules of this course: {', '.join(names) or 'none'}",
        )
    with _loading, _own_module_table():
        try:
            with bounded():
                _load_package(folder)
                loaded = importlib.import_module(f"{_PACKAGE}.{module}")
        except _AUTHORS_FAULTS as error:
            raise QuestionError(
                where=_place_of(error, folder),
                what=f"cannot be imported: {type(error).__name__}: {error}",
            ) from error
    return Reference(loaded, folder)


def _place_of(error: BaseException, folder: Path, module: str = f"{_PACKAGE}/") -> str:
    if isinstance(error, SyntaxError) and error.filename:
        return f"{_PACKAGE}/{Path(error.filename).name}:{error.lineno}"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.startswith(str(folder)):
            return f"{_PACKAGE}/{Path(frame.filename).relative_to(folder)}:{frame.lineno}"
    return module


def _load_package(folder: Path) -> None:
    """Make `reference` mean this folder, with or without an `__init__.py`.

    By the module path it would not: a folder without one gives way to any other package of that
    name, and the course that comes with grader has one.
    """
    start = folder / "__init__.py"
    spec = importlib.util.spec_from_file_location(
        _PACKAGE, start, submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[_PACKAGE] = package
    if start.is_file():
        assert spec.loader is not None
        spec.loader.exec_module(package)


@contextmanager
def _own_module_table() -> Iterator[None]:
    def is_ours(name: str) -> bool:
        return name == _PACKAGE or name.startswith(_PACKAGE + ".")

    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if is_ours(name)}
    importlib.invalidate_caches()
    try:
        yield
    finally:
        for name in [name for name in sys.modules if is_ours(name)]:
            del sys.modules[name]
        sys.modules.update(kept)
