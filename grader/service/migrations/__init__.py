"""From any older database to the tables of today: one chain of steps, run by `grader serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from grader.core.errors import UsageError
from grader.service.backups import Reason, write_backup
from grader.service.clock import SystemClock

_HERE = Path(__file__).parent


def revision_of(connection: Connection) -> str | None:
    """Give the revision of a database; None when it is new."""
    return MigrationContext.configure(connection).get_current_revision()


def is_up_to_date(connection: Connection) -> bool:
    """Tell whether a database has exactly the tables of this version."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    return revision_of(connection) == head


def bring_up_to_date(engine: Engine, path: Path, found: str | None) -> None:
    """Run the steps that are missing, after a backup; refuse a newer database."""
    config = _config()
    script = ScriptDirectory.from_config(config)
    head = script.get_current_head()
    if found == head:
        return
    if found is not None:
        if found not in {step.revision for step in script.walk_revisions()}:
            raise UsageError(
                where=str(path),
                what=f"made by a newer grader (revision {found})",
                hint="upgrade grader, or restore an older backup",
            )
        write_backup(path, Reason.MIGRATION, SystemClock().now_ms())
    with engine.execution_options(is_writer=True).connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.attributes["configure_logger"] = False
    return config


def run(context: Any, connection: Connection, metadata: Any) -> None:
    """Run the steps on a connection; env.py is alembic's entry and only calls this."""
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    context.run_migrations()
