"""`formula` of a code part and the keys of a formula part: read, or refused with their line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bank_files import Files

from grader.bank.formulas import FORMULA_KEYS
from grader.core.errors import QuestionError
from grader.core.question import Question, ReferenceCall

HEAD = "---\nid: q\nreference: ref\nparts:\n"
CODE = """\
  - id: code
    points: 1
    answer: code
    entry: double(x)
    draw:
      n: int 1..3
      x: floats[n]
"""
FORMULA = """\
    formula:
      target: 'y_i'
"""
PART = """\
  - id: formula
    points: 1
    answer: formula
    target: 'y_i'
"""
BODY = "---\n\n# Question\nText\n"
REFERENCE = "def double(x):\n    return 2 * x\n\n\ndef sets(x):\n    return [[0]]\n"


def load(files: Files, parts: str) -> Question:
    files.write(REFERENCE, "reference/ref.py")
    return files.load(HEAD + parts + BODY)


def test_code_part_without_formula_has_none(files: Files) -> None:
    assert load(files, CODE).parts[0].formula is None


def test_formula_block_is_read(files: Files) -> None:
    more = (
        "      symbols: {'S(k)': sets(x), N: n + 1}\n      letters: {a: n}\n      base: 1\n"
        "      outside: zero\n      equal: [{change: 'a -> b', because: the same}]\n"
    )

    (part,) = load(files, CODE + FORMULA + more).parts
    found = part.formula

    assert found is not None
    assert (found.target, found.base, found.outside_is_zero) == ("y_i", 1, True)
    assert isinstance(found.symbols["S(k)"], ReferenceCall)
    assert found.symbols["N"].text == "n + 1"
    assert found.letters["a"].text == "n"
    assert found.equal == {"a -> b": "the same"}
    assert found.where == "questions/q.md:13"


def test_formula_part_shares_the_inputs_of_the_code_part(files: Files) -> None:
    for parts in (CODE + PART, PART + CODE):
        part = next(one for one in load(files, parts).parts if one.answer.value == "formula")

        assert part.formula is not None
        assert part.formula.domain is None
        assert part.formula.expected is None


def test_formula_part_without_a_target_is_shown_only(files: Files) -> None:
    part = PART.replace("    target: 'y_i'\n", "")

    assert load(files, CODE + part).parts[1].formula is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            CODE + FORMULA.replace("target", "targt"),
            "q.md:13: unknown key 'targt' in formula of part 'code'; did you mean 'target'?",
            id="misspelt",
        ),
        pytest.param(
            PART.replace("target", "traget") + CODE,
            "q.md:8: unknown key 'traget' in part 'formula'; did you mean 'target'?",
            id="misspelt-in-a-formula-part",
        ),
        pytest.param(
            CODE + FORMULA + "      draw: {x: int 1..2}\n", "q.md:14: unknown key 'draw'", id="draw"
        ),
        pytest.param(
            CODE + "    formula: {base: 1}\n",
            "q.md:12: formula of part 'code' has no target",
            id="none",
        ),
        pytest.param(
            CODE + FORMULA + "      base: 2\n", "q.md:14: base is '2'; the first index", id="base"
        ),
        pytest.param(
            CODE + FORMULA + "      outside: zeros\n",
            "q.md:14: outside is 'zeros'; did you mean 'zero'?",
            id="outside",
        ),
        pytest.param(
            CODE + FORMULA + "      symbols: {z: xs}\n",
            "q.md:14: 'xs' is not drawn",
            id="symbol",
        ),
        pytest.param(
            CODE + FORMULA + "      symbols: {z: set(x)}\n", "q.md:14: ", id="unknown-function"
        ),
        pytest.param(
            CODE + FORMULA + "      symbols: {'S(k)': x}\n",
            "'S(k)' is a set, given by 'x'",
            id="set",
        ),
        pytest.param(
            CODE + FORMULA + "      equal: [{change: a}]\n", "needs both", id="equal-without-reason"
        ),
        pytest.param(
            CODE + FORMULA + "      expected: triple(x)\n", "q.md:14: ", id="expected-unknown"
        ),
        pytest.param(
            PART.replace("target: 'y_i'", "base: 1") + CODE,
            "q.md:8: 'base' without 'target'",
            id="base-alone",
        ),
    ],
)
def test_declaration_is_refused_with_its_line(files: Files, text: str, expected: str) -> None:
    with pytest.raises(QuestionError) as caught:
        load(files, text)

    assert expected in str(caught.value)


def test_page_for_authors_names_every_key_and_no_other() -> None:
    page = (Path(__file__).parents[2] / "questions" / "README.md").read_text(encoding="utf-8")
    section = page.partition("\n## Formulas\n")[2].partition("\n## ")[0]

    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(FORMULA_KEYS)
