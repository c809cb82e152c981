"""Values the author writes into a fixed case: texts of YAML as the numbers and arrays declared."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, assert_never

from grader.bank.fields import read_text
from grader.bank.nodes import Items, Node, Table, Text
from grader.core.domain import ArrayDraw, ChoiceDraw, Draw, Element, NumberDraw, TextDraw, Word

if TYPE_CHECKING:
    import numpy as np

_INT = re.compile(r"[+-]?\d{1,18}")
_FLOAT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_SPECIAL = {
    "nan": math.nan,
    "inf": math.inf,
    "+inf": math.inf,
    "-inf": -math.inf,
}


def read_int(node: Node) -> int:
    """Give a whole number of at most 18 digits."""
    text = _leaf(node)
    if not _INT.fullmatch(text):
        raise node.error(f"{text!r} is no whole number")
    return int(text)


def read_float(node: Node) -> float:
    """Give a number; nan and inf with or without YAML's dot."""
    text = _leaf(node)
    value = _number(text)
    if value is None:
        raise node.error(f"{text!r} is no number")
    return value


def _number(text: str) -> float | None:
    special = text.lower().replace(".nan", "nan").replace(".inf", "inf")
    if special in _SPECIAL:
        return _SPECIAL[special]
    if not _FLOAT.fullmatch(text):
        return None
    value = float(text)
    return None if math.isinf(value) else value


def read_bool(node: Node) -> bool:
    """Give true or false."""
    text = _leaf(node).lower()
    if text not in ("true", "false"):
        raise node.error(f"{text!r} is not true or false")
    return text == "true"


def _leaf(node: Node) -> str:
    if isinstance(node, Text):
        return node.value.strip()
    kind = "list" if isinstance(node, Items) else "mapping"
    raise node.error(f"a {kind} where a single value is needed")


_READERS: dict[Element, tuple[Callable[[Node], Any], str]] = {
    Element.FLOATS: (read_float, "float64"),
    Element.INTS: (read_int, "int64"),
    Element.BOOLS: (read_bool, "bool"),
}


def read_value(name: str, node: Node, draw: Draw) -> object:
    """Give the value of a drawn name as its declaration says; arrays are read-only."""
    match draw:
        case NumberDraw():
            return read_int(node) if draw.is_int else read_float(node)
        case ArrayDraw():
            reader, dtype = _READERS[draw.element]
            dtype = "float32" if Word.FLOAT32 in draw.words else dtype
            return _read_array(name, node, reader, dtype, len(draw.shape))
        case ChoiceDraw():
            return _read_option(name, node, draw)
        case TextDraw():
            return read_text(node, name)
        case _:
            assert_never(draw)


def _read_option(name: str, node: Node, draw: ChoiceDraw) -> object:
    text = read_text(node, name).strip("'\"")
    for option in draw.options:
        written = str(option).lower() if isinstance(option, bool) else str(option)
        if text in (written, str(option)):
            return option
    known = ", ".join(str(option) for option in draw.options)
    raise node.error(f"{name!r} is {text!r}", f"it is one of {known}")


def _read_array(
    name: str, node: Node, reader: Callable[[Node], Any], dtype: str, dimensions: int
) -> np.ndarray[Any, Any]:
    sizes = _sizes(node)
    if len(sizes) < dimensions and 0 in sizes:
        sizes = (*sizes, *itertools.repeat(0, dimensions - len(sizes)))  # '[]' for an empty (0, 0)
    if len(sizes) != dimensions:
        raise node.error(
            f"{name!r} has {len(sizes)} dimensions, {dimensions} are declared",
            "nest the lists as deep as the declared shape is long",
        )
    leaves: list[Any] = []
    _collect(name, node, sizes, reader, leaves)
    return freeze(leaves, dtype, sizes)


def freeze(leaves: list[Any], dtype: str | None, sizes: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Give a read-only array of leaves in C order."""
    import numpy as np  # here, since a bank without fixed cases needs no numpy and starts faster

    with np.errstate(over="ignore"):
        array = np.array(leaves, dtype=dtype).reshape(sizes)
    array.flags.writeable = False
    return array


def _sizes(node: Node) -> tuple[int, ...]:
    """Give the shape along the first items; the rest is compared with it when collected."""
    sizes: list[int] = []
    while isinstance(node, Items):
        sizes.append(len(node.items))
        if not node.items:
            break
        node = node.items[0]
    return tuple(sizes)


def _collect(
    name: str,
    node: Node,
    sizes: tuple[int, ...],
    reader: Callable[[Node], Any],
    leaves: list[Any],
) -> None:
    if not sizes:
        leaves.append(reader(node))
        return
    if not isinstance(node, Items):
        raise node.error(f"{name!r} is ragged: a single value among lists")
    if len(node.items) != sizes[0]:
        raise node.error(
            f"{name!r} is ragged: {len(node.items)} values where others have {sizes[0]}"
        )
    for item in node.items:
        _collect(name, item, sizes[1:], reader, leaves)


def read_expected(node: Node) -> object:
    """Give a value that no declaration describes.

    Lists become arrays of bool, int64 or float64, by what is there. Lists that are no array
    (an answer of several arrays) stay tuples of values, mappings dicts.
    """
    if isinstance(node, Table):
        return {key.value: read_expected(value) for key, value in node}
    if isinstance(node, Text):
        return _guess(node)
    assert isinstance(node, Items)
    leaves: list[Any] = []
    sizes = _sizes(node)
    if not _is_regular(node, sizes, leaves):
        return tuple(read_expected(item) for item in node)
    kinds = {type(leaf) for leaf in leaves}
    if str in kinds or (bool in kinds and len(kinds) > 1):
        raise node.error("the values are of several kinds", "write numbers, or true and false")
    return freeze(leaves, "float64" if float in kinds or not kinds else None, sizes)


def _is_regular(node: Node, sizes: tuple[int, ...], leaves: list[Any]) -> bool:
    if not sizes:
        if isinstance(node, Text):
            leaves.append(_guess(node))
        return isinstance(node, Text)
    if not isinstance(node, Items) or len(node.items) != sizes[0]:
        return False
    return all(_is_regular(item, sizes[1:], leaves) for item in node.items)


def _guess(node: Text) -> object:
    text = node.value.strip()
    if node.style in ("'", '"'):
        return text
    if _INT.fullmatch(text):
        return int(text)
    if text in ("true", "false", "True", "False"):
        return text.lower() == "true"
    value = _number(text)
    return text if value is None else value
