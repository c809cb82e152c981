"""Hostile text made visible: no control reaches the terminal, no line is longer than it may be.

Names, messages, output and source lines come from whoever wrote the submission. Here they become
printable text: controls, bidirectional marks and other invisible characters turn into escapes such
as `\\x1b` and `\\u202e`. Widths are counted in terminal columns, where an East Asian character
takes two.
"""

from __future__ import annotations

import re
import unicodedata

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_PLAIN_NAME = re.compile(r"[\w.][^\s\"\\]*")
#: what CI runners obey wherever it stands: ##[error], ##vso[task.x], ##teamcity[x]
_COMMAND = re.compile(r"##(\w*)\[")
_COMBINING_LIMIT = 3  # marks stacked higher than this paint over the lines above
_NAMED_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def one_line(text: str, longest: int = 400) -> str:
    """Give the text on one line, printable, at most about longest characters of it."""
    if len(text) > longest:
        text = text[:longest] + "…"
    if text.isascii() and text.isprintable():
        return _COMMAND.sub(r"##\1\\[", text)
    marks, shown = 0, []
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        shown.append(_visible(character, category, marks))
    return _COMMAND.sub(r"##\1\\[", "".join(shown))


def _visible(character: str, category: str, marks: int) -> str:
    if category == "Zs":
        return " "
    if character.isprintable() and marks <= _COMBINING_LIMIT:
        return character
    return _NAMED_ESCAPES.get(character) or _escape(ord(character))


def _escape(code: int) -> str:
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def name_text(name: str, longest: int) -> str:
    """Give a file name in at most longest columns; a name that could be mistaken is quoted."""
    shown = one_line(name, 4 * longest)
    if shown != name or not _PLAIN_NAME.fullmatch(name):
        return '"' + cut(shown.replace('"', '\\"'), longest - 2) + '"'
    return cut(shown, longest)


def columns(text: str) -> int:
    """Count the terminal columns of a printable text; colours take none."""
    text = _ANSI.sub("", text)
    if text.isascii():
        return len(text)
    return len(text) + sum(unicodedata.east_asian_width(character) in "WF" for character in text)


def cut(text: str, width: int) -> str:
    """Give the text unless it is wider than width: then its beginning and an ellipsis."""
    if columns(text) <= width:
        return text
    return _split(text, width - 1)[0] + "…"


def pad(text: str, width: int) -> str:
    """Fill with blanks on the right up to width columns."""
    return text + " " * (width - columns(text))


def quoted_lines(text: str, width: int, *, prefix: str, most: int) -> list[str]:
    """Give the first lines of foreign text, one behind each prefix, and say how many are left."""
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    room = width - columns(prefix)
    shown = [prefix + cut(one_line(line[:2000].expandtabs(4)), room) for line in lines[:most]]
    if len(lines) > most:
        shown.append(prefix + f"… {len(lines) - most} more lines")
    return [line.rstrip() for line in shown]


def wrap(text: str, width: int, *, first: str = "", rest: str = "", most: int = 12) -> list[str]:
    """Break a text into lines of at most width columns: the prefix first, then rest before each.

    Runs of blanks become one blank, so that a foreign text cannot line itself up with ours.
    """
    lines: list[str] = []
    for paragraph in text.strip().split("\n")[: most + 1]:
        lines += _wrap_paragraph(one_line(paragraph, 2000).split(), width, first, rest)
        first = rest
    if len(lines) > most:
        lines = [*lines[:most], f"{rest}…"]
    return lines


def _wrap_paragraph(words: list[str], width: int, first: str, rest: str) -> list[str]:
    lines: list[str] = []
    line, is_bare = first, True
    for word in words:
        if not is_bare and columns(line) + 1 + columns(word) <= width:
            line = f"{line} {word}"
            continue
        if not is_bare:
            lines.append(line)
            line = rest
        while columns(line) + columns(word) > width:
            head, word = _split(word, width - columns(line))
            lines.append(line + head)
            line = rest
        line, is_bare = line + word, False
    return [*lines, line.rstrip()]


def _split(text: str, width: int) -> tuple[str, str]:
    """Split after as many characters as fit into width columns, at least one."""
    used = 0
    for at, character in enumerate(text):
        used += columns(character)
        if used > width:
            return text[: max(at, 1)], text[max(at, 1) :]
    return text, ""
