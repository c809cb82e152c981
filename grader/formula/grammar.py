"""Tokens → the tree of spelling, by an LALR grammar.

Its tokens come from `normalise`, not from a lexer of lark's: they know their place in the learner's
text, and what a bar or a run of letters is has been decided with what stands around it.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput, VisitError
from lark.lexer import Lexer

from grader.formula.failure import Kind, Unreadable, quoted
from grader.formula.normalise import normalise
from grader.formula.spelling import (
    Big,
    Cases,
    Dots,
    Fraction,
    Function,
    Group,
    Indicator,
    Logic,
    Name,
    Node,
    Number,
    Partial,
    Product,
    Relation,
    Row,
    Script,
    Sum,
    Wrapped,
)

GRAMMAR = r"""
start: items (_SEP items)*
items: cond (_COMMA cond)*
such: items | items _SUCH items
?cond: both | both (_OR both)+          -> any_of
?both: neg | neg (_AND neg)+            -> all_of
?neg: rel | _NOT neg                    -> negated
?rel: sum | sum (REL sum)+              -> relation
sum: SIGN? term (SIGN term)*
term: run | last | run last | run MUL last
run: factor | run factor | run MUL factor
last: BIG script* SIGN? term            -> big
    | FUNC script* last                 -> function
?factor: postfix
    | PARTIAL postfix                   -> partial
    | FUNC script* factor               -> function
postfix: atom script*
script: SUB _LBRACE such _RBRACE        -> sub
    | SUP _LBRACE such _RBRACE          -> sup
    | MARK                              -> mark
?atom: NUMBER                           -> number
    | NAME                              -> name
    | INDICATOR                         -> indicator
    | DOTS                              -> dots
    | _LPAR such _RPAR                  -> round
    | _LSQ such _RSQ                    -> square
    | _LSET such _RSET                  -> curly
    | _LBRACE such _RBRACE              -> braces
    | _LBAR sum _RBAR                   -> absolute
    | _LFLOOR sum _RFLOOR               -> floor
    | _LCEIL sum _RCEIL                 -> ceil
    | SQRT _LBRACE sum _RBRACE          -> root
    | FRAC _LBRACE such _RBRACE _LBRACE such _RBRACE -> fraction
    | _CASES row (_ROW row)* _ENDCASES  -> cases
row: sum _AMP cond | sum _IF cond | sum _AMP _IF cond | sum _AMP? OTHERWISE | sum _AMP _IF OTHERWISE

%declare _SEP _COMMA _SUCH _OR _AND _NOT REL SIGN MUL BIG FUNC PARTIAL SUB SUP MARK NUMBER NAME
%declare INDICATOR DOTS _LPAR _RPAR _LSQ _RSQ _LSET _RSET _LBRACE _RBRACE _LBAR _RBAR _LFLOOR
%declare _RFLOOR _LCEIL _RCEIL SQRT FRAC _CASES _ROW _ENDCASES _AMP _IF OTHERWISE
"""


class _Given(Lexer):
    """Hands the tokens on that are there already."""

    def __init__(self, lexer_conf: object) -> None:
        pass

    def lex(self, data: Iterable[Token]) -> Iterator[Token]:  # type: ignore[override]  # lark's way to be given tokens
        yield from data


def parse(text: str, words: Collection[str] = ()) -> tuple[tuple[tuple[Node, ...], ...], list[str]]:
    """Give the statements of a formula, each with its items, and notes; raises Unreadable."""
    tokens, notes = normalise(text, words)
    try:
        return tuple(_parser().parse(tokens)), list(notes)  # type: ignore[arg-type]  # tokens, see _Given
    except UnexpectedInput as error:
        raise _refusal(error, text) from error
    except VisitError as error:
        if isinstance(error.orig_exc, Unreadable):
            raise error.orig_exc from None
        raise


def _refusal(error: UnexpectedInput, text: str) -> Unreadable:
    token = getattr(error, "token", None)
    if token is None or token.type == "$END" or token.start_pos is None:
        return Unreadable(Kind.SYNTAX, "the formula ends too early", len(text))
    if token.type == "_IF":
        what = f"'{quoted(str(token))}' stands outside of cases"
        return Unreadable(Kind.SYNTAX, what, token.start_pos, r"write \begin{cases} … \end{cases}")
    piece = quoted(text[token.start_pos : token.start_pos + 20])
    return Unreadable(Kind.SYNTAX, f"the formula cannot be read at '{piece}'", token.start_pos)


@functools.cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer=_Given, transformer=_Tree())


def _at(part: object) -> int:
    return part.at if isinstance(part, Node) else getattr(part, "start_pos", 0) or 0


class _Tree(Transformer[Token, Any]):
    """Builds nodes bottom-up while the parser goes along, so depth costs no recursion."""

    def start(self, parts: list[Any]) -> list[Any]:
        return parts

    def items(self, parts: list[Any]) -> tuple[Node, ...]:
        return tuple(parts)

    def such(self, parts: list[Any]) -> Group:
        return Group(
            bracket="{", items=parts[0], such=parts[1] if len(parts) > 1 else (), at=parts[0][0].at
        )

    def any_of(self, parts: list[Any]) -> Node:
        return Logic(sign="or", parts=tuple(parts), at=parts[0].at)

    def all_of(self, parts: list[Any]) -> Node:
        return Logic(sign="and", parts=tuple(parts), at=parts[0].at)

    def negated(self, parts: list[Any]) -> Node:
        return Logic(sign="not", parts=(parts[0],), at=parts[0].at)

    def relation(self, parts: list[Any]) -> Node:
        signs = tuple(str(sign) for sign in parts[1::2])
        return Relation(members=tuple(parts[::2]), signs=signs, at=parts[0].at)

    def sum(self, parts: list[Any]) -> Node:
        parts = parts if isinstance(parts[0], Token) else [Token("SIGN", "+"), *parts]
        if len(parts) == 2 and parts[0] == "+":
            return parts[1]  # type: ignore[no-any-return]  # a node, by the grammar
        signs = tuple(str(sign) for sign in parts[::2])
        return Sum(terms=tuple(parts[1::2]), signs=signs, at=parts[1].at)

    def run(self, parts: list[Any]) -> list[Any]:
        return [*parts[0], *parts[1:]] if isinstance(parts[0], list) else parts

    def term(self, parts: list[Any]) -> Node:
        parts = self.run(parts)
        factors: list[Node] = []
        signs: list[str] = []
        pending = ""
        for part in parts:
            if isinstance(part, Token):
                pending = str(part)
                continue
            if factors:
                signs.append(pending)
            factors.append(part)
            pending = ""
        _merge_derivatives(factors, signs)
        if len(factors) == 1:
            return factors[0]
        return Product(factors=tuple(factors), signs=tuple(signs), at=factors[0].at)

    def big(self, parts: list[Any]) -> Node:
        sign, body = parts[0], parts[-1]
        scripts = [part for part in parts[1:-1] if isinstance(part, tuple)]
        if isinstance(parts[-2], Token) and parts[-2].type == "SIGN" and parts[-2] == "-":
            body = Sum(terms=(body,), signs=("-",), at=body.at)
        sub, sup, marks = _scripts(scripts, sign)
        if marks:
            raise Unreadable(Kind.SYNTAX, "a mark at a big operator", _at(sign))
        return Big(sign=str(sign), body=body, sub=sub, sup=sup, at=_at(sign))

    def function(self, parts: list[Any]) -> Node:
        sub, sup, marks = _scripts(parts[1:-1], parts[0])
        if sub is not None or marks:
            what = f"a subscript or mark at {parts[0]}"
            raise Unreadable(Kind.COMMAND, what, _at(parts[0]), r"write \frac{\log x}{\log 2}")
        return Function(name=str(parts[0]), argument=parts[-1], sup=sup, at=_at(parts[0]))

    def partial(self, parts: list[Any]) -> Node:
        return Partial(argument=parts[1], at=_at(parts[0]))

    def postfix(self, parts: list[Any]) -> Node:
        base = parts[0]
        if len(parts) == 1:
            return base  # type: ignore[no-any-return]  # a node, by the grammar
        sub, sup, marks = _scripts(parts[1:], base)
        return Script(base=base, sub=sub, sup=sup, marks=marks, at=_at(base))

    def sub(self, parts: list[Any]) -> tuple[str, Any]:
        return "sub", parts[1]

    def sup(self, parts: list[Any]) -> tuple[str, Any]:
        return "sup", parts[1]

    def mark(self, parts: list[Any]) -> tuple[str, Any]:
        return "mark", str(parts[0])

    def number(self, parts: list[Any]) -> Node:
        return Number(text=str(parts[0]), at=_at(parts[0]))

    def name(self, parts: list[Any]) -> Node:
        return Name(text=str(parts[0]), at=_at(parts[0]))

    def indicator(self, parts: list[Any]) -> Node:
        return Indicator(at=_at(parts[0]))

    def dots(self, parts: list[Any]) -> Node:
        return Dots(at=_at(parts[0]))

    def round(self, parts: list[Any]) -> Node:
        return _bracketed("(", parts[0])

    def square(self, parts: list[Any]) -> Node:
        return _bracketed("[", parts[0])

    def curly(self, parts: list[Any]) -> Node:
        return _bracketed("\\{", parts[0])

    def braces(self, parts: list[Any]) -> Node:
        return _bracketed("{", parts[0])

    def absolute(self, parts: list[Any]) -> Node:
        return Wrapped(sign="abs", argument=parts[0], at=parts[0].at)

    def floor(self, parts: list[Any]) -> Node:
        return Wrapped(sign="floor", argument=parts[0], at=parts[0].at)

    def ceil(self, parts: list[Any]) -> Node:
        return Wrapped(sign="ceil", argument=parts[0], at=parts[0].at)

    def root(self, parts: list[Any]) -> Node:
        return Wrapped(sign="sqrt", argument=parts[1], at=_at(parts[0]))

    def fraction(self, parts: list[Any]) -> Node:
        return Fraction(top=parts[1], bottom=parts[2], at=_at(parts[0]))

    def cases(self, parts: list[Any]) -> Node:
        return Cases(rows=tuple(parts), at=parts[0].at)

    def row(self, parts: list[Any]) -> Node:
        condition = None if isinstance(parts[1], Token) else parts[1]
        return Row(value=parts[0], condition=condition, at=parts[0].at)


def _merge_derivatives(factors: list[Node], signs: list[str]) -> None:
    """Make one fraction of ∂a / ∂b among other factors."""
    for at in reversed(range(len(signs))):
        top, bottom = factors[at], factors[at + 1]
        if signs[at] == "/" and isinstance(top, Partial) and isinstance(bottom, Partial):
            groups = (Group(bracket="{", items=(part,), at=part.at) for part in (top, bottom))
            factors[at : at + 2] = [Fraction(top=next(groups), bottom=next(groups), at=top.at)]
            del signs[at]


def _bracketed(bracket: str, held: Group) -> Group:
    return Group(bracket=bracket, items=held.items, such=held.such, at=held.at)


def _scripts(parts: Sequence[tuple[str, Any]], owner: object) -> tuple[Any, Any, str]:
    """Give subscript, superscript and marks; a second subscript is an error in LaTeX too."""
    found: dict[str, Any] = {"sub": None, "sup": None}
    marks = ""
    for kind, value in parts:
        if kind == "mark":
            marks += value
        elif found[kind] is not None:
            what = f"two {'subscripts' if kind == 'sub' else 'superscripts'} at one name"
            raise Unreadable(Kind.SYNTAX, what, _at(owner), "write x_{ij}")
        else:
            found[kind] = value
    return found["sub"], found["sup"], marks
