"""`grader export backup FILE`: a copy of a server's database, made while the server runs."""

from __future__ import annotations

import argparse
import sqlite3
from pathlib import Path

from grader.cli.common import print_text, state_folder
from grader.core.errors import UsageError


def export_backup(options: argparse.Namespace) -> int:
    """Write the backup, then 0; UsageError where there is no database or no room for a copy."""
    from grader.service.copying import copy_database

    database = state_folder(options.state) / "grader.sqlite"
    target = Path(options.source)
    if not database.is_file():
        raise UsageError(
            where=str(database),
            what="there is no database",
            hint="name the folder of the server with --state",
        )
    try:
        copy_database(database, target)
    except FileExistsError as error:
        raise UsageError(
            where=str(target), what="is there already", hint="choose another name"
        ) from error
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(where=str(target), what=f"cannot be written ({reason})") from error
    print_text(f"{target}: {target.stat().st_size >> 10} KiB")
    return 0
