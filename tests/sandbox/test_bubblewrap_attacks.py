"""Every attack once more, inside the walls of L3: the same verdict, the same unharmed host."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.core.call import Isolation
from grader.sandbox import Sandbox
from tests.attacks import harness

# ruff: noqa: F401 -- what is imported here is collected here once more
from tests.attacks.test_attacks import (
    received_signals,
    test_attack_gains_nothing_and_harms_nothing,
)

pytestmark = [pytest.mark.needs_isolation, pytest.mark.slow]


@pytest.fixture(scope="module")
def sandbox(walls: None) -> Iterator[Sandbox]:
    with harness.secret_in_the_environment(), Sandbox.start() as started:
        assert started.isolation is Isolation.L3
        yield started


def test_attack_by_stat_sees_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    harness.plant(tmp_path)
    attack = harness.FOLDER / "finds_the_answer_by_stat.py"

    outcome = harness.run(sandbox, harness.program(attack.read_bytes()), tmp_path)

    assert outcome.verdict is harness.expected_verdict(attack)
    assert "visible" not in outcome.stdout
