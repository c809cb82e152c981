"""The fenced blocks of a page, and what running them gives."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "questions/README.md", "grader/ARCHITECTURE.md", "grader/deploy/README.md")
_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block: its kind (console, python, text, …), the file it quotes if any, its text."""

    page: str
    line: int
    kind: str
    quotes: str
    text: str

    @property
    def label(self) -> str:
        """Where it stands, for the name of a test."""
        return f"{self.page}:{self.line}"

    @property
    def is_run(self) -> bool:
        """Whether it is a command or a program, not a quotation or a picture."""
        return self.kind == "console" or (self.kind == "python" and not self.quotes)

    @property
    def steps(self) -> list[tuple[str, str]]:
        """The commands of a block, each with its output (`# prints: ` in a program)."""
        if self.kind != "console":
            mark = "# prints: "
            lines = self.text.splitlines()
            shown = [line.removeprefix(mark) for line in lines if line.startswith(mark)]
            return [("python", "\n".join(shown))]
        parts = re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]
        return [(command, shown) for command, _, shown in (part.partition("\n") for part in parts)]


def blocks_of(page: str) -> list[Block]:
    """Give the fenced blocks of a page in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = []
    for match in _FENCE.finditer(text):
        kind, _, quotes = match["info"].strip().partition(" ")
        line = text.count("\n", 0, match.start()) + 1
        found.append(Block(page=page, line=line, kind=kind, quotes=quotes, text=match["text"]))
    return found


def is_install(command: str) -> bool:
    """Tell the README's two commands that install, which `.ci/run` runs and a test must not."""
    return "pip install" in command


def copy_of_checkout(folder: Path) -> Path:
    """Make a folder that looks like a checkout after the README's first command."""
    folder /= "grader"  # the name of a course is that of its folder
    for name in ("questions", "reference", "tests/acceptance"):
        skipped = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=skipped)
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    return folder


def run(command: str, folder: Path) -> tuple[int, str]:
    """Run one shell command as a reader of the page would; exit code and everything printed."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    kept = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "GRADER_DEBUG", "CI")}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**kept, "PATH": path, "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=_SECONDS,
    )
    return done.returncode, done.stdout


def normalised(text: str) -> str:
    """Take out what differs between two runs or two hosts: seconds, versions, counts, isolation."""
    footer = re.compile(r"^(official \(|self-check: not an official).*?(?=\n\n|\Z)", re.M | re.S)
    text = footer.sub("(how it was graded)", text.rstrip() + "\n")
    text = re.sub(r"\b\d+\.\d+ s\b", "N s", text)
    text = re.sub(r"\b\d+ cases\b", "N cases", text)
    return "\n".join(line.rstrip() for line in text.rstrip().split("\n"))


def agrees(shown: str, printed: str) -> bool:
    """Tell whether the output on the page is what was printed; a line '…' stands for any lines."""
    parts = re.split(r"^…$\n?", normalised(shown) + "\n", flags=re.MULTILINE)
    pattern = r"(?:.*\n)*?".join(re.escape(part) for part in parts)
    return re.fullmatch(pattern, normalised(printed) + "\n") is not None
