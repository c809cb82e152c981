"""The reference module a question names: its files, what is in them, and a hash over all of it.

Modules are read as text and never imported here: what a grade depends on is every file of the
module and whatever it imports from the package `reference`, found by reading the imports.
"""

from __future__ import annotations

import ast
import hashlib
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.bank.nodes import Node
from grader.core.errors import QuestionError
from grader.core.expression import did_you_mean

_PACKAGE = "reference"
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
_MAY_IMPORT = re.compile(rb"\breference\b|from\s+\.")
_DEFINED = re.compile(r"^(?:async\s+)?(?:def|class)\s+(\w+)|^(\w+)\s*(?::[^=\n]+)?=", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceModule:
    """A module of the reference folder as text: file name below that folder -> bytes."""

    name: str
    own: tuple[str, ...]
    files: Mapping[str, bytes]

    def require(self, function: str, place: Node) -> None:
        """Refuse a function that the module does not even mention.

        A mention is enough: a module may import it. Its parameters are checked by lint.
        """
        sources = [self.files[file].decode("utf-8", "replace") for file in self.own]
        if any(re.search(rf"\b{re.escape(function)}\b", source) for source in sources):
            return
        defined = [
            name
            for source in sources
            for found in _DEFINED.findall(source)
            if not (name := found[0] or found[1]).startswith("_")
        ]
        near = did_you_mean(function, defined).removeprefix("; ")
        file = f"{_PACKAGE}/{self.own[0]}"
        raise place.error(
            f"{file} has no {function!r}", near or f"write it in {file}, or name another function"
        )


def read_reference(name: str, folder: Path, place: Node) -> ReferenceModule:
    """Read a module below folder with all it imports from there."""
    if not _DOTTED.fullmatch(name):
        raise place.error(f"reference is {name!r}", "a module name, with dots for sub-packages")
    own = _module_files(name, folder)
    if not own:
        known = [file.stem for file in sorted(folder.glob("*.py")) if file.stem != "__init__"]
        near = did_you_mean(name, known).removeprefix("; ")
        path = name.replace(".", "/")
        raise place.error(f"there is no {_PACKAGE}/{path}.py", near or "write it first")
    files: dict[str, bytes] = {}
    waiting = list(own)
    while waiting:
        file = waiting.pop()
        if file not in files:
            files[file] = _read(folder / file, place)
            waiting += _imported_files(file, files[file], folder)
    return ReferenceModule(name=name, own=tuple(own), files=dict(sorted(files.items())))


def _read(path: Path, place: Node) -> bytes:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise place.error(
            f"{path.name} of the reference cannot be read: {error.strerror}"
        ) from error
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _module_files(name: str, folder: Path) -> list[str]:
    """Give the files of a module, relative to folder: one .py, or all of a package."""
    path = folder.joinpath(*name.split("."))
    if path.with_suffix(".py").is_file():
        return [path.with_suffix(".py").relative_to(folder).as_posix()]
    if not (path / "__init__.py").is_file():
        return []
    files = sorted(path.rglob("*.py"), key=lambda file: (file != path / "__init__.py", file))
    return [file.relative_to(folder).as_posix() for file in files]


def _imported_files(file: str, source: bytes, folder: Path) -> Iterator[str]:
    """Give the files below folder that file imports, with the packages around them."""
    for package in Path(file).parents:
        init = (package / "__init__.py").as_posix()
        if (folder / init).is_file():
            yield init
    if not _MAY_IMPORT.search(source):
        return
    for dotted in _imported_names(file, source):
        for name in (dotted, dotted.rpartition(".")[0]):
            if name and (files := _module_files(name, folder)):
                yield from files
                break


def _imported_names(file: str, source: bytes) -> Iterator[str]:
    """Give the dotted names below the package that are imported anywhere in source."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # verify runs the reference and says what is wrong with it
    here = [_PACKAGE, *Path(file).parent.parts]
    for node in ast.walk(tree):
        modules: list[str] = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) + 1 - node.level] if node.level else []
            start = ".".join([*base, *([node.module] if node.module else [])])
            modules = [f"{start}.{alias.name}" for alias in node.names]
        yield from (
            name.removeprefix(_PACKAGE + ".") for name in modules if name.startswith(_PACKAGE + ".")
        )


def digest(pieces: Mapping[str, bytes]) -> str:
    """Give 'sha256:…' over named pieces, each with its length so that none can pass for another."""
    total = hashlib.sha256()
    for name in sorted(pieces):
        for piece in (name.encode(), pieces[name]):
            total.update(len(piece).to_bytes(8, "big") + piece)
    return f"sha256:{total.hexdigest()}"


def missing_reference(place: Node, asked_by: str) -> QuestionError:
    """Give the error of a part that needs the reference where the question names none."""
    return place.error(
        f"{asked_by} is graded against a reference, but the question names none",
        "add 'reference: module' for reference/module.py to the front matter",
    )
