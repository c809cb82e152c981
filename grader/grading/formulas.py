"""Verify the formulas of `# Solution`: they equal the reference, and the instances are sharp."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from grader.bank.displays import WrittenFormula, formulas_of
from grader.core.question import FormulaTarget, Part, Question
from grader.formula import (
    Unreadable,
    evaluate,
    first_difference,
    is_about,
    mutants_of,
    read,
    resolve,
    spell_out,
)
from grader.grading.checks import Check, Grade
from grader.grading.formula_instances import (
    Instances,
    instances_of,
    part_for_formula,
    shown_inputs,
)
from grader.grading.judge import Judge
from grader.grading.plan import PartPlan, QuestionPlan

_LONGEST_CHANGE = 100


def check_formulas(question: Question, plan: QuestionPlan) -> Iterator[Check]:
    """Compare the solution's display formulas with the reference, for each part with a target."""
    written = list(formulas_of(question.solution, question.lines.get("solution", 1)))
    displays = [formula for formula in written if formula.is_display]
    targets = [(part, part.formula) for part in question.parts if part.formula is not None]
    if displays and question.parts and not targets:
        many = "a display formula" if len(displays) == 1 else f"{len(displays)} display formulas"
        what = f"the solution has {many}, no part declares a target: nothing was compared"
        where = f"{question.path}:{displays[0].line}"
        yield Check(grade=Grade.NOTE, what=what, where=where)
    for part, target in targets:
        part_plan = _plan_of(part, target, plan)
        instances = None if part_plan is None else instances_of(target, part_plan)
        if instances is None:
            lacks = "no inputs" if part_plan is None else "no inputs without ties"
            what = f"part '{part.id}' has {lacks}: the formula was not compared"
            yield Check(grade=Grade.NOTE, what=what, where=target.where)
            continue
        yield from _check_target(question, target, instances, written)


def _plan_of(part: Part, target: FormulaTarget, plan: QuestionPlan) -> PartPlan | None:
    """Give the plan that draws the inputs: the part's own, else that of the first code part."""
    own = next((found for found in plan.parts if found.part.id == part.id), None)
    first = plan.parts[0] if plan.parts else None
    if own is not None or target.domain is None or first is None:
        return own or first
    code = part_for_formula(part, target)
    judge = Judge(code, first.judge.the_reference, None)
    return PartPlan(
        Part(id=part.id, points=part.points, answer=part.answer, code=code),
        judge,
        plan.setting,
        key=f"{first.key[:-1]}-{part.id}" if first.key else "",
    )


def _check_target(
    question: Question,
    target: FormulaTarget,
    instances: Instances,
    written: Sequence[WrittenFormula],
) -> Iterator[Check]:
    displays = [one for one in written if one.is_display and is_about(one.text, instances.declared)]
    if not displays:
        what = f"no display formula of the solution has {target.target} on its left side"
        yield Check(grade=Grade.PROBLEM, what=what, where=target.where)
        return
    unreadable: list[Check] = []
    right: list[tuple[WrittenFormula, list[str]]] = []
    is_wrong = False
    for display in displays:
        where = f"{question.path}:{display.line}"
        given = [one.text for one in written[: written.index(display)]]
        try:
            formula = read(display.text, instances.declared, given)
            results = evaluate(formula, instances.instances)
        except Unreadable as error:
            what = f"the formula for {target.target} cannot be read: {error.message}"
            unreadable.append(Check(grade=Grade.PROBLEM, what=what, where=where))
            continue
        difference = first_difference(results, instances.expected, target.base)
        if difference is None:
            right.append((display, given))
            many = f"{len(instances.instances)} inputs"
            what = f"the formula for {target.target} equals the reference on {many}"
            yield Check(grade=Grade.OK, what=what, where=where)
            continue
        is_wrong = True
        case = instances.cases[difference.instance]
        at = f" at {difference.index}" if difference.index else ""
        what = f"the formula for {target.target} {difference.message}{at} on {shown_inputs(case)}"
        yield Check(grade=Grade.PROBLEM, what=what, where=where)
    for check in unreadable:
        if right or is_wrong:  # a step before the last, or the same in words
            what = f"not compared: {check.what}"
            check = Check(grade=Grade.NOTE, what=what, where=check.where)
        yield check
    for display, given in right[:1]:
        yield from _check_mutants(question, target, instances, display, given)


def _check_mutants(
    question: Question,
    target: FormulaTarget,
    instances: Instances,
    display: WrittenFormula,
    given: Sequence[str],
) -> Iterator[Check]:
    """Every readable change of the formula must differ somewhere, else the inputs are too weak."""
    where = f"{question.path}:{display.line}"
    counts: Counter[str] = Counter()
    declared: set[str] = set()
    spelling = spell_out(display.text, instances.declared, given)
    used = resolve(spelling, instances.declared).used
    for mutant in mutants_of(spelling, used):
        try:
            formula = resolve(mutant.spelling, instances.declared)
            results = evaluate(formula, instances.instances)
        except Unreadable:
            counts["unreadable"] += 1
            continue
        if first_difference(results, instances.expected) is not None:
            counts["wrong"] += 1
        elif (reason := target.equal.get(mutant.change)) is not None:
            counts["equal"] += 1
            declared.add(mutant.change)
            what = f"equal change of the formula: {mutant.change}: {reason}"
            yield Check(grade=Grade.NOTE, what=what, where=where)
        else:
            counts["survived"] += 1
            what = f"change of the formula makes no difference: {mutant.change}"
            what += "; draw other inputs, or list it under 'equal' with a reason"
            yield Check(grade=Grade.PROBLEM, what=what, where=where)
    for change in target.equal:
        if change not in declared:
            listed = change[:_LONGEST_CHANGE]
            what = f"'equal' of the formula lists '{listed}', which is no surviving change"
            yield Check(grade=Grade.PROBLEM, what=what, where=target.where)
    what = (
        f"{counts.total()} changes of the formula: {counts['wrong']} wrong, "
        f"{counts['unreadable']} unreadable, {counts['equal']} equal, "
        f"{counts['survived']} survived"
    )
    yield Check(grade=Grade.OK if counts["wrong"] else Grade.PROBLEM, what=what, where=where)
