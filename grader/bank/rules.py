"""`compare`, `ties`, `validator`, `properties`, `limits`: how answers are judged and bounded."""

from __future__ import annotations

import re
from dataclasses import replace

from grader.bank.context import Context
from grader.bank.fields import (
    read_bytes,
    read_identifier,
    read_list,
    read_number,
    read_table,
    read_text,
    refuse_unknown,
)
from grader.bank.nodes import Items, Node, Table
from grader.core.comparison import Comparison, DtypePolicy, TieRule
from grader.core.domain import Domain
from grader.core.expression import did_you_mean
from grader.core.limits import MEBIBYTE, Limits
from grader.core.question import Property, PropertyKind

DEFAULT_PROPERTIES = (
    Property(kind=PropertyKind.SAME_AS_REFERENCE),
    Property(kind=PropertyKind.INPUTS_UNCHANGED),
    Property(kind=PropertyKind.SHAPE_AND_DTYPE),
)
_PLAIN = {*(found.kind for found in DEFAULT_PROPERTIES), PropertyKind.DETERMINISTIC}
_ABOUT_DRAWN = {PropertyKind.LINEAR_IN, PropertyKind.ZERO_FOR, PropertyKind.CONSERVES}
_DTYPES = {policy.value: policy for policy in DtypePolicy}
_FLAGS = ("nan equal", "list for array")
_COMPARE = re.compile(
    r"(?P<exact>exact)?(?:close(?P<rtol>\s+[\d.][\d.eE+-]*)?(?P<atol>\s+[\d.][\d.eE+-]*)?)?(?P<words>.*)",
    re.DOTALL,
)


def read_ties(node: Node | None) -> TieRule | None:
    """Give the rule for tied maxima."""
    if node is None:
        return None
    text = read_text(node, "ties")
    known = [rule.value for rule in TieRule]
    if text not in known:
        raise node.error(f"ties is {text!r}", "it is one of " + ", ".join(known))
    return TieRule(text)


def read_compare(node: Node | None) -> Comparison:
    """Give the comparison: 'exact', 'close 1e-7 1e-9', then words such as 'nan equal'."""
    if node is None:
        return Comparison()
    if isinstance(node, Items):
        text = " ".join(read_text(item, "compare") for item in node)
    else:
        text = read_text(node, "compare")
    found = _COMPARE.match(" ".join(text.replace(",", " ").split()))
    assert found is not None  # every piece of the pattern may be empty
    words = _read_words(found["words"].strip(), node)
    policies = [_DTYPES[word] for word in words if word in _DTYPES]
    if len(policies) > 1:
        raise node.error(f"compare is {text!r}", "it names two dtype rules: keep one")
    usual = Comparison()
    try:
        return Comparison(
            rtol=0.0 if found["exact"] else _tolerance(found["rtol"], usual.rtol),
            atol=0.0 if found["exact"] else _tolerance(found["atol"], usual.atol),
            dtype=policies[0] if policies else usual.dtype,
            nan_equal="nan equal" in words,
            list_for_array="list for array" in words,
        )
    except ValueError as error:
        hint = "write 'exact', 'close 1e-7' or 'close 1e-7 1e-9'"
        raise node.error(f"compare is {text!r}: {error}", hint) from error


def _tolerance(text: str | None, usual: float) -> float:
    return usual if text is None else float(text)


def _read_words(text: str, node: Node) -> set[str]:
    known = (*_FLAGS, *_DTYPES)
    words: set[str] = set()
    while text:
        word = next((word for word in known if re.match(rf"{word}(?:\s|$)", text)), None)
        if word is None:
            near = did_you_mean(text, known).removeprefix("; ")
            hint = near or "write 'exact' or 'close rtol atol', then words of: " + ", ".join(known)
            raise node.error(f"compare has {text!r}", hint)
        words.add(word)
        text = text[len(word) :].strip()
    return words


def read_validator(node: Node | None, context: Context) -> str | None:
    """Give the name of the reference function that judges answers."""
    if node is None:
        return None
    name = read_identifier(node, "validator")
    context.require_function(name, node, "the validator")
    return name


def read_properties(node: Node | None, domain: Domain, context: Context) -> tuple[Property, ...]:
    """Give the properties, the three usual ones when nothing is said."""
    if node is None:
        return DEFAULT_PROPERTIES
    properties = [_read_property(item, domain, context) for item in read_list(node, "properties")]
    for at, found in enumerate(properties):
        if found in properties[:at]:
            raise node.error(f"property {found.text!r} is there twice")
    return tuple(properties)


def _read_property(node: Node, domain: Domain, context: Context) -> Property:
    text = read_text(node, "a property")
    name, _, argument = text.partition(" ")
    argument = argument.strip()
    if name.startswith("property_"):
        if argument:
            raise node.error(f"property {text!r}", f"{name} is a function and takes no word")
        context.require_function(name, node, f"property {name!r}")
        return Property(kind=PropertyKind.AUTHORED, argument=name)
    known = [kind.value for kind in PropertyKind if kind is not PropertyKind.AUTHORED]
    if name not in known:
        near = did_you_mean(name, known).removeprefix("; ")
        raise node.error(
            f"unknown property {name!r}",
            near or f"known: {', '.join(known)}, or a function property_… of the reference",
        )
    kind = PropertyKind(name)
    _check_argument(kind, argument, node, domain)
    if kind is PropertyKind.GRADIENT_OF:
        context.require_function(argument, node, f"property {text!r}")
    return Property(kind=kind, argument=argument)


def _check_argument(kind: PropertyKind, argument: str, node: Node, domain: Domain) -> None:
    if kind in _PLAIN:
        if argument:
            raise node.error(f"property '{kind.value} {argument}'", f"write '{kind.value}' alone")
        return
    if not argument:
        example = domain.names[0] if domain.names else "x"
        raise node.error(
            f"property {kind.value!r} does not say of what", f"write '{kind.value} {example}'"
        )
    if kind in _ABOUT_DRAWN and argument not in domain.names:
        raise node.error(f"{argument!r} is not drawn{did_you_mean(argument, domain.names)}")


def read_limits(node: Node | None) -> tuple[Limits, float | None]:
    """Give the limits of one worker, and how many times slower than the reference is allowed."""
    if node is None:
        return Limits(), None
    table = read_table(node, "limits")
    refuse_unknown(table, ("seconds", "memory", "output", "times_reference"), "limits")
    limits = Limits()
    if (seconds := table.get("seconds")) is not None:
        value = read_number(seconds, "seconds", 0.01, 3600)
        total = max(limits.total_cpu_seconds, 10 * value)  # a slow question still has many calls
        limits = replace(limits, cpu_seconds=value, total_cpu_seconds=total)
    if (output := table.get("output")) is not None:
        flood = read_bytes(output, "output")
        kept = min(limits.kept_output_bytes, flood)
        limits = replace(limits, flood_output_bytes=flood, kept_output_bytes=kept)
    times = table.get("times_reference")
    ratio = None if times is None else read_number(times, "times_reference", 1, 1e6)
    return _with_memory(limits, table), ratio


def _with_memory(limits: Limits, table: Table) -> Limits:
    node = table.get("memory")
    if node is None:
        return limits
    try:
        return replace(limits, memory_bytes=read_bytes(node, "memory"))
    except ValueError as error:
        hint = "numpy alone needs more than 142 MiB; write at least '256 MiB'"
        megabytes = read_bytes(node, "memory") / MEBIBYTE
        raise node.error(f"memory is {megabytes:g} MiB", hint) from error
