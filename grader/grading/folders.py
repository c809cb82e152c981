"""A folder of submissions, or a folder that is one: told by where the entries are defined."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.core.limits import MEBIBYTE
from grader.grading.intake import is_candidate, natural_key, unreadable

#: a folder of one learner is looked through this deep, and no further than this many files
_DEEPEST, _MOST_FILES = 3, 50
_LARGEST_BYTES = 16 * MEBIBYTE


def everything_in(folder: Path) -> list[Path]:
    """Give all that lies in a folder but what is hidden, in natural order."""
    try:
        found = list(folder.iterdir())
    except OSError as error:
        raise unreadable(folder, error) from error
    visible = (path for path in found if not path.name.startswith((".", "__")))
    return sorted(visible, key=natural_key)


def find_submissions(folder: Path, entry_names: Iterable[str]) -> list[Path]:
    """Give the submissions in a folder: the folder itself, or each file and folder inside it.

    It is many when more than one thing in it defines an entry, or holds a file that does; or when
    there is nothing but folders. Else it is one, and what does not define an entry helps what does.
    """
    inside = [path for path in everything_in(folder) if is_candidate(path)]
    words = b"|".join(re.escape(name.encode()) for name in entry_names)
    pattern = re.compile(rb"\b(?:def|class)\s+(?:" + words + rb")\b")
    defining = [path for path in inside if _defines(path, pattern)]
    has_files = any(not path.is_dir() for path in inside)
    if len(defining) > 1 or (len(defining) == 1 and defining[0].is_dir()):
        return inside
    if inside and not has_files:
        return inside
    return [folder]


def skipped_in(folder: Path, found: Iterable[Path]) -> list[str]:
    """Give the names in a folder of many that are no submissions, so that none vanishes unsaid."""
    submissions = set(found)
    return [path.name for path in everything_in(folder) if path not in submissions]


def _defines(path: Path, pattern: re.Pattern[bytes]) -> bool:
    """Tell whether a file, or one in a folder, mentions a definition; any zip may."""
    if path.is_symlink() or not path.is_dir():
        return path.suffix.lower() == ".zip" or path.is_symlink() or _mentions(path, pattern)
    files = _files_in(path, _DEEPEST)
    return any(
        file.suffix.lower() == ".zip" or _mentions(file, pattern)
        for _, file in zip(range(_MOST_FILES), files, strict=False)
    )


def _files_in(folder: Path, depth: int) -> Iterator[Path]:
    try:
        inside = sorted(folder.iterdir(), key=natural_key)
    except OSError:
        return
    for path in inside:
        if path.is_symlink() or not is_candidate(path):
            continue
        if not path.is_dir():
            yield path
        elif depth > 1:
            yield from _files_in(path, depth - 1)


def _mentions(path: Path, pattern: re.Pattern[bytes]) -> bool:
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST_BYTES:
            return False
        return pattern.search(path.read_bytes()) is not None
    except OSError:
        return False
