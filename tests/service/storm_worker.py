"""Grades what waits in a database until it is killed: `python storm_worker.py DATABASE CACHE`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from grader.bank import find_course
from grader.sandbox import Sandbox
from grader.service.catalogue import Catalogue
from grader.service.clock import SystemClock
from grader.service.database import Database
from grader.service.workers import Workers

ROOT = Path(__file__).parents[2]
LEASE_MS = 1500


def main(path: Path, cache: Path) -> None:
    database = Database.open(path)
    catalogue = Catalogue(find_course(ROOT, ROOT), cache)
    with Sandbox.start() as sandbox:
        workers = Workers(database, catalogue, sandbox, SystemClock(), LEASE_MS)
        workers.start(2)
        print("ready", flush=True)
        while True:
            time.sleep(60)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
