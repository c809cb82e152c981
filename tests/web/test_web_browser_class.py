"""The pages of a class in a real browser: read out, small, dark, and by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import Demo, Tab, accessibility_faults, tab
from class_served import EXAM, served_class

from tests.service.stage import QUESTION

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PAGES = (
    "/class",
    f"/class?exam={EXAM}",
    "/class/analysis",
    f"/class/exams/{EXAM}",
    "/class/questions",
    f"/class/questions/{QUESTION}",
    "/class/people",
    "/class/regrades",
    "/class/audit?check=true",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with served_class(tmp_path_factory.mktemp("class")) as found:
        yield found


@pytest.fixture(scope="module")
def session(browser: Any, server: Demo) -> dict[str, Any]:
    """The instructor's cookies, once everything that the class handed in is graded."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(server.links["Instructor"])
    page.locator("main button").click()
    page.goto(f"{server.address}/class/questions/{QUESTION}")
    for _ in range(300):
        if page.get_by_text("queued (").count() + page.get_by_text("running (").count() == 0:
            break
        page.wait_for_timeout(200)
        page.reload()
    state = context.storage_state()
    context.close()
    return dict(state)


def press_until(page: Any, key: str, found: str) -> None:
    """Press a key until a link, a button or a summary that says something has the focus."""
    for _ in range(200):
        page.keyboard.press(key)
        tag, said = page.evaluate(
            "[document.activeElement.tagName, document.activeElement.textContent]"
        )
        if tag in ("A", "BUTTON", "SUMMARY") and found in said:
            return
    raise AssertionError(f"{found!r} is not reached by {key}")


def first_of(found: Tab, name: str) -> str:
    """Give the page of a person."""
    found.go("/class/people")
    return str(found.page.get_by_role("link", name=name).first.get_attribute("href"))


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_a_class_is_accessible_and_fits(
    browser: Any, server: Demo, session: Any, scheme: str, width: int
) -> None:
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    wrong = {}

    def look(found: Tab, name: str) -> None:
        found.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        if said := accessibility_faults(found.page):
            wrong[name] = said

    with tab(browser, server, storage_state=session, **options) as found:
        person = first_of(found, "Noor Sample")
        for path in (*PAGES, person, f"{person}/removal"):
            found.go(path)
            look(found, path)
        found.go("/class/people")
        found.page.locator("summary", has_text="Add a class list").click()
        found.page.fill("#roster", "name,email,role\nAda,a@b,\nBob,bob,king\n")
        found.page.get_by_role("button", name="Look what it would add").click()
        look(found, "problems of a list")
        found.page.fill("#roster", f"name\nUna {scheme} {width}\n")
        found.page.get_by_role("button", name="Look again").click()
        look(found, "preview of a list")
        found.page.get_by_role("button", name="show their links").click()
        look(found, "links")
        found.go("/class/regrades")
        found.page.fill("input[name=reason]", "the tie rule was wrong")
        found.page.get_by_role("button", name="Begin a preview").click()
        look(found, "regrade")
        found.page.get_by_role("button", name="Discard").click()
        look(found, "regrade, discarded")

    assert wrong == {}


def test_class_is_run_by_keyboard_alone(browser: Any, server: Demo, session: Any) -> None:
    with tab(browser, server, storage_state=session) as found:
        page = found.page
        found.go("/class/people")
        press_until(page, "Tab", "Add a class list")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type("name,email\nKeyboard Kate,kate@example.org\n")
        press_until(page, "Tab", "Look what it would add")
        page.keyboard.press("Enter")
        page.get_by_text("1 would be added").wait_for()
        press_until(page, "Tab", "Add 1 and show their links")
        page.keyboard.press("Enter")
        page.get_by_text("Shown now and never again").wait_for()
        first = page.locator("td code").inner_text()

        press_until(page, "Tab", "Keyboard Kate")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Account").wait_for()
        press_until(page, "Tab", "New sign-in link")
        page.keyboard.press("Enter")
        page.get_by_text("Shown now and never again").wait_for()
        assert page.locator("td code").inner_text() != first

        found.go(first_of(found, "Per Sample"))
        press_until(page, "Tab", f"set the score of {QUESTION}")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type("2,5")
        page.keyboard.press("Tab")
        page.keyboard.type("seen on paper")
        page.keyboard.press("Enter")
        page.get_by_text("seen on paper").wait_for()

        found.go("/class")
        row = page.get_by_role("row", name="Per Sample")
        assert "2.5" in row.inner_text()
        assert "by hand" in row.inner_text()


def test_heads_of_the_table_stay_while_it_scrolls(browser: Any, server: Demo, session: Any) -> None:
    options = {"viewport": {"width": 320, "height": 500}}
    with tab(browser, server, storage_state=session, **options) as found:
        found.go("/class/people")
        grid = found.page.get_by_role("region", name="Members")
        grid.evaluate("grid => { grid.scrollLeft = 200; grid.scrollTop = 300; }")
        at = grid.bounding_box()

        head = grid.locator("thead th").nth(1).bounding_box()
        name = grid.locator("tbody th").nth(8).bounding_box()

        assert abs(head["y"] - at["y"]) <= 2
        assert abs(name["x"] - at["x"]) <= 2


def test_links_are_saved_as_a_file_without_being_sent_again(
    browser: Any, server: Demo, session: Any
) -> None:
    with tab(browser, server, storage_state=session) as found:
        found.go(first_of(found, "Olga Sample"))
        found.page.get_by_role("button", name="New sign-in link").click()
        found.page.wait_for_load_state("networkidle")
        asked: list[str] = []
        found.page.on("request", lambda one: asked.append(one.url))

        with found.page.expect_download() as saving:
            found.page.get_by_role("button", name="Save as sign-in-links.csv").click()

        content = Path(saving.value.path()).read_text()
        assert content.startswith("name,email,sign_in\n")
        assert "/sign-in/" in content
        assert saving.value.suggested_filename == "sign-in-links.csv"
        assert [url for url in asked if not url.startswith("blob:")] == []


def test_question_is_verified_without_scripts(browser: Any, server: Demo, session: Any) -> None:
    options = {"java_script_enabled": False}
    with tab(browser, server, storage_state=session, **options) as found:
        found.go("/class/questions/relu")
        found.page.get_by_role("button", name="Verify").click()

        found.page.get_by_text("It holds.").wait_for(timeout=120_000)  # the page asks again itself


def test_author_verifies_and_sees_no_names(browser: Any, server: Demo, session: Any) -> None:
    with tab(browser, server, "Lin") as found:
        found.page.get_by_role("link", name="Class").click()
        found.page.get_by_role("link", name="Max pooling, backward message").click()
        said = found.page.inner_text("main")

        assert "Does the question hold?" in said
        assert "Sample" not in said
