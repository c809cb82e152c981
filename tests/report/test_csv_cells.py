"""Cells of a CSV file are replaced in place: nothing else of it moves, whatever its dialect."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.csv_cells import BOM, DELIMITERS, CsvError, table_of, tables_of

_SIGNS = st.text('ab,;\t"\r\n =é💥0', max_size=6)
_BARE = st.text("ab =é'0.-", max_size=5)


@st.composite
def files(draw: st.DrawFn) -> tuple[str, str, list[list[str]]]:
    """Give a file of any dialect with its delimiter and the values in its cells."""
    delimiter = draw(st.sampled_from(DELIMITERS))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    width = draw(st.integers(2, 4))
    rows, lines = [], []
    for _ in range(draw(st.integers(1, 4))):
        cells = []
        for _ in range(width):
            if draw(st.booleans()):
                value = draw(_SIGNS)
                cells.append((value, '"' + value.replace('"', '""') + '"'))
            else:
                value = draw(_BARE)
                cells.append((value, value))
        rows.append([value for value, _ in cells])
        lines.append(delimiter.join(raw for _, raw in cells))
    last = draw(st.sampled_from(["", end]))
    text = draw(st.sampled_from(["", BOM])) + end.join(lines) + last
    return text, delimiter, rows


@given(files())
def test_cells_hold_what_was_written(file: tuple[str, str, list[list[str]]]) -> None:
    text, delimiter, rows = file

    table = table_of(text, delimiter)

    assert [[cell.value for cell in row] for row in table.rows] == rows


@given(files(), st.data())
def test_replaced_cells_hold_the_new_values_and_nothing_else_moves(
    file: tuple[str, str, list[list[str]]], data: st.DataObject
) -> None:
    text, delimiter, _ = file
    table = table_of(text, delimiter)
    cells = [cell for row in table.rows for cell in row]
    chosen = data.draw(st.lists(st.sampled_from(cells), unique=True, max_size=4))
    values = {cell: data.draw(_SIGNS) for cell in chosen}

    changed = table.with_values(values)

    again = [cell for row in table_of(changed, delimiter).rows for cell in row]
    assert [cell.value for cell in again] == [values.get(cell, cell.value) for cell in cells]
    assert _around(changed, [again[cells.index(cell)] for cell in chosen]) == _around(text, chosen)


def _around(text: str, cells: list) -> list[bytes]:  # type: ignore[type-arg]  # of Cell
    """Give the bytes between some cells."""
    ends = [0, *(cell.end for cell in sorted(cells, key=lambda cell: cell.start))]
    starts = [*(cell.start for cell in sorted(cells, key=lambda cell: cell.start)), len(text)]
    return [text[end:start].encode() for end, start in zip(ends, starts, strict=True)]


@given(files())
def test_no_change_gives_the_same_bytes(file: tuple[str, str, list[list[str]]]) -> None:
    text, delimiter, _ = file

    assert table_of(text, delimiter).with_values({}).encode() == text.encode()


@given(st.text('a,"\n', max_size=20))
def test_what_is_read_is_what_the_csv_module_reads(text: str) -> None:
    try:
        rows = [[cell.value for cell in row] for row in table_of(text, ",").rows]
    except CsvError:
        return

    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert [row or [""] for row in lines] == rows


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param('a,b\n"x,1\n', "line 2: a quote is not closed", id="open-quote"),
        pytest.param('a,b\n"x"y,1\n', "line 2: text after a closing quote", id="after-quote"),
        pytest.param('a,b\n"x\n\ny",1\n"z', "line 5: a quote is not closed", id="many-lines"),
        pytest.param("", "line 1: there is no header", id="empty"),
        pytest.param("one\ntwo\n", "line 1: there is no header", id="one-column"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(CsvError, match=message):
        tables_of(text)


def test_delimiter_with_most_columns_is_tried_first() -> None:
    assert [table.delimiter for table in tables_of("a;b,c;d\n1;2;3\n")] == [";", ","]
