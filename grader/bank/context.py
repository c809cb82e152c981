"""What the readers of one question share: its file, its reference, and what they note."""

from __future__ import annotations

from dataclasses import dataclass, field

from grader.bank.nodes import Node
from grader.bank.reference import ReferenceModule, missing_reference


@dataclass(slots=True, kw_only=True)
class Context:
    """Written while one question is read, then frozen into it.

    notes: for the author, each with its place. lines: 'parts.code.groups.ties' -> line.
    """

    file: str
    title: str = ""
    reference: ReferenceModule | None = None
    notes: list[str] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)

    def note(self, place: Node, text: str) -> None:
        """Keep something the author should know that is no error."""
        self.notes.append(f"{place.file}:{place.line}: {text}")

    def require_function(self, function: str, place: Node, asked_by: str) -> None:
        """Refuse a function that the reference does not have, or a question without reference."""
        if self.reference is None:
            raise missing_reference(place, asked_by)
        self.reference.require(function, place)
