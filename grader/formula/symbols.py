r"""What a question declares, read once: symbols by key, the target and its index letters.

A key is a name without indices, see `keys`; several keys may mean the same symbol.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.formula.failure import Unreadable, quoted
from grader.formula.grammar import parse
from grader.formula.keys import derivative_key, derivative_parts, flattened, key_of
from grader.formula.meaning import Symbol
from grader.formula.spelling import Group, Node, Product, Script, unwrapped

_GRADIENT = r"\delta_"


class Declaration(ValueError):
    """A declaration of the author's that cannot be used; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a question declares: the target, its rank and index letters, symbols by key.

    own_keys: those that the author wrote, without the usual other names of gradients.
    words: names of several letters. letters: index letter -> name of its length in an instance,
    for what no position tells. base: 0 or 1, the first index. outside_is_zero: what an index
    beyond an array means; else it is unreadable.
    """

    target: str
    rank: int
    target_keys: frozenset[str]
    target_letters: tuple[str, ...]
    symbols: Mapping[str, Symbol]
    own_keys: frozenset[str]
    words: frozenset[str]
    letters: Mapping[str, str]
    base: int = 0
    outside_is_zero: bool = False

    @property
    def names(self) -> str:
        """Give the symbols for a message."""
        return ", ".join(dict.fromkeys(symbol.shown for symbol in self.symbols.values()))


def declare(
    target: str,
    rank: int,
    symbols: Mapping[str, Symbol],
    *,
    letters: Mapping[str, str] | None = None,
    base: int = 0,
    outside_is_zero: bool = False,
) -> Declared:
    """Read a question's declarations; Declaration says which cannot be used.

    rank: number of the target's indices. symbols: LaTeX -> symbol; several may mean the same.
    """
    words = frozenset(word for latex in (*symbols, target) if (word := _word(latex)))
    found: dict[str, Symbol] = {}
    for latex, symbol in symbols.items():
        key = _key_of_latex(latex, words)
        if found.get(key, symbol) != symbol:
            raise Declaration(f"{latex} is declared twice")
        found[key] = symbol
    own = dict(found)
    for key, symbol in own.items():
        for other in _other_keys(key, own):
            found.setdefault(other, symbol)
    key, target_letters = _read_target(target, rank, words, found)
    keys = frozenset((key, *_other_keys(key, own)))
    for taken in sorted({key} & set(own)):
        raise Declaration(f"{found[taken].shown} is the target: it cannot be a symbol too")
    for other in keys:
        found.pop(other, None)
    return Declared(
        target=target,
        rank=rank,
        target_keys=keys,
        target_letters=target_letters,
        symbols=found,
        own_keys=frozenset((*own, key)),
        words=words,
        letters=letters or {},
        base=base,
        outside_is_zero=outside_is_zero,
    )


def _word(latex: str) -> str:
    bare = latex.strip()
    for command in ("\\text", "\\mathrm", "\\operatorname"):
        bare = bare.removeprefix(command)
    bare = bare.split("(")[0].split("_")[0].strip("{} ")
    is_word = bare.isalnum() and bare.isascii() and bare[:1].isalpha()
    return bare if is_word and (len(bare) > 1 or bare == "T") else ""


def _single(latex: str, words: frozenset[str]) -> Node:
    try:
        statements, _ = parse(latex, words)
    except Unreadable as error:
        raise Declaration(f"{quoted(latex)}: {error.message}") from error
    if len(statements) != 1 or len(statements[0]) != 1:
        raise Declaration(f"{quoted(latex)} is not one name")
    return unwrapped(statements[0][0])


def _key_of_latex(latex: str, words: frozenset[str]) -> str:
    node = _single(latex, words)
    if isinstance(node, Product) and len(node.factors) == 2:
        node, arguments = node.factors
        if not isinstance(arguments, Group) or arguments.bracket != "(":
            raise Declaration(f"{quoted(latex)} is not one name")
    key = key_of(node)
    if key is None:
        raise Declaration(f"{quoted(latex)} is not a name, nor a derivative like ∂L/∂f")
    return key


def _read_target(
    latex: str, rank: int, words: frozenset[str], symbols: Mapping[str, Symbol]
) -> tuple[str, tuple[str, ...]]:
    node = _single(latex, words)
    parts = derivative_parts(node)
    if parts is not None:
        bases = [part.base if isinstance(part, Script) else part for part in parts]
        scripts = [part.sub for part in parts if isinstance(part, Script) and part.sub]
        pieces = [piece for sub in scripts for piece in flattened(sub.items)]
        key = derivative_key(*bases)
    elif isinstance(node, Script) and node.sub is not None:
        pieces = flattened(node.sub.items)
        is_label = [getattr(symbols.get(key_of(piece) or ""), "rank", 0) > 0 for piece in pieces]
        named = is_label.index(False) if False in is_label else len(pieces)
        head = pieces[: max(len(pieces) - rank, named)]
        sub = Group(bracket="{", items=tuple(head)) if head else None
        key = key_of(Script(base=node.base, sub=sub, sup=node.sup, marks=node.marks))
        pieces = pieces[len(head) :]
    else:
        pieces, key = [], key_of(node)
    letters = tuple(name for piece in pieces if (name := key_of(piece)))
    if key is None or len(letters) != len(pieces):
        raise Declaration(f"target {quoted(latex)} is not a name with letters as indices")
    if len(letters) not in (0, rank) or len(set(letters)) < len(letters):
        raise Declaration(
            f"target {quoted(latex)} has {len(letters)} index letters, its values have {rank} axes"
        )
    return key, letters


def _other_keys(key: str, symbols: Mapping[str, Symbol]) -> list[str]:
    r"""Give the usual other names of a gradient: `\delta_x` is ∂L/∂x, and ∂L/∂X where X is x."""
    if key.startswith(_GRADIENT):
        top, bottom = "L", key.removeprefix(_GRADIENT)
    elif key.startswith("∂"):
        top, bottom = key.removeprefix("∂").split("/∂")
    else:
        return []
    found: list[str] = []
    for upper in _synonyms(top, symbols):
        for lower in _synonyms(bottom, symbols):
            found.append(f"∂{upper}/∂{lower}")
            if upper == "L":
                found.append(_GRADIENT + lower)
    return [other for other in found if other != key]


def _synonyms(key: str, symbols: Mapping[str, Symbol]) -> list[str]:
    same = [other for other, symbol in symbols.items() if symbol == symbols.get(key)]
    return same or [key]
