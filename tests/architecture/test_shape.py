"""The visible top level is closed, files are short, nothing names the machine it was made on."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from page import ROOT, source_files

TOP_LEVEL = {"questions", "grader", "reference", "tests", "pyproject.toml", "README.md"}
MOST_LINES = 300
#: files that are longer, each with its reason; there is none
LONGER: dict[str, str] = {}
#: put together here, so that this file does not hold what it looks for
MACHINE_PATHS = [f"/{'work'}/", f"/{'root'}/", f"/{'home'}/", f"{'C'}:\\"]
#: files in which such a path is the subject: what a jail, a report or a label does with it
ABOUT_PATHS = {
    "grader/sandbox/jail/drop.py",
    "grader/decisions/0004-root-drops-by-private-mounts.md",
}
_WITHOUT_ISSUE = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b(?!\(#\d+\))")


def project_files() -> list[str]:
    """Give the files git knows or would add; without git, all but hidden ones and caches."""
    command = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files"]
    more = ["--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run([*command, *more], capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
        return [f.as_posix() for f in found if not _is_byproduct(f)]
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def _is_byproduct(file: Path) -> bool:
    top = file.parts[0]
    made = top in {"build", "dist", ".git", ".venv"} or top.endswith((".egg-info", "_cache"))
    return made or "__pycache__" in file.parts


FILES = project_files()


def test_top_level_holds_the_agreed_entries_and_no_other() -> None:
    top = {name.partition("/")[0] for name in FILES}

    assert {name for name in top if not name.startswith(".")} == TOP_LEVEL


@pytest.mark.parametrize("file", [pytest.param(f, id=f.as_posix()) for f in source_files()])
def test_file_is_short_enough_to_be_read_at_once(file: Path) -> None:
    lines = len((ROOT / file).read_text(encoding="utf-8").splitlines())

    assert lines <= MOST_LINES or file.as_posix() in LONGER, f"{file} has {lines} lines"


def texts() -> list[str]:
    kinds = (".py", ".md", ".toml", ".yml", ".yaml", ".json", ".txt", "run")
    return [name for name in FILES if name.endswith(kinds)]


def lines_with(pattern: re.Pattern[str], names: list[str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:80]}"
        for name in names
        for number, line in enumerate((ROOT / name).read_text("utf-8", "replace").splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_the_machine_it_was_made_on() -> None:
    pattern = re.compile(r"(?<![\w.~])(?:" + "|".join(map(re.escape, MACHINE_PATHS)) + ")")

    found = lines_with(pattern, [name for name in texts() if name not in ABOUT_PATHS])

    assert found == []


def test_no_note_to_come_back_is_without_an_issue() -> None:
    assert lines_with(_WITHOUT_ISSUE, texts()) == []


def test_nothing_is_written_into_the_checkout_by_the_tests() -> None:
    held = {name.rpartition("/")[2] for name in FILES}

    assert not {name for name in held if name.endswith((".corpus", ".pyc"))}
