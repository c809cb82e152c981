"""Replay: the input that a stored report failed on is asked once more.

The text comes out of a file that anyone may have written. It is decoded by the wire's own codec and
used only when it is what the question could have drawn itself: the reference is never called with
anything else, and the submission is called in its worker as always.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from grader.core.call import Failed
from grader.core.codec import CodecError, decode, encode
from grader.core.corpus import Case
from grader.core.question import Group
from grader.core.verdict import Verdict
from grader.draw.frozen import frozen
from grader.draw.membership import is_in_domain
from grader.grading.intake import Submission
from grader.grading.plan import PartPlan, QuestionPlan
from grader.grading.runner import PartRunner
from grader.grading.session import Session
from grader.sandbox import Sandbox

#: a shrunken input has a few hundred bytes; the largest a question may draw has less than this
_LONGEST_TEXT = 4 << 20


class ReplayError(ValueError):
    """A replay text that this question cannot have written; says what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredInput:
    """An input that a report failed on, checked against its question."""

    plan: PartPlan
    group: Group
    inputs: Mapping[str, object]


def stored_input(plan: QuestionPlan, text: str) -> StoredInput:
    """Decode a failure's replay text; ReplayError unless the question could have drawn it."""
    content = _decoded(text)
    part = next((found for found in plan.parts if found.part.id == content["part"]), None)
    groups = part.code.groups if part is not None else ()
    group = next((found for found in groups if found.id == content["group"]), None)
    if part is None or group is None:
        raise ReplayError("it names a group that the question does not have")
    inputs = content["inputs"]
    assert isinstance(inputs, dict)
    if not is_in_domain(group.domain, group.where, inputs) and not _is_a_case(part, inputs):
        raise ReplayError("the question cannot draw its input")
    return StoredInput(plan=part, group=group, inputs={n: frozen(v) for n, v in inputs.items()})


def ask_again(stored: StoredInput, submission: Submission, sandbox: Sandbox) -> Verdict:
    """Call the submission on the stored input; AC when its answer is accepted."""
    plan = stored.plan
    program = plan.program(submission.files)
    with Session(sandbox, program, plan.code.limits) as session:
        if isinstance(session.loaded, Failed):
            return session.loaded.verdict
        case = Case(
            inputs=stored.inputs,
            groups=(stored.group.id,),
            expected=plan.judge.expected(stored.inputs),
        )
        runner = PartRunner(plan, session)
        fault = runner.judge(case, runner.ask(stored.inputs))
    return Verdict.AC if fault is None else fault.verdict


def _decoded(text: str) -> dict[str, object]:
    if len(text) > _LONGEST_TEXT:
        raise ReplayError("it is too long")
    try:
        content = decode(base64.b64decode(text, validate=True))
    except (binascii.Error, CodecError, ValueError) as error:
        raise ReplayError("it is damaged") from error
    if not isinstance(content, dict) or content.keys() != {"part", "group", "inputs"}:
        raise ReplayError("it holds no input")
    inputs = content["inputs"]
    if not isinstance(inputs, dict) or not all(isinstance(name, str) for name in inputs):
        raise ReplayError("it holds no input")
    return content


def _is_a_case(plan: PartPlan, inputs: Mapping[str, object]) -> bool:
    """Tell whether these are inputs of the corpus: the author's own may lie outside the domain."""
    names = plan.code.input_names
    if not set(names) <= inputs.keys():
        return False
    asked = encode({name: inputs[name] for name in names})
    found = (at for at, request in enumerate(plan.corpus.requests) if request == asked)
    return any(encode(dict(plan.corpus.cases[at].inputs)) == encode(dict(inputs)) for at in found)
