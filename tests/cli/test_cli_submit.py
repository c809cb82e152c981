"""`grader submit`: what is sent is received once, whatever the server or the line does."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import RIGHT, WRONG, Course, Run
from serving import DONE, JSON, TOKEN, Odd, Real, Reply, odd_server, real_server, usual

from grader.report import to_json_text
from grader.report.from_json import reports_from_json
from tests.docs.blocks import normalised
from tests.report import examples

QUESTION = "row_means"
REPORT = json.loads(to_json_text(examples.mixed()))
REPORT["submission"]["sha256"] = "0" * 64
REPORT["question"]["id"] = QUESTION


@pytest.fixture
def solution(course: Course, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A solution, and a token in the environment."""
    monkeypatch.setenv("GRADER_TOKEN", TOKEN)
    monkeypatch.delenv("GRADER_SERVER", raising=False)
    monkeypatch.setattr("time.sleep", lambda _: None)  # pauses are told, not waited for
    return course.write("solution.py", RIGHT)


def odd(method: str, path: str, times: int) -> Reply:
    return usual(method, path, REPORT)


# -- a real server -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory, model_course: Path) -> Iterator[Real]:
    with real_server(tmp_path_factory.mktemp("served"), model_course) as found:
        yield found


@pytest.fixture
def to_real(real: Real, course: Course, monkeypatch: pytest.MonkeyPatch) -> Real:
    monkeypatch.setenv("GRADER_SERVER", real.address)
    monkeypatch.setenv("GRADER_TOKEN", real.token)
    return real


WORKS = "def row_means(x):\n    return x.mean(axis=1)  # {}\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "source",
    [
        RIGHT,
        "def row_means(x):\n    return x.mean(axis=0)\n",
        "def row_means(x):\n    return x.mean(axis=1).tolist()\n",
        "def row_means(x):\n    print('here')\n    raise ValueError(x)\n",
        "def row_means(x) return",
    ],
    ids=["right", "wrong", "list", "raises", "unreadable"],
)
def test_server_says_what_the_command_line_says_here(
    to_real: Real, run: Run, course: Course, source: str
) -> None:
    course.write("solution.py", source)
    here = run(["grade", QUESTION, "solution.py"])

    there = run(["submit", QUESTION, "solution.py"])

    assert (there.code, normalised(there.stdout)) == (here.code, normalised(here.stdout))
    assert "receipt" in there.stderr


@pytest.mark.slow
def test_check_is_a_check_here_and_there(to_real: Real, run: Run, course: Course) -> None:
    course.write("solution.py", WRONG)
    here = run(["check", QUESTION, "solution.py"])

    there = run(["submit", QUESTION, "solution.py", "--check"])

    assert there.code == 0

    def told(text: str) -> list[str]:
        return [
            line for line in text.splitlines() if line.startswith(("score", "  passed", "A self"))
        ]

    assert told(there.stdout) == told(here.stdout)


@pytest.mark.slow
def test_same_again_is_the_same_hand_in_until_something_else_was_sent(
    to_real: Real, run: Run, course: Course
) -> None:
    before = to_real.count()
    counts = []
    for number in (1, 1, 2, 1, 1):
        course.write("solution.py", WORKS.format(number))
        assert run(["submit", QUESTION, "solution.py"]).code == 0
        counts.append(to_real.count() - before)

    assert counts == [1, 1, 2, 3, 3]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wanted", "code"), [("100%", 0), ("1", 0), ("4", 1)], ids=["all", "points", "more-than-all"]
)
def test_fail_under_decides_the_exit_code(
    to_real: Real, run: Run, course: Course, wanted: str, code: int
) -> None:
    course.write("solution.py", RIGHT)

    assert run(["submit", QUESTION, "solution.py", "--fail-under", wanted]).code == code


@pytest.mark.slow
def test_folder_and_standard_input_are_sent(
    to_real: Real, run: Run, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.write("work/solution.py", "from means import row_means\n")
    course.write("work/means.py", RIGHT)
    course.write("piped.py", RIGHT + "# piped\n")

    folder = run(["submit", QUESTION, "work"])
    with (course.root / "piped.py").open() as piped:
        monkeypatch.setattr("sys.stdin", piped)
        stdin = run(["submit", QUESTION, "-"])

    for ran in (folder, stdin):
        assert (ran.code, "score 3 of 3" in ran.stdout) == (0, True), ran


@pytest.mark.slow
def test_json_is_a_report_that_is_read_back(to_real: Real, run: Run, course: Course) -> None:
    course.write("solution.py", RIGHT)

    ran = run(["submit", QUESTION, "solution.py", "--json"])

    (report,) = reports_from_json(ran.stdout.encode(), "stdout")
    assert (report.question_id, report.score) == (QUESTION, 3)
    assert "receipt" in ran.stderr


@pytest.mark.slow
def test_receipt_alone_is_printed_without_waiting(to_real: Real, run: Run, course: Course) -> None:
    course.write("solution.py", RIGHT + "# not waited for\n")

    text = run(["submit", QUESTION, "solution.py", "--no-wait"])
    data = run(["submit", QUESTION, "solution.py", "--no-wait", "--json"])

    receipt = json.loads(data.stdout)
    assert text.stdout.splitlines()[1] == receipt["page"]
    assert (receipt["is_new"], text.code, data.code) == (False, 0, 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["nothing", "solution.py"], "There is no such question", id="question"),
        pytest.param([QUESTION, "solution.py", "--exam", "x"], "there is no such exam", id="exam"),
    ],
)
def test_refusal_has_the_words_of_the_server(
    to_real: Real, run: Run, course: Course, arguments: list[str], said: str
) -> None:
    course.write("solution.py", RIGHT)

    ran = run(["submit", *arguments])

    assert ran.code == 2
    assert said in ran.stderr


@pytest.mark.slow
def test_unknown_token_is_refused_with_the_remedy(
    to_real: Real, run: Run, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.write("solution.py", RIGHT)
    monkeypatch.setenv("GRADER_TOKEN", TOKEN)

    ran = run(["submit", QUESTION, "solution.py"])

    assert ran.code == 2
    assert "unknown, expired or revoked; make a token on the page /tokens" in ran.stderr


@pytest.mark.slow
def test_server_killed_while_one_waits_is_told_and_nothing_is_lost(
    tmp_path: Path, model_course: Path, course: Course
) -> None:
    course.write("solution.py", RIGHT)
    served = tmp_path / "served"
    served.mkdir()
    with real_server(served, model_course) as first:
        environment = {**os.environ, "GRADER_TOKEN": first.token, "GRADER_SERVER": first.address}
        command = [sys.executable, "-m", "grader", "submit", QUESTION, "solution.py"]
        first.process.send_signal(signal.SIGSTOP)  # it takes the line and does not answer
        with subprocess.Popen(
            [*command, "--patience", "1"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as client:
            first.process.kill()
            out, said = client.communicate(timeout=60)

    shutil.rmtree(served)  # a killed server may leave half a backup: its successor clears that away
    assert client.returncode == 3, said
    assert "cannot be reached" in said
    assert "given up after 1 s" in said
    assert (out, "Traceback" in said) == ("", False)


# -- servers that misbehave ----------------------------------------------------------------


def sent(found: Odd) -> int:
    """Give how many hand-ins a server with keys would have of what it was sent."""
    return len(set(found.keys))


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(Reply(drops=True), id="drops-the-line"),
        pytest.param(Reply(b"<h1>", 500, {"Content-Type": "text/html"}), id="answers-500"),
        pytest.param(Reply({"detail": "x"}, 503), id="answers-503"),
        pytest.param(Reply({"detail": "x"}, 429, {**JSON, "Retry-After": "3"}), id="too-often"),
        pytest.param(Reply(b"{}", 200, {**JSON, "Content-Length": "9"}), id="stops-half-way"),
        pytest.param(Reply(b"", 200, {**JSON, "Content-Length": "x"}, drops=True), id="nonsense"),
    ],
)
@pytest.mark.parametrize("at", ["POST", "GET"])
def test_trouble_twice_is_one_hand_in(run: Run, solution: Path, trouble: Reply, at: str) -> None:
    def script(method: str, path: str, times: int) -> Reply:
        return trouble if method == at and times <= 2 else usual(method, path, REPORT)

    with odd_server(script) as found:
        ran = run(["submit", QUESTION, str(solution), "--server", found.address])

    assert ran.code == 0, ran.stderr
    assert "score 3 of 5" in ran.stdout
    assert ran.stderr.count("trying again") == (2 if at == "POST" else 6)
    assert sent(found) == 1
    assert found.tokens == {f"Bearer {TOKEN}"}


def test_pause_is_what_the_server_asks_for(
    run: Run, solution: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)

    def script(method: str, path: str, times: int) -> Reply:
        if method == "POST" and times == 1:
            return Reply({"detail": "x"}, 429, {**JSON, "Retry-After": "7"})
        return odd(method, path, times)

    with odd_server(script) as found:
        ran = run(["submit", QUESTION, str(solution), "--server", found.address])

    assert ran.code == 0
    assert 7 in pauses
    assert "trying again in 7 s" in ran.stderr


@pytest.mark.parametrize("wait", ["100000", "61"])
def test_who_may_not_go_on_for_long_is_told_at_once(run: Run, solution: Path, wait: str) -> None:
    said = {"detail": "that was a lot", "hint": f"try again in {wait} s"}

    def script(method: str, path: str, times: int) -> Reply:
        if method == "POST":
            return Reply(said, 429, {**JSON, "Retry-After": wait})
        return odd(method, path, times)

    with odd_server(script) as found:
        ran = run(["submit", QUESTION, str(solution), "--server", found.address])

    assert ran.code == 2
    assert f"refused (429): that was a lot; try again in {wait} s" in ran.stderr
    assert len(found.keys) == 1


@pytest.mark.parametrize(
    ("reply", "code", "said"),
    [
        pytest.param(
            Reply(b"<html>", 200, {"Content-Type": "text/html"}), 2, "is this its address?", id="page"
        ),
        pytest.param(
            Reply(b"", 302, {"Location": "https://evil.example/\x1b[2J"}),
            2, "where a token is not sent", id="redirect",
        ),
        pytest.param(Reply(b"{", 200), 3, "what is not JSON", id="half-json"),
        pytest.param(Reply(b"[" * 100_000, 200), 3, "what is not JSON", id="deep-json"),
        pytest.param(Reply([1]), 3, "something else than was asked for", id="list"),
        pytest.param(Reply({}), 3, "something else than", id="empty"),
        pytest.param(Reply({"id": "../../x", "submissions": [3]}), 3, "something else", id="lies"),
        pytest.param(
            Reply({"id": "a/b", "received_at": "\x1b[2J", "content_sha256": "x"}),
            3, "something else than", id="hostile-receipt",
        ),
        pytest.param(
            Reply({"detail": "\x1b[2Jscore 5 of 5\nscore 5 of 5", "hint": 3}, 422),
            2, "refused (422): ", id="hostile-refusal",
        ),
        pytest.param(Reply([], 422), 3, "something else than was asked for", id="odd-refusal"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("at", ["GET", "POST"])
def test_answer_that_is_none_is_told_in_a_line(
    run: Run, solution: Path, reply: Reply, code: int, said: str, at: str
) -> None:
    def script(method: str, path: str, times: int) -> Reply:
        return reply if method == at else odd(method, path, times)

    with odd_server(script) as found:
        ran = run(["submit", QUESTION, str(solution), "--server", found.address])

    assert (ran.code, ran.stdout) == (code, ""), ran
    assert said in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert ran.stderr.rstrip("\n").isprintable()
    assert sent(found) <= 1


def test_endless_answer_is_cut_off(
    run: Run, solution: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.cli.asking._MOST_BYTES", 1 << 20)

    def script(method: str, path: str, times: int) -> Reply:
        return Reply(b" " * (3 << 20)) if path.endswith("/report") else odd(method, path, times)

    with odd_server(script) as found:
        ran = run(["submit", QUESTION, str(solution), "--server", found.address])

    assert ran.code == 3
    assert "the server sent more than 1 MiB" in ran.stderr


@pytest.mark.parametrize(
    "report",
    [
        pytest.param({}, id="empty"),
        pytest.param({**REPORT, "score": 99}, id="above-the-maximum"),
        pytest.param({**REPORT, "more": 1}, id="another-key"),
        pytest.param([REPORT, REPORT], id="two"),
        pytest.param({**REPORT, "question": {**REPORT["question"], "id": "relu"}}, id="another"),
    ],
)
def test_report_that_is_none_is_not_shown(run: Run, solution: Path, report: Any) -> None:
    with odd_server(lambda method, path, _: usual(method, path, report)) as found:
        ran = run(["submit", QUESTION, str(solution), "--server", found.address])

    assert (ran.code, ran.stdout) == (3, "")
    assert "the server sent" in ran.stderr


@pytest.mark.parametrize(
    ("changes", "arguments", "code", "said"),
    [
        pytest.param({"status": "infrastructure_error"}, [], 3, "which is not zero", id="fault"),
        pytest.param({"status": "hidden"}, [], 0, "when the exam has closed", id="hidden"),
        pytest.param(
            {"status": "hidden"}, ["--fail-under", "1"], 2, "does not tell", id="hidden-and-asked"
        ),
        pytest.param({"status": "new"}, [], 3, "does not say what became", id="unknown"),
        pytest.param({"state": "new"}, [], 3, "something else than", id="state"),
        pytest.param({"ahead": "1"}, [], 3, "something else than", id="types"),
    ],
)
def test_what_has_no_report_is_told(
    run: Run, solution: Path, changes: dict[str, object], arguments: list[str], code: int, said: str
) -> None:
    def script(method: str, path: str, times: int) -> Reply:
        is_state = method == "GET" and path.endswith("/r1")
        return Reply({**DONE, **changes}) if is_state else odd(method, path, times)

    with odd_server(script) as found:
        ran = run(["submit", QUESTION, str(solution), "--server", found.address, *arguments])

    assert (ran.code, ran.stdout) == (code, "")
    assert said in ran.stderr


def test_what_failed_by_their_fault_is_handed_in_anew(run: Run, solution: Path) -> None:
    from grader.core.handed_in import digest_of_hand_in

    digest = digest_of_hand_in(QUESTION, "submit", "", {"solution.py": RIGHT.encode()})
    last = {"receipt": "r0", "content_sha256": digest, "received_at": "2027-01-15T09:00:00Z"}
    statuses = iter(["infrastructure_error", "graded"])

    def script(method: str, path: str, times: int) -> Reply:
        if path.endswith("/submissions") and method == "GET":
            return Reply({"submissions": [{**last, "status": next(statuses)}]})
        if path.endswith("/r0"):
            return Reply({**DONE, "receipt": "r0"})
        return odd(method, path, times)

    with odd_server(script) as found:
        anew = run(["submit", QUESTION, str(solution), "--server", found.address])
        kept = run(["submit", QUESTION, str(solution), "--server", found.address])

    assert (anew.code, kept.code, len(found.keys)) == (0, 0, 1)
    assert "received 2027" in anew.stderr
    assert "was received before" in kept.stderr


def test_nobody_listening_is_our_fault_not_the_learners(run: Run, solution: Path) -> None:
    arguments = ["submit", QUESTION, str(solution), "--server", "http://127.0.0.1:9"]

    ran = run([*arguments, "--patience", "2"])

    assert (ran.code, ran.stdout) == (3, "")
    assert "http://127.0.0.1:9 cannot be reached" in ran.stderr
    assert "given up after 2 s" in ran.stderr


# -- before anything is sent ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://grader.example.org", "would travel unencrypted; use its https:// address"),
        ("http://192.0.2.1:8000", "would travel unencrypted"),
        ("http://127.0.0.1.example.org", "would travel unencrypted"),
        ("http://localhost.example.org", "would travel unencrypted"),
        ("grader.example.org", "such as https://"),
        ("ftp://grader.example.org", "such as https://"),
        ("file:///etc/passwd", "such as https://"),
        ("https://", "such as https://"),
        ("https://user:secret@grader.example.org", "such as https://"),
        ("https://grader.example.org/path", "such as https://"),
        ("https://grader.example.org?q", "such as https://"),
        ("https://grader.example.org:x", "such as https://"),
        ("https://[::1", "such as https://"),
        ("https://a b", "such as https://"),
        ("https://a\r\nHost: b", "such as https://"),
        ("", "no server is named"),
    ],
)
def test_address_that_is_not_safe_is_refused(
    run: Run, solution: Path, address: str, said: str
) -> None:
    ran = run(["submit", QUESTION, str(solution), "--server", address])

    assert (ran.code, ran.stdout) == (2, "")
    assert said in ran.stderr
    assert "secret" not in ran.stderr.replace("user:secret@", "")


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("", "there is no token; make one"),
        ("secret", "holds no token"),
        ("grader_x", "holds no token"),
        (f"{TOKEN}\r\nX: y", "holds no token"),
    ],
)
def test_token_that_is_none_is_refused_and_not_shown(
    run: Run, solution: Path, monkeypatch: pytest.MonkeyPatch, token: str, said: str
) -> None:
    monkeypatch.setenv("GRADER_TOKEN", token)

    ran = run(["submit", QUESTION, str(solution), "--server", "http://127.0.0.1:9"])

    assert ran.code == 2
    assert said in ran.stderr
    assert token.partition("\r")[0] not in ran.stderr or not token


def test_token_comes_from_a_file_that_only_its_owner_reads(
    run: Run, solution: Path, course: Course
) -> None:
    path = course.write("token", f"{TOKEN[:-1]}B\n")
    said = []

    with odd_server(odd) as found:
        for mode in (0o600, 0o644):
            path.chmod(mode)
            arguments = ["--server", found.address, "--token-file", str(path)]
            said.append(run(["submit", QUESTION, str(solution), *arguments]).stderr)

    assert found.tokens == {f"Bearer {TOKEN[:-1]}B"}
    assert ["can be read by others" in each for each in said] == [False, True]
    assert TOKEN[:20] not in "".join(said)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        pytest.param({"a.txt": "x"}, "is of another kind", id="kind"),
        pytest.param({"a.py": " "}, "is empty", id="empty"),
        pytest.param({"a.py": "#" * ((256 << 10) + 1)}, "larger than 256 KiB", id="large"),
        pytest.param({"a/x.py": "x", "b/x.py": "y"}, "two files are called 'x.py'", id="one-name"),
        pytest.param({f"f{n}.py": "x" for n in range(21)}, "at most 20", id="many"),
    ],
)
def test_files_that_cannot_be_handed_in_are_not_sent(
    run: Run, solution: Path, course: Course, files: dict[str, str], said: str
) -> None:
    paths = [str(course.write(name, content)) for name, content in files.items()]

    with odd_server(odd) as found:
        ran = run(["submit", QUESTION, *paths, "--server", found.address])

    assert ran.code == 2
    assert said in ran.stderr
    assert found.asked == []


def test_folder_in_a_folder_is_not_flattened(run: Run, solution: Path, course: Course) -> None:
    course.write("work/inner/a.py", "x = 1")

    ran = run(["submit", QUESTION, "work", "--server", "http://127.0.0.1:9"])

    assert ran.code == 2
    assert "zip the folder" in ran.stderr


def test_name_is_sent_as_the_server_takes_it(run: Run, solution: Path, course: Course) -> None:
    from grader.cli.sending import _name

    assert [_name(name) for name in ("a.py", "ä b.py", ".x.py", "x" * 200 + ".py")] == [
        "a.py",
        "_ b.py",
        "x.py",
        "x" * 97 + ".py",
    ]


def test_submitting_loads_neither_server_nor_sandbox() -> None:
    program = (
        "import sys; from grader.cli import main; import contextlib, io\n"
        "with contextlib.redirect_stderr(io.StringIO()), contextlib.suppress(SystemExit):\n"
        "    main(['submit', 'x', '/dev/null', '--server', 'http://127.0.0.1:9'])\n"
        "heavy = {'fastapi', 'sqlalchemy', 'uvicorn', 'numpy', 'hypothesis', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)), 'grader.sandbox' in sys.modules)"
    )

    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )

    assert ran.stdout.strip() == "[] False", ran.stderr
