"""Raw tokens → tokens of the grammar, as far as no command is needed: letters, scripts, bars."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence

from lark import Token

from grader.formula.failure import Kind, Unreadable, quoted
from grader.formula.scan import MOST_DEPTH, Cursor, Raw, joined
from grader.formula.tidy import Bars
from grader.formula.vocabulary import (
    ACCENTS,
    FONTS,
    FRACTIONS,
    FUNCTIONS,
    PLAIN_BIG,
    SIGNS,
    SPACING,
    TEXTS,
    WORDS,
)

_STARS = {"*", "\\ast", "\\star"}
_TRANSPOSED = {"T", "\\top", "\\intercal", "\\mathsf{T}", "\\mathrm{T}", "\\mathbf{T}", "\\text{T}"}
_LENGTH = re.compile(r"-?[0-9.]+(?:pt|em|ex|mm|cm|mu)")


class Emitter(ABC):
    """Emits tokens; places tells what encloses the current one: script, cases, substack, ''."""

    def __init__(self, words: Collection[str]) -> None:
        self.words = frozenset(words)
        self.out: list[Token] = []
        self.notes: list[str] = []
        self.places: list[str] = [""]
        self.bars = Bars()
        self.operator_end = -1  # how many tokens there were when a big operator's scripts ended

    def put(self, kind: str, value: str, at: int) -> None:
        """Emit a token."""
        self.bars.follow(kind, at)
        self.out.append(Token(kind, value, start_pos=at))

    def run(self, raws: Sequence[Raw]) -> None:
        """Emit the tokens of raw ones."""
        cursor = Cursor(raws)
        while (raw := cursor.peek()) is not None:
            if raw.kind == "letter":
                self._letters(cursor)
            else:
                cursor.take()
                self._one(raw, cursor)

    def _one(self, raw: Raw, cursor: Cursor) -> None:
        if raw.kind == "space" or raw.text in SPACING:
            self._spacing(raw, cursor)
        elif raw.kind == "number":
            self.put("NUMBER", raw.text, raw.at)
        elif raw.text == "{":
            cursor.position -= 1
            self.braced(cursor.argument("a group"), raw.at, "")
        elif raw.text in ("_", "^"):
            self._script(raw, cursor)
        elif raw.text in ("|", "\\vert"):
            self._bar(raw)
        elif raw.text == ":":
            self._colon(raw, cursor)
        elif raw.text in ("\\\\", "\\newline", "\\cr"):
            self._line(raw, cursor)
        elif raw.text == "&":
            if self.places[-1] == "cases":
                self.put("_AMP", "&", raw.at)
        elif raw.text in SIGNS:
            self.put(*SIGNS[raw.text], raw.at)
        elif raw.kind == "command":
            self.command(raw, raw.text[1:], cursor)
        else:
            what = f"the sign '{quoted(raw.text)}' has no meaning here"
            raise Unreadable(Kind.SYNTAX, what, raw.at)

    def _bar(self, raw: Raw) -> None:
        before = "" if not self.out or len(self.out) == self.operator_end else self.out[-1].type
        is_script = self.places[-1] == "script"
        self.put(self.bars.side(before, raw.at, is_script=is_script), "|", raw.at)

    def _spacing(self, raw: Raw, cursor: Cursor) -> None:
        if raw.text in ("\\left", "\\right", "\\middle"):
            cursor.skip_space()
            following = cursor.peek()
            if following is not None and following.text == ".":
                cursor.take()
            if following is not None and following.text in ("|", "\\vert"):
                cursor.take()
                sides = {"\\left": "_LBAR", "\\right": "_RBAR", "\\middle": "_SUCH"}
                self.put(sides[raw.text], "|", following.at)

    def braced(self, raws: Sequence[Raw], at: int, place: str) -> None:
        """Emit tokens in braces; place says what encloses them, '' for the same as outside."""
        if len(self.places) > MOST_DEPTH:
            raise Unreadable(Kind.DEPTH, "the formula is nested too deep", at)
        self.places.append(place or self.places[-1])
        self.put("_LBRACE", "{", at)
        self.run(raws)
        self.put("_RBRACE", "}", at)
        self.places.pop()

    def _letters(self, cursor: Cursor) -> None:
        """Emit a run of letters: a declared word, an operator's name, or one name per letter."""
        run = []
        while (raw := cursor.peek()) is not None and raw.kind == "letter":
            run.append(cursor.take())
        word, at = joined(run), run[0].at
        if word in self.words or len(run) == 1:
            self.put("NAME", word, at)
        elif self.places[-1] != "script" and word in PLAIN_BIG:
            self.put("BIG", PLAIN_BIG[word], at)
        elif self.places[-1] != "script" and word in FUNCTIONS:
            self.put("FUNC", word, at)
        elif self.places[-1] == "cases" and WORDS.get(word) in ("_IF", "OTHERWISE"):
            self.put(WORDS[word], word, at)
        else:
            for raw in run:
                self.put("NAME", raw.text, raw.at)

    def _script(self, raw: Raw, cursor: Cursor) -> None:
        cursor.skip_space()
        following = cursor.peek()
        if following is None:
            raise Unreadable(Kind.SYNTAX, f"nothing follows {raw.text!r}", raw.at)
        if following.kind == "number" and len(following.text) > 1:
            what = f"{raw.text}{following.text} puts one digit there in LaTeX"
            raise Unreadable(Kind.AMBIGUOUS, what, raw.at, f"write {raw.text}{{{following.text}}}")
        held = cursor.argument(raw.text)
        if held and held[0].kind == "command" and following.text != "{":
            held += self._arguments_of(held[0], cursor)
        if raw.text == "^" and self._mark(joined(held), raw.at):
            return
        is_operators = len(self.out) == self.operator_end or (
            bool(self.out) and self.out[-1].type in ("BIG", "FUNC")
        )
        self.put("SUB" if raw.text == "_" else "SUP", raw.text, raw.at)
        self.braced(held, raw.at, "script")
        if is_operators:
            self.operator_end = len(self.out)

    def _arguments_of(self, command: Raw, cursor: Cursor) -> list[Raw]:
        """Give the arguments of a command that is a script without braces: x_\\mathrm{in}."""
        name = command.text[1:]
        many = 2 if name in FRACTIONS else int(name in FONTS | ACCENTS | TEXTS)
        held: list[Raw] = []
        for _ in range(many):
            inner = cursor.argument(command.text)
            held += [Raw("sign", "{", command.at), *inner, Raw("sign", "}", command.at)]
        return held

    def _mark(self, text: str, at: int) -> bool:
        """Emit a star, primes or a transposition; False when the superscript is none of them."""
        if text in _STARS:
            self.put("MARK", "*", at)
        elif text and not text.replace("\\prime", "").replace("'", ""):
            self.put("MARK", "'" * (text.count("\\prime") + text.count("'")), at)
        elif text in _TRANSPOSED and "T" not in self.words:
            self.put("MARK", "T", at)
        else:
            return False
        return True

    def _colon(self, raw: Raw, cursor: Cursor) -> None:
        cursor.skip_space()
        following = cursor.peek()
        before = self.out[-1].type if self.out else ""
        is_edge = following is None or following.text in (",", "]", ")")
        if before in ("_LBRACE", "_COMMA", "_LSQ", "_LPAR") or is_edge:
            raise Unreadable(Kind.SLICE, "':' as an index takes a whole row or column", raw.at)
        if following is not None and following.text == "=":
            return  # ': =' is the '=' of a definition
        self.put("_SUCH", ":", raw.at)

    def _line(self, raw: Raw, cursor: Cursor) -> None:
        option = cursor.peek()
        if option is not None and option.text == "[":
            before = cursor.position
            held = cursor.option()
            if held is None or not _LENGTH.fullmatch(joined(held)):
                cursor.position = before
        kinds = {"cases": "_ROW", "substack": "_COMMA", "env": "_SEP", "": "_SEP"}
        if self.places[-1] not in kinds:
            raise Unreadable(Kind.SYNTAX, r"a line break '\\' inside of a subscript", raw.at)
        self.put(kinds[self.places[-1]], "\n", raw.at)

    @abstractmethod
    def command(self, raw: Raw, name: str, cursor: Cursor) -> None:
        """Emit what a command and its arguments mean."""
