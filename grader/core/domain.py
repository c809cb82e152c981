"""The domain of a code part: which inputs may be drawn, declared name by name."""

from __future__ import annotations

import enum
import keyword
import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from grader.core.expression import DrawError, Expression, did_you_mean, parse_expression

Scalar = int | float | bool | str


class Element(enum.Enum):
    """What an array holds; the dtype of its values when no word says otherwise."""

    FLOATS = "floats"
    INTS = "ints"
    BOOLS = "bools"


class Word(enum.Enum):
    """A word after an array that narrows or bends its values."""

    DISTINCT = "distinct"
    TIES = "ties"
    POSITIVE = "positive"
    NEGATIVE = "negative"
    UNIT_ROWS = "unit rows"
    NAN = "nan"
    INF = "inf"
    FLOAT32 = "float32"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberDraw:
    """`int a..b` or `float a..b`, bounds included."""

    low: Expression
    high: Expression
    is_int: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayDraw:
    """`floats[shape] words`; low..high bounds the elements where given (`ints[N] 0..C - 1`)."""

    element: Element
    shape: tuple[Expression, ...]
    words: frozenset[Word]
    low: Expression | None = None
    high: Expression | None = None

    def sizes(self, drawn: Mapping[str, object]) -> tuple[int, ...]:
        """Give the shape under drawn names; DrawError when a size is negative."""
        sizes = tuple(size.whole(drawn) for size in self.shape)
        for size, expression in zip(sizes, self.shape, strict=True):
            if size < 0:
                raise DrawError(f"size {expression.text!r} is {size}")
        return sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceDraw:
    """`one of a, b, c`; numbers are numbers, everything else is text."""

    options: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDraw:
    """`text a..b`: lower-case letters, between a and b of them."""

    low: Expression
    high: Expression


Draw = NumberDraw | ArrayDraw | ChoiceDraw | TextDraw


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One line of a draw block: a name, its domain, and the author's text of it."""

    name: str
    draw: Draw
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """Declarations in order; each may use the names before it."""

    declarations: tuple[Declaration, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Give the drawn names in order."""
        return tuple(declaration.name for declaration in self.declarations)

    def __iter__(self) -> Iterator[Declaration]:
        return iter(self.declarations)

    def with_overrides(self, overrides: Domain) -> Domain:
        """Give the domain with some declarations replaced in place and new ones at the end."""
        replaced = {declaration.name: declaration for declaration in overrides}
        kept = [replaced.pop(old.name, old) for old in self.declarations]
        return Domain(declarations=(*kept, *replaced.values()))


_RANGE = re.compile(r"(?P<low>.+?)\.\.(?P<high>.+)", re.DOTALL)
_NUMBER_HEAD = re.compile(r"(?P<kind>int|float|text)\b(?P<rest>.*)", re.DOTALL)
_ARRAY_HEAD = re.compile(
    r"(?P<kind>floats|ints|bools)\s*\[(?P<shape>.*?)\](?P<rest>[^\]]*)", re.DOTALL
)
_FORMS = (
    "int a..b",
    "float a..b",
    "floats[shape]",
    "ints[shape]",
    "bools[shape]",
    "one of a, b",
    "text a..b",
)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPTION = re.compile(r"\s*('[^']*'|\"[^\"]*\"|[^,'\"()\[\]{}]+)\s*(?:,|$)")
_LONGEST = 400


def parse_declaration(name: str, text: str, known: Collection[str]) -> Declaration:
    """Parse one line of a draw block; DrawError says what is wrong with it."""
    if not _IDENTIFIER.fullmatch(name):
        raise DrawError(f"{name!r} cannot be drawn; a name is letters, digits and underscores")
    if keyword.iskeyword(name):
        raise DrawError(f"{name!r} cannot be drawn; it is a word of Python")
    stripped = " ".join(text.split())
    if len(stripped) > _LONGEST:
        raise DrawError(f"declaration of {len(stripped)} characters; at most {_LONGEST}")
    if re.match(r"one of\b", stripped):
        draw: Draw = _parse_choice(stripped.removeprefix("one of"))
    elif head := _ARRAY_HEAD.fullmatch(stripped):
        draw = _parse_array(head, known)
    elif head := _NUMBER_HEAD.fullmatch(stripped):
        low, high = _parse_range(head["rest"], known, head["kind"])
        if head["kind"] == "text":
            draw = TextDraw(low=low, high=high)
        else:
            draw = NumberDraw(low=low, high=high, is_int=head["kind"] == "int")
    else:
        word = re.split(r"[\s\[]", stripped, maxsplit=1)[0]
        near = did_you_mean(word, ("int", "float", "floats", "ints", "bools", "text", "one of"))
        raise DrawError(
            f"{stripped!r} cannot be drawn{near or '; a draw is one of ' + ', '.join(_FORMS)}"
        )
    return Declaration(name=name, draw=draw, text=stripped)


def _parse_range(text: str, known: Collection[str], kind: str) -> tuple[Expression, Expression]:
    bounds = _RANGE.fullmatch(text.strip())
    if bounds is None:
        raise DrawError(f"'{kind}{text}' has no bounds; write '{kind} 1..3'")
    low = parse_expression(bounds["low"], known)
    high = parse_expression(bounds["high"], known)
    ends = [_constant_bound(end, kind) for end in (low, high) if not end.names]
    if len(ends) == 2 and ends[0] > ends[1]:
        raise DrawError(f"'{kind}{text}' is empty: {low.text} is above {high.text}")
    return low, high


def _constant_bound(end: Expression, kind: str) -> int | float:
    """Give a bound that needs no drawn name, refused early when it is of the wrong kind."""
    if kind in ("int", "ints", "text"):
        whole = end.whole({})
        if kind == "text" and whole < 0:
            raise DrawError(f"a text of {whole} letters; at least 0")
        return whole
    value = end.evaluate({})
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise DrawError(f"{end.text!r} is {value!r}; a finite number is needed")
    return value


def _parse_choice(text: str) -> ChoiceDraw:
    options, at = [], 0
    while at < len(text):
        option = _OPTION.match(text, at)
        if option is None or not option[1].strip():
            raise DrawError(f"'one of{text}' cannot be read; write 'one of a, b, c'")
        options.append(_scalar(option[1].strip()))
        at = option.end()
    if not options:
        raise DrawError("'one of' names nothing; write 'one of a, b, c'")
    return ChoiceDraw(options=tuple(options))


def _scalar(text: str) -> Scalar:
    if text in ("true", "True", "false", "False"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text.strip("'\"")


def _split_shape(text: str) -> list[str]:
    """Split at the commas that are not inside brackets."""
    pieces, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += character
    if not all(piece.strip() for piece in pieces):
        raise DrawError(f"[{text}] lacks a size; write [H, W], or 'float a..b' for a single number")
    return pieces


def _parse_array(head: re.Match[str], known: Collection[str]) -> ArrayDraw:
    shape = tuple(parse_expression(size, known) for size in _split_shape(head["shape"]))
    for size in shape:
        if not size.names and size.whole({}) < 0:
            raise DrawError(f"size {size.text!r} is negative")
    low = high = None
    rest = head["rest"].strip()
    if ".." in rest:
        bounds, rest = _split_bounds(rest)
        low, high = _parse_range(bounds, known, head["kind"])
    words = _parse_words(rest)
    element = Element(head["kind"])
    if element is not Element.FLOATS and words & {Word.NAN, Word.INF, Word.FLOAT32, Word.UNIT_ROWS}:
        raise DrawError(f"{head['kind']} cannot be nan, inf, float32 or unit rows")
    if element is Element.BOOLS and (words or low is not None):
        raise DrawError("bools take no bounds and no words")
    if {Word.DISTINCT, Word.TIES} <= words or {Word.POSITIVE, Word.NEGATIVE} <= words:
        raise DrawError(f"{rest!r} contradicts itself")
    return ArrayDraw(element=element, shape=shape, words=words, low=low, high=high)


def _split_bounds(rest: str) -> tuple[str, str]:
    """Cut '0..C - 1 distinct' into its bounds and its words."""
    pattern = r"\s+(?=(?:" + "|".join(re.escape(word.value) for word in Word) + r")\b)"
    pieces = re.split(pattern, rest, maxsplit=1)
    return pieces[0], pieces[1] if len(pieces) > 1 else ""


def _parse_words(text: str) -> frozenset[Word]:
    words, left = set(), " ".join(text.replace(",", " ").split())
    while left:
        for word in Word:
            if left == word.value or left.startswith(word.value + " "):
                words.add(word)
                left = left[len(word.value) :].strip()
                break
        else:
            unknown = left.split()[0]
            known = [word.value for word in Word]
            near = did_you_mean(unknown, known)
            raise DrawError(
                f"{unknown!r} is no word of an array{near or '; words are ' + ', '.join(known)}"
            )
    return frozenset(words)
