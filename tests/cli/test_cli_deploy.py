"""The unit, the image and the compose file: linted where the tools are, and true of `grader serve`.

None of them is run here: no systemd is started, no image is built.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml

from grader.cli import serve_command
from tests.conftest import UNLINTED

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "grader" / "deploy"
UNIT, IMAGE, COMPOSE = (
    DEPLOY / name for name in ("grader-web.service", "Containerfile", "compose.yaml")
)


def options_of(words: list[str]) -> argparse.Namespace:
    """Parse the words of a command `serve …` as the command line does."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    serve_command.add_arguments(parser)
    assert words[0] == "serve"
    return parser.parse_args(words[1:])


def settings() -> dict[str, list[str]]:
    """Give the settings of the unit: name -> values in order."""
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text().splitlines():
        if line and not line.startswith(("#", "[")):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def miss(what: str) -> NoReturn:
    """Skip, or fail where the linters are required."""
    if os.environ.get("GRADER_REQUIRE_LINTERS") == "1":
        pytest.fail(f"nothing lints {what}")
    pytest.skip(UNLINTED + what)


def instructions() -> list[tuple[str, str]]:
    """Give the instructions of the image's file: (word, rest)."""
    lines = [line for line in IMAGE.read_text().splitlines() if line and line[0] != "#"]
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines]


def the(word: str) -> str:
    """Give the rest of the last instruction with this word, which is the one that holds."""
    return [rest for each, rest in instructions() if each == word][-1]


# -- systemd -------------------------------------------------------------------------------


def test_unit_is_what_systemd_understands(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        miss("the unit, because systemd-analyze is missing (package systemd)")
    linted = tmp_path / UNIT.name
    linted.write_text(UNIT.read_text().replace("/opt/grader/bin/grader", "/bin/true"))

    ran = subprocess.run(
        ["systemd-analyze", "verify", str(linted)], capture_output=True, text=True, timeout=60
    )

    assert (ran.returncode, ran.stdout + ran.stderr) == (0, "")


def test_unit_starts_the_server_again_whatever_happened() -> None:
    found = settings()

    for name, value in {
        "Restart": "always",
        "RestartSec": "2",
        "StartLimitIntervalSec": "0",
        "KillMode": "control-group",
        "TimeoutStopSec": "60",
        "DynamicUser": "yes",
        "NoNewPrivileges": "yes",
        "Type": "notify",
    }.items():
        assert found[name] == [value]
    assert int(found["WatchdogSec"][0]) >= 3 * 15


def test_unit_takes_nothing_away_that_the_sandbox_needs() -> None:
    taken = {
        "RestrictNamespaces",
        "SystemCallFilter",
        "SystemCallArchitectures",
        "MemoryDenyWriteExecute",
        "ProtectKernelTunables",
        "ProtectProc",
        "ProcSubset",
        "PrivateUsers",
    }

    assert not taken & set(settings())


def test_unit_gives_options_that_there_are() -> None:
    (command,) = settings()["ExecStart"]

    options = options_of(command.split()[1:])

    assert str(options.state) == "%S/" + settings()["StateDirectory"][0]
    assert options.public_url.startswith("https://")
    assert options.require_isolation == "L1"


# -- image ---------------------------------------------------------------------------------


def test_image_copies_all_that_the_package_is_built_from() -> None:
    copied = {
        name
        for word, rest in instructions()
        if word == "COPY" and "--from" not in rest
        for name in rest.split()[:-1]
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]

    needed = {"pyproject.toml", project["project"]["readme"]}
    needed |= {*wheel["packages"], *wheel["force-include"]}
    assert copied == needed
    assert all((ROOT / name).exists() for name in copied)


def test_image_installs_extras_that_there_are() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (run,) = [rest for word, rest in instructions() if word == "RUN" and "pip install" in rest]
    found = re.search(r"'\.\[([\w,]+)\]'", run)
    assert found is not None

    assert set(found[1].split(",")) <= set(project["project"]["optional-dependencies"])


def test_image_runs_as_nobody_and_keeps_its_state_in_a_volume() -> None:
    words = [word for word, _ in instructions()]

    assert words[0] == "FROM"
    assert set(words) <= {
        "FROM", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "EXPOSE",
        "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD",
    }  # fmt: skip
    assert words.index("USER") > max(n for n, word in enumerate(words) if word == "RUN")
    assert int(the("USER").split(":")[0]) > 0
    options = options_of(json.loads(the("CMD")))
    assert str(options.state) == the("VOLUME")
    assert json.loads(the("ENTRYPOINT")) == ["/opt/grader/bin/grader"]


def test_image_without_options_is_served_to_its_own_container_only() -> None:
    assert options_of(json.loads(the("CMD"))).host == "127.0.0.1"


# -- compose -------------------------------------------------------------------------------


def composed() -> Any:
    return yaml.safe_load(COMPOSE.read_text())["services"]["grader"]


def compose_client() -> list[str]:
    for client in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(client[0]) is not None:
            told = subprocess.run([*client, "version"], capture_output=True, timeout=60)
            if told.returncode == 0:
                return client
    miss("the compose file, because there is no docker compose (package docker-compose)")


def test_compose_file_is_what_docker_compose_understands() -> None:
    client = [*compose_client(), "-f", str(COMPOSE), "config"]
    address = {"PUBLIC_URL": "https://grader.example.org"}
    bare = {k: v for k, v in os.environ.items() if k not in address}

    told = subprocess.run(client, env=bare | address, capture_output=True, text=True, timeout=60)
    without = subprocess.run(client, env=bare, capture_output=True, text=True, timeout=60)

    assert told.returncode == 0, told.stderr
    assert "--public-url=https://grader.example.org" in told.stdout
    assert without.returncode != 0
    assert "the address that students use" in without.stderr


def test_compose_file_builds_the_image_and_publishes_to_this_machine_alone() -> None:
    found = composed()

    assert (COMPOSE.parent / found["build"]["context"]).resolve() == ROOT
    assert ROOT / found["build"]["dockerfile"] == IMAGE
    assert found["ports"] == [f"127.0.0.1:8000:{the('EXPOSE')}"]
    assert f"state:{the('VOLUME')}" in found["volumes"]
    assert found["restart"] == "always"
    assert found["stop_grace_period"] == "60s"


def test_compose_file_gives_options_that_there_are() -> None:
    words = [word.replace("${PUBLIC_URL:?", "https://x/") for word in composed()["command"]]

    options = options_of(words)

    assert options.host == "0.0.0.0"
    assert options.require_isolation == "L1"
    assert str(options.state) == the("VOLUME")
