"""A corpus holds the fixed cases, tiny inputs and drawn ones of every group, smallest first."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from max_pool_question import (
    PARAMETERS,
    SEED_DRAW,
    SEED_GROUPS,
    batch_corpus,
    judge,
    make_part,
    seed_corpus,
    seed_part,
)

from grader.core.codec import decode, encode
from grader.core.corpus import Corpus
from grader.core.errors import QuestionError
from grader.core.question import FixedCase
from grader.draw import ExpectedAnswer, build_corpus, size_of

ROOT = Path(__file__).parents[2]
CORPORA = pytest.mark.parametrize("corpus", [seed_corpus, batch_corpus], ids=["seed", "batch"])


def total(inputs: Mapping[str, Any]) -> ExpectedAnswer:
    """Answer any inputs by a sum."""
    numbers = [np.sum(v) for v in inputs.values() if not isinstance(v, str)]
    return ExpectedAnswer(expected={"": float(np.nansum(numbers))})


def one_group(draw: dict[str, str], where: str = "", **changes: Any) -> Corpus:
    return build_corpus(make_part(draw, {"all": (where, {})}, **changes), total)


def fixed(name: str = "one window", group: str | None = None, **changes: Any) -> FixedCase:
    inputs = {"x": [[1, 3], [2, 0]], "delta_f": [[5]], "kernel": 2, "stride": 2} | changes
    given = {name: value for name, value in inputs.items() if value is not None}
    return FixedCase(name=name, inputs=given, group=group, where="questions/x.md:40")


@CORPORA
def test_there_are_enough_cases_spread_evenly(corpus: Callable[[], Corpus]) -> None:
    made = corpus()

    assert len(made.cases) == len(made.requests) >= 500
    assert set(made.counts) == set(SEED_GROUPS)
    assert all(180 <= count <= 300 for count in made.counts.values())
    for group, count in made.counts.items():
        assert len(made.of_group(group)) == count


@CORPORA
def test_groups_hold_what_their_condition_says(corpus: Callable[[], Corpus]) -> None:
    for case in corpus().cases:
        inputs: Mapping[str, Any] = case.inputs
        stride, kernel = inputs["stride"], inputs["kernel"]
        if "overlapping" in case.groups:
            assert stride < kernel
        if "non-overlapping" in case.groups:
            assert stride >= kernel


@CORPORA
def test_smallest_cases_come_first(corpus: Callable[[], Corpus]) -> None:
    sizes = [size_of(case.inputs) for case in corpus().cases]

    assert sizes == sorted(sizes)


@CORPORA
def test_no_input_is_there_twice(corpus: Callable[[], Corpus]) -> None:
    keys = Counter(encode(dict(case.inputs)) for case in corpus().cases)

    assert set(keys.values()) == {1}


@CORPORA
def test_requests_are_the_inputs_of_the_entry(corpus: Callable[[], Corpus]) -> None:
    for case, request in zip(corpus().cases, corpus().requests, strict=True):
        sent = decode(request)

        assert isinstance(sent, dict)
        assert list(sent) == list(PARAMETERS)
        inputs: Mapping[str, Any] = case.inputs
        assert all(np.array_equal(sent[name], inputs[name]) for name in sent)


@CORPORA
def test_arrays_cannot_be_changed(corpus: Callable[[], Corpus]) -> None:
    for case in corpus().cases:
        for value in (*case.inputs.values(), *case.expected.values(), *case.accepted[0].values()):
            assert not isinstance(value, np.ndarray) or not value.flags.writeable


def test_every_combination_of_a_narrow_group_occurs() -> None:
    for group, count in (("non-overlapping", 174), ("overlapping", 57)):
        cases = [seed_corpus().cases[at].inputs for at in seed_corpus().of_group(group)]

        frames = {tuple(case[name] for name in ("kernel", "stride", "H", "W")) for case in cases}
        assert len(frames) == count


@CORPORA
def test_kernels_meet_strides_remainders_and_planes_that_are_not_square(
    corpus: Callable[[], Corpus],
) -> None:
    for group in SEED_GROUPS:
        cases: list[Any] = [corpus().cases[at].inputs for at in corpus().of_group(group)]

        pairs = {(case["kernel"], case["stride"]) for case in cases}
        assert len(pairs) == {"overlapping": 3, "non-overlapping": 6, "ties": 9}[group]
        assert sum(case["H"] != case["W"] for case in cases) > len(cases) / 3
        remainders = [(case["H"] - case["kernel"]) % case["stride"] > 0 for case in cases]
        assert any(remainders)
        assert not all(remainders)


@pytest.mark.parametrize("part", [seed_part()], ids=["seed"])
def test_same_seed_gives_the_same_corpus_and_another_seed_another(part: Any) -> None:
    first, second = (build_corpus(part, judge, seed=7, least=45) for _ in range(2))
    other = build_corpus(part, judge, seed=8, least=45)

    assert first.requests == second.requests
    assert first.requests != other.requests


@pytest.mark.parametrize("before", ["import json, email", "X = [7, 11, -13]; import random"])
def test_other_processes_make_the_same_corpus_in_silence(before: str, tmp_path: Path) -> None:
    (tmp_path / "module_with_constants.py").write_text("Y = (3, 5, 17, 2.25, 'text', 40404)")
    program = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'tests/draw')!r}, '.']\n{before}\n"
        "import hashlib, module_with_constants\n"
        "from max_pool_question import seed_part, judge\n"
        "from grader.draw import build_corpus\n"
        "made = build_corpus(seed_part(), judge, least=45)\n"
        "print(hashlib.sha256(b''.join(made.requests)).hexdigest(), end='')"
    )

    made = subprocess.run(
        [sys.executable, "-B", "-W", "error", "-c", program],
        env=os.environ | {"PYTHONHASHSEED": str(len(before))},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    here = hashlib.sha256(b"".join(build_corpus(seed_part(), judge, least=45).requests))
    assert (made.stdout, made.stderr) == (here.hexdigest(), "")
    assert [path.name for path in tmp_path.iterdir()] == ["module_with_constants.py"]


def test_random_numbers_of_the_program_are_left_alone() -> None:
    import random

    random.seed(1)
    before = random.getstate()

    build_corpus(seed_part(), judge, least=30)

    assert random.getstate() == before


def test_fixed_case_is_first_in_every_group_whose_condition_holds() -> None:
    corpus = build_corpus(seed_part(cases=(fixed(),)), judge, least=9)
    first = corpus.cases[0]
    inputs: Mapping[str, Any] = first.inputs
    expected: Any = first.expected[""]

    assert (first.name, first.groups) == ("one window", ("non-overlapping", "ties"))
    assert corpus.of_group("ties")[0] == corpus.of_group("non-overlapping")[0] == 0
    assert (first.inputs["H"], first.inputs["W"]) == (2, 2)  # read off x
    assert inputs["x"].dtype == np.float64
    assert np.array_equal(expected, [[0, 5], [0, 0]])


def test_fixed_case_that_names_its_group_is_only_there() -> None:
    corpus = build_corpus(seed_part(cases=(fixed(group="ties"),)), judge, least=9)

    assert corpus.cases[0].groups == ("ties",)


def test_drawn_input_equal_to_a_fixed_case_is_not_there_twice() -> None:
    case = FixedCase(name="three", inputs={"n": 3}, where="x.md:1")

    corpus = one_group({"n": "int 1..5"}, cases=(case,))

    assert [case.inputs["n"] for case in corpus.cases] == [3, 1, 2, 4, 5]


@pytest.mark.parametrize(
    ("case", "message"),
    [
        pytest.param(fixed(stride=None), "gives no value for 'stride'", id="input-missing"),
        pytest.param(fixed(x=[[1, 2], [3]]), "inhomogeneous", id="ragged"),
        pytest.param(fixed(x=[1, 2]), "no array of 2 dimensions", id="dimensions"),
        pytest.param(fixed(x=[["a", "b"]]), "no array of 2 dimensions", id="text"),
        pytest.param(fixed(group="tie"), "belongs to no group", id="unknown-group"),
        pytest.param(fixed(stride="two"), "cannot be told", id="condition-of-text"),
        pytest.param(fixed(x={"a": object()}), "no array", id="object"),
    ],
)
def test_fixed_case_that_does_not_fit_is_an_error_at_its_place(
    case: FixedCase, message: str
) -> None:
    with pytest.raises(QuestionError) as caught:
        build_corpus(seed_part(cases=(case,)), judge, least=9)

    assert str(caught.value).startswith("questions/x.md:40: case 'one window'")
    assert message in str(caught.value)


def test_fixed_case_outside_of_every_condition_is_an_error() -> None:
    part = make_part({"n": "int 1..9"}, {"small": ("n < 3", {})}, cases=(
        FixedCase(name="five", inputs={"n": 5}, where="x.md:1"),
    ))  # fmt: skip

    with pytest.raises(QuestionError, match="'five' belongs to no group"):
        build_corpus(part, total)


@pytest.mark.parametrize(
    ("draw", "where", "reason"),
    [
        pytest.param({"n": "int 1..3"}, "n > 3", "'n > 3' is false for every draw", id="where"),
        pytest.param({"n": "int 5..9", "k": "int n..4"}, "", "'k' is empty", id="range"),
        pytest.param({"n": "int 1..3", "x": "floats[n - 5]"}, "", "is -4", id="size"),
        pytest.param({"x": "ints[9] 1..2 distinct"}, "", "9 distinct values", id="values"),
        pytest.param({"x": "floats[2]"}, "x > 0", "not drawn before", id="array-in-where"),
    ],
)
def test_group_that_cannot_be_drawn_is_named_with_the_reason(
    draw: dict[str, str], where: str, reason: str
) -> None:
    with pytest.raises(QuestionError, match="group 'all': nothing can be drawn") as caught:
        one_group(draw, where)

    assert reason in caught.value.what


@pytest.mark.parametrize(
    ("draw", "count"),
    [
        pytest.param({"n": "int 1..5", "mode": "one of same, valid"}, 10, id="scalars"),
        pytest.param({"x": "bools[2, 2]"}, 16, id="bools"),
        pytest.param({"n": "int 0..2", "x": "ints[n] 0..1"}, 7, id="tiny-arrays"),
        pytest.param({"x": "ints[3] 1..3 distinct"}, 6, id="permutations"),
        pytest.param({"x": "floats[0, 3]"}, 1, id="empty-array"),
    ],
)
def test_finite_domain_is_drawn_to_its_end(draw: dict[str, str], count: int) -> None:
    corpus = one_group(draw)

    assert len(corpus.cases) == corpus.counts["all"] == count


@pytest.mark.parametrize("least", [1, 60, 520])
def test_the_least_number_of_cases_is_reached(least: int) -> None:
    corpus = build_corpus(make_part(SEED_DRAW, {"all": ("", {})}), judge, least=least)

    assert least <= len(corpus.cases) < 2 * least + 100


def test_large_arrays_are_drawn_too() -> None:
    draw = {"n": "int 20..30", "x": "floats[n, n] distinct", "y": "floats[n, 3] ties"}

    corpus = build_corpus(make_part(draw, {"all": ("", {})}), total, least=50)

    assert len(corpus.cases) >= 50


def test_input_of_two_groups_is_one_case_of_both() -> None:
    part = make_part({"n": "int 1..9"}, {"small": ("n < 6", {}), "odd": ("n % 2 == 1", {})})

    corpus = build_corpus(part, total)

    assert {case.inputs["n"]: case.groups for case in corpus.cases} == {
        1: ("small", "odd"), 3: ("small", "odd"), 5: ("small", "odd"),
        2: ("small",), 4: ("small",), 7: ("odd",), 9: ("odd",),
    }  # fmt: skip


def test_parameter_that_is_not_drawn_is_an_error() -> None:
    part = make_part({"n": "int 1..9"}, {"all": ("", {})}, parameters=("n", "stride"))

    with pytest.raises(QuestionError, match="group 'all': parameter 'stride' is not drawn"):
        build_corpus(part, total)


def test_many_scalars_are_drawn_in_reasonable_time() -> None:
    corpus = one_group({f"n{k}": "int 1..12" for k in range(12)})

    assert len(corpus.cases) >= 500


def test_error_of_the_reference_reaches_the_author() -> None:
    def breaks(inputs: Mapping[str, object]) -> ExpectedAnswer:
        raise QuestionError(where="reference/pooling.py:3", what="division by zero")

    with pytest.raises(QuestionError, match="division by zero"):
        build_corpus(seed_part(), breaks, least=9)
