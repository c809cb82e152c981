"""The first tables (revision 0001, after nothing)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

named = op.f


def upgrade() -> None:
    """Go one step on."""
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=named("pk_audit")),
        sa.UniqueConstraint("sha256", name=named("uq_audit_sha256")),
    )
    op.create_table(
        "blob",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=named("pk_blob")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("deleted_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "role IN ('student', 'assistant', 'author', 'instructor', 'operator')",
            name=named("ck_person_role"),
        ),
        sa.PrimaryKeyConstraint("id", name=named("pk_person")),
        sa.UniqueConstraint("email", name=named("uq_person_email")),
        sa.UniqueConstraint("external_id", name=named("uq_person_external_id")),
        sa.UniqueConstraint("pseudonym", name=named("uq_person_pseudonym")),
    )
    op.create_table(
        "question_version",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("max_score", sa.Text(), nullable=False),
        sa.Column("first_seen_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=named("pk_question_version")),
    )
    op.create_index(named("ix_question_version_question"), "question_version", ["question"])
    op.create_table(
        "setting",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=named("pk_setting")),
    )
    op.create_table(
        "worker",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("heartbeat_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=named("pk_worker")),
    )
    op.create_table(
        "accommodation",
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("exam", sa.Text(), nullable=False),
        sa.Column("time_percent", sa.Integer(), server_default="100", nullable=False),
        sa.Column("extra_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("extra_attempts", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=named("fk_accommodation_person")),
        sa.PrimaryKeyConstraint("person", "exam", name=named("pk_accommodation")),
    )
    op.create_table(
        "draft",
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("exam", sa.Text(), server_default="", nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("saved_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=named("fk_draft_person")),
        sa.PrimaryKeyConstraint("person", "question", "exam", name=named("pk_draft")),
    )
    op.create_table(
        "grading_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), server_default="", nullable=False),
        sa.Column("author", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state IN ('preview', 'applied', 'discarded')", name=named("ck_grading_run_state")
        ),
        sa.ForeignKeyConstraint(["author"], ["person.id"], name=named("fk_grading_run_author")),
        sa.PrimaryKeyConstraint("id", name=named("pk_grading_run")),
    )
    op.create_table(
        "practice_card",
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=named("fk_practice_card_person")),
        sa.PrimaryKeyConstraint("person", "question", name=named("pk_practice_card")),
    )
    op.create_table(
        "rate",
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("per_minute", sa.Text(), nullable=False),
        sa.Column("per_hour", sa.Text(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=named("fk_rate_person")),
        sa.PrimaryKeyConstraint("person", "question", name=named("pk_rate")),
    )
    op.create_table(
        "score_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("exam", sa.Text(), server_default="", nullable=False),
        sa.Column("score", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["author"], ["person.id"], name=named("fk_score_override_author")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=named("fk_score_override_person")),
        sa.PrimaryKeyConstraint("id", name=named("pk_score_override")),
    )
    op.create_table(
        "sitting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("exam", sa.Text(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("ends_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=named("fk_sitting_person")),
        sa.PrimaryKeyConstraint("id", name=named("pk_sitting")),
        sa.UniqueConstraint("person", "exam", name=named("uq_sitting_person_exam")),
    )
    op.create_table(
        "token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("scopes", sa.Text(), server_default="", nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=True),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('link', 'session', 'api')", name=named("ck_token_kind")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=named("fk_token_person")),
        sa.PrimaryKeyConstraint("id", name=named("pk_token")),
        sa.UniqueConstraint("hash", name=named("uq_token_hash")),
    )
    op.create_index(named("ix_token_person"), "token", ["person"])
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("question_version", sa.Text(), nullable=False),
        sa.Column("exam", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claims", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("wanted_run", sa.Integer(), nullable=False),
        sa.Column("published_run", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'running') = (lease_until_ms IS NOT NULL)", name=named("ck_submission_lease")
        ),
        sa.CheckConstraint("kind IN ('submit', 'check')", name=named("ck_submission_kind")),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done')", name=named("ck_submission_state")
        ),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=named("fk_submission_person")),
        sa.ForeignKeyConstraint(
            ["published_run"], ["grading_run.id"], name=named("fk_submission_published_run")
        ),
        sa.ForeignKeyConstraint(
            ["question_version"],
            ["question_version.version"],
            name=named("fk_submission_question_version"),
        ),
        sa.ForeignKeyConstraint(
            ["wanted_run"], ["grading_run.id"], name=named("fk_submission_wanted_run")
        ),
        sa.PrimaryKeyConstraint("id", name=named("pk_submission")),
        sa.UniqueConstraint(
            "person", "idempotency_key", name=named("uq_submission_person_idempotency_key")
        ),
        sa.UniqueConstraint("receipt", name=named("uq_submission_receipt")),
    )
    with op.batch_alter_table("submission") as batch_op:
        batch_op.create_index("history", ["person", "question", "id"], unique=False)
        batch_op.create_index(
            "running", ["person"], unique=False, sqlite_where=sa.text("state = 'running'")
        )
        batch_op.create_index(
            "waiting", ["lane", "nth", "id"], unique=False, sqlite_where=sa.text("state = 'queued'")
        )

    op.create_table(
        "group_outcome",
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("grading_run", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("score", sa.Text(), nullable=False),
        sa.Column("max_score", sa.Text(), nullable=False),
        sa.Column("misconception", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["grading_run"], ["grading_run.id"], name=named("fk_group_outcome_grading_run")
        ),
        sa.ForeignKeyConstraint(
            ["submission"], ["submission.id"], name=named("fk_group_outcome_submission")
        ),
        sa.PrimaryKeyConstraint(
            "submission", "grading_run", "part", "group_id", name=named("pk_group_outcome")
        ),
    )
    op.create_table(
        "result",
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("grading_run", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("score", sa.Text(), nullable=True),
        sa.Column("max_score", sa.Text(), nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("finished_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(status = 'graded') = (score IS NOT NULL)", name=named("ck_result_score")
        ),
        sa.CheckConstraint(
            "status IN ('graded', 'ungradable', 'superseded', 'infrastructure_error')",
            name=named("ck_result_status"),
        ),
        sa.ForeignKeyConstraint(
            ["grading_run"], ["grading_run.id"], name=named("fk_result_grading_run")
        ),
        sa.ForeignKeyConstraint(
            ["submission"], ["submission.id"], name=named("fk_result_submission")
        ),
        sa.PrimaryKeyConstraint("submission", "grading_run", name=named("pk_result")),
    )
    op.create_table(
        "submission_file",
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sha256"], ["blob.sha256"], name=named("fk_submission_file_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["submission"], ["submission.id"], name=named("fk_submission_file_submission")
        ),
        sa.PrimaryKeyConstraint("submission", "name", name=named("pk_submission_file")),
    )
    op.execute(
        "INSERT INTO grading_run (id, reason, state, created_ms) "
        "VALUES (1, 'first grading', 'applied', 0)"
    )
    for deed in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_refuses_{deed.lower()} BEFORE {deed} ON audit "
            "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
        )
