"""What a student may see of a question: statement, interface, points, starter and the shown cases.

Never the solution, the checks, inputs of hidden groups, the draw block or the reference: a handout
is built from a list of what goes in, not by cutting from what must stay out.
"""

from __future__ import annotations

import base64
import json
import re
import textwrap
from fractions import Fraction
from typing import Any

from grader.core.call import Entry
from grader.core.codec import encode
from grader.core.comparison import TieRule
from grader.core.corpus import Case
from grader.core.domain import ArrayDraw, Declaration, NumberDraw, Word
from grader.core.question import Part, PropertyKind, Question
from grader.grading.plan import PartPlan, QuestionPlan
from grader.grading.properties import sample

FORMAT = "grader/handout/v1"
#: shown cases per group: enough to work with, and few enough to read
MOST_SHOWN = 20
_REFERENCE_FREE = (
    PropertyKind.INPUTS_UNCHANGED,
    PropertyKind.SHAPE_AND_DTYPE,
    PropertyKind.DETERMINISTIC,
    PropertyKind.LINEAR_IN,
    PropertyKind.ZERO_FOR,
    PropertyKind.INVARIANT_TO,
    PropertyKind.CONSERVES,
)


def statement_for_students(question: Question) -> str:
    """Give the question as Markdown: title, statement, and how each part is answered and scored."""
    lines = [f"# {question.title}", "", f"`{question.id}` · {_points(question.max_score)}"]
    if question.course:
        lines[-1] += f" · {question.course}"
    lines += ["", question.statement.strip(), "", interface_for_students(question)]
    if question.code_parts:
        starter = textwrap.indent("\n\n\n".join(_starters(question)), "    ")
        lines += ["", "## Start from", "", starter]
    return "\n".join(lines).rstrip() + "\n"


def interface_for_students(question: Question) -> str:
    """Give as Markdown how each part is answered, called and scored."""
    lines = []
    for part in question.parts:
        lines += ["", f"## Part {part.id} ({_points(part.points)})", "", *_part_lines(part)]
    return "\n".join(lines)


def starter_for_students(question: Question) -> str:
    """Give the code that a student begins with; '' where nothing is answered by code."""
    starters = _starters(question)
    return "\n\n\n".join(starters) + "\n" if starters else ""


def _part_lines(part: Part) -> list[str]:
    if part.code is None:
        return [f"Answer: {part.answer.value}."]
    code = part.code
    names = " and ".join(f"`{_signature(entry)}`" for entry in code.entries)
    lines = [f"Write {names} in one Python file or notebook.", ""]
    if code.call is not None:
        lines += ["It is called like this:", "", "```python", code.call.rstrip(), "```", ""]
    described = [
        _described(declaration)
        for declaration in code.domain
        if declaration.name in code.input_names
    ]
    lines += [f"- {text}" for text in described]
    lines += ["", "| group | points | cases |", "| --- | --- | --- |"]
    for group in code.groups:
        lines.append(
            f"| {group.id} | {_number(group.points)} | {'shown' if group.shown else 'hidden'} |"
        )
    if code.ties is not None:
        lines += ["", f"Tied maxima: {_TIE_WORDS[code.ties]}."]
    return lines


_TIE_WORDS = {
    TieRule.FIRST: "the first one in row-major order receives the gradient",
    TieRule.LAST: "the last one in row-major order receives the gradient",
    TieRule.SPLIT: "they share the gradient evenly",
    TieRule.ANY: "any of them may receive the gradient, or they may share it",
}


def _signature(entry: Entry) -> str:
    if entry.parameters is None:
        return f"class {entry.name}"
    return f"{entry.name}({', '.join(entry.parameters)})"


def _described(declaration: Declaration) -> str:
    draw = declaration.draw
    if isinstance(draw, ArrayDraw):
        kind = {"floats": "float64", "ints": "int64", "bools": "bool"}[draw.element.value]
        kind = "float32" if Word.FLOAT32 in draw.words else kind
        shape = ", ".join(size.text for size in draw.shape)
        return f"`{declaration.name}`: array of {kind}, shape ({shape})"
    if isinstance(draw, NumberDraw):
        return f"`{declaration.name}`: {'int' if draw.is_int else 'float'}"
    return f"`{declaration.name}`: text or number"


def _points(points: Fraction) -> str:
    return f"{_number(points)} point{'' if points == 1 else 's'}"


def _number(points: Fraction) -> str:
    return str(points) if points.denominator == 1 else f"{float(points):g}"


# -- writing -------------------------------------------------------------------------------


def handout_files(plan: QuestionPlan) -> dict[str, str]:
    """Give the files of a handout: relative name -> text."""
    question = plan.question
    files = {
        "README.md": statement_for_students(question) + _how_to_check(),
        "solution.py": starter_for_students(question),
        "handout.json": json.dumps(handout_content(plan), indent=1, ensure_ascii=True) + "\n",
    }
    return {name: text for name, text in files.items() if text}


def _starters(question: Question) -> list[str]:
    """Give the starters of the parts; what one defines already is not defined again by another."""
    chosen: list[str] = []
    for part in question.code_parts:
        assert part.code is not None
        defined = set(re.findall(r"^(?:def|class)\s+(\w+)", "\n".join(chosen), re.MULTILINE))
        if not {entry.name for entry in part.code.entries} <= defined:
            chosen.append(part.code.starter.strip())
    return chosen


def _how_to_check() -> str:
    return (
        "\n## Check your solution\n\n"
        "Write it into `solution.py`, then, in this folder:\n\n"
        "    grader check . solution.py\n\n"
        "This runs a few shown cases only. What you hand in is graded on many more.\n"
    )


def handout_content(plan: QuestionPlan) -> dict[str, Any]:
    """Give what `grader check` needs, and nothing that a student may not see."""
    question = plan.question
    return {
        "format": FORMAT,
        "id": question.id,
        "title": question.title,
        "version": question.version,
        "parts": [_part_content(part) for part in plan.parts],
    }


def _part_content(plan: PartPlan) -> dict[str, Any]:
    code = plan.code
    compared = code.compare
    return {
        "id": plan.part.id,
        "entries": [[entry.name, _list_or_none(entry.parameters)] for entry in code.entries],
        "call": code.call,
        "returns": list(code.returns),
        "ties": code.ties.value if code.ties else None,
        "compare": [
            compared.rtol,
            compared.atol,
            compared.dtype.value,
            compared.nan_equal,
            compared.list_for_array,
        ],
        "properties": [
            [prop.kind.value, prop.argument]
            for prop in code.properties
            if prop.kind in _REFERENCE_FREE
        ],
        "answers": _answer_calls(plan),
        "names": list(code.domain.names),
        "groups": [
            [group.id, str(group.points), group.hint] for group in code.groups if group.shown
        ],
        "cases": [_case_content(case, plan) for case in shown_cases(plan)],
    }


def _answer_calls(plan: PartPlan) -> dict[str, list[Any]]:
    """Give the calls whose arguments the exact tie test needs; they name inputs only."""
    if plan.code.ties is not TieRule.ANY:
        return {}
    return {
        name: [call.function, [argument.text for argument in call.arguments]]
        for name, call in plan.code.expected.items()
    }


def _list_or_none(names: tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else list(names)


def _case_content(case: Case, plan: PartPlan) -> dict[str, Any]:
    shown = {group.id for group in plan.code.groups if group.shown}
    values = {
        "inputs": dict(case.inputs),
        "expected": dict(case.expected),
        "accepted": [dict(other) for other in case.accepted],
    }
    return {
        "name": case.name,
        "groups": [group for group in case.groups if group in shown],
        "values": base64.b64encode(encode(values)).decode("ascii"),
    }


def shown_cases(plan: PartPlan) -> list[Case]:
    """Give the cases of shown groups that a student gets: fixed ones, and others of all sizes."""
    chosen: dict[int, Case] = {}
    for group in plan.code.groups:
        if group.shown:
            positions = plan.corpus.of_group(group.id)
            fixed = [at for at in positions if plan.corpus.cases[at].name]
            for at in (*fixed, *sample(positions[len(fixed) :], MOST_SHOWN - len(fixed))):
                chosen[at] = plan.corpus.cases[at]
    return list(chosen.values())
