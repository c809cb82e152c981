"""A question as the author declared it: parts, groups, cases, known answers; read and checked."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from grader.core.call import Entry
from grader.core.comparison import Comparison, TieRule
from grader.core.domain import Domain
from grader.core.expression import Expression
from grader.core.limits import Limits
from grader.core.reveal import Reveal


class AnswerKind(enum.Enum):
    """What a learner gives to a part."""

    CODE = "code"
    FORMULA = "formula"
    ARRAY = "array"
    NUMBER = "number"
    CHOICE = "choice"
    TEXT = "text"


class PropertyKind(enum.Enum):
    """A statement that must hold for every drawn input."""

    SAME_AS_REFERENCE = "same_as_reference"
    INPUTS_UNCHANGED = "inputs_unchanged"
    SHAPE_AND_DTYPE = "shape_and_dtype"
    DETERMINISTIC = "deterministic"
    LINEAR_IN = "linear_in"
    ZERO_FOR = "zero_for"
    GRADIENT_OF = "gradient_of"
    CONSERVES = "conserves"
    INVARIANT_TO = "invariant_to"
    AUTHORED = "authored"  # a function property_... of the reference module


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A property and what it is about: 'linear_in delta_f' has the argument 'delta_f'."""

    kind: PropertyKind
    argument: str = ""

    @property
    def text(self) -> str:
        """Give the author's spelling."""
        if self.kind is PropertyKind.AUTHORED:
            return self.argument
        return f"{self.kind.value} {self.argument}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceCall:
    """A call of a function of the reference module; arguments are expressions over drawn names."""

    function: str
    arguments: tuple[Expression, ...]

    @property
    def text(self) -> str:
        """Give the call as written: 'max_pool_backward(delta_f, x, kernel, stride)'."""
        return f"{self.function}({', '.join(argument.text for argument in self.arguments)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """An input class that carries points, all or nothing.

    domain already has the group's own draws; where is its condition; hint is for whoever fails it.
    """

    id: str
    points: Fraction
    domain: Domain
    where: Expression | None = None
    shown: bool = False
    needs: str | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FixedCase:
    """Inputs the author chose.

    expect pins the reference: by return name, or under '' when there is one.
    """

    name: str
    inputs: Mapping[str, object]
    group: str | None = None
    expect: Mapping[str, object] | None = None
    where: str = ""  # file:line


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAnswer:
    """A solution the author wrote into the question: wrong when it must fail groups, else right."""

    name: str
    source: str
    fails: tuple[str, ...] = ()
    hint: str = ""
    where: str = ""  # file:line
    file: str = "solution.py"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FormulaTarget:
    """What a formula is compared with: the left side in LaTeX, and where its values come from.

    expected: the call that gives them; None for what the code part expects. domain: inputs of its
    own, or None. symbols: LaTeX -> an expression of drawn names, or a call. letters: index letter
    -> its length. equal: change of the solution's formula -> why it makes no difference.
    """

    target: str
    expected: ReferenceCall | None
    domain: Domain | None
    symbols: Mapping[str, ReferenceCall | Expression]
    letters: Mapping[str, Expression]
    base: int
    outside_is_zero: bool
    equal: Mapping[str, str]
    where: str  # file:line


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CodePart:
    """How a part answered by code is called, drawn, compared and scored.

    call is None for a plain entry: entries[0] gets the inputs its parameters name.
    expected maps each name of returns (or '' when an entry or a single return is compared whole)
    to the reference call that gives its value.
    """

    entries: tuple[Entry, ...]
    call: str | None
    returns: tuple[str, ...]
    expected: Mapping[str, ReferenceCall]
    domain: Domain
    groups: tuple[Group, ...]
    ties: TieRule | None
    compare: Comparison
    validator: str | None
    properties: tuple[Property, ...]
    limits: Limits
    times_reference: float | None
    starter: str
    cases: tuple[FixedCase, ...]
    wrong: tuple[KnownAnswer, ...]
    right: tuple[KnownAnswer, ...]

    @property
    def input_names(self) -> tuple[str, ...]:
        """Give the names that are sent to the submission with every call."""
        parameters = self.entries[0].parameters
        if self.call is None and parameters is not None:
            return parameters
        return self.domain.names


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """A piece of a question, answered and scored by itself; code is set for answer: code only.

    formula: the target of the part's formulas, where one is declared.
    """

    id: str
    points: Fraction
    answer: AnswerKind
    code: CodePart | None = None
    formula: FormulaTarget | None = None
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """One version of a question. Texts are Markdown; path is relative to the course folder.

    version is sha256 over all a grade depends on: the file, its wrong answers, the reference.
    """

    id: str
    title: str
    path: str
    version: str
    statement: str
    solution: str = ""
    related: tuple[str, ...] = ()
    course: str = ""
    tags: tuple[str, ...] = ()
    difficulty: int | None = None
    type: str = ""
    status: str = ""
    reference: str | None = None
    stated_points: Fraction | None = None
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()
    reveal: Reveal = field(default_factory=Reveal)
    extra: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)  # 'parts.code.groups.ties' -> line

    @property
    def code_parts(self) -> tuple[Part, ...]:
        """Give the parts that are graded by running code."""
        return tuple(part for part in self.parts if part.code is not None)

    @property
    def max_score(self) -> Fraction:
        """Give the sum of the parts, or the stated points of a plain study card."""
        if not self.parts:
            return self.stated_points or Fraction(0)
        return sum((part.points for part in self.parts), Fraction(0))
