"""How good the feedback is: sizes of counterexamples, time, and whether named mistakes are true.

    python tests/benchmarks/bench_feedback.py [QUESTION…]

Submissions: the known wrong and right solutions of every question with other names for their
variables, planted faults of the built-in library (right solutions whose answers are changed), and
the variants of `tests/quality`. A name is *true* if the same name is found again, or the submission
agrees with it again, on a corpus drawn from another seed, which the first naming has not seen. Recall
is over submissions whose mistake is known beforehand: the known wrong ones and the planted faults.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from grader.bank import Course, find_course, load_bank
from grader.core.call import Failed, Program
from grader.core.question import Question
from grader.core.report import Failure, MatchedMisconception
from grader.draw import cache_folder
from grader.grading.counterexample import search_of
from grader.grading.diagnose import explain_group
from grader.grading.misconceptions import find_misconception
from grader.grading.plan import PartPlan, PlanSetting, plan_question
from grader.grading.runner import GroupRun, PartRun, PartRunner
from grader.grading.session import Session
from grader.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
sys.path += [str(ROOT / "tests" / "quality"), str(ROOT / "tests" / "grading")]
from renamed import renamed  # noqa: E402
from variants import read_variants  # noqa: E402

_SEEDS = (0, 1)
#: files of tests/quality by the question they answer
_VARIANTS = {
    "ssu_batch4_004": "max_pooling_backward",
    "max_pool_nchw": "max_pool_nchw",
    "max_pool_layer": "max_pool_layer",
    "max_pool_nhwc": "max_pool_nhwc",
}
_WRAPPED = """

_right = {entry}

def {entry}(*given):
    given = list(given)
    {before}
    out = np.asarray(_right(*given))
    return {after}
"""
#: planted faults: the name that must be found -> (statement before the call, value returned)
PLANTED = {
    "the right answer with the opposite sign": ("pass", "-out"),
    "2 times the right answer": ("pass", "2 * out"),
    "1/2 times the right answer": ("pass", "out / 2"),
    "the right answer plus 1": ("pass", "out + 1"),
    "the right answer transposed": ("pass", "out.T.copy()"),
    "the right answer cut to whole numbers": ("pass", "np.trunc(out)"),
    "the right values in another number type": ("pass", "out.astype(np.float32)"),
    "the right numbers in another shape": ("pass", "out.reshape(1, *out.shape)"),
    "the right numbers in a list": ("pass", "out.tolist()"),
    "the right answer without its signs": ("pass", "abs(out)"),
    "the right answer in reverse order along its rows": ("pass", "np.flip(out, -2).copy()"),
    "the right answer in reverse order along its columns": ("pass", "np.flip(out, -1).copy()"),
    "the right answer moved on by one along its columns": (
        "pass",
        "np.concatenate([0 * out[..., :1], out[..., :-1]], -1)",
    ),
    "the right answer inside of a larger array": ("pass", "np.pad(out, 1)"),
    "zero": ("pass", "0 * out"),
    "the right answer to the call before": (
        "global _last",
        "(globals().get('_last', out), globals().__setitem__('_last', out))[0]",
    ),
}


@dataclass(slots=True)
class Tally:
    """What was named, and rightly."""

    named: int = 0
    true: int = 0
    known: int = 0
    recalled: int = 0
    exactly: int = 0
    misses: list[str] = field(default_factory=list)
    falsehoods: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A submission: its kind, its source, and its mistake where that is known beforehand."""

    kind: str
    label: str
    source: str
    mistake: str = ""


class Bench:
    """Runs submissions to the questions of this course on corpora of two seeds."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.tallies: dict[str, Tally] = {}
        self.cells: list[int] = []
        self.blank: list[str] = []
        self.ties = Counter[str]()
        self.seconds: dict[str, list[float]] = {"first": [], "again": [], "naming": []}

    def trial(self, plans: list[PartPlan], trial: Trial) -> None:
        """Name the mistake on the first corpus, and check the name on the second."""
        found, run = self._named(plans[0], trial.source)
        if run is None or not run.failed:
            return
        tally = self.tallies.setdefault(trial.kind, Tally())
        again, second = self._named(plans[1], trial.source) if found else (None, None)
        if found and (second is None or not second.failed):
            return  # right there, so nothing can be checked
        is_true = found is not None and again is not None and again.name == found.name
        if found:
            tally.named += 1
            tally.true += is_true
            if not is_true:
                tally.falsehoods.append(f"{trial.label}: {found.name} / {again and again.name}")
        if trial.mistake:
            tally.known += 1
            tally.recalled += is_true
            tally.exactly += found is not None and found.name == trial.mistake
            if not is_true:
                tally.misses.append(f"{trial.label}: {trial.mistake} -> {found and found.name}")

    def _named(
        self, plan: PartPlan, source: str
    ) -> tuple[MatchedMisconception | None, PartRun | None]:
        program = plan.program({"solution.py": source.encode()})
        with Session(self.sandbox, program, plan.code.limits) as session:
            if isinstance(session.loaded, Failed):
                return None, None
            runner = PartRunner(plan, session)
            run = runner.run()
            if not run.failed:
                return None, run
            runner.collect()
            started = time.perf_counter()
            found = find_misconception(plan, run, self.sandbox, program)
            self.seconds["naming"].append(time.perf_counter() - started)
            return found, run

    def explain(self, plan: PartPlan, label: str, source: str) -> None:
        """Measure the counterexamples of one wrong solution, found for the first time and again."""
        program = plan.program({"solution.py": source.encode()})
        self._explain(plan, program, "first")
        for name, failure in self._explain(plan, program, "again").items():
            arrays = [
                v for v in (failure.counterexample or {}).values() if isinstance(v, np.ndarray)
            ]
            self.cells.append(sum(array.size for array in arrays))
            if any(a.size > 1 and a.dtype.kind != "b" and not a.any() for a in arrays):
                self.blank.append(f"{label} {name}")

    def _explain(self, plan: PartPlan, program: Program, when: str) -> dict[str, Failure]:
        failures: dict[str, Failure] = {}

        def explain(group: GroupRun) -> None:
            if group.fault is None:
                return
            started = time.perf_counter()
            failures[group.group.id] = failure = explain_group(plan, runner, group)
            self.seconds[when].append(time.perf_counter() - started)
            search = search_of(plan, group.group)
            if when == "again" and search.is_about_ties and failure.counterexample:
                decides = search.decides(group.fault.case.inputs | failure.counterexample)
                said = "no tie needed, and said so" if failure.remark else "not decided by a tie"
                self.ties["decided by a tie" if decides else said] += 1

        with Session(self.sandbox, program, plan.code.limits) as session:
            runner = PartRunner(plan, session)
            runner.run(explain)
        return failures


def planted(part: PartPlan, source: str, label: str) -> Iterator[Trial]:
    """Give right solutions whose answers are changed, where one function is called."""
    if part.code.call is not None or part.code.entries[0].parameters is None:
        return
    for name, (before, after) in PLANTED.items():
        text = _WRAPPED.format(entry=part.code.entries[0].name, before=before, after=after)
        source_of_fault = f"import numpy as np\n{source}{text}"
        yield Trial(kind="planted", label=f"{label}: {name}", source=source_of_fault, mistake=name)


def trials(question: Question, part: PartPlan) -> Iterator[Trial]:
    """Give every submission to one part of a question."""
    label = f"{question.id}.{part.part.id}"
    for known in part.code.wrong:
        name = f"{label} {known.name}"
        yield Trial(kind="declared", label=name, source=renamed(known.source), mistake=known.name)
    for known in part.code.right:
        yield Trial(kind="right", label=f"{label} {known.name}", source=renamed(known.source))
    for known in part.code.right[:1]:
        yield from planted(part, known.source, label)
    if stem := _VARIANTS.get(question.id):
        for kind in ("right", "faulty"):
            for variant in read_variants(f"{stem}_{kind}.md"):
                label_of = f"{label} {variant.name}"
                yield Trial(kind=f"variants, {kind}", label=label_of, source=variant.source)


def measure(course: Course, questions: list[Question], bench: Bench) -> None:
    """Run all trials, and make the counterexamples of the known wrong solutions."""
    for question in questions:
        settings = [PlanSetting(seed=seed, cache=cache_folder()) for seed in _SEEDS]
        plans = [plan_question(question, course, setting).parts for setting in settings]
        for pair in zip(*plans, strict=True):
            for known in pair[0].code.wrong:
                bench.explain(pair[0], f"{question.id} {known.name}", known.source)
            for trial in trials(question, pair[0]):
                bench.trial(list(pair), trial)
        print(f"  {question.id}", file=sys.stderr)


def tell(bench: Bench, is_long: bool) -> None:
    """Print the figures."""
    cells = sorted(bench.cells)
    print(
        f"{len(cells)} counterexamples: median {statistics.median(cells)} cells, most {cells[-1]}"
    )
    print(f"with an array of nothing but zeros: {len(bench.blank)} {bench.blank or ''}")
    print(f"of groups about ties: {dict(bench.ties)}")
    for name, seconds in bench.seconds.items():
        worst, middle = max(seconds) * 1e3, statistics.median(seconds) * 1e3
        print(f"{name}: median {middle:.1f} ms, longest {worst:.0f} ms")
    for kind, tally in bench.tallies.items():
        precision = f"{tally.true} of {tally.named} names true"
        recall = f"{tally.recalled} of {tally.known} known mistakes named" if tally.known else ""
        exact = f"({tally.exactly} by the expected name)" if tally.known else ""
        print(f"{kind}: {precision}  {recall} {exact}".rstrip())
        for falsehood in tally.falsehoods:
            print(f"    not true again: {falsehood}")
        for miss in tally.misses if is_long else ():
            print(f"    not named: {miss}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("questions", nargs="*", help="ids; all questions without")
    parser.add_argument("--long", action="store_true", help="also list what was not named")
    options = parser.parse_args()
    course = find_course(ROOT, ROOT)
    known = load_bank(course).questions.values()
    chosen = [
        q for q in known if q.code_parts and (not options.questions or q.id in options.questions)
    ]
    with Sandbox.start() as sandbox:
        bench = Bench(sandbox)
        measure(course, chosen, bench)
        tell(bench, options.long)


if __name__ == "__main__":
    main()
