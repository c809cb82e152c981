"""Nodes of YAML as the values a field asks for; every refusal names the line and the way out."""

from __future__ import annotations

import re
from collections.abc import Collection
from fractions import Fraction

from grader.bank.nodes import Items, Node, Table, Text
from grader.core.expression import did_you_mean

POINTS_RULE = "points are whole numbers or halves from 0 to 100"
_POINTS = re.compile(r"(\d{1,3})(?:[.,]([05])0*)?|1/2")
_ID = re.compile(r"\w[\w.+-]*")
_LONGEST_ID = 100
_BYTES = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*([KMG]i?B)", re.IGNORECASE)
_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def read_text(node: Node, name: str) -> str:
    """Give a text of one line; an escape that made a tab or newline is refused (`"\\theta"`)."""
    if not isinstance(node, Text):
        kind = "list" if isinstance(node, Items) else "mapping"
        raise node.error(f"{name} is a {kind}", "a text is needed here")
    _refuse_escapes(node, name)
    value = node.value.strip()
    return " ".join(value.split()) if "\n" in value else value


def _refuse_escapes(node: Text, name: str) -> None:
    if node.style == '"' and ("\t" in node.value or "\n" in node.value):
        raise node.error(
            f"{name} has a control character made by a backslash in double quotes",
            "write it in single quotes, where a backslash is a backslash",
        )


def read_block(node: Node, name: str) -> str:
    """Give a text of any number of lines as it stands, such as code."""
    if not isinstance(node, Text):
        raise node.error(f"{name} is no text", "write it after '|' on indented lines")
    return node.value


def read_table(node: Node, name: str) -> Table:
    """Give the node as a mapping."""
    if not isinstance(node, Table):
        raise node.error(f"{name} is no mapping", "write 'key: value' lines below it")
    return node


def read_list(node: Node, name: str) -> tuple[Node, ...]:
    """Give the node's items; a single text is a list of one."""
    if isinstance(node, Items):
        return node.items
    if isinstance(node, Text):
        return (node,)
    raise node.error(f"{name} is a mapping", "a list is needed here")


def read_words(node: Node, name: str) -> tuple[str, ...]:
    """Give the texts of a list, or of one text cut at its commas."""
    if isinstance(node, Text):
        return tuple(word.strip() for word in read_text(node, name).split(",") if word.strip())
    words = (read_text(item, f"an entry of {name}") for item in read_list(node, name))
    return tuple(word for word in words if word)


def read_truth(node: Node, name: str) -> bool:
    """Give true or false."""
    value = read_text(node, name).lower()
    if value in ("true", "yes"):
        return True
    if value in ("false", "no"):
        return False
    raise node.error(f"{name} is {value!r}", "true or false is needed here")


def read_points(node: Node, name: str) -> Fraction:
    """Give points: whole numbers or halves from 0 to 100."""
    text = read_text(node, f"points of {name}")
    found = _POINTS.fullmatch(text)
    if found is None:
        raise node.error(f"points of {name} is {text}", POINTS_RULE)
    points = Fraction(1, 2) if text == "1/2" else Fraction(int(found[1]))
    points += Fraction(1, 2) if found[2] == "5" else 0
    if points > 100:
        raise node.error(f"points of {name} is {text}", POINTS_RULE)
    return points


def show_points(points: Fraction) -> str:
    """Give points as a person writes them: '3', '1.5'."""
    return str(points.numerator) if points.denominator == 1 else f"{float(points):g}"


def read_number(node: Node, name: str, low: float, high: float) -> float:
    """Give a finite number in [low, high]."""
    text = read_text(node, name)
    try:
        value = float(text)
    except ValueError as error:
        raise node.error(f"{name} is {text!r}", "a number is needed here") from error
    if not low <= value <= high:
        raise node.error(f"{name} is {text}", f"it lies between {low:g} and {high:g}")
    return value


def read_bytes(node: Node, name: str) -> int:
    """Give a size such as '512 MiB' in bytes."""
    text = read_text(node, name)
    found = _BYTES.fullmatch(text)
    if found is None:
        raise node.error(f"{name} is {text!r}", "write a size such as '512 MiB'")
    return int(float(found[1]) * _UNITS[found[2][0].upper()])


def read_id(node: Node, name: str) -> str:
    """Give an id: a word that can be a file name and part of an address."""
    text = read_text(node, name)
    if not _ID.fullmatch(text) or len(text) > _LONGEST_ID:
        raise node.error(
            f"{name} is {text!r}",
            f"an id is letters, digits and _ - . +, at most {_LONGEST_ID} of them",
        )
    return text


def read_identifier(node: Node, name: str) -> str:
    """Give a name of Python."""
    text = read_text(node, name)
    if not (text.isidentifier() and text.isascii()):
        raise node.error(f"{name} is {text!r}", "a Python name is needed here")
    return text


def refuse_unknown(table: Table, known: Collection[str], name: str) -> None:
    """Refuse keys that nobody reads, with the nearest one that somebody does."""
    for key, value in table:
        if key.value not in known:
            hint = did_you_mean(key.value, known).removeprefix("; ")
            if not hint and isinstance(value, Text) and not value.value:
                hint = "inside { } a text with commas needs single quotes"  # {hint: a, b}
            hint = hint or "known: " + ", ".join(known)
            raise key.error(f"unknown key {key.value!r} in {name}", hint)


def to_plain(node: Node) -> object:
    """Give nested lists and dicts of texts."""
    if isinstance(node, Items):
        return [to_plain(item) for item in node.items]
    if isinstance(node, Table):
        return {key.value: to_plain(value) for key, value in node}
    assert isinstance(node, Text)
    _refuse_escapes(node, "a text")
    return node.value
