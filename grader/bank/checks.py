"""`# Checks`: fixed cases and known answers, given to the part they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.bank.blocks import Block, Kind, read_blocks
from grader.bank.cases import read_case
from grader.bank.context import Context
from grader.bank.entry import parse_python
from grader.bank.nodes import Node
from grader.bank.sections import Section
from grader.bank.source import read_text
from grader.core.expression import did_you_mean
from grader.core.question import CodePart, FixedCase, KnownAnswer, Part

_SOLUTION = "solution.py"


@dataclass(slots=True, kw_only=True)
class Checks:
    """The checks of one part while they are collected."""

    cases: list[FixedCase] = field(default_factory=list)
    wrong: list[KnownAnswer] = field(default_factory=list)
    right: list[KnownAnswer] = field(default_factory=list)
    raw: list[dict[str, object]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Where a block's `file:` may be read from; included collects what was, for the version."""

    beside: Path
    inside: Path
    included: dict[str, bytes] = field(default_factory=dict)

    def read(self, name: str, place: Node) -> str:
        """Read a file relative to the question; it must lie inside the questions folder."""
        try:
            path = (self.beside / name).resolve()
            is_inside = path.is_relative_to(self.inside.resolve())
            is_file = path.is_file()
        except (OSError, ValueError) as error:
            raise place.error(f"file {name!r} cannot be read: {error}") from error
        if not is_inside:
            raise place.error(f"file {name!r} lies outside {self.inside.name}/", "move it inside")
        if not is_file:
            raise place.error(
                f"there is no file {name!r}", "paths are relative to the question file"
            )
        text = read_text(path, f"{place.file}:{place.line}: {name}")
        self.included[name] = text.encode()
        return text


def add_checks(
    parts: Sequence[Part], section: Section, files: Files, context: Context
) -> tuple[Part, ...]:
    """Give the parts with the checks of the section in them."""
    found = {part.id: Checks() for part in parts}
    seen: dict[tuple[Kind, str], int] = {}
    for block in read_blocks(section, context.file):
        first = seen.setdefault((block.kind, block.name), block.line)
        if first != block.line:
            what = f"a second '{block.kind.value}: {block.name}', the first is in line {first}"
            raise block.error(what, "names are unique")
        context.lines[f"checks.{block.kind.value}.{block.name}"] = block.line
        if not parts:
            context.note(block, f"{block.name!r} is not used: the question declares no parts")
            continue
        part = _part_of(block, parts)
        _add(found[part.id], block, part, files)
    return tuple(_with_checks(part, found[part.id]) for part in parts)


def _part_of(block: Block, parts: Sequence[Part]) -> Part:
    field_ = block.fields.get("part")
    if field_ is not None:
        known = {part.id: part for part in parts}
        if field_.text not in known:
            near = did_you_mean(field_.text, known).removeprefix("; ")
            raise field_.error(
                f"there is no part {field_.text!r}", near or "parts are " + ", ".join(known)
            )
        return known[field_.text]
    coded = [part for part in parts if part.code is not None] or list(parts)
    if len(coded) > 1:
        coded = [part for part in coded if _names_group_of(block, part)]
    if len(coded) != 1:
        names = " or ".join(f"'part: {part.id}'" for part in parts)
        raise block.error(f"{block.name!r} does not say which part it is about", f"add {names}")
    return coded[0]


def _names_group_of(block: Block, part: Part) -> bool:
    field_ = block.fields.get("group") or block.fields.get("fails")
    named = _words(field_.text) if field_ else ()
    groups = {group.id for group in part.code.groups} if part.code else set()
    return bool(named) and groups.issuperset(named)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _add(checks: Checks, block: Block, part: Part, files: Files) -> None:
    if part.code is None:
        checks.raw.append(_raw(block, files))
    elif block.kind is Kind.CASE:
        checks.cases.append(read_case(block, part.code))
    elif block.kind is Kind.WRONG:
        checks.wrong.append(_read_wrong(block, part.code, files))
    else:
        checks.right.append(_read_answer(block, files))


def _with_checks(part: Part, checks: Checks) -> Part:
    if part.code is not None:
        code = replace(
            part.code,
            cases=tuple(checks.cases),
            wrong=tuple(checks.wrong),
            right=tuple(checks.right),
        )
        return replace(part, code=code)
    return replace(part, options={**part.options, "checks": checks.raw}) if checks.raw else part


def _raw(block: Block, files: Files) -> dict[str, object]:
    """Give a check of a part that is not code as texts; its own room reads them."""
    texts: dict[str, object] = {key: found.text for key, found in block.fields.items()}
    if "file" in block.fields:
        texts["source"] = files.read(block.fields["file"].text, block.fields["file"])
    elif block.fences:
        texts["source"] = block.fences[0].code
    where = f"{block.file}:{block.line}"
    return {"kind": block.kind.value.lower(), "name": block.name, "where": where, **texts}


def _read_answer(block: Block, files: Files) -> KnownAnswer:
    source, place, file = _read_source(block, files)
    try:
        parse_python(source)
    except SyntaxError as error:
        line = place.line + (error.lineno or 1) - 1 if file == _SOLUTION else place.line
        raise Node(block.file, line).error(
            f"{block.name!r} does not compile: {error.msg}", "known answers are whole programs"
        ) from error
    where = f"{block.file}:{block.line}"
    return KnownAnswer(name=block.name, source=source, where=where, file=file)


def _read_source(block: Block, files: Files) -> tuple[str, Node, str]:
    """Give the code, the place where it begins, and its file name."""
    field_ = block.fields.get("file")
    if len(block.fences) + (field_ is not None) != 1:
        found = "no code" if field_ is None and not block.fences else "code twice"
        hint = "give it one ```python fence, or one line 'file: wrong/name.py'"
        raise block.error(f"{block.name!r} has {found}", hint)
    if field_ is not None:
        return files.read(field_.text, field_), field_, Path(field_.text).name
    fence = block.fences[0]
    return fence.code, Node(block.file, fence.line), _SOLUTION


def _read_wrong(block: Block, part: CodePart, files: Files) -> KnownAnswer:
    answer = _read_answer(block, files)
    known: Mapping[str, None] = dict.fromkeys(group.id for group in part.groups)
    field_ = block.fields.get("fails")
    fails = _words(field_.text) if field_ else ()
    if field_ is None or not fails:
        hint = f"add 'fails:' and some of {', '.join(known)}"
        raise block.error(f"{block.name!r} does not say which groups it fails", hint)
    if fails == ("all",) and "all" not in known:
        fails = tuple(known)
    for name in fails:
        if name not in known:
            near = did_you_mean(name, known).removeprefix("; ")
            hint = near or "groups are " + ", ".join(known)
            raise field_.error(f"{block.name!r} fails {name!r}, which is no group", hint)
    hint_field = block.fields.get("hint")
    return replace(
        answer, fails=tuple(dict.fromkeys(fails)), hint=hint_field.text if hint_field else ""
    )
