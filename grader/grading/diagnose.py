"""Say why a group failed: the smallest input that shows it, with both answers."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from grader.core.call import Failed, Returned
from grader.core.codec import encode
from grader.core.corpus import Case
from grader.core.report import Failure
from grader.grading.counterexample import smallest_fault
from grader.grading.plan import PartPlan
from grader.grading.run import GroupRun
from grader.grading.runner import PartRunner


def explain_group(plan: PartPlan, runner: PartRunner, run: GroupRun) -> Failure:
    """Give the failure of a group on the smallest input found that shows it."""
    fault = run.fault
    assert fault is not None
    remark = ""
    if fault.is_shrinkable and plan.has_reference:
        fault, remark = smallest_fault(plan, runner, run, fault)
    elif fault.is_shrinkable:
        fault = runner.again(fault)
    returned = fault.result if isinstance(fault.result, Returned) else None
    return Failure(
        property=fault.finding.property,
        verdict=fault.verdict,
        message=fault.finding.message,
        mismatch=fault.finding.mismatch,
        counterexample=_shown_inputs(plan, fault.case),
        expected=_view(fault.case.expected),
        actual=_view(plan.judge.answers_by_name(returned.value)) if returned else None,
        has_values=returned is not None,
        location=fault.result.location if isinstance(fault.result, Failed) else (),
        stdout=fault.result.stdout,
        replay=_replay_text(plan, run, fault.case),
        remark=remark,
    )


def _view(answers: Mapping[str, object]) -> object:
    """Give a single answer as itself and several ones by their names."""
    return answers[""] if tuple(answers) == ("",) else dict(answers)


def _shown_inputs(plan: PartPlan, case: Case) -> dict[str, object]:
    return {name: case.inputs[name] for name in plan.code.input_names if name in case.inputs}


def _replay_text(plan: PartPlan, run: GroupRun, case: Case) -> str:
    content = {"part": plan.part.id, "group": run.group.id, "inputs": dict(case.inputs)}
    return base64.b64encode(encode(content)).decode("ascii")
