"""What each attack comes to at each level of this host: `python tests/benchmarks/bench_attacks.py`.

The first line of every file in tests/attacks is its promise; here it is run and compared. "blocked"
is the promised verdict with nothing seen; "visible" means that the attack saw something which is of
no use to it (what a level cannot hide), and says what; anything else is a failure. Options: the
levels to run (L1, L3, self-check is never run: it promises nothing), `--json` for a machine.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT))

from grader.core.call import Isolation  # noqa: E402 -- found by the line above
from grader.core.errors import IsolationError  # noqa: E402
from grader.core.limits import Limits  # noqa: E402
from grader.sandbox import Sandbox  # noqa: E402
from tests.attacks import harness  # noqa: E402

_LEVELS = (Isolation.L1, Isolation.L3)


def main() -> None:
    """Print the table; the exit code is 1 when an attack came to something else."""
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    levels = [level for level in _LEVELS if not words or level.value in words]
    columns = {level.value: outcomes(level) for level in levels}
    if "--json" in sys.argv:
        print(json.dumps(columns, indent=1))
    else:
        print_table(columns)
    failed = [text for column in columns.values() for text in column.values() if "FAILED" in text]
    sys.exit(1 if failed else 0)


def outcomes(level: Isolation) -> dict[str, str]:
    """What every attack came to, by its name; a note alone when the host has not this level."""
    found: dict[str, str] = {}
    with harness.secret_in_the_environment(), tempfile.TemporaryDirectory() as folder:
        inner = Path(folder, "a", "b")
        inner.mkdir(parents=True)
        harness.plant(inner)
        try:
            with Sandbox.start(required=level) as sandbox:
                # more than was required would be shown under the wrong name
                if sandbox.isolation is not level:
                    return {}
                for attack in harness.ATTACKS:
                    found[attack.stem] = outcome(sandbox, attack, inner)
        except IsolationError as error:
            print(f"{level.value}: not here: {error}", file=sys.stderr)
    return found


def outcome(sandbox: Sandbox, attack: Path, folder: Path) -> str:
    """One cell of the table."""
    started = time.monotonic()
    with patch.object(Limits, "wall_seconds", staticmethod(_wall_seconds(attack))):
        result = harness.run(sandbox, harness.program(attack.read_bytes()), folder)
    seconds = f"{time.monotonic() - started:5.2f} s"
    expected = harness.expected_verdict(attack)
    if result.verdict is not expected:
        return f"FAILED   {seconds}  {result.verdict.value}, not {expected.value}"
    if result.stdout.startswith("visible: "):
        return f"visible  {seconds}  {result.stdout.partition(': ')[2].splitlines()[0]}"
    return f"blocked  {seconds}  {result.verdict.value}"


def _wall_seconds(attack: Path) -> Callable[[float], float]:
    """The wall limit; a short one for an attack that waits, which would cost it in full."""
    return (lambda cpu_seconds: 1.0) if attack.stem in harness.SLEEPERS else Limits.wall_seconds


def print_table(columns: dict[str, dict[str, str]]) -> None:
    """Attacks by levels, then how many came to what."""
    width = max(len(attack.stem) for attack in harness.ATTACKS)
    print(f"{'attack':<{width}}  aim")
    for attack in harness.ATTACKS:
        print(f"{attack.stem:<{width}}  {harness.promise(attack)['aim']}")
        for level, column in columns.items():
            print(f"{'':<{width}}    {level:<3} {column.get(attack.stem, 'not run: not here')}")
    for level, column in columns.items():
        words = [text.split()[0] for text in column.values()]
        counts = ", ".join(f"{words.count(word)} {word}" for word in sorted(set(words)))
        print(f"{level}: {counts or 'not here'}")


if __name__ == "__main__":
    main()
