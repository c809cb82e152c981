"""Which mutants of the reference a question's cases do not notice."""

from __future__ import annotations

import ast
import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader.core.call import Entry, Failed, Program, Returned
from grader.core.codec import encode
from grader.core.errors import QuestionError
from grader.core.limits import Limits
from grader.grading.judge import same_answer
from grader.grading.mutants import Mutant, executed_lines, mutants_of
from grader.grading.plan import PartPlan
from grader.grading.runner import PartRunner
from grader.grading.session import Session
from grader.sandbox import Sandbox

_MUTANT_LIMITS = Limits(cpu_seconds=1.0, load_cpu_seconds=5.0, total_cpu_seconds=20.0)
_TRACED_CASES = 150
_ENTRY = "answer_of_the_reference"


class Fate(enum.Enum):
    """What became of a mutant."""

    KILLED = "killed"
    VARIANT = "variant"  # other answers, all of them right: `ties: any` leaves a choice
    SURVIVED = "survived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A mutant and its fate."""

    mutant: Mutant
    fate: Fate


def try_mutants(plan: PartPlan, folder: Path, module: str, sandbox: Sandbox) -> Iterator[Tried]:
    """Run every mutant of the reference on the corpus, each in a worker: it may loop for ever."""
    sources = reference_sources(folder, module)
    _check_unchanged(plan, sources, sandbox)
    for mutant in mutants_of(sources, _executed_lines(plan, folder)):
        yield Tried(
            mutant=mutant, fate=_fate(plan, {**sources, mutant.module: mutant.source}, sandbox)
        )


def _executed_lines(plan: PartPlan, folder: Path) -> dict[str, set[int]]:
    cases = plan.corpus.cases
    step = max(1, len(cases) // _TRACED_CASES)

    def run() -> None:
        for case in cases[::step]:
            plan.judge.expected(case.inputs)

    traced = executed_lines(folder, run)
    return {
        "reference." + ".".join(Path(file).relative_to(folder).with_suffix("").parts): lines
        for file, lines in traced.items()
    }


def _check_unchanged(plan: PartPlan, sources: Mapping[str, str], sandbox: Sandbox) -> None:
    """Refuse to count kills that mean nothing: the unchanged reference must survive this run."""
    fate = _fate(plan, sources, sandbox)
    if fate is not Fate.SURVIVED:
        raise QuestionError(
            where=plan.judge.the_reference.place,
            what=f"the unchanged reference is {fate.value} when it runs as a submission",
            hint="a reference may import numpy and modules of reference/ only",
        )


def _fate(plan: PartPlan, modules: Mapping[str, str], sandbox: Sandbox) -> Fate:
    names = names_needed(plan)
    program = _program(plan, names, modules)
    differs = False
    with Session(sandbox, program, _MUTANT_LIMITS) as session:
        if isinstance(session.loaded, Failed):
            return Fate.KILLED
        runner = PartRunner(plan, session)
        for case in plan.corpus.cases:
            result = session.ask(encode({name: case.inputs[name] for name in names}))
            if runner.judge(case, result) is not None:
                return Fate.KILLED
            assert isinstance(result, Returned)
            answers = plan.judge.answers_by_name(result.value)
            differs = differs or any(
                not same_answer(answers[name], case.expected[name], plan.code.compare)
                for name in case.expected
            )
    return Fate.VARIANT if differs else Fate.SURVIVED


def reference_program(plan: PartPlan) -> Program:
    """Give the unchanged reference as a submission; for a worker that holds no other."""
    reference = plan.judge.the_reference
    module = reference.name.removeprefix("reference.")
    return _program(plan, names_needed(plan), reference_sources(reference.folder, module))


def _program(plan: PartPlan, names: tuple[str, ...], modules: Mapping[str, str]) -> Program:
    """Give a submission that answers through the (mutated) reference."""
    code = plan.code
    if not code.expected:  # the reference has the learner's interface
        names_defined = ", ".join(entry.name for entry in code.entries)
        source = f"from {plan.judge.the_reference.name} import {names_defined}\n"
        return replace(plan.program({"solution.py": source.encode()}), modules=modules)
    return Program(
        files={"solution.py": _glue(plan, names).encode()},
        entries=(Entry(name=_ENTRY, parameters=names),),
        modules=modules,
    )


def names_needed(plan: PartPlan) -> tuple[str, ...]:
    """Give the names that the reference is called with."""
    if not plan.code.expected:
        return plan.code.input_names
    names: dict[str, None] = {}
    for call in plan.code.expected.values():
        for argument in call.arguments:
            names.update(dict.fromkeys(argument.names))
    return tuple(names)


def _glue(plan: PartPlan, names: tuple[str, ...]) -> str:
    module = plan.judge.the_reference.name
    rule = plan.code.ties.value if plan.code.ties and plan.code.ties.value != "any" else ""
    calls = []
    for call in plan.code.expected.values():
        takes_rule = rule and plan.judge.the_reference.accepts_keyword(call.function, "ties")
        text = f"{module}.{call.text}"
        calls.append(f"{text[:-1]}, ties={rule!r})" if takes_rule else text)
    answer = calls[0] if len(calls) == 1 else f"[{', '.join(calls)}]"
    return f"import {module}\n\ndef {_ENTRY}({', '.join(names)}):\n    return {answer}\n"


def reference_sources(folder: Path, module: str) -> dict[str, str]:
    """Give the sources of a module and of what it imports from `reference`, by dotted name."""
    sources: dict[str, str] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = folder / Path(*name.split(".")).with_suffix(".py")
        dotted = f"reference.{name}"
        if dotted in sources or not path.is_file():
            continue
        sources[dotted] = path.read_text(encoding="utf-8")
        waiting += _imported_modules(sources[dotted])
    return sources


def _imported_modules(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            if node.module.startswith("reference."):
                found.append(node.module.removeprefix("reference."))
            elif node.module == "reference":
                found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 1:
            found += [node.module] if node.module else [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [
                alias.name.removeprefix("reference.")
                for alias in node.names
                if alias.name.startswith("reference.")
            ]
    return found
