"""Raw tokens → the tokens of the grammar: spacing, fonts and decoration gone, words understood.

What is dropped and could matter (a label, an equation number) is kept as a note for the echo.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from lark import Token

from grader.formula.emit import Emitter
from grader.formula.failure import Kind, Unreadable, quoted
from grader.formula.scan import MOST_DEPTH, Cursor, Raw, joined, scan
from grader.formula.tidy import tidied
from grader.formula.vocabulary import (
    ACCENTS,
    ARRANGING,
    BIG,
    CASES,
    DROPPED,
    FONTS,
    FRACTIONS,
    FUNCTIONS,
    GREEK,
    INDICATOR_FONTS,
    PLAIN_BIG,
    QUADS,
    REFUSED,
    SPACING,
    TEXTS,
    WORDS,
)

_WORD = re.compile(r"[A-Za-z]+[A-Za-z0-9]*")


def normalise(text: str, words: Collection[str] = ()) -> tuple[list[Token], tuple[str, ...]]:
    """Give the tokens of a formula, and notes on what was dropped.

    words: names of several letters that the question declares, such as dout; T if it declares T.
    Raises Unreadable.
    """
    reader = _Reader(words)
    reader.run(scan(text))
    return tidied(reader.out, reader.notes), tuple(reader.notes)


class _Reader(Emitter):
    """Knows the commands."""

    def command(self, raw: Raw, name: str, cursor: Cursor) -> None:
        """Emit what a command and its arguments mean."""
        if name in GREEK:
            self.put("NAME", raw.text, raw.at)
        elif raw.text in BIG:
            self.put("BIG", BIG[raw.text], raw.at)
        elif name in FUNCTIONS:
            self.put("FUNC", name, raw.at)
        elif name in FRACTIONS:
            self.put("FRAC", "", raw.at)
            for _ in range(2):
                self.braced(cursor.argument(raw.text), raw.at, "")
        elif name == "sqrt":
            if (degree := cursor.option()) is not None and joined(degree) != "2":
                raise Unreadable(Kind.COMMAND, "a root of another degree", raw.at, "x^{1/3}")
            self.put("SQRT", "", raw.at)
            self.braced(cursor.argument(raw.text), raw.at, "")
        elif name in TEXTS:
            self._text(cursor.argument(raw.text), raw.at)
        elif name in FONTS:
            self._font(name, cursor.argument(raw.text), raw.at)
        elif name in ACCENTS:
            held = joined(cursor.argument(raw.text)).strip("{}")
            if not re.fullmatch(r"[A-Za-z]|\\[A-Za-z]+", held):
                raise Unreadable(Kind.SYNTAX, f"{raw.text} stands above one letter", raw.at)
            self.put("NAME", f"\\{name}{{{held}}}", raw.at)
        elif name in ("begin", "end"):
            self._environment(name, cursor, raw)
        else:
            self._rare(raw, name, cursor)

    def _rare(self, raw: Raw, name: str, cursor: Cursor) -> None:
        if name == "arg":
            cursor.skip_space()
            following = cursor.peek()
            if following is None or following.text not in ("\\max", "\\min"):
                raise Unreadable(Kind.COMMAND, r"\arg without \max or \min", raw.at)
            cursor.take()
            self.put("BIG", f"arg{following.text[1:]}", raw.at)
        elif name == "operatorname":
            star = cursor.peek()
            if star is not None and star.text == "*":
                cursor.take()
            self._operator(cursor.argument(raw.text), raw.at)
        elif name in ("underset", "overset", "stackrel"):
            extra = cursor.argument(raw.text)
            self.run(cursor.argument(raw.text))
            if name == "underset":
                self.put("SUB", "_", raw.at)
                self.braced(extra, raw.at, "script")
            else:
                self.notes.append(f"{quoted(joined(extra))} above a sign was dropped")
        elif name == "substack":
            self._stacked(cursor.argument(raw.text))
        elif name in ("underbrace", "overbrace"):
            self.braced(cursor.argument(raw.text), raw.at, "")
            self._drop_script(cursor)
        elif name == "textcolor":
            cursor.argument(raw.text)
            self.run(cursor.argument(raw.text))
        elif name in ("not",):
            self._negated(cursor, raw)
        elif name in DROPPED:
            held = quoted(joined(cursor.argument(raw.text)))
            if name != "color":
                self.notes.append(f"{raw.text}{{{held}}} was dropped")
        elif raw.text in QUADS:
            self.put("QUAD", "", raw.at)
        else:
            what = f"{quoted(raw.text)} is not read"
            raise Unreadable(Kind.COMMAND, what, raw.at, REFUSED.get(raw.text, ""))

    def _stacked(self, raws: Sequence[Raw]) -> None:
        self.places.append("substack")
        self.run(raws)
        self.places.pop()

    def _drop_script(self, cursor: Cursor) -> None:
        """Drop what stands at a brace: it names the part, and means nothing."""
        cursor.skip_space()
        following = cursor.peek()
        if following is not None and following.text in ("_", "^"):
            cursor.take()
            held = joined(cursor.argument(following.text))
            self.notes.append(f"{quoted(held)} at a brace was dropped")

    def _negated(self, cursor: Cursor, raw: Raw) -> None:
        cursor.skip_space()
        following = cursor.take() if cursor.peek() is not None else raw
        opposite = {"=": "!=", "\\in": "not in"}.get(following.text)
        if opposite is None:
            raise Unreadable(Kind.COMMAND, rf"\not before '{quoted(following.text)}'", raw.at)
        self.put("REL", opposite, raw.at)

    def _operator(self, raws: Sequence[Raw], at: int) -> None:
        letters = [raw for raw in raws if raw.text not in SPACING and raw.kind != "space"]
        word = joined(letters).replace("{", "").replace("}", "").replace("\\mathrm", "")
        word = word.replace("\\max", "max").replace("\\min", "min").replace("\\arg", "arg")
        if word in PLAIN_BIG:
            self.put("BIG", PLAIN_BIG[word], at)
        elif word.lower() in FUNCTIONS and word not in self.words:
            self.put("FUNC", word.lower(), at)
        elif word in ("I", "1") and word not in self.words:
            self.put("INDICATOR", "", at)
        elif _WORD.fullmatch(word):
            self.put("NAME", word, at)
        else:
            raise Unreadable(Kind.COMMAND, rf"\operatorname{{{quoted(word)}}} is not read", at)

    def _font(self, name: str, raws: Sequence[Raw], at: int) -> None:
        """Emit what a font command holds: fonts mean nothing, but for the 1 of an indicator."""
        held = joined(raws)
        if name in INDICATOR_FONTS and held in ("1", "I") and held not in self.words:
            self.put("INDICATOR", "", at)
        elif len(held) > 1 and (_WORD.fullmatch(held) or "arg" in held):
            self._operator(raws, at)
        else:
            self.run(raws)

    def _environment(self, name: str, cursor: Cursor, raw: Raw) -> None:
        kind = joined(cursor.argument(raw.text))
        is_array = kind == "array"
        if is_array and name == "begin":
            cursor.argument(raw.text)  # its columns
            before = next((t for t in reversed(self.out) if t.type != "QUAD"), None)
            if before is not None and before.type == "_LSET":
                self.out.remove(before)
                self.bars.forget()
                kind = "cases"
        if name == "end":
            is_ended = len(self.places) > 1 and self.places[-1] in ("cases", "env")
            if not is_ended:
                raise Unreadable(Kind.SYNTAX, rf"\end{{{quoted(kind)}}} ends nothing", raw.at)
            if self.places.pop() == "cases":
                self.put("_ENDCASES", "", raw.at)
            return
        if len(self.places) > MOST_DEPTH:
            raise Unreadable(Kind.DEPTH, "the formula is nested too deep", raw.at)
        if kind in CASES:
            self.places.append("cases")
            self.put("_CASES", "", raw.at)
        elif kind in ARRANGING or is_array:
            self.places.append("env")
        else:
            what = rf"\begin{{{quoted(kind)}}} is not read"
            raise Unreadable(Kind.COMMAND, what, raw.at, r"matrices are written by their indices")

    # -- words -----------------------------------------------------------------------------

    def _text(self, raws: Sequence[Raw], at: int) -> None:
        """Emit what words mean; formulas between dollars inside of them are read as such."""
        pieces: list[list[Raw]] = [[]]
        for raw in raws:
            if raw.text == "$":
                pieces.append([])
            else:
                pieces[-1].append(raw)
        for number, piece in enumerate(pieces):
            if number % 2:
                self.run(piece)
            else:
                self._words("".join(raw.text for raw in piece), at)

    def _words(self, text: str, at: int) -> None:
        words = " ".join(text.replace("~", " ").split()).strip(" ,.;:")
        meaning = WORDS.get(words.lower())
        if not words:
            return
        if words in self.words:
            self.put("NAME", words, at)
        elif meaning in ("REL", "in"):
            self.put("REL", "in" if meaning == "in" else "=", at)
        elif meaning == "_IF" and self.places[-1] != "cases":
            self.put("FORALL" if words == "for" else "_IF", words, at)
        elif meaning is not None:
            self.put(meaning, words, at)
        elif words in PLAIN_BIG or words.lower() in FUNCTIONS:
            self._operator([Raw("letter", letter, at) for letter in words], at)
        elif _WORD.fullmatch(words):
            self.put("NAME", words, at)
        else:
            what = f'the words "{quoted(words)}" cannot be evaluated'
            raise Unreadable(Kind.PROSE, what, at)
