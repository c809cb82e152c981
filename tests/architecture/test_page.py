"""Every file and folder that the page of the architecture names is there."""

from __future__ import annotations

import re

from page import PAGE, ROOT

TEXT = PAGE.read_text(encoding="utf-8")


def test_every_file_the_page_names_exists() -> None:
    named = set(re.findall(r"`([\w/]+\.py)`", TEXT)) - {"assigns.py"}

    assert len(named) > 15
    assert [name for name in sorted(named) if not (ROOT / "grader" / name).is_file()] == []


def test_every_folder_the_page_names_exists() -> None:
    named = set(re.findall(r"`([\w/]+)/`", TEXT))

    assert [name for name in sorted(named) if not (ROOT / name).is_dir()] == []


def test_every_room_has_a_row() -> None:
    rooms = {p.parent.relative_to(ROOT).as_posix() for p in (ROOT / "grader").glob("*/*.py")}

    assert [room for room in sorted(rooms) if f"| `{room}/` |" not in TEXT] == []


def test_page_is_two_screens() -> None:
    assert len(TEXT.splitlines()) < 160
