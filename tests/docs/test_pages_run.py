"""Every block of the pages runs, gives what the page shows, and quotes what the file holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from blocks import PAGES, Block, agrees, blocks_of, copy_of_checkout, is_install, normalised, run

BLOCKS = {page: blocks_of(page) for page in PAGES}
EVERY = [pytest.param(block, id=block.label) for page in PAGES for block in BLOCKS[page]]
#: its blocks start servers, and each waits for one: CI runs them
_SLOW_PAGES = ("grader/deploy/README.md",)
#: makes the corpora of a whole sheet, from nothing
_SLOW_TEXT = "grader handout pooling_sheet"
RUN = [
    pytest.param(
        page,
        at,
        id=block.label,
        marks=[pytest.mark.slow] if page in _SLOW_PAGES or _SLOW_TEXT in block.text else [],
    )
    for page in PAGES
    for at, block in enumerate(BLOCKS[page])
    if block.is_run
]
_KINDS = {"console", "python", "yaml", "markdown", "text"}
Printed = list[tuple[int, str]]


class Reader:
    """Reads one page from the top, runs each block once, and remembers what was printed."""

    def __init__(self, page: str, folder: Path) -> None:
        self._blocks, self._folder = BLOCKS[page], folder
        self._printed: list[Printed] = []

    def printed(self, at: int) -> Printed:
        """Give what every command of block number `at` gave; those before it have run."""
        while len(self._printed) <= at:
            self._printed.append(self._run(self._blocks[len(self._printed)]))
        return self._printed[at]

    def _run(self, block: Block) -> Printed:
        if block.kind == "python" and block.is_run:
            done = subprocess.run(
                [sys.executable, "-"],
                input=block.text,
                cwd=self._folder,
                capture_output=True,
                encoding="utf-8",
                timeout=60,
            )
            return [(done.returncode, done.stdout + done.stderr)]
        if block.kind != "console":
            return []
        return [run(without_install(command), self._folder) for command, _ in block.steps]


def without_install(command: str) -> str:
    """Give the part of an installing command that comes after it; `.ci/run` runs the whole line."""
    last = command.rpartition(" && ")[2] if is_install(command) else command
    return "true" if last.endswith("/pytest") else last


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reader]:
    """One reader for each page, in a copy of the checkout of its own."""
    return {page: Reader(page, copy_of_checkout(tmp_path_factory.mktemp("page"))) for page in PAGES}


@pytest.mark.needs_isolation
@pytest.mark.timeout(400)
@pytest.mark.parametrize(("page", "at"), RUN)
def test_block_gives_what_the_page_shows(readers: dict[str, Reader], page: str, at: int) -> None:
    block = BLOCKS[page][at]

    results = readers[page].printed(at)

    assert [code for code, _ in results] == [0] * len(results), results
    for (command, shown), (_, printed) in zip(block.steps, results, strict=False):
        if not command.endswith("/pytest"):
            assert agrees(shown, printed), f"$ {command}\n{printed}"


@pytest.mark.parametrize("block", EVERY)
def test_block_is_of_a_kind_that_is_tested(block: Block) -> None:
    assert block.kind in _KINDS, f"{block.label}: name the kind of the block: {_KINDS}"
    assert block.is_run or block.quotes or block.kind == "text", f"{block.label} is not tested"


@pytest.mark.parametrize(
    "block", [pytest.param(b, id=b.label) for page in PAGES for b in BLOCKS[page] if b.quotes]
)
def test_quotation_stands_in_the_file(
    block: Block, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = copy_of_checkout(tmp_path_factory.mktemp("quoted"))
    for command, _ in (step for other in BLOCKS[block.page][:1] for step in other.steps):
        run(without_install(command), folder)

    assert block.text in (folder / block.quotes).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        pytest.param("a\n", "a\n", True, id="same"),
        pytest.param("a\n", "b\n", False, id="other"),
        pytest.param("a\n", "a\nb\n", False, id="more"),
        pytest.param("a\n…\nz\n", "a\nb\nc\nz\n", True, id="left-out"),
        pytest.param("a\n…\nz\n", "a\nb\n", False, id="left-out-and-other"),
        pytest.param("took 1.5 s\n", "took 22.75 s\n", True, id="seconds"),
        pytest.param("2 of 5\n", "3 of 5\n", False, id="score"),
        pytest.param("official (L1) · 1 s\n", "official (L1) · 2 s\nmore\n", True, id="footer"),
    ],
)
def test_output_is_compared(shown: str, printed: str, expected: bool) -> None:
    assert agrees(shown, printed) is expected


def test_normalising_keeps_scores_and_pictures() -> None:
    text = "score 2 of 5\n\n   x\n   1  2 [3]\n"

    assert normalised(text) == text.rstrip()


def test_grading_leaves_nothing_in_the_folder_it_runs_in(tmp_path: Path) -> None:
    folder = copy_of_checkout(tmp_path)
    before = sorted(folder.rglob("*"))
    command = "GRADER_CACHE=$PWD/../cache grader grade ssu_batch4_004 tests/acceptance/submissions"

    code, printed = run(command, folder)

    assert code == 0, printed
    assert [path for path in sorted(folder.rglob("*")) if path not in before] == []


def test_built_in_course_is_found_outside_of_a_course(tmp_path: Path) -> None:
    code, printed = run("grader list", tmp_path)

    assert (code, "ssu_batch4_004" in printed) == (0, True), printed
