"""What pages load is our own, whole, and licensed."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from visitor import Server

WEB = Path(__file__).parents[2] / "grader" / "web"
VENDOR = WEB / "static" / "vendor"
SUMS = [
    line.split("  ", 1)
    for line in (VENDOR / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def test_vendored_files_are_those_that_were_built() -> None:
    there = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}

    assert there == {name for _, name in SUMS} | {"SHA256SUMS"}
    assert len(SUMS) > 20
    for digest, name in SUMS:
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name


@pytest.mark.parametrize("name", ["codemirror", "katex"])
def test_vendored_script_comes_with_its_licence(name: str) -> None:
    assert "MIT License" in (VENDOR / name / "LICENSE").read_text(encoding="utf-8")


def test_build_names_no_host_and_every_version() -> None:
    text = (WEB / "vendor" / "package.json").read_text(encoding="utf-8")

    assert "http" not in text
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", v) for v in re.findall(r'": "(\d[^"]*)"', text))


def test_templates_load_only_what_is_there(server: Server) -> None:
    client = server.client()
    templates = "".join(p.read_text(encoding="utf-8") for p in (WEB / "templates").glob("*.html"))
    loaded = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', templates))

    assert len(loaded) >= 5
    for path in loaded:
        assert client.get(path).status_code == 200, path


def test_templates_hold_no_script_and_no_style_of_their_own() -> None:
    for template in (WEB / "templates").glob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:", text), (
            template.name
        )
        assert not re.search(r"(?:src|href|action)=\"https?:", text), template.name


def test_static_folder_gives_nothing_beside_itself(server: Server) -> None:
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py"):
        assert server.client().get(path).status_code == 404
