"""All attacks once more inside the walls of L3: the same verdicts, the same unharmed host.

Not marked `needs_isolation`: a host without bubblewrap may give L1, and then skips these, loudly.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.core.call import Isolation
from grader.core.limits import Limits
from grader.grading.plan import QuestionPlan
from grader.sandbox import Sandbox
from tests.attacks import harness, test_attacks, test_full_path, test_uploads
from tests.attacks.harness import ATTACKS, SLEEPERS
from tests.attacks.test_attacks import received_signals
from tests.attacks.test_full_path import plan
from tests.sandbox.conftest import need_walls

__all__ = ["plan", "received_signals"]

pytestmark = pytest.mark.slow

#: what they wait for is the grader's clock, which does not know the level
_WAITING = {"sleeps", "sleeps-a-little-each-time"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    need_walls()
    with harness.secret_in_the_environment(), Sandbox.start(required=Isolation.L3) as started:
        assert started.isolation is Isolation.L3
        yield started


@pytest.mark.parametrize("attack", [pytest.param(path, id=path.stem) for path in ATTACKS])
def test_attack_gains_nothing_behind_walls(
    sandbox: Sandbox,
    attack: Path,
    tmp_path: Path,
    received_signals: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if attack.stem in SLEEPERS:
        monkeypatch.setattr(Limits, "wall_seconds", staticmethod(lambda cpu_seconds: 0.5))

    test_attacks.check(sandbox, attack, tmp_path, received_signals)


@pytest.mark.parametrize(
    ("files", "expected"),
    [pytest.param(files, expected, id=name) for name, files, expected in test_uploads.UPLOADS],
)
def test_hostile_upload_is_read_or_refused_behind_walls(
    sandbox: Sandbox, files: dict[str, bytes], expected: object
) -> None:
    test_uploads.check(sandbox, files, expected)


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("source", "points"),
    [
        pytest.param(source, points, id=name)
        for name, source, points in test_full_path.ATTACKS
        if name not in _WAITING
    ],
)
def test_attack_gets_the_points_of_its_honest_part_behind_walls(
    plan: QuestionPlan, sandbox: Sandbox, source: str, points: int | None
) -> None:
    test_full_path.check(plan, sandbox, source, points)
