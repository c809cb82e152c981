"""What names mean at one place of a formula: bound letters, definitions, then the question's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.formula.failure import Kind, Unreadable
from grader.formula.meaning import Letter, Symbol
from grader.formula.spelling import Node
from grader.formula.symbols import Declared

#: definitions are put in where they are used; this bounds what twice twice twice ... grows to
MOST_PIECES = 20_000
_MOST_USES = 16


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Definition:
    """A definition of the learner's. position: which component of a pair its name is."""

    name: str
    parameters: tuple[str, ...]
    body: Node
    position: int | None = None


Entry = Letter | Definition | Symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Entries by key. inner ones hide outer ones; within says which definitions are being used."""

    declared: Declared
    entries: Mapping[str, Entry]
    within: tuple[str, ...] = ()

    def known(self, key: str) -> tuple[Entry, int] | None:
        """Give what a key means and how many indices it has."""
        entry = self.entries.get(key)
        if entry is None:
            entry = self.declared.symbols.get(key)
        if isinstance(entry, Definition):
            return entry, len(entry.parameters)
        if isinstance(entry, Symbol):
            return entry, entry.rank
        return None if entry is None else (entry, 0)

    def bind(self, letters: Mapping[str, Letter]) -> Scope:
        """Give the scope in which these letters are bound, whatever they meant outside."""
        return Scope(
            declared=self.declared, entries={**self.entries, **letters}, within=self.within
        )

    def use(self, definition: Definition, at: int) -> Scope:
        """Give the scope inside of a definition; Unreadable when it uses itself."""
        if definition.name in self.within:
            what = f"{definition.name} is defined by itself"
            raise Unreadable(Kind.DEPTH, what, at, "write it out")
        if len(self.within) >= _MOST_USES:
            raise Unreadable(Kind.DEPTH, "definitions use each other too deep", at)
        return Scope(
            declared=self.declared,
            entries=self.entries,
            within=(*self.within, definition.name),
        )


class Counter:
    """Numbers bound letters, and counts what was resolved."""

    def __init__(self) -> None:
        self._letters = 0
        self._pieces = 0

    def letter(self, shown: str, at: int) -> Letter:
        """Give a new bound letter."""
        self._letters += 1
        return Letter(number=self._letters, shown=shown, at=at)

    def count(self, at: int) -> None:
        """Count one resolved piece; Unreadable when there are too many."""
        self._pieces += 1
        if self._pieces > MOST_PIECES:
            raise Unreadable(Kind.DEPTH, "the definitions grow too large", at)
