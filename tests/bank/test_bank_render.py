"""Statements as HTML: formulas survive Markdown, raw HTML does not survive at all."""

from __future__ import annotations

import subprocess
import sys

import pytest
from bank_files import PLAIN, Files

from grader.bank import render_markdown, render_statement

NEGATIVE = "\n- b\n"


def inline(formula: str) -> str:
    return f'<span class="math inline">${formula}$</span>'


def display(formula: str) -> str:
    return f'<span class="math display">$${formula}$$</span>'


def paragraph(html: str) -> str:
    return f"<p>{html}</p>"


def test_every_formula_of_the_card_survives(files: Files) -> None:
    html = render_statement(files.load(PLAIN))

    assert (
        '<span class="math display">$$ f_{kl}(\\boldsymbol{x}) = \\max_{(i, j) \\in '
        "\\Omega(k, l)} x_{ij}, \\quad (2) $$</span>"
    ) in html
    assert '<span class="math inline">$\\Omega(k, l)$</span>' in html
    assert "<em>" not in html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        pytest.param("$a_i * b * c$", paragraph(inline("a_i * b * c")), id="stars"),
        pytest.param(r"$\{x\} \\ y$", paragraph(inline(r"\{x\} \\ y")), id="backslashes"),
        pytest.param("$a < b$", paragraph(inline("a &lt; b")), id="less-than"),
        pytest.param("$a$-$b$", paragraph(inline("a") + "-" + inline("b")), id="side-by-side"),
        pytest.param(
            "$$\na\n- b\n=\n# d\n$$", paragraph(display("\na\n- b\n=\n# d\n")), id="block"
        ),
        pytest.param("$$\na\n\n_b_\n$$.", paragraph(display("\na\n\n_b_\n") + "."), id="gap"),
        pytest.param(
            "text\n$$\n- b\n$$\nmore",
            f"<p>text</p>\n{paragraph(display(NEGATIVE))}\n<p>more</p>",
            id="block-after-text",
        ),
        pytest.param("$$a$$ and $$b$$", paragraph(f"{display('a')} and {display('b')}"), id="two"),
        pytest.param(
            "- $$\n  - b\n  $$", f"<ul>\n<li>{display(NEGATIVE)}</li>\n</ul>", id="in-a-list"
        ),
        pytest.param("it costs $5 and $6", paragraph("it costs $5 and $6"), id="money"),
        pytest.param(r"\$a\$", paragraph("$a$"), id="escaped"),
        pytest.param("`$a$`", paragraph("<code>$a$</code>"), id="code"),
        pytest.param("$$ never closed", paragraph("$$ never closed"), id="open"),
        pytest.param("$$\nnever closed", paragraph("$$\nnever closed"), id="open-block"),
        pytest.param("$ a$", paragraph("$ a$"), id="space"),
        pytest.param("see [[max-pooling]]", paragraph("see [[max-pooling]]"), id="wiki-link"),
    ],
)
def test_markdown_is_rendered(text: str, html: str) -> None:
    assert render_markdown(text) == html + "\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<script>alert(1)</script>", id="script"),
        pytest.param("a <img src=x onerror=alert(1)>", id="inline"),
        pytest.param("$<script>alert(1)</script>$", id="in-a-formula"),
        pytest.param("$$\n<script>alert(1)</script>\n$$", id="in-a-block"),
        pytest.param('```"><script>\n<script>\n```', id="in-a-fence"),
        pytest.param('![a" onerror="x](y)', id="in-an-image"),
    ],
)
def test_raw_html_is_escaped(text: str) -> None:
    html = render_markdown(text)

    assert "<script" not in html
    assert "<img src=x" not in html
    assert 'onerror="' not in html


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "vbscript:x"])
def test_link_that_runs_code_is_no_link(address: str) -> None:
    assert "href" not in render_markdown(f"[a]({address})")


def test_importing_the_bank_imports_neither_markdown_nor_numpy() -> None:
    code = (
        "import grader.bank, sys; print([m for m in ('markdown_it', 'numpy') if m in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
