"""The corpus of a code part: every input it is graded on, with expected values, made once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.core.codec import CodecError, encode
from grader.core.corpus import Case, Corpus
from grader.core.errors import QuestionError
from grader.core.question import CodePart
from grader.draw.answer import Judge
from grader.draw.complete import belongs, case_inputs
from grader.draw.frozen import frozen
from grader.draw.group import group_inputs
from grader.draw.order import size_of

_PER_GROUP = 200


@dataclass(slots=True, kw_only=True)
class _Draft:
    """An input before it is answered; groups in the order of the question."""

    inputs: Mapping[str, object]
    groups: list[str] = field(default_factory=list)
    name: str = ""


_Drafts = dict[bytes, _Draft]


def build_corpus(part: CodePart, answer: Judge, *, seed: int = 0, least: int = 500) -> Corpus:
    """Make the corpus: fixed cases, then tiny enumerated inputs and drawn ones, smallest first.

    At least `least` cases where the domains have as many. Equal inputs of two groups are one case
    of both. The same part, seed and version of Hypothesis give the same inputs. QuestionError when
    a group cannot be drawn, a fixed case does not fit, or the reference cannot answer.
    """
    _check_names(part)
    fixed, drawn = _fixed(part), _Drafts()
    share = max(-(-least // max(1, len(part.groups))), min(_PER_GROUP, least))
    for turn in range(2):
        for group in part.groups:
            for inputs in group_inputs(group, answer, seed=seed + 1_000_003 * turn, count=share):
                _file(fixed, drawn, inputs, group.id)
        if len(fixed) + len(drawn) >= least:
            break
    ordered = sorted(drawn.items(), key=lambda item: (*size_of(item[1].inputs), item[0]))
    drafts = [*fixed.values(), *(draft for _, draft in ordered)]
    cases = tuple(_answered(draft, answer) for draft in drafts)
    requests = tuple(
        encode({name: case.inputs[name] for name in part.input_names}) for case in cases
    )
    counts = {group.id: sum(group.id in case.groups for case in cases) for group in part.groups}
    return Corpus(cases=cases, requests=requests, seed=seed, counts=counts)


def _check_names(part: CodePart) -> None:
    for group in part.groups:
        for name in part.input_names:
            if name not in group.domain.names:
                raise QuestionError(
                    where="",
                    what=f"group {group.id!r}: parameter {name!r} is not drawn",
                    hint=f"add it to 'draw', which has {', '.join(group.domain.names)}",
                )


def _file(fixed: _Drafts, drawn: _Drafts, inputs: Mapping[str, object], group: str) -> None:
    key = encode(dict(inputs))
    draft = fixed.get(key) or drawn.setdefault(key, _Draft(inputs=inputs))
    if group not in draft.groups:
        draft.groups.append(group)


def _fixed(part: CodePart) -> _Drafts:
    """Give the author's cases with the groups each belongs to; QuestionError when it is none."""
    drafts = _Drafts()
    for case in part.cases:
        place = None
        for group in part.groups:
            if case.group not in (None, group.id):
                continue
            inputs = case_inputs(case, group, part.input_names)
            if belongs(case, group, inputs):
                place = drafts.setdefault(
                    _key(inputs, case.name, case.where), _Draft(inputs=inputs)
                )
                place.name = place.name or case.name
                place.groups += [group.id] if group.id not in place.groups else []
        if place is None:
            known = ", ".join(group.id for group in part.groups)
            raise QuestionError(
                where=case.where,
                what=f"case {case.name!r} belongs to no group",
                hint=f"change its values, or name one of {known}",
            )
    return drafts


def _key(inputs: Mapping[str, object], name: str, where: str) -> bytes:
    try:
        return encode(dict(inputs))
    except CodecError as error:
        raise QuestionError(where=where, what=f"case {name!r}: {error}") from error


def _answered(draft: _Draft, answer: Judge) -> Case:
    inputs = {name: frozen(value) for name, value in draft.inputs.items()}
    given = answer(inputs)
    return Case(
        inputs=inputs,
        groups=tuple(draft.groups),
        expected={name: frozen(value) for name, value in given.expected.items()},
        accepted=tuple(
            {name: frozen(value) for name, value in other.items()} for other in given.accepted
        ),
        name=draft.name,
    )
