"""`grader doctor --state DIR`: how the server of a folder is, seen from beside it."""

from __future__ import annotations

from pathlib import Path

from grader.cli.common import SERVER_PACKAGES, print_text, require_packages


def examine(state: Path, *, with_audit: bool) -> int:
    """Print each check; 1 when one does not hold. UsageError for a database that cannot be read."""
    require_packages("doctor --state", "server", SERVER_PACKAGES)
    from grader.cli.main import EXIT_BELOW, EXIT_GRADED
    from grader.service.clock import SystemClock
    from grader.service.database import Database
    from grader.service.health import Check, checks

    database = Database.open_as_it_is(state / "grader.sqlite")
    try:
        found = checks(database, SystemClock())
        if with_audit:
            from grader.service.audit import find_broken_link

            with database.reading() as connection:
                broken = find_broken_link(connection)
            said = "the chain holds" if broken is None else f"row {broken.row}: {broken.what}"
            found.append(Check(name="audit", holds=broken is None, said=said))
    finally:
        database.close()
    width = max(len(check.name) for check in found)
    rows = [f"{c.name:<{width}}  {'yes' if c.holds else 'NO':<3}  {c.said}" for c in found]
    print_text("\n".join(["", f"server of {state}", *rows]))
    return EXIT_GRADED if all(check.holds for check in found) else EXIT_BELOW
