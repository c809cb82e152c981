"""Who may do what: denied unless the table says otherwise."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


class Role(enum.Enum):
    """What a person is in the course."""

    STUDENT = "student"
    ASSISTANT = "assistant"
    AUTHOR = "author"
    INSTRUCTOR = "instructor"
    OPERATOR = "operator"


class Permission(enum.Enum):
    """What can be allowed; each route and each use case names one."""

    SUBMIT = "submit, and read own work"
    READ_ALL = "read all submissions of the course"
    READ_HIDDEN = "see hidden tests and preview questions"
    MANAGE = "roster, overrides, exports, regrades"
    OPERATE = "health and backups, without names or grades"


_STUDENT = frozenset({Permission.SUBMIT})
_ALLOWED: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.STUDENT: _STUDENT,
        Role.ASSISTANT: _STUDENT | {Permission.READ_ALL, Permission.READ_HIDDEN},
        Role.AUTHOR: _STUDENT | {Permission.READ_HIDDEN},
        Role.INSTRUCTOR: _STUDENT
        | {Permission.READ_ALL, Permission.READ_HIDDEN, Permission.MANAGE},
        Role.OPERATOR: frozenset({Permission.OPERATE}),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is signed in; pseudonym is what logs and the audit call them."""

    id: int
    name: str
    pseudonym: str
    role: Role
    scopes: frozenset[str] | None = None  # of an API token; None for a session, which has all

    def may(self, permission: Permission) -> bool:
        """Tell whether the role allows it, and the token, where one was used."""
        if permission not in _ALLOWED[self.role]:
            return False
        return self.scopes is None or _SCOPES.get(permission, "") in self.scopes


#: which scope of an API token a permission needs; others are not given to tokens
_SCOPES = {Permission.SUBMIT: "submit", Permission.READ_ALL: "read", Permission.MANAGE: "grade"}
SCOPES = tuple(_SCOPES.values())


def scopes_of(role: Role) -> tuple[str, ...]:
    """Give the scopes that a token of somebody in this role can use."""
    return tuple(scope for needed, scope in _SCOPES.items() if needed in _ALLOWED[role])


class NotAllowed(Exception):
    """The person may not do this; the page says so and no more."""


def require(person: Person | None, permission: Permission) -> Person:
    """Give the person back, or raise NotAllowed."""
    if person is None or not person.may(permission):
        raise NotAllowed(permission.value)
    return person
