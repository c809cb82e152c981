"""The sandbox: what the grader opens workers from, at one level of isolation.

Theory of operation. start() only spawns a zygote with numpy; the first open() waits for it. A
submission that mentions scipy gets a worker of a second zygote, with numpy and scipy, started when
it is first needed: a fork costs by the size of what is forked. Whether it does is a search for
bytes, because nothing of a submission is parsed in this process; a false alarm costs only time.
Where scipy is not installed beside the grader there is no second zygote.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from grader.core.call import Isolation, Program
from grader.core.errors import IsolationError, QuestionError
from grader.core.limits import Limits
from grader.sandbox import features
from grader.sandbox import layout as layouts
from grader.sandbox.keeper import Keeper
from grader.sandbox.layout import Layout
from grader.sandbox.processes import ColdChild

if TYPE_CHECKING:
    from grader.sandbox.worker import Worker
    from grader.sandbox.zygote import Zygote

#: loaded only for who mentions it
_ON_DEMAND = "scipy"
_Packages = tuple[str, ...]


class Sandbox:
    """Opens workers at one level of isolation. Thread-safe; a context manager."""

    isolation: Isolation

    def __init__(self, isolation: Isolation, packages: _Packages) -> None:
        """Use start(), which picks the level."""
        self.isolation = isolation
        self._packages = packages
        self._lock = threading.Lock()
        self._layouts: dict[_Packages, Layout] = {packages: layouts.find(packages)}
        self._keepers: dict[_Packages, Keeper] = {}
        self._is_closed = False
        self._has_on_demand: bool | None = None
        if self._is_forking:
            self._keeper(packages)

    @classmethod
    def start(
        cls, *, required: Isolation | None = None, packages: _Packages = ("numpy",)
    ) -> Sandbox:
        """A sandbox of the required level or better, of the best without bubblewrap if none is.

        Returns at once: the zygote imports packages while the caller does something else.
        IsolationError says what this host lacks, and how to get it.
        """
        if sys.platform == "win32":
            raise IsolationError(
                where="sandbox",
                what="workers cannot be started on Windows",
                hint="run grader inside WSL2, where it works as on Linux",
            )
        return cls(features.level_for(required), packages)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    @property
    def _is_forking(self) -> bool:
        return self.isolation is not Isolation.SELF_CHECK

    @property
    def _zygote(self) -> Zygote | None:
        """The zygote that most workers come from, for the tests that look at it from outside."""
        keeper = self._keepers.get(self._packages)
        return keeper.zygote if keeper is not None else None

    def open(self, program: Program, limits: Limits) -> Worker:
        """A worker with program loaded, or with the reason why it is not, in Worker.loaded.

        QuestionError when the program's own texts do not compile: that is not the learner's fault.
        """
        _check_own_texts(program)
        packages = self._packages_for(program)
        if self._is_forking:
            return self._keeper(packages).open(program, limits)
        from grader.sandbox.worker import Worker  # with numpy: after the process has started

        child = ColdChild(self._layout(packages), limits)
        return Worker(child, program, limits, is_trusted=False)

    def _packages_for(self, program: Program) -> _Packages:
        if _ON_DEMAND in self._packages or not mentions(program, _ON_DEMAND.encode()):
            return self._packages
        if self._has_on_demand is None:
            self._has_on_demand = layouts.is_installed(_ON_DEMAND)
        return (*self._packages, _ON_DEMAND) if self._has_on_demand else self._packages

    def _layout(self, packages: _Packages) -> Layout:
        with self._lock:
            if packages not in self._layouts:
                self._layouts[packages] = layouts.find(packages)
            return self._layouts[packages]

    def _keeper(self, packages: _Packages) -> Keeper:
        layout = self._layout(packages)
        with self._lock:
            if self._is_closed:
                raise ValueError("the sandbox is closed")
            if packages not in self._keepers:
                self._keepers[packages] = Keeper(layout, self.isolation)
            return self._keepers[packages]

    def self_test(self) -> None:
        """Attack ourselves, once, before the first submission; IsolationError if it succeeds."""
        if self._is_forking:
            self._keeper(self._packages).self_test()

    def rest(self) -> None:
        """Let go of all but zygotes and open workers: nothing killed is left, and no spare."""
        for keeper in list(self._keepers.values()):
            keeper.rest()

    def close(self) -> None:
        """End the zygotes and every worker that is still open."""
        with self._lock:
            self._is_closed = True
            keepers = list(self._keepers.values())
        for keeper in keepers:
            keeper.close()


def mentions(program: Program, name: bytes) -> bool:
    """Whether the upload or the author's own texts hold these bytes; an archive may hold any."""
    own = [*program.modules.values(), program.call or ""]
    return (
        any(name.decode() in text for text in own)
        or any(file.lower().endswith(".zip") for file in program.files)
        or any(_holds(data, name) for data in program.files.values())
    )


def _holds(data: bytes, name: bytes) -> bool:
    if name in data:
        return True
    return b"\0" in data and name in data.replace(b"\0", b"")  # UTF-16


def _check_own_texts(program: Program) -> None:
    """Compile what the author wrote here, where a mistake can be told as theirs."""
    texts = (
        dict(program.modules) if program.call is None else {**program.modules, "call": program.call}
    )
    for name, text in texts.items():
        try:
            compile(text, name, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            raise QuestionError(where=name, what=f"it does not compile: {error}") from error
