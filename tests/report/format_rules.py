"""The rules of each format, as whoever consumes it would apply them; they read, and trust nothing.

Each `check_…` takes what a renderer wrote, asserts the format's rules and gives what was read.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from typing import Any

from markdown_it import MarkdownIt

from grader.report.as_csv import COLUMNS

_FORBIDDEN_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COMPUTED = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def _words(text: str) -> set[str]:
    return set(text.split())


_OBEYED = re.compile(r"##\w*\[")

# junit-10.xsd of the Jenkins xunit plugin: attributes (required with !) and children, in any order
_JUNIT = {
    "testsuites": ("name time tests failures errors", "testsuite"),
    "testsuite": (
        "name! tests! failures! errors! group time skipped timestamp hostname id package file log url",
        "testsuite properties testcase system-out system-err",
    ),
    "properties": ("", "property"),
    "property": ("name! value!", ""),
    "testcase": ("name! time classname group", "skipped error failure system-out system-err"),
    "failure": ("type message", ""),
    "error": ("type message", ""),
    "skipped": ("type message", ""),
    "system-out": ("", ""),
}
_JUNIT_TIME = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]{0,3})?")

#: all tags a report may hold; nothing that runs, loads, submits or embeds
_HTML_TAGS = _words(
    """
    html head meta title style body main article h1 h2 h3 h4 h5 p code strong table thead tbody
    tr th td a pre figure figcaption details summary footer svg desc g text path rect
    """
)
_HTML_ATTRIBUTES = _words(
    """
    lang charset http-equiv content name id scope class href role aria-labelledby xmlns width
    height viewbox x y d rx fill stroke stroke-width stroke-opacity stroke-dasharray text-anchor
    font-family font-size font-weight style
    """
)
_VOID = {"meta"}


def assert_harmless(text: str, *, own_commands: bool = False) -> None:
    """Assert what holds of every format: UTF-8, no control, and nothing that a CI runner obeys."""
    text.encode("utf-8")
    assert text.endswith("\n")
    assert all(c.isprintable() for c in text.replace("\n", "")), "a control or an invisible mark"
    assert not _OBEYED.search(text)
    if not own_commands:
        assert not any(line.lstrip().startswith("::") for line in text.splitlines())


def strict_json(text: str) -> Any:
    """Parse JSON as strict readers do: no NaN, no key twice."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({key for key, _ in pairs}) == len(pairs), "a key stands twice"
        return dict(pairs)

    read = json.loads(text, parse_constant=refuse, object_pairs_hook=once)
    json.dumps(read, ensure_ascii=False).encode("utf-8")  # fails on half a surrogate pair
    return read


def check_junit(text: str) -> ET.Element:
    assert not _FORBIDDEN_IN_XML.search(text)
    root = ET.fromstring(text.encode("utf-8"))
    assert root.tag == "testsuites"
    for element in root.iter():
        names, children = _JUNIT[element.tag]
        allowed = names.replace("!", "").split()
        required = [name.removesuffix("!") for name in names.split() if name.endswith("!")]
        assert set(required) <= set(element.attrib) <= set(allowed), element.attrib
        assert {child.tag for child in element} <= set(children.split())
        assert _JUNIT_TIME.fullmatch(element.get("time", "0.000"))
    for suite in root.findall("testsuite"):
        for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert suite.get(count) == str(len(suite.findall(f"testcase/{tag}")))
        assert suite.get("tests") == str(len(suite.findall("testcase")))
    for count in ("tests", "failures", "errors"):
        assert root.get(count) == str(sum(int(s.get(count, "")) for s in root.findall("testsuite")))
    return root


def check_gradescope(text: str) -> dict[str, Any]:
    result: dict[str, Any] = strict_json(text)
    for name in ("output_format", "test_output_format", "test_name_format"):
        assert result[name] == "text", "student text is inside"
    assert (result["visibility"], result["stdout_visibility"]) == ("visible", "hidden")
    assert "tests" not in result or isinstance(result["score"], int | float)
    for test in result.get("tests", []):
        assert isinstance(test["name"], str)
        assert isinstance(test["output"], str)
        assert test["visibility"] == "visible", "one that is not hides the total"
        assert test["max_score"] >= 0
        assert ("score" in test) == ("status" in test)
        assert test.get("status", "failed") in ("passed", "failed")
    return result


def check_prairielearn(text: str) -> dict[str, Any]:
    assert len(text.encode("utf-8")) <= 1_000_000
    result: dict[str, Any] = strict_json(text)
    if not result["gradable"]:
        assert "score" not in result
        assert "format_errors" in result or result["message"]
        return result
    assert 0.0 <= result["score"] <= 1.0
    for test in result["tests"]:
        assert {"name", "points", "max_points"} <= set(test), "else the whole table is off"
        assert isinstance(test["points"], int | float)
        for image in test.get("images", []):
            kind, _, content = image["url"].partition(",")
            assert kind == "data:image/svg+xml;base64"
            ET.fromstring(base64.b64decode(content, validate=True))
    return result


def check_classroom50(text: str) -> dict[str, Any]:
    result: dict[str, Any] = strict_json(text)
    assert result["schema"] == "classroom50/result/v1"
    for name in sorted(_words("classroom assignment submission commit release review datetime")):
        assert isinstance(result[name], str)
        assert result[name], name
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", result["datetime"])
    assert isinstance(result["score"], int | float)
    for test in result["tests"]:
        assert test["test-name"]
        assert isinstance(test["passed"], bool)
        assert isinstance(test["score"], int | float)
        assert isinstance(test["max-score"], int | float)
    return result


def check_csv(text: str) -> list[dict[str, str]]:
    """Read it as spreadsheets do, by commas; and by semicolons, as they do in half of Europe."""
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert text.count("\n") == len(rows) + 1
    for row in rows:
        assert list(row) == list(COLUMNS)
        assert not [cell for cell in row.values() if cell.startswith(_COMPUTED)]
        for name in ("score", "max_score", "seed"):
            assert row[name] == "" or float(row[name]) >= 0
    for cells in csv.reader(io.StringIO(text, newline=""), delimiter=";"):
        assert not [cell for cell in cells if cell.startswith(_COMPUTED)]
    return rows


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.labels: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _HTML_TAGS, f"<{tag}>"
        for name, value in attrs:
            assert name in _HTML_ATTRIBUTES, f"{name} of <{tag}>"
            assert value is not None
            self.ids += [value] if name == "id" else []
            self.links += [value] if name == "href" else []
            self.labels += value.split() if name == "aria-labelledby" else []
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"a processing instruction: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")


def check_html(text: str) -> str:
    """Read a page tag by tag; gives its text."""
    page = _Page()
    page.feed(text)
    page.close()
    assert page.open == []
    assert len(set(page.ids)) == len(page.ids)
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert set(page.labels) <= set(page.ids)
    assert text.count("<svg ") * 2 == len(page.labels), "a picture without words"
    assert "default-src 'none'" in text.replace("&#x27;", "'")
    assert "@import" not in text
    assert "url(" not in text.partition("</style>")[0]
    return page.text


_MARKDOWN = MarkdownIt("commonmark").enable("table")
_MARKDOWN_TOKENS = _words(
    """
    heading_open heading_close paragraph_open paragraph_close inline fence table_open
    table_close thead_open thead_close tbody_open tbody_close tr_open tr_close th_open th_close
    td_open td_close text code_inline strong_open strong_close em_open em_close text_special
    """
)


def check_markdown(text: str) -> list[Any]:
    """Read it with raw HTML and tables allowed; gives the tokens."""
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        assert token.type in _MARKDOWN_TOKENS, token.type
        for child in token.children or []:
            assert child.type in _MARKDOWN_TOKENS, (child.type, child.content)
    heads = [t for t in tokens if t.type == "heading_open"]
    assert heads
    return tokens


def check_github(text: str) -> list[str]:
    """Read a step's output as the runner does; gives the commands."""
    commands = [line for line in text.splitlines() if line.lstrip().startswith("::")]
    assert len(commands) <= 10
    for command in commands:
        found = re.fullmatch(r"::error (?P<properties>[^:\s][^:]*?)::(?P<message>.*)", command)
        assert found, command
        for pair in found["properties"].split(","):
            name, _, value = pair.partition("=")
            assert name in ("title", "file", "line")
            assert value
            assert not re.search(r"%(?!25|0D|0A|3A|2C)", value)
        assert not re.search(r"%(?!25|0D|0A)", found["message"])
    for line in text.splitlines():
        assert line.startswith(("::error ", "grader: "))
    return commands
