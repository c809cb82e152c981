"""The page of attacks and the threats of the architecture name what is there, and all of it."""

from __future__ import annotations

import re

import pytest

from grader.core.call import Isolation
from tests.attacks import harness, test_full_path, test_uploads
from tests.attacks.threats import LEVELS, PAGE, Threat, threats, visible_at

ROOT = harness.FOLDER.parents[1]
ARCHITECTURE = ROOT / "grader" / "ARCHITECTURE.md"
#: the list of threats in the design of the sandbox
NUMBERS = range(1, 59)
_RESULT = re.compile(r"blocked|blocked; visible: .+|visible: .+")
FILES = {path.stem for path in harness.ATTACKS}
UPLOADS = {name for name, *_ in test_uploads.UPLOADS}
SUBMISSIONS = {name for name, *_ in test_full_path.ATTACKS}


def is_there(name: str) -> bool:
    """Whether a name of the page is an attack, an upload, a submission or a test file."""
    if name.endswith(".py"):
        return any((ROOT / "tests" / folder / name).exists() for folder in ("sandbox", "attacks"))
    if name.endswith("-…"):
        return any(upload.startswith(name.removesuffix("…")) for upload in UPLOADS)
    return name in FILES | UPLOADS | SUBMISSIONS


def test_every_threat_has_its_row() -> None:
    assert [threat.number for threat in threats()] == [*NUMBERS]


def test_every_attack_is_named_on_the_page() -> None:
    named = {name for threat in threats() for name in threat.names}

    assert FILES - named == set()


@pytest.mark.parametrize("threat", threats(), ids=lambda threat: threat.number)
def test_row_names_what_is_there_and_what_came_of_it(threat: Threat) -> None:
    assert [name for name in threat.names if not is_there(name)] == []
    if set(threat.results.values()) == {"-"}:
        return  # the row says why it cannot be tried
    assert threat.names or "FP" in threat.tried_by
    assert all(_RESULT.fullmatch(result) for result in threat.results.values())


def test_what_is_visible_is_an_attack_of_that_row() -> None:
    for threat in threats():
        for level in LEVELS:
            seen = set(re.findall(r"`(.+?)`", threat.results[level]))
            assert seen <= set(threat.names)
    assert "finds_the_answer_by_stat" in visible_at(Isolation.L1) - visible_at(Isolation.L3)


def test_architecture_leads_to_every_class_of_threats() -> None:
    text = ARCHITECTURE.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", PAGE.read_text(encoding="utf-8"), re.M)
    anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    links = re.findall(r"\[(\d+)(?:-(\d+))?\]\(\.\./tests/attacks/README\.md#([a-z0-9-]+)\)", text)
    kinds = {threat.number: threat.kind.lower().replace(" ", "-") for threat in threats()}
    led_to = set()
    for first, last, anchor in links:
        assert anchor in anchors
        numbers = range(int(first), int(last or first) + 1)
        assert {kinds[number] for number in numbers} == {anchor}
        led_to.update(numbers)

    assert led_to == {*NUMBERS}
