"""What every route needs: the store, the course, the clock, and who grades."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from grader.service.backup_keeper import Backups
from grader.service.catalogue import Catalogue
from grader.service.clock import Clock
from grader.service.database import Database
from grader.service.dispatcher import Dispatcher
from grader.service.receiving import Desk
from grader.service.verifying import Verifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One server. is_secure: browsers reach it by TLS.

    public_host: host and port that browsers use, where a proxy stands between; '' where none does.
    verifier: runs questions for their authors; None where nothing is run.
    """

    database: Database
    catalogue: Catalogue
    clock: Clock
    dispatcher: Dispatcher
    workers: int = 1
    is_secure: bool = False
    public_host: str = ""
    is_official: bool = True
    verifier: Verifier | None = None

    @property
    def desk(self) -> Desk:
        """Give where hand-ins are received."""
        return Desk(
            database=self.database,
            catalogue=self.catalogue,
            clock=self.clock,
            dispatcher=self.dispatcher,
        )

    @property
    def backups(self) -> Backups:
        """Give the backups; what cannot be undone, such as a regrade, takes one first."""
        return Backups(self.database, self.clock)


def site_of(connection: HTTPConnection) -> Site:
    """Give the site that serves a request."""
    site = connection.app.state.site
    assert isinstance(site, Site)
    return site
