"""Each command, option, exit code and variable is documented, and what is documented exists."""

from __future__ import annotations

import argparse
import ast
import importlib
import re
import subprocess
from pathlib import Path

import pytest
from blocks import PAGES, ROOT, blocks_of, is_install

from grader.cli import main as command_line

README = (ROOT / "README.md").read_text(encoding="utf-8")
_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")


def table(first_head: str) -> dict[str, list[str]]:
    """Give a table of the README: first cell -> the other cells."""
    found: dict[str, list[str]] = {}
    is_inside = False
    for line in README.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]
        if not cells:
            is_inside = False
        elif cells[0] == first_head:
            is_inside = True
        elif is_inside and set(line) - set("|- "):
            found[cells[0]] = cells[1:]
    return found


def main_module() -> object:
    return importlib.import_module(command_line.__module__)


def commands() -> list[str]:
    return list(main_module()._COMMANDS)  # type: ignore[attr-defined]  # the one list there is


def parser_of(command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    module = importlib.import_module(f"grader.cli.{command.replace('-', '_')}_command")
    module.add_arguments(parser)
    return parser


def test_table_holds_every_command_and_no_other() -> None:
    documented = [cell.strip("`").split()[1] for cell in table("command")]

    assert sorted(documented) == sorted(commands())


@pytest.mark.parametrize("command", commands())
def test_row_holds_every_option_and_no_other(command: str) -> None:
    rows = {cell.strip("`").split()[1]: cells for cell, cells in table("command").items()}
    actual = {option for action in parser_of(command)._actions for option in action.option_strings}

    documented = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", rows[command][1]))

    assert documented == actual


@pytest.mark.parametrize("command", commands())
def test_row_names_the_positional_arguments(command: str) -> None:
    (usage,) = [c.strip("`") for c in table("command") if c.strip("`").split()[1] == command]
    expected = [a for a in parser_of(command)._actions if not a.option_strings]

    assert len(usage.split()) - 2 == len(expected)


def test_table_holds_every_exit_code() -> None:
    module = vars(main_module())
    actual = {str(value) for name, value in module.items() if name.startswith("EXIT_")}

    assert set(table("exit")) == actual


def environment_names() -> set[str]:
    """Give the variables of the environment that the grader itself reads."""
    names: set[str] = set()
    for file in (ROOT / "grader").rglob("*.py"):
        if "sandbox" in file.parts:
            continue  # it makes an environment for others
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                names |= set(re.findall(r"^(?:GRADER_[A-Z_]+|NO_COLOR)$", node.value))
    return names


def test_table_holds_every_variable() -> None:
    assert {cell.strip("`") for cell in table("variable")} == environment_names()


@pytest.mark.parametrize("page", [*PAGES, "tests/README.md", "grader/CHANGELOG.md"])
def test_links_lead_somewhere(page: str) -> None:
    here = ROOT / page
    for match in _LINK.finditer(here.read_text(encoding="utf-8")):
        target, _, anchor = match["target"].partition("#")
        if "://" in target:
            continue
        file = here.parent / target if target else here
        assert file.exists(), f"{page} links to {target}, which is not there"
        if anchor:
            assert anchor in anchors(file), f"{page} links to #{anchor} of {target}"


def anchors(file: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def test_ci_runs_exactly_the_commands_of_the_first_screen() -> None:
    shown = [c for block in blocks_of("README.md") for c, _ in block.steps if is_install(c)]

    told = subprocess.run(
        [str(ROOT / ".ci" / "run"), "readme-commands"], capture_output=True, text=True, check=True
    )

    assert len(shown) == 2
    assert told.stdout.splitlines() == shown


def test_first_screen_installs_grades_and_tests() -> None:
    first, second = [c for b in blocks_of("README.md") for c, _ in b.steps if is_install(c)]

    assert first.startswith("python3 -m venv .venv && .venv/bin/pip install . && ")
    assert " .venv/bin/grader grade " in first
    assert second == ".venv/bin/pip install '.[test]' && .venv/bin/pytest"
    assert README.index(second) < README.index("## ")


def test_every_record_of_a_decision_is_short_and_says_when_to_look_again() -> None:
    records = sorted((ROOT / "grader" / "decisions").glob("*.md"))

    assert [record.name[:4] for record in records] == [
        f"{n:04}" for n in range(1, len(records) + 1)
    ]
    for record in records:
        text = record.read_text(encoding="utf-8")
        assert 15 <= len(text.splitlines()) <= 45, record.name
        for head in ("## Context", "## Choice", "## What it costs", "## When to look again"):
            assert head in text, f"{record.name} has no {head}"


def test_map_of_the_tests_names_every_folder() -> None:
    text = (ROOT / "tests" / "README.md").read_text(encoding="utf-8")
    folders = {
        path.name
        for path in (ROOT / "tests").iterdir()
        if path.is_dir() and not path.name.startswith((".", "__")) and any(path.rglob("*.*"))
    }

    named = set(re.findall(r"^\| `(\w+)/`", text, re.MULTILINE))

    assert named == folders
