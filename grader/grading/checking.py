"""Read a handout back into a plan, so that `grader check` runs the very path that `grade` runs."""

from __future__ import annotations

import base64
import binascii
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from grader.core.call import Entry
from grader.core.codec import CodecError, decode, encode
from grader.core.comparison import Comparison, DtypePolicy, TieRule
from grader.core.corpus import Case, Corpus
from grader.core.domain import Domain
from grader.core.errors import UsageError
from grader.core.expression import DrawError, parse_expression
from grader.core.limits import MEBIBYTE, Limits
from grader.core.question import (
    AnswerKind,
    CodePart,
    Group,
    Part,
    Property,
    PropertyKind,
    Question,
    ReferenceCall,
)
from grader.grading.handout import FORMAT
from grader.grading.judge import Judge
from grader.grading.plan import PartPlan, PlanSetting, QuestionPlan, ties_library

_FILE = "handout.json"
_LARGEST_BYTES = 32 * MEBIBYTE
_EVERYTHING = Domain(declarations=())


def is_handout(path: Path) -> bool:
    """Tell whether a path is a handout folder or its handout.json."""
    return (path / _FILE).is_file() or path.name == _FILE


def read_handout(path: Path) -> QuestionPlan:
    """Read a handout folder; UsageError names the file that is not one."""
    file = path / _FILE if path.is_dir() else path
    try:
        if file.stat().st_size > _LARGEST_BYTES:
            raise UsageError(where=str(file), what="is too large to be a handout")
        content = json.loads(file.read_text(encoding="utf-8"))
        return plan_of_handout(content)
    except OSError as error:
        raise UsageError(where=str(file), what="cannot be read") from error
    except (
        ValueError,
        KeyError,
        TypeError,
        RecursionError,
        ArithmeticError,
        AttributeError,
        CodecError,
        DrawError,
        binascii.Error,
    ) as error:
        raise UsageError(
            where=str(file), what="is not a handout", hint="make it again: grader handout QUESTION"
        ) from error


def plan_of_handout(content: dict[str, Any]) -> QuestionPlan:
    """Make a plan of a handout's content: the shown groups, their cases, no reference."""
    if content["format"] != FORMAT:
        raise ValueError(f"format {content['format']!r}")
    setting = PlanSetting()
    plans = [_part_plan(part, setting) for part in content["parts"] if part["groups"]]
    question = Question(
        id=str(content["id"]),
        title=str(content["title"]),
        path=_FILE,
        version=str(content["version"]),
        statement="",
        parts=tuple(plan.part for plan in plans),
    )
    return QuestionPlan(question=question, parts=tuple(plans), setting=setting)


def _part_plan(content: dict[str, Any], setting: PlanSetting) -> PartPlan:
    code = _code_part(content)
    points = sum((group.points for group in code.groups), Fraction(0))
    part = Part(id=str(content["id"]), points=points, answer=AnswerKind.CODE, code=code)
    judge = Judge(code, None, ties_library(code))
    return PartPlan(part, judge, setting, given_corpus=_corpus(content, code))


def _code_part(content: dict[str, Any]) -> CodePart:
    rtol, atol, dtype, nan_equal, list_for_array = content["compare"]
    return CodePart(
        entries=tuple(
            Entry(name=name, parameters=None if parameters is None else tuple(parameters))
            for name, parameters in content["entries"]
        ),
        call=None if content["call"] is None else _text(content["call"]),
        returns=tuple(content["returns"]),
        expected=_expected_calls(content),
        domain=_EVERYTHING,
        groups=tuple(
            Group(id=name, points=Fraction(points), domain=_EVERYTHING, shown=True, hint=hint)
            for name, points, hint in content["groups"]
        ),
        ties=TieRule(content["ties"]) if content["ties"] else None,
        compare=Comparison(
            rtol=rtol,
            atol=atol,
            dtype=DtypePolicy(dtype),
            nan_equal=nan_equal,
            list_for_array=list_for_array,
        ),
        validator=None,
        properties=(
            Property(kind=PropertyKind.SAME_AS_REFERENCE),
            *(
                Property(kind=PropertyKind(kind), argument=name)
                for kind, name in content["properties"]
            ),
        ),
        limits=Limits(),
        times_reference=None,
        starter="",
        cases=(),
        wrong=(),
        right=(),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _expected_calls(content: dict[str, Any]) -> dict[str, ReferenceCall]:
    """Give the calls that the exact tie test needs; other answers are only compared."""
    names = list(_decoded(content["cases"][0])["expected"]) if content["cases"] else [""]
    calls = {}
    for name in names:
        function, texts = content["answers"].get(name, ("", []))
        arguments = tuple(parse_expression(text, content["names"]) for text in texts)
        calls[name] = ReferenceCall(function=function, arguments=arguments)
    return calls


def _corpus(content: dict[str, Any], code: CodePart) -> Corpus:
    cases, requests = [], []
    for described in content["cases"]:
        values = _decoded(described)
        case = Case(
            inputs=values["inputs"],
            groups=tuple(described["groups"]),
            expected=values["expected"],
            accepted=tuple(values["accepted"]),
            name=str(described["name"]),
        )
        sent = code.input_names or tuple(case.inputs)
        cases.append(case)
        requests.append(encode({name: case.inputs[name] for name in sent}))
    return Corpus(cases=tuple(cases), requests=tuple(requests), seed=0)


def _decoded(described: dict[str, Any]) -> dict[str, Any]:
    values = decode(base64.b64decode(described["values"], validate=True))
    if not isinstance(values, dict):
        raise ValueError("values of a case")
    for value in values["inputs"].values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    return values
