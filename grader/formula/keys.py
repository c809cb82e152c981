r"""Keys: names without their indices. `\delta_f`, `\delta^f`, the head of `\delta_{f,kl}` are one.

`\frac{\partial L}{\partial f}` has a key too, ∂L/∂f, whatever the loss is called.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.formula.failure import Kind, Unreadable, quoted
from grader.formula.spelling import (
    Fraction,
    Group,
    Name,
    Node,
    Number,
    Partial,
    Product,
    Script,
    unwrapped,
    written,
)

#: what a loss is called; only the question's symbols are looked up by it, never the target
_LOSSES = frozenset(("L", "J", "E", "C", r"\ell", "Loss", "loss"))


def key_of(node: Node | None) -> str | None:
    """Give the key of a name that stands without indices, or None."""
    node = unwrapped(node) if node is not None else None
    if isinstance(node, Name):
        return node.text
    if isinstance(node, Script) and isinstance(node.base, Name) and "T" not in node.marks:
        text = node.base.text + node.marks
        labels = [label_of(group) for group in (node.sub, node.sup) if group is not None]
        if len(labels) > 1 or None in labels:
            return None
        return f"{text}_{labels[0]}" if labels else text
    if node is not None and (parts := derivative_parts(node)) is not None:
        return derivative_key(*parts)
    return None


def letter_of(node: Node) -> str | None:
    """Give the key of what can be a bound letter: k, i', i^*, k_1; None for anything else."""
    node = unwrapped(node)
    if isinstance(node, Script) and (node.sup is not None or not _is_numbered(node.sub)):
        return None
    key = key_of(node)
    return None if key is None or key.startswith("∂") else key


def _is_numbered(sub: Group | None) -> bool:
    return sub is None or all(isinstance(piece, Number) for piece in flattened(sub.items))


def label_of(group: Group) -> str | None:
    """Give a script that is a label: names and numbers only, run together."""
    if group.such:
        return None
    pieces = flattened(group.items)
    texts = [piece.text if isinstance(piece, Number) else key_of(piece) for piece in pieces]
    return "".join(text for text in texts if text) if all(texts) else None


def derivative_key(top: Node, bottom: Node) -> str | None:
    upper, lower = key_of(top), key_of(bottom)
    if upper is None or lower is None:
        return None
    return f"∂{'L' if upper in _LOSSES else upper}/∂{lower}"


def derivative_parts(node: Node) -> tuple[Node, Node] | None:
    """Give what stands behind the two signs of a partial derivative, or None."""
    pair: tuple[Node, ...] = ()
    if isinstance(node, Fraction):
        pair = (unwrapped(node.top), unwrapped(node.bottom))
    if len(pair) == 2:  # \partial f_{kl}(x): what f depends on is dropped
        pair = tuple(_without_arguments(part) for part in pair)
    if len(pair) == 2 and isinstance(pair[0], Partial) and isinstance(pair[1], Partial):
        return unwrapped(pair[0].argument), unwrapped(pair[1].argument)
    return None


def _without_arguments(node: Node) -> Node:
    if isinstance(node, Product) and len(node.factors) == 2 and node.signs == ("",):
        first, group = node.factors
        if isinstance(first, Partial) and isinstance(group, Group) and group.bracket == "(":
            return first
    return node


def flattened(items: Sequence[Node]) -> list[Node]:
    """Give items with those cut into factors that stand side by side: ij -> i, j."""
    pieces: list[Node] = []
    for item in items:
        bare = unwrapped(item)
        if isinstance(bare, Product) and not any(bare.signs):
            pieces += [unwrapped(factor) for factor in bare.factors]
        elif isinstance(bare, Group) and bare.bracket == "(" and len(bare.items) > 1:
            pieces += flattened(bare.items)
        else:
            pieces.append(bare)
    return pieces


def as_indices(items: Sequence[Node], rank: int) -> tuple[Node, ...] | None:
    """Give items as so many indices, or None: `i,j`, `ij`, `(i,j)` and `12` are two."""
    bare = [unwrapped(item) for item in items]
    if len(bare) == rank and not (rank == 1 and isinstance(bare[0], Group) and bare[0].such):
        return tuple(bare)
    pieces = flattened(bare)
    if len(pieces) == rank:
        return tuple(pieces)
    single = pieces[0] if len(pieces) == 1 else None
    if isinstance(single, Number) and len(single.text) == rank and single.text.isdigit():
        return tuple(Number(text=digit, at=single.at) for digit in single.text)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelled:
    """A spelling whose key is known: what it means, and its indices, which are () without any."""

    found: object
    indices: tuple[Node, ...]


def look_up(
    node: Node, known: Callable[[str], tuple[object, int] | None]
) -> tuple[Spelled | None, list[tuple[str, int, int]]]:
    """Find what a name with its scripts means; known gives meaning and rank of a key.

    Returns the one reading that fits, or None with the readings whose number of indices is wrong:
    key, rank, number written. Raises Unreadable when two readings fit.
    """
    fitting: list[Spelled] = []
    misfits: list[tuple[str, int, int]] = []
    for key, items in _readings(node):
        entry = known(key)
        if entry is None:
            continue
        found, rank = entry
        indices = () if not items else as_indices(items, rank)
        if indices is None or (indices and not rank):
            misfits.append((key, rank, len(flattened(items))))
        else:
            fitting.append(Spelled(found=found, indices=indices))
    if len(fitting) > 1:
        what = f"{quoted(written(node))} can mean two of the question's symbols"
        raise Unreadable(Kind.AMBIGUOUS, what, node.at, "separate label and indices by a comma")
    return (fitting[0] if fitting else None), misfits


def spell(
    node: Node, known: Callable[[str], tuple[object, int] | None]
) -> tuple[Spelled | None, Group | None, list[tuple[str, int, int]]]:
    r"""Look a name up as `look_up` does; a superscript may be its label: `\delta^f_{kl}`.

    Returns the superscript too when it is none, but a power.
    """
    sup = node.sup if isinstance(node, Script) else None
    if isinstance(node, Script) and sup is not None and isinstance(node.base, Name):
        label = label_of(sup)
        key = f"{node.base.text}{node.marks.replace('T', '')}_{label}"
        if label is not None and known(key) is not None:
            labelled = Script(base=Name(text=key, at=node.at), sub=node.sub, at=node.at)
            spelled, misfits = look_up(labelled, known)
            return spelled, None, misfits
    spelled, misfits = look_up(node, known)
    return spelled, sup, misfits


def _readings(node: Node) -> list[tuple[str, Sequence[Node]]]:
    """Give every way to part a spelling into a key and indices."""
    if (parts := derivative_parts(node)) is not None:
        return _derivative_readings(parts)
    if isinstance(node, Name):
        return [(node.text, ())]
    if not isinstance(node, Script) or not isinstance(node.base, Name):
        return []
    text = node.base.text + node.marks.replace("T", "")
    if node.sub is None:
        return [(text, ())]
    items = node.sub.items
    readings: list[tuple[str, Sequence[Node]]] = [(text, items)]
    pieces = flattened(items)
    label = ""
    for taken, piece in enumerate(pieces, 1):
        if taken == 1 and isinstance(piece, Script) and piece.sub is not None:
            inner = key_of(piece.base)  # \delta_{x_{ij}}
            readings.append((f"{text}_{inner}", (*piece.sub.items, *pieces[1:])))
        name = piece.text if isinstance(piece, Number) else key_of(piece)
        if name is None:
            break
        label += name
        is_whole = len(flattened(items[:1])) == taken
        rest = tuple(items[1:]) if is_whole else tuple(pieces[taken:])
        readings.append((f"{text}_{label}", rest))
    return list(dict(readings).items()) if len(readings) > 1 else readings


def _derivative_readings(parts: tuple[Node, Node]) -> list[tuple[str, Sequence[Node]]]:
    bases: list[Node] = []
    items: list[Node] = []
    for part in parts:
        if isinstance(part, Script) and part.sub is not None:
            bases.append(Script(base=part.base, sup=part.sup, marks=part.marks))
            items += flattened(part.sub.items)
        else:
            bases.append(part)
    key = derivative_key(bases[0], bases[1])
    return [] if key is None else [(key, items)]
