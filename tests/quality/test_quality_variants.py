"""Planted faults are found where they are, and right answers of every style get every point."""

from __future__ import annotations

import jsonschema
import pytest
from variant_bench import Bench
from variants import Variant, read_variants

from grader.core.report import Status
from grader.report import report_as_json, schema

QUESTIONS = {
    "ssu_batch4_004": "max_pooling_backward",
    "max_pool_nchw": "max_pool_nchw",
    "max_pool_layer": "max_pool_layer",
    "max_pool_nhwc": "max_pool_nhwc",
}
EVERY_DAY = "ssu_batch4_004"


def table(kind: str) -> list[object]:
    """Give every variant; those of the larger questions, whose corpora take seconds, are slow."""
    return [
        pytest.param(
            question,
            variant,
            id=f"{question}-{variant.name.replace(' ', '-')}",
            marks=() if question == EVERY_DAY else pytest.mark.slow,
        )
        for question, stem in QUESTIONS.items()
        for variant in read_variants(f"{stem}_{kind}.md")
    ]


@pytest.mark.parametrize(("question", "variant"), table("faulty"))
def test_planted_fault_loses_exactly_the_groups_that_it_breaks(
    bench: Bench, question: str, variant: Variant
) -> None:
    assert variant.loses, "the table names no group"

    lost = bench.lost_groups(question, variant.source)

    assert set(lost) == variant.loses, lost


@pytest.mark.parametrize(("question", "variant"), table("right"))
def test_right_answer_of_another_style_loses_nothing(
    bench: Bench, question: str, variant: Variant
) -> None:
    assert not variant.loses, "the table names a group"

    assert bench.lost_groups(question, variant.source) == {}


@pytest.mark.slow
@pytest.mark.parametrize(("question", "variant"), [*table("faulty"), *table("right")])
def test_full_report_on_a_variant_agrees_with_the_table(
    bench: Bench, question: str, variant: Variant
) -> None:
    report = bench.grade(question, variant.source)

    assert report.status is Status.GRADED, report.message
    lost = bench.lost_in(question, report)
    assert set(lost) == variant.loses
    assert report.score == report.max_score - sum(group.max_score for group in lost.values())
    assert all(group.failures[0].message for group in lost.values())
    jsonschema.validate(report_as_json(report), schema())
