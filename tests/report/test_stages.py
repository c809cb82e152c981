"""What a learner reads at each attempt, word for word."""

from __future__ import annotations

import jsonschema
import pytest

from grader.core.redact import Audience, redact
from grader.core.report import MatchedMisconception, MatchedTieRule
from grader.core.reveal import Stage
from grader.report import report_as_json, report_as_text, schema

from . import examples
from .golden import assert_golden

HINT = "Count in how many windows a cell lies."
REPORTS = {
    "wrong": examples.report(
        examples.part(
            examples.group("overlapping", 2, examples.wrong_answer(), shown=True, hint=HINT),
            examples.group("ties", 1, examples.wrong_answer(), hint="one maximum is enough"),
            misconception=MatchedMisconception(
                name="the right answer transposed",
                hint="In NumPy a[i, j] is row i, column j",
                agreed_cases=93,
                is_declared=False,
            ),
            tie_rule=MatchedTieRule(rule="last", cases=32),
        )
    ),
    "raised": examples.report(
        examples.part(examples.group("overlapping", 2, examples.exception(), shown=True))
    ),
}


@pytest.mark.parametrize("stage", Stage, ids=lambda stage: stage.value)
@pytest.mark.parametrize("name", REPORTS)
def test_report_of_each_stage_reads_as_accepted(name: str, stage: Stage) -> None:
    seen = redact(REPORTS[name], Audience.LEARNER, stage)

    assert_golden(f"stage_{name}_{stage.value}.txt", report_as_text(seen, colour=False))
    jsonschema.validate(report_as_json(seen), schema())


def test_instructor_reads_the_same_at_every_stage() -> None:
    texts = {
        report_as_text(redact(REPORTS["wrong"], Audience.INSTRUCTOR, stage), colour=False)
        for stage in Stage
    }

    assert len(texts) == 1
