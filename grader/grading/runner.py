"""Run one submission on the corpus of one part: which groups pass, and what was answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np

from grader.core.call import Failed, Returned
from grader.core.codec import encode
from grader.core.corpus import Case
from grader.core.question import Group, PropertyKind
from grader.core.report import Outcome
from grader.core.verdict import Verdict
from grader.grading.judge import Finding
from grader.grading.plan import PartPlan, Posed
from grader.grading.properties import Probe, check_property, sample
from grader.grading.run import Fault, GroupRun, PartRun
from grader.grading.session import Session

__all__ = ["Fault", "GroupRun", "PartRun", "PartRunner"]

#: answers larger than this are judged but not kept for the diagnosis
_LARGEST_KEPT_BYTES = 1 << 16
#: CPU time that a submission gets after its first fault, to find out what it has in mind
_DIAGNOSIS_SECONDS = 2.0


Explain = Callable[[GroupRun], None]


class PartRunner:
    """Judges one submission on one part."""

    def __init__(self, plan: PartPlan, session: Session) -> None:
        self._plan, self._session = plan, session
        self._run = PartRun()
        kinds = {prop.kind for prop in plan.code.properties}
        self._must_keep_inputs = PropertyKind.INPUTS_UNCHANGED in kinds

    def run(self, explain: Explain = lambda _: None) -> PartRun:
        """Run every group; the result keeps the question's order.

        Prerequisites come first, and shown groups before hidden ones. explain is told of each group
        as soon as it has run: what is said of a shown group comes from a process that has not seen
        a hidden input, so it cannot print one.
        """
        outcomes: dict[str, GroupRun] = {}
        for group in sorted(self._plan.code.groups, key=lambda group: not group.shown):
            self._run_group(group, outcomes, explain)
        self._run.groups = [outcomes[group.id] for group in self._plan.code.groups]
        return self._run

    def _run_group(self, group: Group, outcomes: dict[str, GroupRun], explain: Explain) -> None:
        if group.id in outcomes:
            return
        if group.needs is not None:
            needed = next(other for other in self._plan.code.groups if other.id == group.needs)
            self._run_group(needed, outcomes, explain)
            if outcomes[needed.id].outcome is not Outcome.PASSED:
                outcomes[group.id] = GroupRun(group=group, outcome=Outcome.NOT_RUN, cases=0)
                return
        positions = self._plan.corpus.of_group(group.id)
        fault = (
            self._first_fault(positions)
            or self._broken_property(positions)
            or self._slow_fault(positions)
        )
        outcomes[group.id] = GroupRun(
            group=group,
            outcome=Outcome.PASSED if fault is None else Outcome.FAILED,
            cases=len(positions),
            fault=fault,
        )
        explain(outcomes[group.id])

    def _first_fault(self, positions: list[int]) -> Fault | None:
        """Judge up to the first fault; the other answers are kept, for the diagnosis.

        Where the author's own case fails, a drawn one that fails in the same way is preferred:
        those stand smallest first.
        """
        first = None
        failing_since = 0.0
        for at, result in self._results(positions):
            case = self._plan.corpus.cases[at]
            fault = None
            if first is None or (first.case.name and not case.name):
                fault = self._judge_at(at, result)
            if first is None:
                failing_since = self._session.cpu_seconds
            if first is None or (fault is not None and fault.is_like(first)):
                first = fault
            if first is not None and self._is_long_enough(at, failing_since):
                return first
        return first

    def _is_long_enough(self, at: int, since: float) -> bool:
        """Tell whether a submission that has failed need not be asked any further.

        Its last answer was too large to keep, or killed the worker, or it is too slow.
        """
        if self._session.cpu_seconds - since > _DIAGNOSIS_SECONDS:
            self._run.is_complete = False
            return True
        return at not in self._run.results

    def _judge_at(self, at: int, result: Returned | Failed) -> Fault | None:
        known = self._plan.awaited[at]
        if known is not None and result is known[1]:
            return None
        return self.judge(self._plan.corpus.cases[at], result)

    def _results(self, positions: Iterable[int]) -> Iterator[tuple[int, Returned | Failed]]:
        """Give the result of each position, asked for where it is not known yet."""
        known = self._run.results
        missing = [at for at in positions if at not in known]
        self._run.previous.update(zip(missing[1:], missing[:-1], strict=True))
        requests, awaited = self._plan.corpus.requests, self._plan.awaited
        asked = self._session.ask_all(
            [requests[at] for at in missing], [awaited[at] for at in missing]
        )
        for at in positions:
            if at in known:
                yield at, known[at]
                continue
            result = next(asked)
            if _is_kept(result):
                known[at] = result
            else:
                self._run.is_complete = False
            yield at, result

    def judge(self, case: Case, result: Returned | Failed) -> Fault | None:
        """Decide one result; None when it is accepted."""
        if isinstance(result, Failed):
            return Fault(
                case=case,
                finding=Finding(property="same_as_reference", message=result.message),
                verdict=result.verdict,
                result=result,
                is_shrinkable=result.is_alive,
            )
        finding = self._plan.judge.find_fault(result.value, case)
        if finding is None and self._must_keep_inputs and result.changed_inputs:
            names = " and ".join(str(name)[:60] for name in result.changed_inputs[:4])
            finding = Finding(
                property=PropertyKind.INPUTS_UNCHANGED.value,
                message=f"the call changed its input {names}; work on a copy",
            )
        if finding is None:
            return None
        return Fault(
            case=case, finding=finding, verdict=Verdict.WA, result=result, is_shrinkable=True
        )

    def _broken_property(self, positions: list[int]) -> Fault | None:
        for prop in self._plan.code.properties:
            probes = [
                Probe(case=self._plan.corpus.cases[at], answer=result.value)
                for at, result in self._results(sample(positions))
                if isinstance(result, Returned)
            ]
            broken = check_property(prop, probes, self._ask_all, self._plan.judge)
            if broken is not None:
                result = broken.failed or Returned(value=broken.actual)
                verdict = broken.failed.verdict if broken.failed else Verdict.WA
                return Fault(
                    case=broken.case,
                    finding=broken.finding,
                    verdict=verdict,
                    result=result,
                    is_shrinkable=False,
                )
        return None

    def _slow_fault(self, positions: list[int]) -> Fault | None:
        """Compare the time on a group's largest cases with the reference's; they are all right."""
        if self._plan.code.times_reference is None or not positions:
            return None
        from grader.grading.speed import compare_speed  # where speed is graded

        cases = [self._plan.corpus.cases[at] for at in positions]
        compared = compare_speed(self._plan, self._session, cases)
        if compared is None:
            return None
        speed, finding = compared
        if self._run.speed is None or speed.low > self._run.speed.low:
            self._run.speed = speed
        if finding is None:
            return None
        return Fault(
            case=cases[-1],
            finding=finding,
            verdict=Verdict.TLE,
            result=Failed(verdict=Verdict.TLE, message=finding.message, is_alive=True),
            is_shrinkable=False,
        )

    def faults_like(self, fault: Fault, group: Group) -> Iterator[Fault]:
        """Give the faults of the same kind among the answers to a group, smallest input first."""
        for at in self._plan.corpus.of_group(group.id):
            result = self._run.results.get(at)
            found = None if result is None else self._judge_at(at, result)
            if found is not None and found.is_like(fault) and found.is_shrinkable:
                yield found

    def first_like(self, fault: Fault, posed: Sequence[Posed]) -> int | None:
        """Give the position of the first case that shows the same kind of fault."""
        asked = self._session.ask_all(
            [one.request for one in posed], [one.awaited for one in posed]
        )
        for at, (one, result) in enumerate(zip(posed, asked, strict=True)):
            if one.awaited is not None and result is one.awaited[1]:
                continue
            found = self.judge(one.case, result)
            if found is not None and found.is_like(fault) and found.is_shrinkable:
                return at
        return None

    def again(self, fault: Fault) -> Fault:
        """Make the call of a fault once more by itself, which keeps what it prints."""
        found = self.judge(fault.case, self.ask(fault.case.inputs))
        return found if found is not None and found.is_like(fault) else fault

    def ask(self, inputs: Mapping[str, object]) -> Returned | Failed:
        """Call the submission on inputs that are not in the corpus."""
        return self._session.ask(self._request(inputs))

    def _ask_all(self, many: Sequence[Mapping[str, object]]) -> Iterator[Returned | Failed]:
        return self._session.ask_all([self._request(inputs) for inputs in many])

    def _request(self, inputs: Mapping[str, object]) -> bytes:
        names = self._plan.code.input_names or inputs  # a handout names no domain
        return encode({name: inputs[name] for name in names})

    @property
    def cpu_seconds(self) -> float:
        """Give the CPU time that the submission has used."""
        return self._session.cpu_seconds

    def collect(self) -> None:
        """Answer what is left of the corpus, for the diagnosis; stops when a worker is killed."""
        if not self._run.is_complete:
            return
        since = self._session.cpu_seconds
        for at, _ in self._results(range(len(self._plan.corpus.cases))):
            if self._is_long_enough(at, since):
                return


def _is_kept(result: Returned | Failed) -> bool:
    if isinstance(result, Failed):
        return result.is_alive
    return _weight(result.value) <= _LARGEST_KEPT_BYTES


def _weight(value: object) -> int:
    """Rough size of an answer in bytes."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, (list, tuple)):
        return sum(_weight(item) for item in value) + 8 * len(value)
    if isinstance(value, dict):
        return sum(_weight(item) for item in value.values()) + 64 * len(value)
    return len(value) if isinstance(value, (str, bytes)) else 32
