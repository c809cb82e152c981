"""Question → ordered steps: what is loaded into a worker, on which corpus, judged by which rules.

A plan is made once per question version and used for every submission. Everything slow in it (the
corpus, the answers of the known wrong solutions) comes from a cache on disk under a key made of all
it depends on.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import grader
from grader.bank import Course
from grader.core.call import Program
from grader.core.codec import encode
from grader.core.comparison import TieRule
from grader.core.corpus import Case, Corpus
from grader.core.errors import QuestionError
from grader.core.question import CodePart, Part, Question
from grader.draw import ExpectedAnswer, load_or_build
from grader.grading.judge import Judge
from grader.grading.reference import Reference, bounded, load_reference
from grader.sandbox import Awaited, awaited_answer

_TIES_MODULE = "tie_gradients"
_SOURCES_OF_A_CORPUS = ("core", "draw")
_MOST_POSED = 8_000
#: what each case came to: ('value', answer) or ('raised', type name)
Behaviour = Sequence[tuple[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Posed:
    """One case ready to be asked: the encoded inputs, and the answer that is right to the byte."""

    case: Case
    request: bytes
    awaited: Awaited


class PartPlan:
    """One code part, ready to judge submissions; the corpus is made or loaded at first use.

    A handout has a corpus and no reference: then given_corpus is set, and nothing can be shrunk.
    """

    def __init__(
        self,
        part: Part,
        judge: Judge,
        setting: PlanSetting,
        *,
        key: str = "",
        given_corpus: Corpus | None = None,
    ) -> None:
        assert part.code is not None
        self.part = part
        self.code: CodePart = part.code
        self.judge = judge
        self.key = key
        self._setting = setting
        self._given_corpus = given_corpus
        self._posed: dict[bytes, Posed] = {}
        #: of the known wrong solutions, by name
        self.behaviours: dict[str, Behaviour] = {}

    @property
    def cache(self) -> Path | None:
        """Give the folder that keeps what is slow to make, or None."""
        return self._setting.cache

    @functools.cached_property
    def corpus(self) -> Corpus:
        """Give inputs and expected values; QuestionError when domain or reference is faulty."""
        if self._given_corpus is not None:
            return self._given_corpus
        return load_or_build(self.key, self._build, self._setting.cache)

    @functools.cached_property
    def awaited(self) -> tuple[Awaited, ...]:
        """Give, for each case, the answer that is right to the byte: it need not be compared."""
        return tuple(self._awaited(case) for case in self.corpus.cases)

    def _awaited(self, case: Case) -> Awaited:
        names = list(case.expected)
        answer = case.expected[""] if names == [""] else tuple(case.expected.values())
        if names not in ([""], list(self.code.returns)) or _holds_nan(answer):
            return None  # NaN is equal to itself only where the question says so
        return awaited_answer(answer)

    def pose(self, key: bytes, inputs: Mapping[str, object]) -> Posed:
        """Give inputs that are not in the corpus with what is right on them.

        Kept by key (the encoded inputs) for the next submission: shrinking visits the same ones.
        Other right answers than the expected one are left to the exact test.
        """
        posed = self._posed.get(key)
        if posed is None:
            case = Case(inputs=inputs, groups=(), expected=self.judge.expected(inputs))
            names = self.code.input_names
            request = encode({name: inputs[name] for name in names})
            posed = Posed(case=case, request=request, awaited=self._awaited(case))
            if len(self._posed) >= _MOST_POSED:
                self._posed.clear()
            self._posed[key] = posed
        return posed

    @property
    def has_reference(self) -> bool:
        """Tell whether expected values can be had for inputs outside of the corpus."""
        return self._given_corpus is None

    def _build(self) -> Corpus:
        from grader.draw import build_corpus  # strategies: not needed when the corpus is cached

        def answer(inputs: Mapping[str, object]) -> ExpectedAnswer:
            with bounded():
                return self.answer(inputs)

        return build_corpus(self.code, answer, seed=self._setting.seed)

    def answer(self, inputs: Mapping[str, object]) -> ExpectedAnswer:
        """Give the expected answer to any inputs of the domain."""
        return ExpectedAnswer(
            expected=self.judge.expected(inputs), accepted=self.judge.accepted(inputs)
        )

    def program(self, files: Mapping[str, bytes]) -> Program:
        """Give what a worker loads to run these files under this part's interface."""
        return Program(
            files=files, entries=self.code.entries, call=self.code.call, returns=self.code.returns
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSetting:
    """What a plan depends on besides the question: the seed, and where results are kept."""

    seed: int = 0
    cache: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QuestionPlan:
    """A question with a plan for each part that is graded by running code."""

    question: Question
    parts: tuple[PartPlan, ...]
    setting: PlanSetting

    @property
    def entry_names(self) -> tuple[str, ...]:
        """Give every name a submission to this question defines."""
        return tuple(entry.name for plan in self.parts for entry in plan.code.entries)


def plan_question(question: Question, course: Course, setting: PlanSetting) -> QuestionPlan:
    """Load the reference and make a plan; QuestionError when the reference does not fit."""
    if not question.code_parts:
        return QuestionPlan(question=question, parts=(), setting=setting)
    if question.reference is None:
        raise QuestionError(
            where=question.path,
            what="a part is graded by code but no 'reference' is named",
            hint="add 'reference: NAME' for reference/NAME.py",
        )
    reference = load_reference(course.reference_folder, question.reference)
    plans = []
    for part in question.code_parts:
        assert part.code is not None
        judge = Judge(part.code, reference, ties_library(part.code, course.reference_folder))
        _check_functions(question, part.code, judge)
        plans.append(PartPlan(part, judge, setting, key=_corpus_key(question, part, setting)))
    return QuestionPlan(question=question, parts=tuple(plans), setting=setting)


def _check_functions(question: Question, code: CodePart, judge: Judge) -> None:
    """Refuse a question whose functions the reference does not have, before anything is drawn."""
    needed = [call.function for call in code.expected.values()]
    needed += [prop.argument for prop in code.properties if prop.kind.value == "authored"]
    for name in (*needed, *((code.validator,) if code.validator else ())):
        judge.the_reference.function(name)
    if code.ties is TieRule.ANY and not judge.has_tie_test:
        raise QuestionError(
            where=question.path,
            what="'ties: any' is decided for calls of max_pool_backward only",
            hint="define explain_invalid_NAME(answer, …) in the reference, or use 'validator'",
        )


def ties_library(code: CodePart, own: Path | None = None) -> Reference | None:
    """Give the exact test of valid gradients: the course's own, else the one grader carries."""
    if code.ties is not TieRule.ANY:
        return None
    package = Path(grader.__file__).parent
    for folder in (own, package / "course" / "reference", package.parent / "reference"):
        if folder is not None and (folder / f"{_TIES_MODULE}.py").is_file():
            return load_reference(folder, _TIES_MODULE)
    return None


def _corpus_key(question: Question, part: Part, setting: PlanSetting) -> str:
    digest = hashlib.sha256()
    for piece in (
        question.version,
        part.id,
        grader.__version__,
        np.__version__,
        str(setting.seed),
        _sources_digest(),
        _hypothesis_version(),
    ):
        digest.update(piece.encode() + b"\0")
    return digest.hexdigest()


def _holds_nan(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_holds_nan(item) for item in value)
    return isinstance(value, (float, np.inexact, np.ndarray)) and bool(np.any(value != value))


def _hypothesis_version() -> str:
    """Tell the version without importing it: draws may change from one to the next."""
    spec = importlib.util.find_spec("hypothesis")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        return (Path(folder) / "version.py").read_text(encoding="utf-8")
    return ""


@functools.cache
def _sources_digest() -> str:
    """Digest of the code that makes a corpus, so that a changed grader never reads an old one."""
    digest = hashlib.sha256()
    package = Path(grader.__file__).parent
    for room in _SOURCES_OF_A_CORPUS:
        for path in sorted((package / room).glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
