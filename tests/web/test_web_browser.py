"""The pages in a real browser: as people use them, by keyboard, without scripts, read out, small."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import Demo, Tab, accessibility_faults, demo, tab

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SUBMISSIONS = Path(__file__).parents[1] / "acceptance" / "submissions"
WRONG = (SUBMISSIONS / "assigns.py").read_text(encoding="utf-8")
RIGHT = (SUBMISSIONS / "loops.py").read_text(encoding="utf-8")
QUESTION = "/questions/ssu_batch4_004"
EXAM = "/exams/midterm"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture(scope="module")
def session(browser: Any, server: Demo) -> dict[str, Any]:
    """Ada's cookies: a link works once, and many tests look at her pages."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(server.links["Ada"])
    page.locator("main button").click()
    state = context.storage_state()
    context.close()
    return dict(state)


def hand_in(found: Tab, code: str) -> None:
    found.go(QUESTION)
    found.paste(code)
    found.page.get_by_role("button", name="Hand in", exact=True).click()
    found.page.locator(".report").wait_for()


def test_student_signs_in_reads_hands_in_and_sees_why(browser: Any, server: Demo) -> None:
    with tab(browser, server, "Noor") as found:
        page = found.page
        page.get_by_role("link", name="Max pooling, backward message").click()
        page.locator(".statement .katex").nth(4).wait_for()
        assert page.locator(".katex-error").count() == 0

        hand_in(found, WRONG)

        assert "score 2 of 5" in page.inner_text("main")
        assert page.locator(".report figure svg").first.is_visible()
        assert "assigns instead of adding" in page.inner_text("main")
        hand_in(found, RIGHT)
        assert "score 5 of 5" in page.inner_text("main")
        page.get_by_role("link", name="What changed since the attempt before").click()
        assert page.locator("ins").count() > 0
        found.go("/?status=solved")
        assert page.get_by_role("link", name="Max pooling, backward message").is_visible()


def test_check_by_ctrl_enter_and_draft_by_ctrl_s(browser: Any, server: Demo, session: Any) -> None:
    with tab(browser, server, storage_state=session) as found:
        found.go(QUESTION)
        found.paste("kept = 'for later'\n")
        found.page.keyboard.press("Control+s")
        found.page.get_by_text("draft kept").wait_for()
        found.go(QUESTION)
        assert "for later" in found.page.locator(".cm-content").inner_text()

        found.paste(RIGHT)
        found.page.keyboard.press("Control+Enter")

        found.page.get_by_text("A check of a few shown cases").wait_for()


def test_keyboard_alone_is_enough(browser: Any, server: Demo, session: Any) -> None:
    with tab(browser, server, storage_state=session) as found:
        page = found.page
        found.go(QUESTION)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "To the content"
        page.keyboard.press("Enter")
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.classList.contains('cm-content')"):
                break
        page.keyboard.press("Control+a")
        page.keyboard.type("x = 1\n")
        page.keyboard.press("Escape")
        for _ in range(10):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent") == "Hand in":
                break
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"

        page.keyboard.press("Enter")

        page.locator(".report").wait_for()
        assert "backward" in page.inner_text("main")


def test_without_scripts_everything_is_there(browser: Any, server: Demo) -> None:
    with tab(browser, server, "Emil", java_script_enabled=False) as found:
        page = found.page
        found.go(QUESTION)
        assert "$" in page.locator(".statement").inner_text()
        page.fill("textarea", WRONG)
        page.get_by_role("button", name="Hand in", exact=True).click()

        page.locator(".report").wait_for()  # the page asks again by itself

        assert "score 2 of 5" in page.inner_text("main")
        assert page.locator(".report figure svg").first.is_visible()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits(
    browser: Any, server: Demo, session: Any, scheme: str, width: int
) -> None:
    size = {"width": width, "height": 900}
    wrong = {}

    def look(found: Tab, name: str) -> None:
        if faults := accessibility_faults(found.page):
            wrong[name] = faults

    options = {"color_scheme": scheme, "viewport": size, "storage_state": session}
    with tab(browser, server, **options) as found:
        hand_in(found, f"{WRONG}\n# {scheme} {width}\n")
        look(found, "report")
        found.page.locator("summary").first.click()
        look(found, "report, opened")
        found.page.get_by_role("link", name="All attempts").click()
        look(found, "history")
        for path in (
            "/",
            "/?q=nothing-like-this",
            QUESTION,
            "/practice",
            "/exams",
            EXAM,
            "/tokens",
            "/api",
        ):
            found.go(path)
            look(found, path)
        found.go(QUESTION)
        found.paste("")
        found.page.keyboard.press("Backspace")
        found.page.get_by_role("button", name="Check the shown cases").click()
        look(found, "refused")
        found.faults.clear()  # the browser notes the status of the refusal
        found.go("/tokens")
        found.page.get_by_label("Name, to know it again").fill("a laptop")
        found.page.get_by_role("button", name="Make the token").click()
        look(found, "new token")
    with tab(browser, server, color_scheme=scheme, viewport=size) as found:
        for path in ("/sign-in", "/sign-in/nothing"):
            found.go(path)
            look(found, path)

    assert wrong == {}
