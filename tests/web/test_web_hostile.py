"""What students write is shown as they wrote it, and is never a part of a page, a header or a log."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from visitor import Server, Visitor, record

from grader.service.access import Role
from grader.web.logs import JsonFormatter
from tests.report import examples
from tests.service.stage import QUESTION

ATTACK = "</textarea></pre><script>alert(1)</script><img src=x onerror=alert(1)>{{ 'z9q' * 3 }}"
OURS = re.compile(r"^/static/[\w./-]+\.js$")


class Elements(HTMLParser):
    """Collects what could run or load something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_ours = tag == "script" and OURS.match(given.get("src") or "")
        if tag in ("script", "img", "iframe", "object", "embed", "base", "style") and not is_ours:
            self.found.append(tag)
        self.found += [name for name in given if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action", "formaction"):
            if (given.get(name) or "/").partition(":")[0] in ("javascript", "data", "vbscript"):
                self.found.append(str(given[name]))


def assert_harmless(page: str) -> None:
    assert Elements(page).found == []
    assert "z9qz9qz9q" not in page


def test_this_test_would_see_an_attack() -> None:
    assert Elements(f"<p>{ATTACK}</p>").found == ["script", "img", "onerror"]


def pages_of(visitor: Visitor, where: str) -> list[str]:
    return [
        visitor.text(path)
        for path in (
            where,
            "/",
            "/practice",
            f"/questions/{QUESTION}",
            f"/questions/{QUESTION}/history",
        )
    ]


def test_hostile_source_stays_text_on_every_page(server: Server) -> None:
    visitor = server.visitor(name=f"Ada {ATTACK}")
    visitor.receipt(f"x = 1  # {ATTACK}\n")
    record(server.stage, examples.mixed())
    where = visitor.receipt(f"y = 2  # {ATTACK}\n")
    record(server.stage, examples.mixed())

    pages = [*pages_of(visitor, where), visitor.text(f"{where}/changes")]

    for page in pages:
        assert_harmless(page)
    assert sum("&lt;script&gt;alert(1)" in page for page in pages) >= 3


def is_unicode(text: str) -> bool:
    """Tell whether the wire lets a text through: it takes no lone surrogates."""
    return text.isascii() or text.encode("utf-8", "ignore").decode() == text


@pytest.mark.parametrize("text", [text for text in examples.HOSTILE if is_unicode(text)])
def test_hostile_report_stays_text(server: Server, text: str) -> None:
    visitor = server.visitor()
    where = visitor.receipt()
    record(server.stage, replace(examples.hostile(text), question_id=QUESTION))

    assert_harmless(visitor.text(where))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param('"><script>.py', id="markup"),
        pytest.param("../../../etc/passwd.py", id="path"),
        pytest.param("a\r\nSet-Cookie: x=1.py", id="header"),
        pytest.param("…ñ最.py", id="other-alphabets"),
        pytest.param("x" * 4000 + ".py", id="long"),
        pytest.param(".py", id="hidden"),
    ],
)
def test_hostile_file_name_becomes_a_plain_one(server: Server, name: str) -> None:
    visitor = server.visitor()

    answer = visitor.hand_in(files=[("files", (name, b"x = 1\n", "text/plain"))])

    if answer.status_code == 303:
        (stored,) = server.stage.rows("SELECT name FROM submission_file")[0]
        assert re.fullmatch(r"[\w. ()+-]{1,100}", stored, re.ASCII)
        assert not stored.startswith(".")
        got = visitor.get(f"{answer.headers['location']}/files/{stored}")
        assert "set-cookie" not in got.headers
        assert_harmless(visitor.text(answer.headers["location"]))
    else:
        assert answer.status_code == 422


def test_hostile_search_stays_text(server: Server) -> None:
    assert_harmless(server.visitor().get("/", params={"q": ATTACK, "tag": ATTACK}).text)


def test_every_page_carries_the_headers_of_safety(server: Server) -> None:
    visitor = server.visitor()
    for path in ("/", f"/questions/{QUESTION}", "/nothing", "/healthz", "/static/grader.js"):
        headers = visitor.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "script-src" not in policy  # then default-src holds, without any nonce
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_nonce_is_another_one_each_time(server: Server) -> None:
    visitor = server.visitor()

    nonces = {
        re.findall(r"'nonce-([^']+)'", visitor.get("/").headers["content-security-policy"])[0]
        for _ in range(3)
    }

    assert len(nonces) == 3


def test_personal_pages_are_kept_by_no_cache(server: Server) -> None:
    visitor = server.visitor()

    assert visitor.get("/").headers["cache-control"] == "no-store"
    assert visitor.get("/static/grader.css").headers["cache-control"] == "no-cache"


def test_no_template_turns_escaping_off() -> None:
    templates = Path(__file__).parents[2] / "grader" / "web" / "templates"
    for template in templates.glob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert "safe" not in re.findall(r"\|\s*(\w+)", text), template.name
        assert "autoescape" not in text, template.name


def test_logs_hold_no_code_no_name_and_no_secret(
    server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    visitor = server.visitor(name="Grace Sample")
    visitor.receipt("my_secret_code = 1\n")
    monkeypatch.setattr(
        "grader.web.question_pages.save_draft",
        lambda *given: (_ for _ in ()).throw(ValueError(f"cannot keep {given[4]!r}")),
    )

    answer = visitor.hand_in("my_secret_code = 2\n", kind="draft")

    assert answer.status_code == 500
    assert "my_secret_code" not in answer.text
    lines = "\n".join(
        map(JsonFormatter().format, (r for r in caplog.records if r.name.startswith("grader")))
    )
    assert "a request failed" in lines
    assert "question_pages.py" in lines
    for secret in ("my_secret_code", "Grace", visitor.client.cookies["grader_session"]):
        assert secret not in lines
    assert visitor.person.pseudonym in lines


def test_error_of_the_database_does_not_carry_what_was_stored(server: Server) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    with (
        pytest.raises(SQLAlchemyError) as caught,
        server.stage.database.writing() as connection,
    ):
        connection.execute(text("INSERT INTO nothing VALUES (:code)"), {"code": "my_secret_code"})

    assert "my_secret_code" not in str(caught.value)


def test_fault_of_ours_is_a_page_without_traceback(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = server.visitor(Role.STUDENT)
    monkeypatch.setattr("grader.web.answering.draft_of", lambda *_: 1 / 0)

    answer = visitor.get(f"/questions/{QUESTION}")

    assert answer.status_code == 500
    assert "Something of ours failed" in answer.text
    assert "ZeroDivision" not in answer.text
    assert "Traceback" not in answer.text
