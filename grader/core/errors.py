"""Errors of the author and of the caller; the learner's are verdicts, never exceptions."""

from __future__ import annotations


class GraderError(Exception):
    """Something a person can mend; where, what and hint make the one message they read."""

    def __init__(self, *, where: str, what: str, hint: str = "") -> None:
        self.where, self.what, self.hint = where, what, hint
        place = f"{where}: " if where else ""
        super().__init__(f"{place}{what}" + (f"; {hint}" if hint else ""))


class QuestionError(GraderError):
    """The author's: a question, its reference or its course cannot be used. where is file:line."""


class UsageError(GraderError):
    """The caller's: an argument, a path or an option that cannot be used."""


class IsolationError(GraderError):
    """The host cannot give the isolation that was required; nothing was graded."""


class SandboxFault(Exception):
    """Ours: the sandbox itself failed (zygote died, spawn failed). Retried once, then JE."""
