"""Verify: is the question itself right? Reference, fixed values, known answers and mutants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from grader.bank import Course, lint, sample_code
from grader.core.call import Failed, Program
from grader.core.compare import compare
from grader.core.corpus import Case
from grader.core.errors import QuestionError
from grader.core.limits import Limits
from grader.core.question import KnownAnswer, Question
from grader.core.report import Outcome
from grader.grading.checks import Check, Grade
from grader.grading.formulas import check_formulas
from grader.grading.judge import same_answer
from grader.grading.plan import PartPlan, PlanSetting, plan_question
from grader.grading.runner import PartRun, PartRunner
from grader.grading.session import Session
from grader.grading.survivors import Fate, try_mutants
from grader.sandbox import Sandbox

#: fewer draws in a group prove little; a domain that has fewer inputs is named, not refused
LEAST_CASES = 30

__all__ = ["LEAST_CASES", "Check", "Grade", "Verification", "verify"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """All checks of one question."""

    question_id: str
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Tell whether nothing is wrong."""
        return all(check.grade is not Grade.PROBLEM for check in self.checks)


def verify(
    question: Question,
    course: Course,
    setting: PlanSetting,
    sandbox: Sandbox,
    advance: Callable[[str], None] = lambda _: None,
) -> Verification:
    """Check everything a question promises. advance is told each step, for a progress line."""
    checks: list[Check] = []
    try:
        for check in _checks(question, course, setting, sandbox):
            checks.append(check)
            advance(check.what)
    except QuestionError as error:
        what = f"{error.what}; {error.hint}" if error.hint else error.what
        checks.append(Check(grade=Grade.PROBLEM, what=what, where=error.where))
    return Verification(question_id=question.id, checks=tuple(checks))


def _checks(
    question: Question, course: Course, setting: PlanSetting, sandbox: Sandbox
) -> Iterator[Check]:
    for problem in lint(question, course):
        grade = Grade.PROBLEM if problem.is_error else Grade.NOTE
        yield Check(grade=grade, what=problem.what, where=problem.where)
    yield from _check_samples(question, sandbox)
    plan = plan_question(question, course, setting)
    if not question.parts:
        yield Check(grade=Grade.NOTE, what="a study card: nothing is graded automatically")
    for part in question.parts:
        if part.code is None:
            what = (
                f"part '{part.id}': '{part.answer.value}' answers are not graded automatically yet"
            )
            yield Check(grade=Grade.NOTE, what=what)
    for part_plan in plan.parts:
        yield from _check_reference(question, part_plan)
        yield from _check_known_answers(question, part_plan, sandbox)
        yield from _check_mutants(question, part_plan, course, sandbox)
    yield from check_formulas(question, plan)


def _check_samples(question: Question, sandbox: Sandbox) -> Iterator[Check]:
    """Run the Python samples of the statement; they must at least not fail by themselves."""
    for sample in sample_code(question):
        program = Program(files={"sample.py": sample.code.encode()}, entries=())
        with Session(sandbox, program, Limits()) as session:
            if isinstance(session.loaded, Failed):
                what = f"sample code of the statement does not run: {session.loaded.message}"
                where = f"{question.path}:{sample.line}"
                yield Check(grade=Grade.PROBLEM, what=what, where=where)


# -- the reference -------------------------------------------------------------------------


def _check_reference(question: Question, plan: PartPlan) -> Iterator[Check]:
    corpus = plan.corpus
    for group in plan.code.groups:
        cases = len(corpus.of_group(group.id))
        grade = Grade.OK if cases >= LEAST_CASES else Grade.NOTE
        what = f"group '{group.id}': {cases} cases"
        if cases == 0:
            grade, what = Grade.PROBLEM, what + "; no input of the domain reaches it"
        elif grade is Grade.NOTE:
            what += f"; fewer than {LEAST_CASES} prove little"
        yield Check(grade=grade, what=what, where=question.path)
    faults = 0
    for case in corpus.cases:
        problem = _reference_problem(plan, case)
        if problem is not None:
            faults += 1
            yield Check(grade=Grade.PROBLEM, what=problem, where=plan.judge.the_reference.place)
            break
    if not faults:
        what = f"the reference passes {len(corpus.cases)} cases, twice, inputs unchanged"
        yield Check(grade=Grade.OK, what=what)
    yield from _check_pins(plan)


def _reference_problem(plan: PartPlan, case: Case) -> str | None:
    """Give what is wrong with the reference's own answer to a case.

    A reference that changes its inputs has raised before: the arrays of a case are read-only.
    """
    again = plan.judge.expected(case.inputs)
    for name, wanted in case.expected.items():
        if not same_answer(again[name], wanted, plan.code.compare):
            return "the reference answers the same case differently the second time"
    answers = list(again.values())
    whole = answers[0] if tuple(again) == ("",) or len(plan.code.returns) == 1 else answers
    finding = plan.judge.find_fault(whole, case)
    return f"the reference fails its own case: {finding.message}" if finding else None


def _check_pins(plan: PartPlan) -> Iterator[Check]:
    pinned = [case for case in plan.code.cases if case.expect is not None]
    for case in pinned:
        assert case.expect is not None
        answer = plan.judge.expected(case.inputs)
        for name, wanted in case.expect.items():
            actual = answer[name] if name in answer else next(iter(answer.values()))
            mismatch = compare(actual, _in_kind(wanted, actual), plan.code.compare, name)
            if mismatch is not None:
                what = (
                    f"case '{case.name}': the reference gives {mismatch.actual}, "
                    f"expect: says {mismatch.expected} {mismatch.path}"
                )
                yield Check(grade=Grade.PROBLEM, what=what.strip(), where=case.where)
    if pinned:
        yield Check(grade=Grade.OK, what=f"{len(pinned)} pinned values were compared")


def _in_kind(wanted: object, actual: object) -> object:
    """Read a pinned value as the kind of thing the reference gives: YAML's [[0, 5]] as floats.

    Whole numbers and bools become another dtype only if no number is lost: 300 is no uint8.
    """
    if not isinstance(actual, np.ndarray):
        return wanted
    try:
        written = np.asarray(wanted)
        converted = written.astype(actual.dtype)
    except (TypeError, ValueError, OverflowError):
        return wanted
    is_exact = actual.dtype.kind not in "iub" or np.array_equal(converted, written)
    return converted if is_exact else wanted


# -- known answers -------------------------------------------------------------------------


def _check_known_answers(question: Question, plan: PartPlan, sandbox: Sandbox) -> Iterator[Check]:
    failed_by: dict[str, int] = {group.id: 0 for group in plan.code.groups}
    for known in (*plan.code.right, *plan.code.wrong):
        run = _run_known(plan, known, sandbox)
        if isinstance(run, Failed):
            what = f"'{known.name}' does not load: {run.message}"
            yield Check(grade=Grade.PROBLEM, what=what, where=known.where)
            continue
        fails = {group.group.id for group in run.groups if group.outcome is not Outcome.PASSED}
        for group in fails:
            failed_by[group] += 1
        if fails != set(known.fails):
            yield Check(grade=Grade.PROBLEM, what=_surprise(known, fails, run), where=known.where)
    yield Check(
        grade=Grade.OK,
        what=f"{len(plan.code.right)} right and {len(plan.code.wrong)} wrong solutions were run",
    )
    for group, count in failed_by.items():
        if count == 0:
            what = f"group '{group}' is failed by no known wrong solution: it may test nothing"
            yield Check(grade=Grade.PROBLEM, what=what, where=question.path)


def _run_known(plan: PartPlan, known: KnownAnswer, sandbox: Sandbox) -> PartRun | Failed:
    program = plan.program({known.file: known.source.encode()})
    with Session(sandbox, program, plan.code.limits) as session:
        if isinstance(session.loaded, Failed):
            return session.loaded
        return PartRunner(plan, session).run()


def _surprise(known: KnownAnswer, fails: set[str], run: PartRun) -> str:
    def named(groups: set[str] | tuple[str, ...]) -> str:
        return ", ".join(sorted(groups)) or "nothing"

    kind = "wrong" if known.fails else "right"
    message = f"{kind} solution '{known.name}' fails {named(fails)}; declared: {named(known.fails)}"
    fault = next((group.fault for group in run.failed if group.group.id not in known.fails), None)
    return message + (f" ({fault.finding.message})" if fault is not None else "")


# -- mutants -------------------------------------------------------------------------------


def _check_mutants(
    question: Question, plan: PartPlan, course: Course, sandbox: Sandbox
) -> Iterator[Check]:
    assert question.reference is not None
    counts: Counter[str] = Counter()
    for tried in try_mutants(plan, course.reference_folder, question.reference, sandbox):
        mutant, change = tried.mutant, f"'{tried.mutant.old}' -> '{tried.mutant.new}'"
        is_declared = tried.fate is Fate.SURVIVED and bool(mutant.equivalent_because)
        counts["equivalent" if is_declared else tried.fate.value] += 1
        if is_declared:
            what = f"equivalent mutant {change}: {mutant.equivalent_because}"
            yield Check(grade=Grade.NOTE, what=what, where=mutant.place)
        elif tried.fate is Fate.SURVIVED:
            what = f"mutant survives: {change} in: {mutant.line_text}"
            yield Check(grade=Grade.PROBLEM, what=what, where=mutant.place)
    what = (
        f"{counts.total()} mutants of the reference: {counts['killed']} killed, "
        f"{counts['variant']} gave other right answers, {counts['equivalent']} equivalent, "
        f"{counts['survived']} survived"
    )
    yield Check(grade=Grade.OK if counts["killed"] else Grade.PROBLEM, what=what)
