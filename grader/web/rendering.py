"""Templates become pages: all is escaped but what was rendered from an author's Markdown."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from fractions import Fraction

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from grader.bank import render_markdown
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
        "report": _article,
        "percent": _percent,
    }
    return environment


@functools.lru_cache(maxsize=512)
def _markdown(text: str) -> Markup:
    return Markup(render_markdown(text))  # raw HTML is escaped by the renderer


def _article(report: Report) -> Markup:
    return Markup(report_as_article(report, "report", 1))  # it escapes each text


def time_element(ms: int) -> Markup:
    """Give a time in UTC; a script writes the viewer's own zone instead."""
    at = datetime.fromtimestamp(ms / 1000, UTC)
    machine = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Markup('<time datetime="{}">{}</time>').format(
        machine, at.strftime("%Y-%m-%d %H:%M:%S UTC")
    )


def _percent(part: Fraction, whole: Fraction) -> int:
    return int(100 * part / whole) if whole else 0
