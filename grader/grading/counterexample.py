"""The smallest input on which a submission fails a group, chosen for who checks it by hand.

In a group about ties an input on which the tie decides is preferred, as long as it is no larger:
then it shows what the group is about. Where a smaller input without a deciding tie fails as well,
the mistake is another one, and the learner is told that no tie is needed for it.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from grader.core.codec import encode
from grader.core.errors import QuestionError
from grader.core.question import Group
from grader.draw import tie_decides, tied_names
from grader.grading.plan import PartPlan
from grader.grading.run import Fault, GroupRun
from grader.grading.runner import PartRunner

if TYPE_CHECKING:
    from grader.draw import Candidate

#: bounds of the search for a smaller input: calls first, so that the same submission gives the same
#: report; CPU seconds, not the host's clock, catch submissions that are slow on every call
SHRINK_CALLS = 400
SHRINK_SECONDS = 1.0

NO_TIE_NEEDED = "no tie is needed to see this: it goes wrong without one, too"
#: inputs of a corpus that are looked at for one on which the tie decides
_MOST_LOOKED_AT = 64
_MOST_KEPT = 8_000


class GroupSearch:
    """What making inputs of one group smaller needs, kept for all submissions to it."""

    def __init__(self, plan: PartPlan, group: Group) -> None:
        from grader.draw import Shrinker  # not needed for a right submission

        # not the plan itself: who keeps this by the plan would keep the plan for ever
        self._answer = plan.answer
        self._expected = plan.judge.expected
        self._tied_names = tied_names(group.domain)
        self._decides: dict[bytes, bool] = {}
        self.shrinker = Shrinker(group.domain, group.where, self._answer_cells)

    def _answer_cells(self, inputs: Mapping[str, object]) -> int:
        from grader.draw import cells_of

        try:
            return cells_of(self._expected(inputs))
        except QuestionError:
            return 0  # it will be said when the input is asked

    @property
    def is_about_ties(self) -> bool:
        """Tell whether the group draws ties on purpose."""
        return bool(self._tied_names)

    def decides(self, inputs: Mapping[str, object], key: bytes = b"") -> bool:
        """Tell whether the right answer depends on how a tie in these inputs is broken.

        key: the encoded inputs, where they are at hand.
        """
        key = key or encode(dict(inputs))
        if key not in self._decides:
            if len(self._decides) >= _MOST_KEPT:
                self._decides.clear()
            self._decides[key] = tie_decides(self._tied_names, inputs, self._answer)
        return self._decides[key]

    def rough_size(self, inputs: Mapping[str, object]) -> tuple[object, ...]:
        """Give what makes inputs larger, however readable their values are."""
        return self.shrinker.size_of(inputs)[:2]

    def without_ties(self, inputs: Mapping[str, object]) -> dict[str, object] | None:
        """Give the inputs with different values in the same order; None when they have no tie."""
        changed = {}
        for name in self._tied_names:
            array = np.asarray(inputs[name])
            if np.unique(array).size < array.size:
                ranks = array.ravel().argsort(kind="stable").argsort() + 1
                changed[name] = ranks.astype(array.dtype).reshape(array.shape)
                changed[name].flags.writeable = False
        return {**inputs, **changed} if changed else None


_lock = threading.Lock()
_searches: weakref.WeakKeyDictionary[PartPlan, dict[str, GroupSearch]] = weakref.WeakKeyDictionary()


def search_of(plan: PartPlan, group: Group) -> GroupSearch:
    """Give the search of one group of a plan, made at the first failure."""
    with _lock:
        of_plan = _searches.setdefault(plan, {})
        if group.id not in of_plan:
            of_plan[group.id] = GroupSearch(plan, group)
        return of_plan[group.id]


def smallest_fault(
    plan: PartPlan, runner: PartRunner, run: GroupRun, fault: Fault
) -> tuple[Fault, str]:
    """Give the fault on the smallest input found that shows it, and what is to be said of it."""
    search = search_of(plan, run.group)
    best = _shrunk(plan, runner, search, fault)
    if not search.is_about_ties or search.decides(best.case.inputs):
        return best, ""
    failing = islice(runner.faults_like(fault, run.group), _MOST_LOOKED_AT)
    start = next((found for found in failing if search.decides(found.case.inputs)), None)
    if start is not None:
        tied = _shrunk(plan, runner, search, start, is_wanted=search.decides)
        if search.rough_size(tied.case.inputs) <= search.rough_size(best.case.inputs):
            return tied, ""
    return best, NO_TIE_NEEDED if _fails_without_tie(plan, runner, search, best) else ""


def _fails_without_tie(
    plan: PartPlan, runner: PartRunner, search: GroupSearch, fault: Fault
) -> bool:
    """Ask once more with the ties of an input broken in the order of its cells."""
    inputs = search.without_ties(fault.case.inputs)
    if inputs is None:
        return True  # there is none in it
    posed = plan.pose(encode(inputs), inputs)
    return runner.first_like(fault, [posed]) is not None


def _shrunk(
    plan: PartPlan,
    runner: PartRunner,
    search: GroupSearch,
    fault: Fault,
    *,
    is_wanted: Callable[[Mapping[str, object], bytes], bool] = lambda inputs, key: True,
) -> Fault:
    def first_failing(candidates: Sequence[Candidate]) -> int | None:
        posed = [plan.pose(candidate.key, candidate.inputs) for candidate in candidates]
        return runner.first_like(fault, posed)

    best = search.shrinker.shrink(
        fault.case.inputs,
        first_failing,
        calls=SHRINK_CALLS,
        seconds=SHRINK_SECONDS,
        clock=lambda: time.thread_time() + runner.cpu_seconds,
        is_wanted=lambda candidate: is_wanted(candidate.inputs, candidate.key),
    )
    # once more by itself: what one call prints is kept
    last = plan.pose(encode(dict(best)), best)
    found = runner.judge(last.case, runner.ask(best))
    if found is None or not found.is_like(fault) or not found.is_shrinkable:
        return fault  # it depends on the calls before it: only the first place found is sure
    return found
