"""`grader doctor`: what it says of this host, and of hosts that lack something."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.cli import doctor_command
from grader.core.call import Isolation
from grader.core.errors import IsolationError
from grader.sandbox import Feature, Sandbox, features, host, probe
from grader.sandbox.jail import landlock, seccomp

from .conftest import need_walls

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: Linux only")

Doctor = Callable[..., tuple[int, str]]


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str]) -> Doctor:
    def run(required: str | None = None) -> tuple[int, str]:
        code = doctor_command.run(
            argparse.Namespace(require_isolation=required, state=None, audit=False)
        )
        return code, capsys.readouterr().out

    return run


def row(text: str, name: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(name))


def present(text: str, name: str) -> bool:
    return row(text, name).removeprefix(name).split()[0] == "yes"


@pytest.mark.needs_isolation
def test_every_feature_of_this_host_is_a_row(doctor: Doctor) -> None:
    code, text = doctor()

    assert code == 0
    for name in ("Linux", "Landlock", "seccomp filter", "pidfd", "a worker that attacks"):
        assert present(text, name)
    assert text.splitlines()[-1] == "level L1: official grades can be given"


def test_best_level_of_this_host_is_named(doctor: Doctor) -> None:
    need_walls()

    code, text = doctor("L3")

    assert code == 0
    assert present(text, "a worker that attacks, at L3")
    assert "best level: L3" in text


@pytest.mark.needs_isolation
def test_missing_program_fails_a_requirement_of_l3_only(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    (code, text), (code_of_l3, of_l3) = doctor("L1"), doctor("L3")

    assert (code, code_of_l3) == (0, 3)
    assert not present(text, "bubblewrap")
    assert "apt-get install bubblewrap" in text
    assert of_l3.endswith("--require-isolation L3 would fail\n")


def test_refused_namespaces_are_told_with_how_to_get_them_everywhere(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_walls()
    refused = IsolationError(where="sandbox", what="bwrap: setting up uid map: Permission denied")
    monkeypatch.setattr(features, "wall_problem", lambda: refused)

    code, text = doctor("L3")

    assert code == 3
    assert not present(text, "namespaces")
    assert "setting up uid map" in text
    flat = " ".join(text.split())
    for words in (
        "kernel.apparmor_restrict_unprivileged_userns=0",
        "--security-opt seccomp=unconfined",
        "Kubernetes: securityContext",
        "WSL2: `wsl --update`",
        "macOS, Windows: a Linux virtual machine",
    ):
        assert words in flat


@pytest.mark.needs_isolation
def test_older_landlock_is_enough_and_what_it_lacks_is_said_to_be_covered(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landlock, "version", lambda: 3)

    code, text = doctor("L1")

    assert code == 0
    assert present(text, "Landlock: truncate")
    assert not present(text, "Landlock: TCP rules")
    assert not present(text, "Landlock: signal scope")
    assert " ".join(text.split()).count("covered by seccomp") == 2


@pytest.mark.parametrize(
    ("module", "name", "lacking", "feature"),
    [
        pytest.param(landlock, "version", lambda: 0, "Landlock", id="landlock"),
        pytest.param(seccomp, "is_available", lambda: False, "seccomp filter", id="seccomp"),
    ],
)
def test_host_without_a_kernel_feature_gives_no_official_grades(
    doctor: Doctor,
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    name: str,
    lacking: Callable[[], object],
    feature: str,
) -> None:
    monkeypatch.setattr(module, name, lacking)

    (code, text), (required, _) = doctor(), doctor("L1")

    assert (code, required) == (0, 3)
    assert not present(text, feature)
    assert "to get it:" in text
    # walls need no Landlock, and nothing works without the filter
    has_l3 = "best level: L3" in text
    assert not (has_l3 and feature == "seccomp filter")
    grades = (
        "official grades need --require-isolation L3"
        if has_l3
        else "a self-check only, no official grades"
    )
    assert text.splitlines()[-1] == f"level self-check: {grades}"


@pytest.mark.needs_isolation
def test_promise_that_is_not_kept_fails(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "_secrets", lambda: [Path("/dev/null")])
    monkeypatch.setenv("PATH", "")

    code, text = doctor()

    assert code == 3
    assert not present(text, "a worker that attacks")
    assert "could read files of the grader" in " ".join(text.split())
    assert "level self-check" in text


def test_other_systems_are_told_where_to_go(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")

    code, text = doctor()

    assert code == 0
    assert text.count(" NO ") == 1
    assert "WSL2" in text
    assert "Linux virtual machine" in text


def test_table_fits_80_columns_whatever_is_missing() -> None:
    found = [*host.kernel_features(), *host.landlock_details()]
    walls = [host.feature(name, False, "x", Isolation.L3) for name in ("bubblewrap", "namespaces")]
    absent = [
        Feature(
            name=f.name,
            is_present=False,
            protects=f.protects,
            how=f.how or "word " * 40,
            level=f.level,
            elsewhere=f.elsewhere,
        )
        for f in [*found, *walls]
    ]

    for features_of_a_host in (absent, probe()):
        text = "\n".join(doctor_command.table(features_of_a_host))
        assert max(map(len, text.splitlines())) <= 80
        assert all(line == line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        pytest.param(
            "kernel/apparmor_restrict_unprivileged_userns", "1", "Ubuntu 23.10", id="ubuntu"
        ),
        pytest.param("kernel/unprivileged_userns_clone", "0", "Debian", id="debian"),
        pytest.param("user/max_user_namespaces", "0", "max_user_namespaces", id="limit"),
        pytest.param("kernel/osrelease", "5.15.1-microsoft-standard-WSL2", "WSL2", id="wsl"),
    ],
)
def test_advice_for_namespaces_fits_the_host(
    monkeypatch: pytest.MonkeyPatch, name: str, content: str, words: str
) -> None:
    monkeypatch.setattr(host, "_sysctl", lambda asked: content if asked == name else "")

    assert words in host.how_to_get("namespaces")


def test_levels_of_a_sandbox_are_what_the_doctor_says() -> None:
    level = doctor_command.reached(probe())[-1]
    if level is Isolation.SELF_CHECK and os.name == "nt":
        pytest.skip("NOT TESTED: no sandbox on Windows")

    with Sandbox.start(required=level) as started:
        assert started.isolation is level
