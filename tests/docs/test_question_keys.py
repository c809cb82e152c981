"""The page for authors names every key and word of a question file, and no other."""

from __future__ import annotations

import re

import pytest
from blocks import ROOT

from grader.bank import blocks, groups, load, parts, rules
from grader.core.comparison import DtypePolicy, TieRule
from grader.core.domain import Word
from grader.core.question import AnswerKind, PropertyKind

PAGE = (ROOT / "questions" / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """Give the text below a heading of the page, up to the next one."""
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def first_cells(title: str, place: int = 0) -> set[str]:
    """Give all words in code style in the first column of a table of a section."""
    tables = re.findall(r"(?:^\|.*\n?)+", section(title), re.MULTILINE)
    cells = [row.split("|")[1] for row in tables[place].splitlines()[2:]]
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


@pytest.mark.parametrize(
    ("title", "place", "actual"),
    [
        pytest.param("Front matter", 0, set(load._KEYS), id="front-matter"),
        pytest.param("Keys of a part", 0, set(parts._CODE_KEYS), id="part"),
        pytest.param("Groups", 0, set(groups._KEYS), id="group"),
        pytest.param("Draws", 1, {word.value for word in Word}, id="words"),
        pytest.param("Limits", 0, {"seconds", "memory", "output", "times_reference"}, id="limits"),
    ],
)
def test_table_names_every_key_and_no_other(title: str, place: int, actual: set[str]) -> None:
    assert first_cells(title, place) == actual


def test_table_names_every_word_of_compare() -> None:
    named = {name.split(" rtol")[0] for name in first_cells("Comparing")}

    assert named == {"close", "exact", *rules._FLAGS, *(policy.value for policy in DtypePolicy)}


def test_table_names_every_property() -> None:
    named = {name.split()[0] for name in first_cells("Properties")} - {"property_…"}

    assert named == {kind.value for kind in PropertyKind if kind is not PropertyKind.AUTHORED}


def test_page_names_every_tie_rule_and_every_kind_of_answer() -> None:
    told = set(re.findall(r"`(?:ties: )?(\w+)`", section("Comparing")))

    assert told >= {rule.value for rule in TieRule}
    answers = next(row for row in section("Keys of a part").split("\n") if "| `answer`" in row)
    assert set(re.findall(r"`(\w+)`", answers)) - {"answer"} == {kind.value for kind in AnswerKind}


def test_table_names_every_key_of_a_check() -> None:
    rows = {
        row.split("|")[1]: row.split("|")[2]
        for row in section("Checks").split("\n")
        if "`##" in row
    }

    for kind, keys in blocks._KEYS.items():
        (cell,) = [keys_of for head, keys_of in rows.items() if f"## {kind.value}" in head]
        for key in keys:
            assert re.search(rf"`{key}[`:]", cell), f"{kind.value}: {key}"
