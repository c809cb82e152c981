"""Uploads as learners make them (.py, .ipynb, .zip in any encoding) → readable Source files.

Every byte is hostile and is only looked at in the worker: archives may be bombs, notebooks nested
without end, text in no encoding. What cannot be read is Unreadable, with the reason.
"""

from __future__ import annotations

import ast
import codecs
import io
import json
import re
import tokenize
import zipfile
from dataclasses import dataclass, field
from typing import Any

MAX_SOURCE_BYTES = 1 << 20
MAX_NOTEBOOK_BYTES = 32 << 20
MAX_ENTRIES = 1000
MAX_UNPACKED_BYTES = 64 << 20
MAX_RATIO = 200
_SMALL_ENTRY_BYTES = 1 << 16
#: names in the message about an upload without Python
_MOST_SHOWN, _LONGEST_SHOWN = 10, 80
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")

_MAGIC_LINE = re.compile(r"^(\s*)(%{1,2}[A-Za-z]\w*|!|\?\w|[\w.]+\?{1,2}\s*$|[\w, ]+=\s*[!%]\w)")
_ABSOLUTE = re.compile(r"/|[A-Za-z]:")
#: cell magics whose cell is still Python; any other one makes the cell something else
_PYTHON_CELL_MAGICS = {"time", "timeit", "capture", "prun", "python", "python3"}


class Unreadable(Exception):
    """Why a submission cannot be loaded, for the learner; location is their own lines."""

    def __init__(self, message: str, location: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.location = location


@dataclass(slots=True)
class Source:
    """One Python text. places names each line of a notebook; a .py file needs none."""

    name: str
    text: str
    places: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lines = self.text.split("\n")

    def place(self, line: int | None) -> str:
        """The learner's name for a line: 'solution.py line 12' or 'cell 3 line 2'."""
        if not line or line < 1:
            return self.name
        if self.places:
            return self.places[min(line, len(self.places)) - 1]
        return f"{self.name} line {line}"

    def line(self, line: int | None) -> str:
        """The text of a line, '' when there is none."""
        return self.lines[line - 1].strip() if line and 0 < line <= len(self.lines) else ""


def unpack(files: dict[str, bytes], notes: list[str]) -> list[Source]:
    """All Python sources of an upload, notebooks joined to one text each; notes are appended to."""
    found: dict[str, bytes] = {}
    others: list[str] = []  # what archives hold beside Python files: named when there is no other
    for name, data in files.items():
        if name.lower().endswith(".zip"):
            found.update(_unzip(name, data, others))
        else:
            found[_checked_name(name)] = data
    sources = []
    for name, data in sorted(found.items()):
        if name.lower().endswith(".py"):
            sources.append(Source(name, read_text(name, data)))
        elif name.lower().endswith(".ipynb"):
            sources.append(_read_notebook(name, data, notes))
    if not sources:
        raise Unreadable(_without_python(files, [*sorted(found), *others]))
    return sources


def _without_python(files: dict[str, bytes], found: list[str]) -> str:
    """What was expected, what is there instead, and for an archive in an archive what to do."""
    shown = [name[:_LONGEST_SHOWN] for name in found[:_MOST_SHOWN]]
    if len(found) > _MOST_SHOWN:
        shown.append(f"… {len(found) - _MOST_SHOWN} more")
    names = ", ".join(shown) or ("no file" if files else "nothing")
    archives = [name for name in files if name.lower().endswith(".zip")]
    where = f"{archives[0]}" if len(files) == 1 and archives else "the upload"
    hint = ""
    if any(name.lower().endswith(_ARCHIVES) for name in found):
        hint = "; an archive inside is not opened: hand in what it holds"
    return f"no Python file (.py or .ipynb) in {where}; found: {names}{hint}"


def _checked_name(name: str) -> str:
    clean = name.replace("\\", "/")
    if _ABSOLUTE.match(clean) or ".." in clean.split("/") or "\0" in clean:
        raise Unreadable(f"the upload has a file with an unsafe name: {name[:100]!r}")
    return clean.removeprefix("./")


def _unzip(name: str, data: bytes, others: list[str]) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _entries(name, archive, others)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise Unreadable(f"{name} cannot be unpacked: {error}") from None
    except Exception as error:
        # zlib and lzma raise their own types on damaged data
        if isinstance(error, Unreadable | MemoryError):
            raise
        raise Unreadable(f"{name} cannot be unpacked: {type(error).__name__}") from None


def _entries(name: str, archive: zipfile.ZipFile, others: list[str]) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise Unreadable(f"{name} holds {len(entries)} files, at most {MAX_ENTRIES} are read")
    left = MAX_UNPACKED_BYTES
    found: dict[str, bytes] = {}
    for entry in entries:
        inner = _checked_name(entry.filename)
        hidden = any(part.startswith((".", "__MACOSX")) for part in inner.split("/"))
        if entry.is_dir() or hidden:
            continue
        if not inner.lower().endswith((".py", ".ipynb")):
            others.append(inner)
            continue
        is_bomb = entry.file_size > max(_SMALL_ENTRY_BYTES, MAX_RATIO * entry.compress_size)
        left -= entry.file_size
        if is_bomb or left < 0:
            raise Unreadable(f"{name} is much larger unpacked than packed; it was not read")
        with archive.open(entry) as stream:  # the header may lie: read no more than it says
            found[inner] = stream.read(entry.file_size + 1)
    return found


def read_text(name: str, data: bytes) -> str:
    """The text of a source file, with plain newlines: BOM, PEP 263 cookie, or UTF-8."""
    if len(data) > MAX_SOURCE_BYTES:
        raise Unreadable(f"{name} has {len(data)} bytes, at most {MAX_SOURCE_BYTES} are read")
    encoding = _encoding(name, data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        shown = data[error.start : error.start + 1].hex()
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            f"{name} line {line} is not {encoding} text (byte 0x{shown}); save the file as UTF-8"
        ) from None
    except UnicodeError as error:
        raise Unreadable(f"{name} is not {encoding} text: {error}; save it as UTF-8") from None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Unreadable(f"{name} line {line} holds a null byte; is it a Python file?")
    return text


def _encoding(name: str, data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        if not codecs.lookup(encoding)._is_text_encoding:  # rot13, zip and the like
            raise SyntaxError(f"unknown encoding: {encoding}")
    except (SyntaxError, LookupError) as error:
        if "invalid or missing encoding" in str(error):
            return "utf-8"  # decoding it again tells the byte and the line
        raise Unreadable(f"{name}: {error}; save the file as UTF-8") from None
    return encoding


def _read_notebook(name: str, data: bytes, notes: list[str]) -> Source:
    if len(data) > MAX_NOTEBOOK_BYTES:
        raise Unreadable(f"{name} has {len(data)} bytes, at most {MAX_NOTEBOOK_BYTES} are read")
    try:
        notebook: Any = json.loads(data.decode("utf-8-sig"))
        cells = list(_code_cells(notebook))
    except (ValueError, RecursionError, TypeError, AttributeError, KeyError) as error:
        kind = type(error).__name__
        raise Unreadable(f"{name} is not a readable notebook ({kind}); save it again") from None
    if sum(len(cell) for _, cell in cells) > MAX_SOURCE_BYTES:
        raise Unreadable(f"{name} holds more than {MAX_SOURCE_BYTES} bytes of code")
    lines: list[str] = []
    places: list[str] = []
    for number, cell in cells:
        for at, line in enumerate(_without_magics(cell, number, notes), start=1):
            # one module may have these at its top only, each cell of a notebook at its own
            where = 0 if line.startswith("from __future__ import") else len(lines)
            lines.insert(where, line)
            places.insert(where, f"cell {number} line {at}")
    text = "\n".join(lines) + "\n"
    if "\0" in text:
        raise Unreadable(f"{name} holds a null byte in a code cell")
    return Source(name, text, places)


def _code_cells(notebook: Any) -> list[tuple[int, str]]:
    """Number (counted over all cells, as they are seen) and text of each code cell."""
    cells = notebook.get("cells")
    if cells is None:  # notebook format 3
        cells = [cell for sheet in notebook["worksheets"] for cell in sheet["cells"]]
    found = []
    for number, cell in enumerate(cells, start=1):
        if cell.get("cell_type") == "code":
            text = cell.get("source", cell.get("input", ""))
            text = text if isinstance(text, str) else "".join(text)
            found.append((number, text.replace("\r\n", "\n")))
    return found


def _without_magics(cell: str, number: int, notes: list[str]) -> list[str]:
    """Lines of a cell with what only a notebook understands replaced, the line count kept."""
    lines = cell.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        magic = lines[first][2:].split()[:1]
        notes.append(f"cell {number}: removed {lines[first].strip()[:60]}")
        if not magic or magic[0] not in _PYTHON_CELL_MAGICS:
            return ["" for _ in lines]
        lines[first] = ""
    try:
        ast.parse("\n".join(lines))
        return lines
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    for i, line in enumerate(lines):
        match = _MAGIC_LINE.match(line)
        if match:
            notes.append(f"cell {number}: removed {line.strip()[:60]}")
            lines[i] = f"{match[1]}pass"
    return lines
