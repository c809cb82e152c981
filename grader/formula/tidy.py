"""What is decided over a row of tokens: bars, line ends, equation numbers, depth."""

from __future__ import annotations

from lark import Token

from grader.formula.failure import Kind, Unreadable, quoted
from grader.formula.scan import MOST_DEPTH

_OPENING = {
    "_LPAR": "_RPAR", "_LSQ": "_RSQ", "_LSET": "_RSET", "_LBRACE": "_RBRACE", "_LBAR": "_RBAR",
    "_LFLOOR": "_RFLOOR", "_LCEIL": "_RCEIL", "_CASES": "_ENDCASES",
}  # fmt: skip
_CLOSING = frozenset(_OPENING.values())
#: a value ends with one of these, so a bar behind it cannot open
_ENDS_OF_VALUES = frozenset(("NUMBER", "NAME", "MARK", "INDICATOR", "DOTS", *_CLOSING))
#: signs before and behind which a comma or full stop is mere punctuation
_ENDS_OF_PIECES = frozenset(("_SEP", "_ROW", "_AMP", "_ENDCASES", "_IF", "OTHERWISE"))
#: a line that begins with one of these goes on with the formula before it
_CONTINUES = frozenset(("REL", "SIGN", "MUL"))
_NUMBERS_ONLY = frozenset(("NAME", "_COMMA", "NUMBER", "DOTS"))
#: operators that nest what follows them without a bracket
_NESTING = frozenset(("BIG", "FUNC", "PARTIAL", "_NOT"))


class Bars:
    """Tells whether a bar opens or closes an absolute value, or stands for 'such that'."""

    def __init__(self) -> None:
        self._open: list[str] = []

    def follow(self, kind: str, at: int) -> None:
        """Note brackets as they are emitted; Unreadable when one closes another kind."""
        if kind in _OPENING:
            self._open.append(kind)
            if len(self._open) > 2 * MOST_DEPTH:
                raise Unreadable(Kind.DEPTH, "the formula is nested too deep", at)
        elif kind in _CLOSING:
            if not self._open or _OPENING[self._open[-1]] != kind:
                raise Unreadable(Kind.SYNTAX, "a bracket closes what another one opened", at)
            self._open.pop()

    def forget(self) -> None:
        """Take back the last bracket: it was the left brace of cases."""
        self._open.pop()

    def side(self, before: str, at: int, *, is_script: bool) -> str:
        """Give the type of token for a bare bar; before is the type of the token before it."""
        innermost = self._open[-1] if self._open else ""
        if before not in _ENDS_OF_VALUES:
            return "_LBAR"
        if innermost == "_LBAR":
            return "_RBAR"
        if innermost == "_LSET" or (is_script and innermost == "_LBRACE"):
            return "_SUCH"
        what = "this bar can open an absolute value or stand for a condition"
        raise Unreadable(Kind.AMBIGUOUS, what, at, r"write \lvert … \rvert, or \mid")


def tidied(tokens: list[Token], notes: list[str]) -> list[Token]:
    """Drop punctuation, equation numbers and 'for all i, j', and join lines that go on."""
    kept = _without_equation_number(tokens, notes)
    kept = [token for token in kept if token.type != "QUAD"]
    kept = _without_for_all(kept, notes)
    kept = _without_punctuation(kept)
    kept = _with_lines_joined(kept)
    nested = [token for token in kept if token.type in _NESTING]
    if len(nested) > 4 * MOST_DEPTH:
        raise Unreadable(Kind.DEPTH, "the formula has too many operators", nested[-1].start_pos)
    if not kept:
        raise Unreadable(Kind.SYNTAX, "there is no formula", hint="write one in LaTeX")
    return kept


def _without_equation_number(tokens: list[Token], notes: list[str]) -> list[Token]:
    """Drop '(3)' at the end behind a wide space or a comma."""
    kept = list(tokens)
    while kept and kept[-1].type in ("QUAD", "_DOT", "_COMMA", "_SEP"):
        kept.pop()
    types = [token.type for token in kept[-4:]]
    if types[1:] == ["_LPAR", "NUMBER", "_RPAR"] and types[0] in ("QUAD", "_COMMA", "_DOT"):
        notes.append(f"the equation number ({kept[-2].value}) was dropped")
        return kept[:-4]
    return kept


def _without_for_all(tokens: list[Token], notes: list[str]) -> list[Token]:
    """Drop 'for all i, j', which says nothing; refuse it where it says more."""
    kept: list[Token] = []
    skipping: Token | None = None
    for token in tokens:
        if token.type == "FORALL":
            skipping = token
            notes.append(f"'{token.value} …' at the end was dropped")
        elif skipping is None:
            kept.append(token)
        elif token.type == "_SEP":
            kept.append(token)
            skipping = None
        elif token.type not in _NUMBERS_ONLY and not (token.type == "REL" and token.value == "="):
            what = f'the words "{quoted(str(skipping))}" begin a condition that is not read'
            raise Unreadable(Kind.PROSE, what, skipping.start_pos)
    return kept


def _without_punctuation(tokens: list[Token]) -> list[Token]:
    kept: list[Token] = []
    for token in reversed(tokens):
        following = kept[-1].type if kept else "_SEP"
        if token.type in ("_COMMA", "_DOT") and following in _ENDS_OF_PIECES:
            continue
        if token.type == "_DOT":
            what = "a full stop inside of a formula"
            raise Unreadable(Kind.SYNTAX, what, token.start_pos, r"a product is \cdot")
        kept.append(token)
    return kept[::-1]


def _with_lines_joined(tokens: list[Token]) -> list[Token]:
    """Keep one separator between pieces, and none before a line that goes on."""
    kept: list[Token] = []
    for token in tokens:
        if token.type == "_ROW" and kept and kept[-1].type in ("_CASES", "_ROW"):
            continue
        if token.type == "_ENDCASES" and kept and kept[-1].type == "_ROW":
            kept.pop()
        if kept and kept[-1].type == "_SEP":
            if token.type == "_SEP":
                continue
            if token.type in _CONTINUES and kept[-1].value == "\n":
                kept.pop()
        kept.append(token)
    while kept and kept[-1].type == "_SEP":
        kept.pop()
    while kept and kept[0].type == "_SEP":
        kept.pop(0)
    return kept
