"""An exam in a real browser: begin, see the clock run, type, and be handed in when time is up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import Demo, accessibility_faults, demo, small_course, tab, write_exam

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

EXAM = "/exams/midterm"
QUESTION = f"{EXAM}/questions/relu"
RIGHT = "import numpy as np\n\n\ndef relu(x):\n    return np.maximum(x, 0)\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Demo]:
    with demo(tmp_path) as found:
        yield found


def seconds_left(page: Any) -> int:
    """Give what the clock of a page shows."""
    parts = [int(part) for part in page.locator(".clock .left").inner_text().split(":")]
    return sum(part * 60**power for power, part in enumerate(reversed(parts)))


def test_exam_is_begun_answered_and_finished(browser: Any, server: Demo) -> None:
    with tab(browser, server, "Ada") as found:
        page = found.page
        page.get_by_role("link", name="Exams").click()
        page.get_by_role("link", name="The midterm").click()
        assert page.get_by_role("link", name="ReLU").count() == 0
        page.get_by_role("button", name="Begin now").click()
        page.get_by_role("link", name="ReLU").first.click()
        first = seconds_left(page)
        assert 1790 <= first <= 1800
        page.wait_for_function(
            "first => document.querySelector('.clock .left').textContent !== first",
            arg=page.locator(".clock .left").inner_text(),
        )
        assert seconds_left(page) < first

        found.paste(RIGHT)
        page.get_by_role("button", name="Hand in", exact=True).click()
        page.locator(".report").wait_for()
        found.go(EXAM)
        assert "2 attempts left" not in page.inner_text("main")
        page.get_by_role("link", name="I am done").click()
        page.get_by_role("button", name="Finish").click()

        assert "Your time is over." in page.inner_text("main")


def test_what_is_typed_when_time_is_up_is_handed_in(browser: Any, tmp_path: Path) -> None:
    course = small_course(tmp_path / "course")
    write_exam(course, "midterm", seconds=25)
    with demo(tmp_path, course) as server, tab(browser, server, "Emil") as found:
        page = found.page
        found.go(EXAM)
        page.get_by_role("button", name="Begin now").click()
        found.go(QUESTION)
        assert seconds_left(page) < 30

        found.paste(RIGHT)  # and then neither saved by hand nor handed in
        page.get_by_text("Time is over. What is saved is handed in.").wait_for(state="attached")
        page.wait_for_url(f"**{EXAM}")

        attempt = page.get_by_role("link", name="1 attempt at ReLU")
        for _ in range(120):  # the server's patience, then whenever it looks
            if attempt.count():
                break
            page.wait_for_timeout(1000)
            page.reload()
        assert "Your time is over." in page.inner_text("main")
        attempt.click()
        page.locator("tbody a").first.click()
        page.locator("details summary").first.click()
        assert "np.maximum" in page.inner_text("details pre")


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_an_exam_is_accessible_and_fits(
    browser: Any, server: Demo, scheme: str, width: int
) -> None:
    size = {"width": width, "height": 900}
    wrong = {}
    with tab(browser, server, "Noor", color_scheme=scheme, viewport=size) as found:
        for path in ("/exams", EXAM):
            found.go(path)
            wrong[path] = accessibility_faults(found.page)
        found.page.get_by_role("button", name="Begin now").click()
        wrong["begun"] = accessibility_faults(found.page)
        for path in (QUESTION, f"{QUESTION}/history", f"{EXAM}/finish"):
            found.go(path)
            wrong[path] = accessibility_faults(found.page)
        found.page.get_by_role("button", name="Finish").click()
        wrong["finished"] = accessibility_faults(found.page)
        found.go(QUESTION)
        wrong["question, over"] = accessibility_faults(found.page)

    assert {name: faults for name, faults in wrong.items() if faults} == {}
