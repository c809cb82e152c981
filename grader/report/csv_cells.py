r"""A CSV file as spans of its own text, so that some cells can be replaced and no other byte moves.

Readers and writers of CSV do not round-trip: quotes that were not needed vanish, line ends change.
Here the text is cut into records and raw cells once, whatever delimiter, quotes and line ends it
has, and a new text is put together from the pieces around the cells that are replaced.

    cell   = '"' ( any but '"' | '""' )* '"'  |  any but delimiter, CR, LF
    record = cell ( delimiter cell )* ( CRLF | CR | LF | end )

Source: RFC 4180, with any delimiter and line end. What follows a closing quote must be a delimiter
or the end of the record: where it is not, two readers would see two tables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

BOM = "\ufeff"
DELIMITERS = (",", ";", "\t")


class CsvError(ValueError):
    """A text that is no table of cells; says the line and what is wrong there."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a cell lies in the text, quotes included, and its value without them."""

    start: int
    end: int
    value: str
    is_quoted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A text with the places of its cells; lines are those of the records' first characters."""

    text: str
    delimiter: str
    rows: tuple[tuple[Cell, ...], ...]
    lines: tuple[int, ...]

    def with_values(self, values: Mapping[Cell, str]) -> str:
        """Give the text with the values of some cells replaced, each quoted as before or if needed.

        Everything else is the same to the last character.
        """
        pieces: list[str] = []
        at = 0
        for cell in sorted(values, key=lambda cell: cell.start):
            pieces += (self.text[at : cell.start], self.written(values[cell], cell))
            at = cell.end
        return "".join([*pieces, self.text[at:]])

    def written(self, value: str, cell: Cell) -> str:
        """Give a value as it stands in this file in the place of a cell."""
        needs_quotes = any(sign in value for sign in (self.delimiter, '"', "\r", "\n"))
        # some readers trim blanks that are not quoted
        if cell.is_quoted or needs_quotes or value != value.strip():
            return '"' + value.replace('"', '""') + '"'
        return value


def tables_of(text: str) -> list[Table]:
    """Give the text cut by each delimiter that its first record could have; CsvError when by none.

    Sorted by how many columns the first record then has, most first.
    """
    tables: list[Table] = []
    problems = [CsvError(1, "there is no header")]
    for delimiter in DELIMITERS:
        try:
            table = table_of(text, delimiter)
        except CsvError as error:
            problems.append(error)
            continue
        if table.rows and len(table.rows[0]) > 1:
            tables.append(table)
    if not tables:
        raise max(problems[::-1], key=lambda problem: problem.line)
    return sorted(tables, key=lambda table: -len(table.rows[0]))


def table_of(text: str, delimiter: str) -> Table:
    """Cut a text at one delimiter; CsvError where quotes do not fit."""
    quoted = re.compile('"((?:[^"]|"")*)"')
    bare = re.compile(f"[^{re.escape(delimiter)}\r\n]*")
    line_end = re.compile("\r\n|\r|\n")
    rows: list[tuple[Cell, ...]] = []
    lines: list[int] = []
    cells: list[Cell] = []
    at = len(BOM) if text.startswith(BOM) else 0
    line = first_line = 1
    while at < len(text) or cells:
        if text.startswith('"', at):
            found = quoted.match(text, at)
            if found is None:
                raise CsvError(line, "a quote is not closed")
            value = found[1].replace('""', '"')
        else:
            found = bare.match(text, at)
            assert found is not None
            value = found[0]
        cells.append(Cell(at, found.end(), value, text.startswith('"', at)))
        line += len(line_end.findall(found[0]))
        at = found.end()
        if text.startswith(delimiter, at):
            at += 1
            continue
        ending = line_end.match(text, at)
        if ending is None and at < len(text):
            raise CsvError(line, "text after a closing quote")
        rows.append(tuple(cells))
        lines.append(first_line)
        cells = []
        line += ending is not None
        first_line = line
        at = ending.end() if ending is not None else at
    return Table(text=text, delimiter=delimiter, rows=tuple(rows), lines=tuple(lines))
