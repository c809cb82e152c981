"""One property over all formats: whatever a submission is called, prints or raises is harmless."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from grader.core.redact import Audience, redact
from grader.core.report import Report, Status
from grader.core.verdict import Verdict
from grader.report.as_csv import guarded
from grader.report.as_junit import xml_text
from grader.report.formats import FORMATS, Surroundings, rendered
from grader.report.markdown_text import code_span, fenced, words
from grader.report.strict_json import made_visible
from grader.report.visible import one_line

from . import examples
from .format_rules import assert_harmless, check_markdown
from .strategies import REPORTS
from .test_format_rules import CHECKS, RUN

# pieces of what formats give a meaning to, in any order and number
_PIECES = (
    st.sampled_from(["::error::", "##[", "##vso[", "=cmd()", "<script>", "</pre>", "]]>", "-->"])
    | st.sampled_from(["\x1b[2J", "\u202e", "\x00", "\ud800", "\ufffe", "\n", "\r", "\u2028", "\t"])
    | st.sampled_from(
        ["`", "|", "\\", '"', "'", ";", "&", "@", "%0A", "{{", "${", "~~~", "::", " "]
    )
    | st.sampled_from(["www.x.yz", "x", "5", "最", "e\u0301"])
)
TEXTS = st.lists(_PIECES, max_size=12).map("".join) | st.text(st.characters(), max_size=30)
_SETTINGS = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def becomes_of(text: str) -> list[Report]:
    """Give all that can become of a submission whose every word is the text."""
    graded = examples.hostile(text)
    shown = tuple(replace(group, shown=True) for group in graded.parts[0].groups)
    ungradable = replace(
        examples.ungradable(), submission_name=text, message=text, location=(text, text)
    )
    return [
        graded,
        replace(graded, parts=(replace(graded.parts[0], groups=shown),)),
        ungradable,
        replace(ungradable, status=Status.ERROR, verdict=Verdict.JE),
    ]


def check(form: str, reports: list[Report]) -> Any:
    """Write reports for each audience of a format; give what was read, of the last one."""
    read = None
    for audience in FORMATS[form].audiences:
        seen = [redact(report, Audience(audience)) for report in reports]
        around = Surroundings(classroom=RUN, paths=tuple(r.submission_name for r in seen))
        if FORMATS[form].holds_many:
            text = rendered(form, seen, around)
            assert text is not None
            assert_harmless(text, own_commands=form == "github")
            read = CHECKS[form](text)
            continue
        for report in seen:
            text = rendered(form, [report], around)
            assert (text is None) == (form == "classroom50" and report.status is Status.ERROR)
            if text is not None:
                assert_harmless(text)
                read = CHECKS[form](text)
    return read


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("text", examples.HOSTILE, ids=range(len(examples.HOSTILE)))
def test_hostile_text_of_the_table_is_harmless(form: str, text: str) -> None:
    check(form, becomes_of(text))


@pytest.mark.parametrize("form", FORMATS)
@_SETTINGS
@given(text=TEXTS)
@example(text="`" * 10_000)
def test_hostile_text_is_harmless(form: str, text: str) -> None:
    check(form, becomes_of(text))


@_SETTINGS
@given(report=REPORTS)
def test_any_report_obeys_the_rules_of_every_format(report: Report) -> None:
    seen = redact(report, Audience.LEARNER)
    for form in FORMATS:
        for each in [report, seen] if "instructor" in FORMATS[form].audiences else [seen]:
            text = rendered(form, [each], Surroundings(classroom=RUN))
            if text is not None:
                assert_harmless(text, own_commands=form == "github")
                CHECKS[form](text)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("text", examples.HOSTILE, ids=range(len(examples.HOSTILE)))
def test_hostile_report_is_not_large(form: str, text: str) -> None:
    written = rendered(
        form, [redact(examples.hostile(text), Audience.LEARNER)], Surroundings(classroom=RUN)
    )

    assert written is not None
    assert len(written) < 60_000


@_SETTINGS
@given(text=TEXTS)
def test_csv_text_comes_back_as_it_was_shown(text: str) -> None:
    report = replace(examples.mixed(), submission_name=text)

    (row,) = CHECKS["csv"](rendered("csv", [report], Surroundings()) or "")

    shown = one_line(text, 500)
    assert row["submission"].replace("'", "") == shown.replace("'", "")
    assert shown in row["submission"] or ";" in shown
    assert (row["score"], row["max_score"], row["question"]) == ("3", "5", "ssu_batch4_004")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("=cmd()", "'=cmd()", id="formula"),
        pytest.param("-0.5", "'-0.5", id="minus-in-a-text"),
        pytest.param("@x", "'@x", id="at"),
        pytest.param("\tx", "'\tx", id="tab"),
        pytest.param("\rx", "'\rx", id="carriage-return"),
        pytest.param("a;=x", "a;'=x", id="after-a-semicolon"),
        pytest.param('a;""=x', 'a;\'""=x', id="after-a-semicolon-and-quotes"),
        pytest.param("a=b; -c", "a=b; -c", id="harmless"),
        pytest.param("", "", id="empty"),
    ],
)
def test_text_that_a_spreadsheet_would_compute_is_guarded(text: str, expected: str) -> None:
    assert guarded(text) == expected


@_SETTINGS
@given(text=TEXTS)
def test_words_and_code_are_one_text_in_markdown(text: str) -> None:
    page = f"x {words(text)}\n\nx {code_span(text)}\n"

    tokens = [t for t in check_markdown(f"# x\n\n{page}") if t.type == "inline"][1:]

    assert len(tokens) == 2
    assert {child.type for child in tokens[0].children or []} <= {"text", "text_special"}
    assert [child.type for child in tokens[1].children or []] == ["text", "code_inline"]


@_SETTINGS
@given(lines=st.lists(TEXTS.map(lambda text: " ".join(text.split())), min_size=1, max_size=5))
@example(lines=["```", "# x"])
@example(lines=["`````", "~~~", "```"])
def test_fence_holds_whatever_is_inside(lines: list[str]) -> None:
    text = "\n".join(["# x", "", *fenced(lines), "", "end"])

    tokens = [t.type for t in check_markdown(text)]

    assert tokens == [
        *["heading_open", "inline", "heading_close", "fence"],
        *["paragraph_open", "inline", "paragraph_close"],
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('"\ud800"', '"\ufffd"', id="half-a-pair"),
        pytest.param('"\U000e0001"', '"\\udb40\\udc01"', id="invisible-beyond-16-bits"),
        pytest.param('"\u202e"', '"\\u202e"', id="right-to-left"),
        pytest.param('"##[x]##vso[y]"', '"##\\u005bx]##vso\\u005by]"', id="commands"),
        pytest.param('{\n "é最": "[#"}\n', '{\n "é最": "[#"}\n', id="harmless"),
    ],
)
def test_json_is_made_visible(text: str, expected: str) -> None:
    assert made_visible(text) == expected


@given(text=st.text(st.characters()))
@_SETTINGS
def test_only_what_xml_forbids_is_removed(text: str) -> None:
    kept = xml_text(text)

    assert kept == "".join(
        c
        for c in text
        if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000"
    )


def test_page_shows_the_text_and_not_what_it_would_do() -> None:
    page = CHECKS["html"](
        rendered("html", [examples.hostile("<script>alert(1)</script>")], Surroundings()) or ""
    )

    assert "<script>alert(1)</script>" in html.unescape(page)
