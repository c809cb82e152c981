"""What the API takes and gives of regrades, as types."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import StringConstraints

from grader.web.api_models import Given, Name, Told


class NewRegrade(Given):
    """Which question to grade again, and why."""

    question: Name
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"\S")]


class Applying(Given):
    """confirm_losses: true once it is meant that some have less afterwards."""

    confirm_losses: bool = False


class ChangeTold(Told):
    """One submission that would come to something else."""

    receipt: str
    name: str
    before: str | None
    after: str | None
    is_loss: bool
    groups: list[str]


class RegradeTold(Told):
    """A regrade. left: how many are not graded yet."""

    run: int
    question: str
    reason: str
    state: Literal["preview", "applied", "discarded"]
    created_at: datetime
    left: int


class RegradeDetail(RegradeTold):
    """A regrade and what it changes; the changes are complete once nothing is left."""

    changes: list[ChangeTold]


class RegradeList(Told):
    """All regrades, newest first."""

    regrades: list[RegradeTold]
