"""Markdown of a question as HTML: raw HTML is escaped, formulas survive as they were written."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from grader.core.question import Question

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

_DISPLAY = re.compile(r"\$\$(?!\$)(.+?)(?<!\\)\$\$", re.DOTALL)
_INLINE = re.compile(r"\$(?![\s$])((?:\\.|[^\\$])+?)(?<!\s)\$(?!\d)", re.DOTALL)
_LONGEST_FORMULA_LINES = 200


def render_statement(question: Question) -> str:
    """Give the statement as HTML that is safe to show."""
    return render_markdown(question.statement)


def render_markdown(text: str) -> str:
    """Give Markdown as HTML; `$…$` and `$$…$$` become spans of class `math` around their text."""
    return str(_renderer().render(text))


@functools.cache
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt  # here: only who shows a statement pays for the import

    markdown = MarkdownIt("js-default")
    markdown.inline.ruler.before("escape", "math", _inline_math)
    markdown.block.ruler.before(
        "fence", "math", _block_math, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    markdown.add_render_rule("math", _render_math)
    return markdown


def _inline_math(state: StateInline, silent: bool) -> bool:
    """Take a formula whole, before a backslash, underscore or star in it means anything."""
    if state.src[state.pos] != "$":
        return False
    for pattern, kind in ((_DISPLAY, "display"), (_INLINE, "inline")):
        found = pattern.match(state.src, state.pos, state.posMax)
        if found is None:
            continue
        if not silent:
            token = state.push("math", "span", 0)
            token.content, token.info = found[0], kind
        state.pos = found.end()
        return True
    return False


def _block_math(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take the lines from `$$` to `$$`: a line of a formula may begin with '-', '+', '=' or '#'."""
    first = _line(state, start)
    if not first.startswith("$$") or state.is_code_block(start) or "$$" in first[2:]:
        return False  # a formula of one line is the inline rule's
    last = start + 1
    while last < min(end, start + _LONGEST_FORMULA_LINES) and "$$" not in _line(state, last):
        last += 1
    if last >= min(end, start + _LONGEST_FORMULA_LINES):
        return False
    if silent:
        return True
    formula, _, rest = (
        state.getLines(start, last + 1, state.blkIndent, False).strip()[2:].partition("$$")
    )
    state.push("paragraph_open", "p", 1)
    content = state.push("inline", "", 0)
    content.content, content.children = f"$${formula}$${rest}", []
    content.map = [start, last + 1]
    state.push("paragraph_close", "p", -1)
    state.line = last + 1
    return True


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _render_math(_self: Any, tokens: Any, at: int, _options: Any, _env: Any) -> str:
    from html import escape

    token = tokens[at]
    return f'<span class="math {token.info}">{escape(token.content, quote=False)}</span>'
