"""The tables of grader/ARCHITECTURE.md as values: rooms and arrows, deeds and rooms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "grader" / "ARCHITECTURE.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One row of the table of rooms; may_import holds dotted names below `grader`."""

    folder: str
    may_import: frozenset[str]
    packages: frozenset[str]
    lazy_packages: frozenset[str]

    @property
    def name(self) -> str:
        """The room as the tables call it: 'core', 'sandbox/jail'; 'grader' for the top."""
        return self.folder.removeprefix("grader/") or "grader"


def rows(first_head: str) -> Iterator[list[str]]:
    """Give the cells of every row of the table whose first column has this head."""
    is_inside = False
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            is_inside = False
        elif cells[0] == first_head:
            is_inside = True
        elif is_inside and set(line) - set("|- "):
            yield cells


def _words(cell: str) -> list[str]:
    return [] if cell == "-" else [word.strip() for word in cell.split(",")]


def read_rooms() -> dict[str, Room]:
    """Give the rooms of the page by name."""
    rooms = {}
    for folder, _, arrows, packages in rows("room"):
        names = _words(packages)
        room = Room(
            folder=folder.strip("`").removesuffix("/"),
            may_import=frozenset(
                word.replace("/", ".") for word in _words(arrows) if not word.startswith("nothing")
            ),
            packages=frozenset(name for name in names if not name.endswith(" lazily")),
            lazy_packages=frozenset(
                name.removesuffix(" lazily") for name in names if name.endswith(" lazily")
            ),
        )
        rooms[room.name] = room
    return rooms


def read_deeds() -> dict[str, frozenset[str]]:
    """Give the rooms that may do each deed of the page."""
    return {deed: frozenset(_words(names)) for deed, names in rows("deed")}


def source_files() -> list[Path]:
    """Give every Python file of the project apart from tests and questions, relative to the top."""
    found = [*(ROOT / "grader").rglob("*.py"), *(ROOT / "reference").rglob("*.py")]
    return sorted(path.relative_to(ROOT) for path in found)


def room_of(file: Path, rooms: dict[str, Room]) -> Room:
    """Give the innermost room a file lies in; KeyError when it lies in none."""
    homes = {room.folder: room for room in rooms.values()}
    for folder in file.parents:
        if folder.as_posix() in homes and (folder.as_posix() != "grader" or folder == file.parent):
            return homes[folder.as_posix()]
    raise KeyError(f"{file} lies in no room of {PAGE.name}")
