"""Templates become pages: all is escaped but what was rendered from an author's Markdown."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from fractions import Fraction
from urllib.parse import quote

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from grader.bank import render_markdown
from grader.core.exam import Exam
from grader.core.report import Report
from grader.report.as_html import report_as_article
from grader.report.short import points_text
from grader.service.access import Permission
from grader.web.site import site_of

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"


def page(request: Request, template: str, status: int = 200, **values: object) -> HTMLResponse:
    """Give a page; templates know who is signed in, the form token, the theme and the nonce."""
    visit = getattr(request.state, "visit", None)
    theme = request.cookies.get(THEME_COOKIE, "")
    context = {
        "person": visit.person if visit else None,
        "token": visit.token if visit else "",
        "theme": theme if theme in THEMES else THEMES[0],
        "nonce": request.state.nonce,
        "now_ms": site_of(request).clock.now_ms(),
        "here": request.url.path if request.method == "GET" else "/",
        "is_official": site_of(request).is_official,
        **values,
    }
    return HTMLResponse(_environment().get_template(template).render(context), status)


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("grader.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["Permission"] = Permission
    environment.filters |= {
        "points": points_text,
        "markdown": _markdown,
        "time": time_element,
        "time_in": time_in_zone,
        "duration": duration_text,
        "clock": clock_text,
        "report": _article,
        "inner_report": _inner_article,
        "percent": _percent,
        "segment": segment,
        "exam_path": exam_path,
    }
    return environment


@functools.lru_cache(maxsize=512)
def _markdown(text: str) -> Markup:
    return Markup(render_markdown(text))  # raw HTML is escaped by the renderer


def _article(report: Report) -> Markup:
    return Markup(report_as_article(report, "report", 1))  # it escapes each text


def _inner_article(report: Report) -> Markup:
    return Markup(report_as_article(report, "example-report", 3))  # below the headings of a page


def time_element(ms: int) -> Markup:
    """Give a time in UTC; a script writes the viewer's own zone instead."""
    at = datetime.fromtimestamp(ms / 1000, UTC)
    machine = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Markup('<time datetime="{}">{}</time>').format(
        machine, at.strftime("%Y-%m-%d %H:%M:%S UTC")
    )


def segment(name: str) -> str:
    """Give a name as one segment of an address, whatever it holds."""
    return quote(name, safe="")


def exam_path(exam: Exam) -> str:
    """Give the address of an exam."""
    return f"/exams/{segment(exam.id)}"


def time_in_zone(ms: int, written: datetime) -> Markup:
    """Give a time in the zone that its author wrote; a script adds the viewer's own."""
    at = datetime.fromtimestamp(ms / 1000, written.tzinfo)
    offset = at.strftime("%z")
    return Markup('<time datetime="{}" data-zoned>{}</time>').format(
        at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        f"{at:%Y-%m-%d %H:%M}{f':{at:%S}' if at.second else ''} UTC{offset[:3]}:{offset[3:5]}",
    )


def duration_text(ms: int) -> str:
    """Give a length of time in words: '1 h 30 min'."""
    minutes, seconds = divmod(round(ms / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{count} {unit}" for count, unit in units if count) or "0 s"


def clock_text(ms: int) -> str:
    """Give what is left as a clock shows it: '1:05:09'; 0:00 when nothing is."""
    minutes, seconds = divmod(max(ms, 0) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _percent(part: Fraction, whole: Fraction) -> int:
    return int(100 * part / whole) if whole else 0
