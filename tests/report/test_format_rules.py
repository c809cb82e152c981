"""Every format on every example: its rules hold, it reads as accepted, and nobody is wronged."""

from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from grader.core.redact import Audience, redact
from grader.core.report import Report
from grader.report.as_classroom50 import ClassroomRun
from grader.report.as_github import outputs_of
from grader.report.as_markdown import reports_as_markdown
from grader.report.as_prairielearn import report_as_prairielearn
from grader.report.formats import FORMATS, Surroundings, rendered

from . import examples
from .format_rules import (
    assert_harmless,
    check_classroom50,
    check_csv,
    check_github,
    check_gradescope,
    check_html,
    check_junit,
    check_markdown,
    check_prairielearn,
    strict_json,
)
from .golden import assert_golden

RUN = ClassroomRun(
    classroom="nn-2026",
    assignment="max-pooling",
    submission="submit/2026-11-20T10-15-30Z",
    commit="https://git.example/nn-2026/ada/commit/1f2e",
    release="https://git.example/nn-2026/ada/releases/tag/submit",
    review="",
    graded_at="2026-11-20T10:15:30Z",
)
CHECKS: dict[str, Callable[[str], Any]] = {
    "text": lambda text: text,
    "json": strict_json,
    "markdown": check_markdown,
    "html": check_html,
    "csv": check_csv,
    "junit": check_junit,
    "github": check_github,
    "gradescope": check_gradescope,
    "prairielearn": check_prairielearn,
    "classroom50": check_classroom50,
}
HOLD_MANY = [name for name, form in FORMATS.items() if form.holds_many]
#: (format, example): what a consumer sees of each thing that can become of a submission
GOLDEN = [
    ("markdown", "mixed"),
    ("markdown", "raised"),
    ("markdown", "error"),
    ("html", "mixed"),
    ("html", "ungradable"),
    ("csv", "mixed"),
    ("junit", "mixed"),
    ("junit", "raised"),
    ("junit", "ungradable"),
    ("junit", "error"),
    ("github", "mixed"),
    ("github", "raised"),
    ("gradescope", "mixed"),
    ("gradescope", "ungradable"),
    ("gradescope", "error"),
    ("prairielearn", "mixed"),
    ("prairielearn", "ungradable"),
    ("prairielearn", "error"),
    ("classroom50", "raised"),
    ("classroom50", "ungradable"),
]


def written(name: str, *reports: Report, audience: str = "") -> str:
    """Write reports for the audience of the format, and check its rules."""
    seen = [redact(each, Audience(audience or FORMATS[name].audiences[0])) for each in reports]
    text = rendered(name, seen, Surroundings(classroom=RUN))
    assert text is not None
    assert_harmless(text, own_commands=name == "github")
    return text


def test_every_format_has_its_rules() -> None:
    assert list(CHECKS) == list(FORMATS)


def test_readme_lists_every_format_and_for_whom_it_is_written() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|[^|\n]*\| (many|one) \| the (\w+) \|$", readme, re.MULTILINE)

    readers = {"instructor": "instructor", "learner": "student"}
    assert rows == [
        (name, "many" if form.holds_many else "one", readers[form.audiences[0]])
        for name, form in FORMATS.items()
    ]


@pytest.mark.parametrize(("form", "name"), GOLDEN)
def test_format_reads_as_accepted(form: str, name: str) -> None:
    file = f"{name}.{form}.{FORMATS[form].suffix}"

    assert_golden(file, written(form, examples.ALL[name]))


@pytest.mark.parametrize("form", ["markdown", "html", "junit", "github", "csv"])
def test_class_reads_as_accepted(form: str) -> None:
    names = ["passed", "mixed", "ungradable", "error", "two_parts"]
    reports = [replace(examples.ALL[n], submission_name=f"{n}.py") for n in names]

    text = written(form, *reports)

    CHECKS[form](text)
    assert_golden(f"class.{form}.{FORMATS[form].suffix}", text)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", [name for name in examples.ALL if name != "error"])
def test_example_obeys_the_rules_of_the_format(form: str, name: str) -> None:
    for audience in FORMATS[form].audiences:
        CHECKS[form](written(form, examples.ALL[name], audience=audience))


@pytest.mark.parametrize("form", HOLD_MANY)
def test_same_reports_give_the_same_bytes(form: str) -> None:
    reports = list(examples.ALL.values())

    assert written(form, *reports) == written(form, *reports)


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "classroom50"])
@pytest.mark.parametrize("score", [None, Fraction(0)], ids=["no-score", "a-stray-zero"])
def test_fault_of_ours_is_never_a_zero(form: str, score: Fraction | None) -> None:
    read = CHECKS[form](written(form, replace(examples.error(), score=score)))

    match form:
        case "gradescope":
            assert not {"score", "tests"} & set(read)
        case "prairielearn":
            assert read["gradable"] is False
            assert "format_errors" not in read
        case "json":
            assert read["score"] is None
        case "csv":
            assert [(row["score"], row["status"]) for row in read] == [("", "error")]
        case "junit":
            assert (read.get("failures"), read.get("errors")) == ("0", "1")
            assert read.find(".//property[@name='score']") is None
        case "github":
            assert "no score was given" in read[0]
            assert "score=" not in outputs_of([examples.error()], {}).replace("max-score=", "")
        case _:
            text = written(form, replace(examples.error(), score=score))
            assert "score was given" in text
            assert "0 /" not in text
            assert "score 0" not in text


def test_fault_of_ours_has_no_result_for_classroom50() -> None:
    around = Surroundings(classroom=RUN)

    assert rendered("classroom50", [examples.error()], around) is None
    assert rendered("classroom50", [replace(examples.two_parts(), score=None)], around) is None


@pytest.mark.parametrize("form", ["gradescope", "prairielearn", "csv", "json"])
def test_report_that_waits_for_a_person_has_no_score(form: str) -> None:
    read = CHECKS[form](written(form, replace(examples.two_parts(), score=None)))

    first = read[0] if form == "csv" else read
    assert first.get("score") in (None, "")


@pytest.mark.parametrize("form", FORMATS)
def test_hidden_groups_are_told_by_name_only(form: str) -> None:
    """The only numbers a learner reads of a hidden group are its points."""
    code = examples.part(
        replace(
            examples.group(
                "overlapping",
                2,
                examples.wrong_answer(
                    message="SECRETMESSAGE",
                    property="secretproperty",
                    counterexample={"secretinput": 73219},
                    expected="SECRETEXPECTED",
                    actual="SECRETACTUAL",
                    mismatch=None,
                    location=("SECRETFILE line 3",),
                    stdout="SECRETOUTPUT",
                    replay="SECRETREPLAY",
                ),
            ),
            cases=73219,
        )
    )
    report = examples.report(code, stdout="SECRETOUTPUT")

    text = written(form, report, audience="learner")

    assert "secret" not in text.lower()
    assert "73219" not in text
    assert "overlapping" in text


def test_every_audience_but_staff_is_the_only_one_where_students_read_all() -> None:
    assert {n for n, form in FORMATS.items() if form.audiences[0] == "learner"} == {
        "github",
        "gradescope",
        "prairielearn",
        "classroom50",
    }


def test_prairielearn_result_stays_below_its_limit_and_says_what_was_cut() -> None:
    long = examples.exception(message="a very long message " * 500)
    groups = [examples.group(f"g{at}", 1, long, shown=True) for at in range(150)]

    text = report_as_prairielearn(examples.report(examples.part(*groups)), most_bytes=100_000)

    assert len(text.encode()) <= 100_000
    assert len(check_prairielearn(text)["tests"]) == 150
    assert "cut here" in text


def test_prairielearn_shows_the_counterexample_as_an_image() -> None:
    shown = examples.part(examples.group("overlapping", 2, examples.wrong_answer(), shown=True))

    result = check_prairielearn(written("prairielearn", examples.report(shown)))

    (image,) = result["tests"][0]["images"]
    picture = ET.fromstring(base64.b64decode(image["url"].partition(",")[2]))
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"


def test_junit_points_are_properties_of_the_suite() -> None:
    """The Jenkins schema knows no properties of a case."""
    root = check_junit(written("junit", examples.mixed()))

    found = {p.get("name"): p.get("value") for p in root.iter("property")}
    assert (found["score"], found["max_score"]) == ("3", "5")
    assert (found["points overlapping"], found["max_points overlapping"]) == ("0", "2")


def test_step_summary_beyond_its_limit_is_cut_between_sections() -> None:
    reports = [replace(examples.raised(), submission_name=f"{at}.py") for at in range(200)]

    text = reports_as_markdown(reports, most_bytes=20_000)

    assert 15_000 < len(text.encode()) <= 20_000
    assert text.endswith("more sections are left out here.*\n")
    fences = [token for token in check_markdown(text) if token.type == "fence"]
    assert all("IndexError" in fence.content or "step" in fence.content for fence in fences)


def test_eleventh_annotation_is_not_dropped_silently() -> None:
    groups = [examples.group(f"g{at}", 1, examples.wrong_answer()) for at in range(12)]

    commands = check_github(written("github", examples.report(examples.part(*groups))))

    assert len(commands) == 10
    assert commands[-1].endswith("::3 more groups failed: see the step summary")


@pytest.mark.parametrize(
    ("path", "location", "expected"),
    [
        pytest.param(
            "hw/solution.py", "solution.py line 12", "file=hw/solution.py,line=12", id="line"
        ),
        pytest.param("hw", "solution.py line 12", "file=hw", id="folder"),
        pytest.param("hw/a.ipynb", "cell 3 line 2", "file=hw/a.ipynb", id="notebook"),
        pytest.param("", "solution.py line 12", "", id="stdin"),
        pytest.param("a,b:c%.py", "a,b:c%.py line 1", "file=a%2Cb%3Ac%25.py,line=1", id="escaped"),
        pytest.param("x.py", "x.py line 1\n::error::", "file=x.py", id="not-a-place"),
    ],
)
def test_annotation_names_the_place_it_knows(path: str, location: str, expected: str) -> None:
    failure = examples.exception(location=(location,))
    report = examples.report(examples.part(examples.group("g", 1, failure, shown=True)))

    text = rendered("github", [report], Surroundings(paths=(path,)))

    assert text is not None
    (command,) = check_github(text)
    assert command.partition("title=ssu_batch4_004")[2].partition("::")[0].lstrip(",") == expected


@pytest.mark.parametrize("path", ["a\nscore=5", "a\r", "a\u2028b", "a\x0bb"])
def test_output_with_a_line_break_in_a_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        outputs_of([examples.mixed()], {"report": path})


def test_outputs_are_numbers_paths_and_words_of_ours() -> None:
    assert outputs_of([examples.two_parts()], {"report": "out/report.json"}).splitlines() == [
        "report=out/report.json",
        "score=2.5",
        "max-score=4.5",
        "result=graded",
    ]
    assert outputs_of([examples.mixed(), examples.error()], {}) == "result=error\n"
