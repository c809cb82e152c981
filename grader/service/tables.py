"""The tables: one MetaData; migrations/ brings any older database to it.

Times are whole milliseconds since 1970, UTC, in columns that end in `_ms`. Scores are exact
fractions as text ('5/2'). Results are never updated: a regrade is a new run with rows of its own.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


#: secret: signs sessions and links, made at the first start
setting = Table(
    "setting",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

#: pseudonym is all that a log or the sandbox ever sees of a person
person = Table(
    "person",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, unique=True),
    Column("external_id", Text, unique=True),
    Column("pseudonym", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("deleted_ms", BigInteger),
    _one_of("role", "student", "assistant", "author", "instructor", "operator"),
)

#: links, sessions and API tokens; only their hashes are kept
token = Table(
    "token",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person", ForeignKey("person.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False, server_default=""),
    Column("scopes", Text, nullable=False, server_default=""),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger),
    Column("used_ms", BigInteger),
    Column("revoked_ms", BigInteger),
    _one_of("kind", "link", "session", "api"),
)

question_version = Table(
    "question_version",
    metadata,
    Column("version", Text, primary_key=True),
    Column("question", Text, nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("max_score", Text, nullable=False),
    Column("first_seen_ms", BigInteger, nullable=False),
)

#: one student's timed run through an exam
sitting = Table(
    "sitting",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person", ForeignKey("person.id"), nullable=False),
    Column("exam", Text, nullable=False),
    Column("started_ms", BigInteger, nullable=False),
    Column("ends_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    UniqueConstraint("person", "exam"),
)

#: what an instructor granted one student in one exam; time_factor in percent
accommodation = Table(
    "accommodation",
    metadata,
    Column("person", ForeignKey("person.id"), nullable=False),
    Column("exam", Text, nullable=False),
    Column("time_percent", Integer, nullable=False, server_default="100"),
    Column("extra_ms", BigInteger, nullable=False, server_default="0"),
    Column("extra_attempts", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("person", "exam"),
)

#: what a student has typed and not handed in; exam is '' outside of exams
draft = Table(
    "draft",
    metadata,
    Column("person", ForeignKey("person.id"), nullable=False),
    Column("question", Text, nullable=False),
    Column("exam", Text, nullable=False, server_default=""),
    Column("content", Text, nullable=False),
    Column("saved_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("person", "question", "exam"),
)

#: the row is the work item: it is queued, running or done, and a lease says until when it runs
submission = Table(
    "submission",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("receipt", Text, nullable=False, unique=True),
    Column("person", ForeignKey("person.id"), nullable=False),
    Column("question", Text, nullable=False),
    Column("question_version", ForeignKey("question_version.version"), nullable=False),
    Column("exam", Text, nullable=False, server_default=""),
    Column("kind", Text, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("content_sha256", Text, nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("lane", Integer, nullable=False),
    Column("nth", Integer, nullable=False),
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("claims", Integer, nullable=False, server_default="0"),
    Column("lease_until_ms", BigInteger),
    Column("wanted_run", ForeignKey("grading_run.id"), nullable=False),
    Column("published_run", ForeignKey("grading_run.id")),
    UniqueConstraint("person", "idempotency_key"),
    _one_of("state", "queued", "running", "done"),
    _one_of("kind", "submit", "check"),
    CheckConstraint("(state = 'running') = (lease_until_ms IS NOT NULL)", name="lease"),
)
Index(
    "waiting",
    submission.c.lane,
    submission.c.nth,
    submission.c.id,
    sqlite_where=text("state = 'queued'"),
)
Index("running", submission.c.person, sqlite_where=text("state = 'running'"))
Index("history", submission.c.person, submission.c.question, submission.c.id)

blob = Table(
    "blob",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

submission_file = Table(
    "submission_file",
    metadata,
    Column("submission", ForeignKey("submission.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", ForeignKey("blob.sha256"), nullable=False),
    PrimaryKeyConstraint("submission", "name"),
)

#: run 1 is everybody's first grading; a regrade is a run of its own, published when applied
grading_run = Table(
    "grading_run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("question", Text, nullable=False, server_default=""),
    Column("author", ForeignKey("person.id")),
    Column("state", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    _one_of("state", "preview", "applied", "discarded"),
)

#: our own fault has no score, and no other status has one: the table enforces it
result = Table(
    "result",
    metadata,
    Column("submission", ForeignKey("submission.id"), nullable=False),
    Column("grading_run", ForeignKey("grading_run.id"), nullable=False),
    Column("status", Text, nullable=False),
    Column("score", Text),
    Column("max_score", Text, nullable=False),
    Column("report", LargeBinary, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("started_ms", BigInteger, nullable=False),
    Column("finished_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("submission", "grading_run"),
    _one_of("status", "graded", "ungradable", "superseded", "infrastructure_error"),
    CheckConstraint("(status = 'graded') = (score IS NOT NULL)", name="score"),
)

#: what became of each group, for the class pages
group_outcome = Table(
    "group_outcome",
    metadata,
    Column("submission", ForeignKey("submission.id"), nullable=False),
    Column("grading_run", ForeignKey("grading_run.id"), nullable=False),
    Column("part", Text, nullable=False),
    Column("group_id", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("score", Text, nullable=False),
    Column("max_score", Text, nullable=False),
    Column("misconception", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("submission", "grading_run", "part", "group_id"),
)

#: a score that an instructor set by hand; the newest counts
score_override = Table(
    "score_override",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person", ForeignKey("person.id"), nullable=False),
    Column("question", Text, nullable=False),
    Column("exam", Text, nullable=False, server_default=""),
    Column("score", Text),
    Column("reason", Text, nullable=False),
    Column("author", ForeignKey("person.id"), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

practice_card = Table(
    "practice_card",
    metadata,
    Column("person", ForeignKey("person.id"), nullable=False),
    Column("question", Text, nullable=False),
    Column("card", Text, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("person", "question"),
)

#: token buckets, shared by all processes
rate = Table(
    "rate",
    metadata,
    Column("person", ForeignKey("person.id"), nullable=False),
    Column("question", Text, nullable=False),
    Column("per_minute", Text, nullable=False),
    Column("per_hour", Text, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("person", "question"),
)

#: append-only: triggers refuse UPDATE and DELETE; each row's hash covers the row before it
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("sha256", Text, nullable=False, unique=True),
)

worker = Table(
    "worker",
    metadata,
    Column("id", Text, primary_key=True),
    Column("started_ms", BigInteger, nullable=False),
    Column("heartbeat_ms", BigInteger, nullable=False),
)
