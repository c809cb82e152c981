"""A score set by hand stands instead of what was graded, with a reason, until it is taken back."""

from __future__ import annotations

from fractions import Fraction

import pytest
from stage import QUESTION, Stage

from grader.core.exam import Standing
from grader.service import audit, overrides
from grader.service.access import Person, Role
from grader.service.class_table import Cell, class_table
from grader.service.overrides import Place
from grader.service.submissions import Refused
from tests.report import examples
from tests.service.test_service_showing import graded

FIVE = Fraction(5)


def put(stage: Stage, place: Place, score: Fraction | None, reason: str, boss: Person) -> None:
    now_ms = stage.clock.now_ms()
    with stage.database.writing() as connection:
        if score is None:
            overrides.take_back(connection, place, reason, now_ms, boss)
        else:
            overrides.set_score(connection, place, score, reason, now_ms, boss)


def cell_of(stage: Stage, who: Person) -> Cell:
    with stage.database.reading() as connection:
        table = class_table(connection, stage.catalogue.questions, only=who)
    return next(cell for cell in table.rows[0].cells if cell.question == QUESTION)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("4", Fraction(4)),
        (" 4.5 ", Fraction(9, 2)),
        ("4,5", Fraction(9, 2)),
        ("9/2", Fraction(9, 2)),
        ("0", Fraction(0)),
        ("5", Fraction(5)),
    ],
)
def test_points_are_read_as_people_write_them(text: str, score: Fraction) -> None:
    assert overrides.read_points(text, FIVE) == score


@pytest.mark.parametrize(
    "text",
    ["", "-1", "nan", "inf", "1e3", "5.001", "6", "1/0", "0/000", "4 4", "٤", "0x4", "=4", "9" * 400],
)  # fmt: skip
def test_other_points_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        overrides.read_points(text, FIVE)


def test_score_by_hand_counts_and_taking_it_back_restores_what_was_graded(stage: Stage) -> None:
    boss, ada = stage.person(Role.INSTRUCTOR), stage.person()
    graded(stage, ada, examples.mixed())
    place = Place(who=ada, question=QUESTION)
    before = cell_of(stage, ada).counted.score

    put(stage, place, Fraction(4), "seen on paper", boss)
    by_hand = cell_of(stage, ada).counted
    put(stage, place, None, "a mistake", boss)
    after = cell_of(stage, ada).counted

    assert by_hand.score == 4
    assert by_hand.override is not None
    assert by_hand.override.reason == "seen on paper"
    assert (after.score, after.override) == (before, None)


def test_score_by_hand_counts_where_nothing_was_handed_in(stage: Stage) -> None:
    boss, ada = stage.person(Role.INSTRUCTOR), stage.person()

    put(stage, Place(who=ada, question=QUESTION), Fraction(2), "oral", boss)

    found = cell_of(stage, ada)
    assert (found.counted.score, found.standing) == (2, Standing.GRADED)


def test_each_deed_is_kept_and_audited_without_its_reason(stage: Stage) -> None:
    boss, ada = stage.person(Role.INSTRUCTOR, "Boss"), stage.person()
    place = Place(who=ada, question=QUESTION, exam="final")
    put(stage, place, Fraction(2), "oral,\n in June", boss)
    put(stage, place, Fraction(7, 2), "counted wrong", boss)
    put(stage, place, None, "not hers", boss)

    with stage.database.reading() as connection:
        found = overrides.history_of(connection, ada)
        assert audit.find_broken_link(connection) is None
    assert [(deed.score, deed.reason, deed.author) for deed in found] == [
        (None, "not hers", "Boss"),
        (Fraction(7, 2), "counted wrong", "Boss"),
        (Fraction(2), "oral, in June", "Boss"),
    ]
    rows = stage.rows("SELECT action, object, before, after FROM audit ORDER BY id DESC LIMIT 3")
    label = f"final/{QUESTION}/{ada.pseudonym}"
    assert rows == [
        ("take score back", label, '{"score": "7/2"}', '{"score": null}'),
        ("set score", label, '{"score": "2"}', '{"score": "7/2"}'),
        ("set score", label, '{"score": null}', '{"score": "2"}'),
    ]


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 501])
def test_score_without_a_fitting_reason_is_refused(stage: Stage, reason: str) -> None:
    boss, ada = stage.person(Role.INSTRUCTOR), stage.person()

    with pytest.raises(Refused, match="reason"):
        put(stage, Place(who=ada, question=QUESTION), Fraction(2), reason, boss)

    assert stage.rows("SELECT count(*) FROM score_override") == [(0,)]


def test_nothing_to_take_back_is_refused(stage: Stage) -> None:
    boss, ada = stage.person(Role.INSTRUCTOR), stage.person()

    with pytest.raises(Refused, match="no score is set by hand"):
        put(stage, Place(who=ada, question=QUESTION), None, "why not", boss)


def test_other_sheets_are_left_alone(stage: Stage) -> None:
    boss, ada = stage.person(Role.INSTRUCTOR), stage.person()
    graded(stage, ada, examples.mixed())

    put(stage, Place(who=ada, question=QUESTION, exam="final"), Fraction(5), "oral", boss)

    assert cell_of(stage, ada).counted.score == examples.mixed().score
