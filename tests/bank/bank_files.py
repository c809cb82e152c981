"""Courses of a few small files, and edits of good files that make them bad."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.bank import Course, find_course, load_question
from grader.core.errors import QuestionError
from grader.core.question import CodePart, Question

DATA = Path(__file__).parent / "data"
PLAIN = (DATA / "plain_card.md").read_text(encoding="utf-8")
GRADED = (DATA / "graded.md").read_text(encoding="utf-8")
ENTRY = (
    "entry: backward(x, delta_f, kernel, stride) = max_pool_backward(delta_f, x, kernel, stride)"
)
POOLING = '''"""Pooling for the tests of the bank: read, never run."""

from reference.windows import windows


def max_pool(x, kernel, stride):
    return windows(x, kernel, stride)


def max_pool_backward(delta_f, x, kernel, stride):
    return x


def property_bounded(answer, inputs):
    return None


def accepts(answer, inputs):
    return None
'''


@dataclass(frozen=True, slots=True)
class Files:
    """A course in a temporary folder."""

    root: Path

    @property
    def course(self) -> Course:
        return find_course(self.root, self.root)

    def write(self, text: str | bytes, name: str = "questions/q.md") -> Path:
        """Put a file into the course, newlines as they are."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def load(self, text: str | bytes, name: str = "questions/q.md") -> Question:
        """Write and load one question."""
        return load_question(self.write(text, name), self.course)


def make_course(root: Path) -> Files:
    """Make a course without questions."""
    files = Files(root)
    (root / "questions").mkdir(parents=True)
    files.write("", "reference/__init__.py")
    files.write(POOLING, "reference/pooling.py")
    files.write("def windows(x, kernel, stride):\n    return x\n", "reference/windows.py")
    files.write("LONELY = 1\n", "reference/lonely.py")
    return files


def edited(text: str, old: str, new: str) -> str:
    """Replace old, which must be there once."""
    assert text.count(old) == 1, (old, text.count(old))
    return text.replace(old, new)


def line_of(text: str, mark: str) -> int:
    """Give the line where mark first stands."""
    return text[: text.index(mark)].count("\n") + 1


def refusal(files: Files, text: str | bytes) -> QuestionError:
    """Give the error that loading text ends with."""
    with pytest.raises(QuestionError) as caught:
        files.load(text)
    return caught.value


def code_of(question: Question) -> CodePart:
    """Give the only code part."""
    (part,) = question.code_parts
    assert part.code is not None
    return part.code
