"""Program → Submission that can be called: unpacked, chosen, executed, checked; in the worker."""

from __future__ import annotations

import importlib.machinery
import inspect
import linecache
import sys
import types
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import cells, choosing, places, standins
from .choosing import Candidate, Wanted
from .uploads import Source, Unreadable, unpack

__all__ = ["Submission", "Unreadable", "load"]

_MODULE_NAME = "submission"
_SNIPPET_NAME = "how it is called,"


@dataclass(slots=True)
class Submission:
    """A loaded solution: what is called, the texts its errors point into, notes for the learner."""

    file: str
    notes: list[str]
    sources: dict[str, Source]
    entry: Any
    parameters: tuple[str, ...] | None
    snippet: types.CodeType | None
    returns: tuple[str, ...]
    names: dict[str, Any]

    def call(self, inputs: dict[str, Any]) -> object:
        """The answer to one request: of the entry, or of the question's own snippet."""
        if self.snippet is None:
            if self.parameters is None:
                return self.entry(*inputs.values())
            return self.entry(*[inputs[name] for name in self.parameters])
        scope = {**self.names, **inputs}
        exec(self.snippet, scope)  # the question's own text
        missing = [name for name in self.returns if name not in scope]
        if missing:
            raise NameError(f"name {missing[0]!r} is not defined after the call")
        values = tuple(scope[name] for name in self.returns)
        return values[0] if len(values) == 1 else values


def load(program: dict[str, Any]) -> Submission:
    """Run the top level and find what it must define; Unreadable says what is wrong."""
    notes: list[str] = []
    wanted = [Wanted(name, parameters) for name, parameters in program["entries"]]
    sources = unpack(program["files"], notes)
    candidates = choosing.compile_all(sources, wanted)
    chosen = choosing.choose(candidates, wanted, notes)
    named = {candidate.source.name: candidate.source for candidate in candidates}
    for candidate in candidates:
        standins.STATE.guarded |= {(candidate.source.name, line) for line in candidate.guarded}
        _show_in_tracebacks(candidate.source)
    sys.meta_path.insert(0, _Siblings(candidates, chosen, program["modules"]))
    sys.meta_path.append(standins.Finder())
    module = _execute(chosen, wanted, named, notes)
    notes += [standins.note(name) for name in standins.STATE.names]
    entries = [_entry(module, want, chosen) for want in wanted]
    call = program["call"]
    if call is not None:
        named[_SNIPPET_NAME] = Source(_SNIPPET_NAME, call)
    return Submission(
        file=chosen.source.name,
        notes=notes,
        sources=named,
        entry=entries[0] if entries else None,
        parameters=wanted[0].parameters if wanted else None,
        snippet=None if call is None else compile(call, _SNIPPET_NAME, "exec", dont_inherit=True),
        returns=tuple(program["returns"]),
        names=module.__dict__,
    )


def _show_in_tracebacks(source: Source) -> None:
    lines = [line + "\n" for line in source.lines]
    linecache.cache[source.name] = (len(source.text), None, lines, source.name)


def _execute(
    chosen: Candidate, wanted: list[Wanted], named: dict[str, Source], notes: list[str]
) -> types.ModuleType:
    """The executed module. What fails after the entries are there may be a stand-in's doing; in a
    notebook a cell that fails does not keep those below it from running."""
    module = types.ModuleType(_MODULE_NAME)
    module.__file__ = chosen.source.name
    module.__dict__["display"] = module.__dict__["get_ipython"] = standins.Inert("IPython")
    sys.modules[_MODULE_NAME] = module
    sys.argv[:] = [chosen.source.name]  # for a learner's argparse; ours holds the settings
    code, failed = chosen.code, None
    while True:
        try:
            exec(code, module.__dict__)
            break
        except MemoryError:
            raise
        except BaseException as error:  # noqa: BLE001 -- whatever the learner's top level raises
            message, location = places.message(error), places.of(error, named)
            is_defined = all(want.name in module.__dict__ for want in wanted)
            where = location[-1].partition(": ")[0] if location else chosen.source.name
            failure = Unreadable(f"{where}: {message}{_hint(error, is_defined)}", location)
            below = cells.code_below(error, chosen.source, code)
            if below is not None:
                notes.append(f"{below[0]} failed ({message[:200]}); the cells below it were run")
                failed, code = failed or failure, below[1]
                continue
            if standins.STATE.names and is_defined:
                notes.append(f"{where}: the code after it was not run ({message[:200]})")
                break
            raise failure from None
    if failed is not None and any(want.name not in module.__dict__ for want in wanted):
        raise failed
    return module


def _hint(error: BaseException, is_defined: bool) -> str:
    if isinstance(error, EOFError):
        return "; there is no keyboard here: do not call input() at the top level"
    if isinstance(error, ModuleNotFoundError):
        return "; only the Python standard library and NumPy are available here"
    if is_defined:
        return "; put your own test code under `if __name__ == '__main__':`"
    return ""


def _entry(module: types.ModuleType, want: Wanted, chosen: Candidate) -> object:
    """The object an entry names, callable as the question will call it."""
    if want.name not in module.__dict__:
        raise Unreadable(choosing.missing([chosen], [want]))
    entry = module.__dict__[want.name]
    if not callable(entry):
        kind = type(entry).__name__
        raise Unreadable(f"{want.name!r} in {chosen.source.name} is a {kind}, not a function")
    if want.parameters is None:
        return entry
    try:
        signature = inspect.signature(entry)
    except (ValueError, TypeError):  # built in: nothing to read
        return entry
    try:
        signature.bind(*want.parameters)
    except TypeError as error:
        raise Unreadable(
            f"{want.name}{signature} in {chosen.source.name} cannot be called as {want}: {error}"
        ) from None
    return entry


class _Siblings:
    """The other files of the upload, and the question's own modules, importable from memory."""

    def __init__(
        self, candidates: list[Candidate], chosen: Candidate, modules: dict[str, str]
    ) -> None:
        self._codes: dict[str, types.CodeType] = {}
        self._packages: set[str] = set()
        home = chosen.source.name.rpartition("/")[0]
        for candidate in candidates:
            name = candidate.source.name.rpartition(".")[0]
            if candidate.source.name.lower().endswith(".py"):
                if home and name.startswith(home + "/"):
                    self._add(name.removeprefix(home + "/"), candidate.code)
                self._add(name, candidate.code)
        for dotted, text in modules.items():
            code = compile(text, f"<{dotted}>", "exec", dont_inherit=True)
            self._add(dotted.replace(".", "/"), code)

    def _add(self, name: str, code: types.CodeType) -> None:
        dotted = name.replace("/", ".")
        if dotted.endswith(".__init__"):
            dotted = dotted.removesuffix(".__init__")
            self._packages.add(dotted)
        self._codes[dotted] = code
        while "." in dotted:
            dotted = dotted.rpartition(".")[0]
            self._packages.add(dotted)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """A spec for a file of the upload, or None."""
        if name not in self._codes and name not in self._packages:
            return None
        is_package = name in self._packages
        return importlib.machinery.ModuleSpec(name, self, is_package=is_package)  # type: ignore[arg-type]  # only two methods are used

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """An ordinary module."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the file in its module."""
        code = self._codes.get(module.__name__)
        if code is not None:
            exec(code, module.__dict__)
