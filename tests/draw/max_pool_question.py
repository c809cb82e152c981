"""Max pooling backward in slow plain Python, the questions that ask for it, and planted bugs."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from grader.core.call import Entry
from grader.core.comparison import Comparison, TieRule
from grader.core.corpus import Corpus
from grader.core.domain import Domain, parse_declaration
from grader.core.expression import parse_expression
from grader.core.limits import Limits
from grader.core.question import CodePart, FixedCase, Group
from grader.draw import ExpectedAnswer, build_corpus

Inputs = Mapping[str, Any]
Backward = Callable[[Inputs], Any]

SEED_DRAW = {
    "kernel": "int 1..3",
    "stride": "int 1..3",
    "H": "int kernel..6",
    "W": "int kernel..6",
    "x": "floats[H, W] distinct",
    "delta_f": "floats[(H - kernel)//stride + 1, (W - kernel)//stride + 1]",
}
BATCH_DRAW = (
    {"N": "int 1..2", "C": "int 1..3"}
    | SEED_DRAW
    | {
        "x": "floats[N, C, H, W] distinct",
        "delta_f": "floats[N, C, (H - kernel)//stride + 1, (W - kernel)//stride + 1]",
    }
)
SEED_GROUPS: dict[str, tuple[str, dict[str, str]]] = {
    "non-overlapping": ("stride >= kernel", {}),
    "overlapping": ("stride < kernel", {}),
    "ties": ("", {"x": "floats[H, W] ties"}),
}
BATCH_GROUPS = SEED_GROUPS | {"ties": ("", {"x": "floats[N, C, H, W] ties"})}


def make_domain(lines: Mapping[str, str], known: Sequence[str] = ()) -> Domain:
    """Parse a draw block as the bank does."""
    names, declarations = list(known), []
    for name, text in lines.items():
        declarations.append(parse_declaration(name, text, names))
        names.append(name)
    return Domain(declarations=tuple(declarations))


def make_part(
    draw: Mapping[str, str],
    groups: Mapping[str, tuple[str, dict[str, str]]],
    *,
    parameters: tuple[str, ...] | None = None,
    cases: tuple[FixedCase, ...] = (),
) -> CodePart:
    """Make a code part with little more than a domain, groups (where, overrides) and cases."""
    domain = make_domain(draw)
    made = []
    for name, (where, overrides) in groups.items():
        own = domain.with_overrides(make_domain(overrides, domain.names))
        condition = parse_expression(where, own.names) if where else None
        made.append(Group(id=name, points=Fraction(1), domain=own, where=condition))
    return CodePart(
        entries=(Entry(name="backward", parameters=parameters or domain.names),),
        call=None,
        returns=(),
        expected={},
        domain=domain,
        groups=tuple(made),
        ties=TieRule.ANY,
        compare=Comparison(),
        validator=None,
        properties=(),
        limits=Limits(),
        times_reference=None,
        starter="",
        cases=cases,
        wrong=(),
        right=(),
    )


PARAMETERS = ("x", "delta_f", "kernel", "stride")


def seed_part(**changes: Any) -> CodePart:
    """Give the question about one plane, with its three groups."""
    return make_part(SEED_DRAW, SEED_GROUPS, parameters=PARAMETERS, **changes)


def batch_part() -> CodePart:
    """Give the question about batches of planes."""
    return make_part(BATCH_DRAW, BATCH_GROUPS, parameters=PARAMETERS)


def windows(shape: tuple[int, ...], kernel: int, stride: int) -> list[tuple[int, int]]:
    """Give the places of the windows of a plane."""
    rows, columns = ((size - kernel) // stride + 1 for size in shape[-2:])
    return [(k, m) for k in range(rows) for m in range(columns)]


def window_cells(k: int, m: int, kernel: int, stride: int) -> list[tuple[int, int]]:
    """Give the cells of a window, row by row."""
    return [(k * stride + a, m * stride + b) for a in range(kernel) for b in range(kernel)]


def planes(inputs: Inputs) -> list[tuple[tuple[int, ...], Inputs]]:
    """Cut a batch into planes."""
    leading = inputs["x"].shape[:-2]
    return [
        (at, {**inputs, "x": inputs["x"][at], "delta_f": inputs["delta_f"][at]})
        for at in np.ndindex(leading)
    ]


def backward(inputs: Inputs, rule: str = "first") -> Any:
    """Max pooling backward of planes or batches; ties by rule: first, last, split or all."""
    result = np.zeros(inputs["x"].shape)
    for at, plane in planes(inputs):
        x, kernel, stride = plane["x"], plane["kernel"], plane["stride"]
        for k, m in windows(x.shape, kernel, stride):
            cells = window_cells(k, m, kernel, stride)
            top = max(x[cell] for cell in cells)
            tied = [cell for cell in cells if x[cell] == top]
            chosen = {"first": tied[:1], "last": tied[-1:]}.get(rule, tied)
            share = plane["delta_f"][k, m] / (len(tied) if rule == "split" else 1)
            for cell in chosen:
                result[(*at, *cell)] += share
    return result


def judge(inputs: Mapping[str, object]) -> ExpectedAnswer:
    """Answer by the first maximum and accept the last one and equal shares."""
    others = [backward(inputs, rule) for rule in ("last", "split")]
    return ExpectedAnswer(
        expected={"": backward(inputs)}, accepted=tuple({"": other} for other in others)
    )


@functools.cache
def seed_corpus() -> Corpus:
    """Give the corpus of the seed question, made once for all tests."""
    return build_corpus(seed_part(), judge)


@functools.cache
def batch_corpus() -> Corpus:
    """Give the corpus of the question about batches, made once for all tests."""
    return build_corpus(batch_part(), judge)


def is_accepted(inputs: Inputs, answer: Any) -> bool:
    """Tell whether an answer is one of those the judge gives: the quick path of grading."""
    given = judge(inputs)
    right = [given.expected, *given.accepted]
    return any(np.array_equal(np.asarray(answer), np.asarray(one[""])) for one in right)
