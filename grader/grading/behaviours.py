"""What the known wrong solutions of a question answer on its corpus: run once, kept on disk."""

from __future__ import annotations

import hashlib

from grader.core.call import Failed, Returned
from grader.core.codec import CodecError, decode, encode
from grader.core.question import KnownAnswer
from grader.draw import read_cached, write_cached
from grader.grading.plan import Behaviour, PartPlan
from grader.grading.session import Session
from grader.sandbox import Sandbox


def behaviour_of(plan: PartPlan, known: KnownAnswer, sandbox: Sandbox) -> Behaviour:
    """Give what a known answer comes to on every case; kept, as it never changes."""
    if known.name not in plan.behaviours:
        plan.behaviours[known.name] = _stored_behaviour(plan, known, sandbox)
    return plan.behaviours[known.name]


def _stored_behaviour(plan: PartPlan, known: KnownAnswer, sandbox: Sandbox) -> Behaviour:
    key = hashlib.sha256(f"{plan.key}\0{known.source}".encode()).hexdigest()
    stored = read_cached(f"behaviour-{key}", plan.cache)
    if stored is not None:
        try:
            return _checked(decode(stored), len(plan.corpus.cases))
        except CodecError:
            pass  # a damaged file is made again
    behaviour = _observe(plan, known, sandbox)
    write_cached(f"behaviour-{key}", encode([list(pair) for pair in behaviour]), plan.cache)
    return behaviour


def _checked(stored: object, cases: int) -> Behaviour:
    if not isinstance(stored, list) or len(stored) > cases:
        raise CodecError("not the answers of this corpus")
    pairs = []
    for pair in stored:
        if not isinstance(pair, list) or len(pair) != 2 or pair[0] not in ("value", "raised"):
            raise CodecError("not an answer")
        pairs.append((str(pair[0]), pair[1]))
    return pairs


def _observe(plan: PartPlan, known: KnownAnswer, sandbox: Sandbox) -> Behaviour:
    """Run a known answer on the corpus, up to the first call that kills its worker."""
    program = plan.program({known.file: known.source.encode()})
    observed: list[tuple[str, object]] = []
    with Session(sandbox, program, plan.code.limits) as session:
        if isinstance(session.loaded, Failed):
            return observed
        for request in plan.corpus.requests:
            result = session.ask(request)
            if isinstance(result, Returned):
                observed.append(("value", result.value))
            elif result.is_alive:
                observed.append(("raised", raised_name(result)))
            else:
                break
    return observed


def raised_name(result: Failed) -> str:
    """Give the type of the exception that was raised."""
    return result.message.partition(":")[0][:80]
