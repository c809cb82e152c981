"""Exceptions of learner's code as text: type, message, and their own lines they came from."""

from __future__ import annotations

import types

from .uploads import Source

_MAX_FRAMES = 6
_MAX_TEXT = 1500


def message(error: BaseException) -> str:
    """Type and message, 'ValueError: …'; a hostile __str__ gives a placeholder."""
    kind = type(error)
    try:
        text = str(error)
        name = f"{kind.__qualname__}"
    except BaseException:  # noqa: BLE001 -- whatever a hostile __str__ raises
        return "an exception that cannot be printed"
    if kind is SystemExit:
        return f"SystemExit: the code called sys.exit({text[:100]}) instead of returning"
    if kind is MemoryError and not text:
        text = "it needs more memory than allowed"
    if len(text) > _MAX_TEXT:
        text = text[:_MAX_TEXT] + " …"
    return f"{name}: {text}" if text else name


def of(error: BaseException, sources: dict[str, Source]) -> tuple[str, ...]:
    """The learner's lines that led to the error, outermost first, at most a few."""
    shown: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        shown_line = _line(trace, sources)
        if shown_line and (not shown or shown[-1] != shown_line):
            shown.append(shown_line)
            if len(shown) > 2 * _MAX_FRAMES:  # keep both ends of a deep recursion
                del shown[_MAX_FRAMES // 2]
        trace = trace.tb_next
    if len(shown) > _MAX_FRAMES:
        shown = [*shown[:2], "…", *shown[-_MAX_FRAMES + 3 :]]
    if isinstance(error, SyntaxError) and error.filename in sources:
        shown.append(syntax(error, sources[error.filename])[0])
    return tuple(shown)


def _line(trace: types.TracebackType, sources: dict[str, Source]) -> str:
    source = sources.get(trace.tb_frame.f_code.co_filename)
    if source is None:
        return ""
    text = source.line(trace.tb_lineno)
    place = source.place(trace.tb_lineno)
    return f"{place}: {text}" if text else place


def syntax(error: SyntaxError, source: Source) -> tuple[str, ...]:
    """Place, text and caret of what does not compile."""
    place = source.place(error.lineno)
    line = error.lineno or 0
    text = source.lines[line - 1] if 0 < line <= len(source.lines) else ""
    if not text.strip():
        return (place,)
    indent = len(text) - len(text.lstrip())
    caret = max((error.offset or 1) - 1 - indent, 0)
    return place, text.strip()[:200], " " * min(caret, 200) + "^"
