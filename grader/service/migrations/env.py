"""Alembic's entry: runs the steps on the connection that it was given."""

from __future__ import annotations

from alembic import context

from grader.service.migrations import run
from grader.service.tables import metadata

run(context, context.config.attributes["connection"], metadata)
