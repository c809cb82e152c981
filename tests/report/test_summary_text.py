"""The summary of a class: bars, groups most failed, and who shares a mistake."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from grader.core.report import MatchedMisconception, Report
from grader.report.summary_text import class_summary
from tests.report import examples


def with_mistake(report: Report, name: str, who: str) -> Report:
    (first, *rest) = report.parts
    found = MatchedMisconception(name=name, hint="", agreed_cases=3)
    return replace(report, parts=(replace(first, misconception=found), *rest), submission_name=who)


def lines(*reports: Report) -> list[str]:
    return class_summary(reports).splitlines()


def test_one_submission_is_no_class() -> None:
    assert class_summary([examples.passed()]) == ""


def test_every_submission_is_counted_once_by_what_became_of_it() -> None:
    reports = [examples.passed(), examples.mixed(), examples.ungradable(), examples.error()]

    first, second = lines(*reports)[:2]

    assert first == "4 submissions; 2 graded; 1 cannot be graded; 1 without a score by our fault"
    assert second.startswith("mean ")


def test_bars_are_as_long_as_the_counts_say_highest_score_first() -> None:
    five = replace(examples.passed(), score=Fraction(5), max_score=Fraction(5))
    half = replace(five, score=Fraction(5, 2))

    found = lines(five, five, half, half, half, half)

    assert "  5 | #################### 2" in found
    assert "2.5 | ######################################## 4" in found
    assert found.index("  5 | #################### 2") < found.index(f"2.5 | {'#' * 40} 4")


def test_largest_cluster_comes_first_with_names_and_how_many_more() -> None:
    mixed = examples.mixed()
    reports = [with_mistake(mixed, "assigns", f"s{n}.py") for n in range(6)]
    reports += [with_mistake(mixed, "transposes", "t.py"), examples.passed()]

    found = lines(*reports)

    at = found.index("mistakes in common:")
    assert found[at + 1 : at + 5] == [
        "  6  assigns",
        "     s0.py, s1.py, s2.py, s3.py and 2 more",
        "  1  transposes",
        "     t.py",
    ]


def test_hostile_names_stay_on_their_line() -> None:
    mixed = examples.mixed()
    reports = [with_mistake(mixed, text, text) for text in examples.HOSTILE]

    for line in lines(*reports):
        assert len(line) <= 80 or not line.isascii()
        assert "\x1b" not in line
        assert not line.startswith("::")
