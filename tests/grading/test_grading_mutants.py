"""Automatic mutants: what is changed, what is left alone, and what is declared equivalent."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.grading.mutants import executed_lines, mutants_of


def mutants(source: str, lines: set[int] | None = None) -> list[tuple[str, str]]:
    found = mutants_of({"reference.m": source}, {"reference.m": lines or set(range(1, 99))})
    return [(mutant.old, mutant.new) for mutant in found]


def body(*lines: str) -> str:
    return "def f(x, y):\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("line", "change"),
    [
        pytest.param("x += y", ("+=", "="), id="assigns-instead-of-adding"),
        pytest.param("x -= y", ("-=", "="), id="assigns-instead-of-subtracting"),
        pytest.param("return x + y", ("+", "-"), id="plus"),
        pytest.param("return x - y", ("-", "+"), id="minus"),
        pytest.param("return x * y", ("*", "//"), id="times"),
        pytest.param("return x // y", ("//", "*"), id="floor"),
        pytest.param("return x / y", ("/", "*"), id="divide"),
        pytest.param("return x < y", ("<", "<="), id="less"),
        pytest.param("return x <= y", ("<=", "<"), id="at-most"),
        pytest.param("return x > y", (">", ">="), id="greater"),
        pytest.param("return x >= y", (">=", ">"), id="at-least"),
        pytest.param("return x == y", ("==", "!="), id="equal"),
        pytest.param("return x != y", ("!=", "=="), id="different"),
        pytest.param("return x.max(y)", ("max", "min"), id="max-method"),
        pytest.param("return min(x, y)", ("min", "max"), id="min-function"),
        pytest.param("return x.argmax(y)", ("argmax", "argmin"), id="argmax"),
        pytest.param("return np.maximum(x, y)", ("maximum", "minimum"), id="maximum"),
        pytest.param("return x[3]", ("3", "4"), id="constant-up"),
        pytest.param("return x[3]", ("3", "2"), id="constant-down"),
        pytest.param("return x[:, k, l]", ("(:, k, l)", "its last two swapped"), id="swapped-axes"),
        pytest.param("y = x.copy()", ("copy", "no copy"), id="copy-method"),
        pytest.param("y = np.array(x)", ("copy", "no copy"), id="copy-function"),
    ],
)
def test_change_is_made(line: str, change: tuple[str, str]) -> None:
    assert change in mutants(body(line))


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["if x < 3:", "    raise ValueError(x + 1)"], id="refusal"),
        pytest.param(["raise ValueError(x + 1)"], id="raise"),
        pytest.param(["assert x + 1 < 3"], id="assertion"),
        pytest.param(['"""max + 1 < 2"""'], id="docstring"),
        pytest.param(["y: Literal[3] = x"], id="annotation"),
        pytest.param(["return True"], id="bool"),
        pytest.param(["return 'a' 'b'"], id="text"),
        pytest.param(["return x[y]"], id="nothing-to-change"),
    ],
)
def test_line_is_left_alone(lines: list[str]) -> None:
    assert mutants(body(*lines)) == []


def test_default_argument_is_left_alone() -> None:
    assert mutants("def f(x, y=3):\n    return x\n") == []


def test_line_that_is_never_executed_is_left_alone() -> None:
    source = body("if y:", "    return x + y", "return x - y")

    assert mutants(source, {4}) == [("-", "+")]


def test_refusal_keeps_its_else() -> None:
    assert mutants(body("if x < 3:", "    raise ValueError", "else:", "    y = x + y")) == [
        ("+", "-")
    ]


def test_mutant_is_the_whole_module_with_one_change() -> None:
    source = body("z = x + y", "return z + x")

    first, second = mutants_of({"reference.m": source}, {"reference.m": {2, 3}})

    assert "z = x - y" in first.source
    assert "return z + x" in first.source
    assert "z = x + y" in second.source
    assert "return z - x" in second.source
    assert (first.place, second.line_text) == ("reference/m.py:2", "return z + x")


def test_declared_equivalent_keeps_its_reason_and_no_other_change_of_the_line() -> None:
    source = body("return x < 3  # equivalent: '<' -> '<=': never equal")

    reasons = {
        (found.old, found.new): found.equivalent_because
        for found in mutants_of({"reference.m": source}, {"reference.m": {2}})
    }

    assert reasons[("<", "<=")] == "never equal"
    assert reasons[("3", "4")] == ""


def test_executed_lines_are_those_of_the_folder_only(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text("def f(x):\n    if x:\n        return 1\n    return 2\n")
    scope: dict[str, object] = {}
    exec(compile((tmp_path / "m.py").read_text(), str(tmp_path / "m.py"), "exec"), scope)

    lines = executed_lines(tmp_path, lambda: scope["f"](0))  # type: ignore[operator]

    assert {name: found - {1} for name, found in lines.items()} == {str(tmp_path / "m.py"): {2, 4}}
