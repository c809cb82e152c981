"""A formula that was read: what is evaluated for each element of the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.formula.failure import Kind, Unreadable, quoted
from grader.formula.keys import key_of
from grader.formula.meaning import Binder, Letter, Meaning, Positions, places_of
from grader.formula.resolve import Resolver
from grader.formula.scope import Entry, Scope
from grader.formula.spelling import walk, written
from grader.formula.statements import Spelling, spell_out
from grader.formula.symbols import Declared


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Formula:
    """A formula that was read: what is evaluated for each element of the target.

    letters: one for each index of the target. values: the members of the chain that can be read,
    the last one counts. used: names of the definitions that it uses. assigned: where the left side
    has computed indices, those; then letters are those of the indices, and binders say what they
    run over.
    """

    text: str
    declared: Declared
    letters: tuple[Letter, ...]
    values: tuple[Meaning, ...]
    has_indices: bool
    notes: tuple[str, ...]
    used: frozenset[str] = frozenset()
    assigned: tuple[Meaning, ...] = ()
    binders: tuple[Binder, ...] = ()


def read(text: str, declared: Declared, given: Sequence[str] = ()) -> Formula:
    """Read a formula for the declared target; Unreadable says why it cannot be read.

    given: definitions written elsewhere, such as (i^*, j^*) = …; those that cannot be read, or
    that define what the formula defines itself, are left out.
    """
    return resolve(spell_out(text, declared, given), declared)


def resolve(spelling: Spelling, declared: Declared) -> Formula:
    """Give every name of a parsed formula its meaning."""
    try:
        return _resolve(spelling, declared)
    except RecursionError:
        raise Unreadable(Kind.DEPTH, "the formula is nested too deep") from None


def _resolve(spelling: Spelling, declared: Declared) -> Formula:
    resolver = Resolver()
    keys = [key_of(index) for index in spelling.indices]
    is_plain = None not in keys and len(set(keys)) == len(keys)
    if not is_plain:
        return _resolve_assigned(spelling, declared, resolver)
    names = [key for key in keys if key] or list(declared.target_letters)
    letters = tuple(resolver.counter.letter(name, 0) for name in names)
    entries: dict[str, Entry] = {**spelling.definitions}
    entries |= dict(zip(names, letters, strict=True))
    scope = Scope(declared=declared, entries=entries)
    values, notes = _values(spelling, resolver, scope)
    return Formula(
        text=spelling.text,
        declared=declared,
        letters=letters,
        values=values,
        has_indices=bool(spelling.indices),
        notes=(*spelling.notes, *notes, *resolver.notes),
        used=frozenset(resolver.used),
    )


def _values(
    spelling: Spelling, resolver: Resolver, scope: Scope
) -> tuple[tuple[Meaning, ...], list[str]]:
    """Give the members of the chain; those before the last may be unreadable, and are noted."""
    values, notes = [], []
    for number, member in enumerate(spelling.members[:-1]):
        try:
            values.append(resolver.value(member, scope))
        except Unreadable as error:
            if number == 0 and not spelling.has_target:
                what = f"the left side '{quoted(written(member))}' is not what is asked for"
                hint = f"begin with '{scope.declared.target} = '"
                raise Unreadable(Kind.UNKNOWN, what, member.at, hint) from error
            notes.append(f"{quoted(written(member))} was not compared: {error.what}")
    values.append(resolver.value(spelling.members[-1], scope))
    return tuple(values), notes


def _resolve_assigned(spelling: Spelling, declared: Declared, resolver: Resolver) -> Formula:
    """Resolve a left side with computed indices: each letter in them runs by its positions."""
    scope = Scope(declared=declared, entries=dict(spelling.definitions))
    names: dict[str, Letter] = {}
    for index in spelling.indices:
        for node in walk(index):
            key = key_of(node)
            if key is not None and scope.known(key) is None and key not in names:
                names[key] = resolver.counter.letter(key, node.at)
    scope = scope.bind(names)
    indices = tuple(resolver.value(index, scope) for index in spelling.indices)
    values, notes = _values(spelling, resolver, scope)
    binders = []
    for key, letter in names.items():
        places = places_of(letter.number, values[-1:])
        length = declared.letters.get(key, "")
        if not places and not length:
            what = f"I cannot tell what {key} on the left side runs over"
            raise Unreadable(Kind.RANGE, what, letter.at, f"write {declared.target} there")
        positions = Positions(places=places, length="" if places else length, shown=key)
        binders.append(Binder(letters=(letter,), domain=positions))
    return Formula(
        text=spelling.text,
        declared=declared,
        letters=tuple(names.values()),
        values=values[-1:],
        has_indices=True,
        notes=(*spelling.notes, *notes, *resolver.notes),
        used=frozenset(resolver.used),
        assigned=indices,
        binders=tuple(binders),
    )
