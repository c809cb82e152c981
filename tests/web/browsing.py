"""A real browser for the tests: a server to look at, pages whose faults are noted, a way to paste."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import UNSEEN

ROOT = Path(__file__).parents[2]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]
#: chromium itself styles what is typed over a selection; the policy stops it, the editor draws anew
_NOTE_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  const isTyped = event.violatedDirective === "style-src-attr" && event.target.closest?.(".cm-content");
  if (!isTyped) console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
});
"""
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_TOLD_BY_THE_EVENT = "Applying inline style violates"


def miss(what: str) -> Any:
    """Skip, or fail where a browser is required."""
    if os.environ.get("GRADER_REQUIRE_BROWSER") == "1":
        pytest.fail(f"a browser is required, and {what}")
    pytest.skip(UNSEEN + what)


@contextmanager
def chromium() -> Iterator[Any]:
    """Start the browser of the system."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        miss("playwright is missing: pip install '.[browser]'")
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        miss("there is no chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()


@dataclass(slots=True)
class Demo:
    """A server with sample students; links: first name -> sign-in link, for one use."""

    address: str
    links: dict[str, str]


def small_course(folder: Path) -> Path:
    """Make a course of two questions, whose corpora are soon there, and two exams that are open."""
    for name in ("pooling/max_pooling_backward.md", "activations/relu.md"):
        target = folder / "questions" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "questions" / name, target)
    shutil.copytree(ROOT / "reference", folder / "reference")
    write_exam(folder, "midterm", seconds=3 * 3600)
    return folder


def write_exam(course: Path, name: str, *, seconds: float) -> None:
    """Write an exam of one question that has been open for an hour and closes so much later."""
    now = datetime.now(UTC)
    times = {"opens": now - timedelta(hours=1), "closes": now + timedelta(seconds=seconds)}
    lines = [f"{key}: {time:%Y-%m-%dT%H:%M:%S+00:00}" for key, time in times.items()]
    front = ["---", f"id: {name}", "type: exam", f"title: The {name}", *lines, "duration: 30 min"]
    rules = [
        "attempts: 3",
        "feedback: shown",
        "questions: [relu]",
        "---",
        "# Instructions",
        "Alone.",
    ]
    target = course / "questions" / "exams" / f"{name}.md"
    target.parent.mkdir(exist_ok=True)
    target.write_text("\n".join([*front, *rules]) + "\n", encoding="utf-8")


@contextmanager
def demo(folder: Path, course: Path | None = None) -> Iterator[Demo]:
    """Serve a small course with `grader serve --demo`, as a reader of the README would."""
    course = course or small_course(folder / "course")
    with served(folder, course, 4, "--demo") as found:
        yield found


@contextmanager
def served(folder: Path, course: Path, greeted: int, *options: str) -> Iterator[Demo]:
    """Serve a course with `grader serve`, which greets so many persons."""
    command = [sys.executable, "-m", "grader", "serve", *options, "--port", "0"]
    places = ["--state", str(folder / "state"), "--course", str(course)]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [*command, *places], stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder
        ) as server,
    ):
        try:
            assert server.stdout is not None
            first = server.stdout.readline()
            address = re.search(r"http://\S+(?=/)", first)
            assert address, first + (folder / "log").read_text()
            server.stdout.readline()
            lines = [server.stdout.readline().split() for _ in range(greeted)]
            yield Demo(address=address[0], links={line[0]: line[-1] for line in lines})
        finally:
            server.terminate()
            assert server.wait(timeout=30) == 0


@dataclass(slots=True)
class Tab:
    """A page of a browser, and what went wrong on it."""

    page: Any
    address: str
    faults: list[str] = field(default_factory=list)

    def note(self, said: Any) -> None:
        if said.type == "error" and not said.text.startswith(_TOLD_BY_THE_EVENT):
            self.faults.append(f"console: {said.text}")

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def paste(self, text: str) -> None:
        """Replace what is in the editor, by the clipboard as people do."""
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.page.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Control+v")


@contextmanager
def tab(browser: Any, server: Demo, who: str = "", **options: Any) -> Iterator[Tab]:
    """Open a tab, signed in as somebody; in the end nothing may have gone wrong on its pages."""
    context = browser.new_context(**options)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.address)
    context.add_init_script(_NOTE_VIOLATIONS)
    page = context.new_page()
    page.set_default_timeout(60_000)
    found = Tab(page=page, address=server.address)
    page.on("pageerror", lambda error: found.faults.append(f"script: {error}"))
    page.on("console", lambda said: found.note(said))
    page.on(
        "request",
        lambda asked: (
            asked.url.startswith(server.address)
            or found.faults.append(f"asked elsewhere: {asked.url}")
        ),
    )
    if who:
        page.goto(server.links[who])
        page.locator("main button").click()
        context.storage_state()
    yield found
    context.close()
    assert found.faults == [], found.faults


def accessibility_faults(page: Any) -> list[str]:
    """Give what axe finds on a page, and by how much it is wider than the window."""
    try:
        from axe_playwright_python.base import AXE_SCRIPT
    except ImportError:
        miss("axe is missing: pip install '.[browser]'")
    page.wait_for_load_state("networkidle")
    page.evaluate(AXE_SCRIPT)
    run = "rules => axe.run(document, {runOnly: rules})"
    violations = page.evaluate(run, _RULES)["violations"]
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    said = [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in violations]
    return [*said, f"{over} px too wide"] if said or over > 0 else []
