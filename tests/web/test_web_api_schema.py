"""The document of the API is complete, and the API keeps to it whatever is sent.

Schemathesis makes requests from the document, fitting and unfitting ones, sends them to the real
application in this process, and holds each answer against the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import schemathesis
from calling import API, Caller, caller
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from test_web_exams import HOMEWORK, announce, at
from test_web_routes import NEEDED_OF_TOKENS
from visitor import Server, record

from grader.service.access import Role
from grader.service.catalogue import Catalogue
from grader.service.database import Database
from grader.web.app import make_app
from grader.web.shell import Shell
from tests.report import examples
from tests.service.stage import Stage, StillClock

OPERATIONS = [*sorted(NEEDED_OF_TOKENS), f"GET {API}/openapi.json"]
#: all day the three with most to them; CI asks all, and for longer
EVERYDAY = [
    name
    for name in OPERATIONS
    if name.partition("/api/v1")[2]
    in ("/submissions", "/questions/{question}/submissions", "/exams/{exam}/begin")
]
FEW, MANY = 4, 40
#: a minute and a bit pass before each request: how often one may hand in is tested elsewhere
SECONDS_BETWEEN = 61
#: what can be asked of one request; the others need several requests that belong together
NAMES = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "allow_header_conformance",
    "ignored_auth",
)


class Staged:
    """A server with something of everything, and two who ask."""

    def __init__(self, server: Server) -> None:
        self.server = server
        catalogue = server.stage.catalogue
        announce(server, HOMEWORK)
        at(server, 1)
        self.student, self.staff = caller(server), caller(server, Role.INSTRUCTOR)
        self.question = next(
            name
            for name, found in catalogue.questions.items()
            if found.code_parts and name not in {each.id for each in HOMEWORK.questions}
        )
        self.receipt = self._graded()
        reason = {"question": self.question, "reason": "ties"}
        self.run = self.staff.post("/regrades", json=reason).json()["run"]
        self.schema = schemathesis.openapi.from_asgi(
            f"{API}/openapi.json", Shell(make_app(server.site), is_secure=False)
        )

    def _graded(self) -> str:
        path = f"/questions/{self.question}/submissions"
        body = {"files": [{"name": "solution.py", "text": "x = 1\n"}]}
        receipt = str(self.student.post(path, json=body).json()["id"])
        record(self.server.stage, examples.mixed())
        return receipt

    def known(self, path: str) -> dict[str, Any]:
        """Give values for the parts of a path that lead to something."""
        values = {
            "question": next(iter(HOMEWORK.questions)).id if "/exams/" in path else self.question,
            "receipt": self.receipt,
            "name": "solution.py",
            "exam": HOMEWORK.id,
            "run": self.run,
        }
        return {name: values[name] for name in re.findall(r"{(\w+)}", path)}


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Iterator[Staged]:
    database = Database.open(tmp_path_factory.mktemp("api") / "grader.sqlite")
    stage = Stage(database=database, catalogue=copy(catalogue), clock=StillClock())
    yield Staged(Server(stage=stage))
    database.close()


def checks() -> list[Any]:
    load_all_checks()
    return [CHECKS.get_one(name) for name in NAMES]


def examine(staged: Staged, name: str, most: int) -> int:
    """Send requests to an operation, as each of both and fitting or not; gives how many."""
    method, _, path = name.partition(" ")
    operation = staged.schema[path][method]
    sent = 0
    for asks in (staged.student, staged.staff):
        for mode in GenerationMode:
            for known in ({}, staged.known(path)) if "{" in path else ({},):
                sent += _examine(staged, operation, asks, most, mode=mode, known=known)
    return sent


def _examine(
    staged: Staged,
    operation: Any,
    asks: Caller,
    most: int,
    *,
    mode: GenerationMode,
    known: dict[str, Any],
) -> int:
    headers = {"Authorization": f"Bearer {asks.token}"}
    statuses: list[int] = []
    if mode is GenerationMode.NEGATIVE and not (
        operation.body or list(operation.iter_parameters())
    ):
        return 0

    @settings(
        max_examples=most,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode, path_parameters=known or None))
    def ask(case: Any) -> None:
        staged.server.stage.clock.pass_by(seconds=SECONDS_BETWEEN)
        answer = case.call(headers=headers)
        statuses.append(answer.status_code)
        case.validate_response(answer, checks=checks(), headers=headers)

    ask()
    return len(statuses)


@pytest.mark.parametrize("name", EVERYDAY)
def test_operation_keeps_to_its_document(staged: Staged, name: str) -> None:
    assert examine(staged, name, FEW) > 0


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_keeps_to_its_document_for_long(staged: Staged, name: str) -> None:
    assert examine(staged, name, MANY) > 0


ME = {"pseudonym": "p1", "name": "Ada", "role": "student", "scopes": ["submit"]}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param(httpx.Response(200, json=ME), None, id="as-declared"),
        pytest.param(httpx.Response(418, json=ME), "UndefinedStatusCode", id="status"),
        pytest.param(httpx.Response(200, text="<p>"), "UndefinedContentType", id="kind"),
        pytest.param(httpx.Response(200, json={**ME, "role": 3}), "JsonSchemaError", id="content"),
    ],
)
def test_answer_beside_the_document_would_be_seen(
    staged: Staged, answer: httpx.Response, said: str | None
) -> None:
    case = staged.schema[f"{API}/me"]["GET"].Case()
    answer.request = httpx.Request("GET", f"http://testserver{API}/me")
    answer.elapsed = timedelta()
    alone = [each for each in checks() if each.__name__ != "ignored_auth"]  # it asks again

    found = None
    try:
        case.validate_response(answer, checks=alone)
    except BaseExceptionGroup as failed:
        (found,) = [type(each).__name__ for each in failed.exceptions]

    assert found == said


# -- the document itself -------------------------------------------------------------------


def document(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = server.client().get(f"{API}/openapi.json").json()
    return found


def operations(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": each
        for path, methods in found["paths"].items()
        for method, each in methods.items()
    }


def test_document_holds_every_operation_and_no_page(server: Server) -> None:
    found = operations(document(server))

    assert sorted(found) == sorted(OPERATIONS)
    assert len({each["operationId"] for each in found.values()}) == len(found)
    for name, each in found.items():
        assert re.fullmatch(r"[a-z][A-Za-z]+", each["operationId"]), name
        assert each["description"], name


def test_document_tells_security_and_problems_of_every_operation(server: Server) -> None:
    found = document(server)

    assert found["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for name, each in operations(found).items():
        if name.endswith("openapi.json"):
            assert "security" not in each
            continue
        assert each["security"] == [{"token": []}], name
        needed = {401} | ({403} if NEEDED_OF_TOKENS[name] else set())
        needed |= {404, 422} if "{" in name else set()
        needed |= {413, 415, 422} if "requestBody" in each else set()
        needed |= {409, 429} if each["operationId"] == "submit" else set()
        assert {str(status) for status in needed} <= set(each["responses"]), name
        for status, answer in each["responses"].items():
            kinds = list(answer["content"])
            assert (kinds == ["application/problem+json"]) is (status >= "400"), (name, status)
            for content in answer["content"].values():
                assert content["schema"], (name, status)


def test_every_reference_of_the_document_leads_somewhere(server: Server) -> None:
    found = document(server)
    references = set(
        re.findall(r'"\$ref": ?"([^"]+)"', server.client().get(f"{API}/openapi.json").text)
    )

    assert len(references) > 20
    for reference in references:
        part: Any = found
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]


def test_report_of_the_document_is_the_schema_of_reports(server: Server) -> None:
    found = document(server)
    schema = {"$ref": "#/components/schemas/Report", "components": found["components"]}
    validator = jsonschema.Draft202012Validator(schema)
    student = caller(server)
    receipt = student.receipt()
    record(server.stage, examples.mixed())

    report = student.read(f"/submissions/{receipt}/report")

    validator.validate(report)
    assert not validator.is_valid({**report, "more": 1})
    assert not validator.is_valid({**report, "score": -1})


def test_page_shows_every_operation_with_an_example(server: Server) -> None:
    answer = server.client().get("/api")

    assert answer.status_code == 200
    for name in OPERATIONS:
        method, _, path = name.partition(" ")
        assert f"<code>{method} {path}</code>" in answer.text
        assert f"http://testserver{path}" in answer.text
    assert "//cdn" not in answer.text


def test_page_names_the_public_address(server: Server) -> None:
    server.public_host = "grader.example.org"

    text = server.client().get("/api").text

    assert "https://grader.example.org/api/v1/me" in text
    assert "testserver" not in text


def test_shipped_style_of_the_page_loads_nothing_from_elsewhere() -> None:
    root = Path(__file__).parents[2] / "grader" / "web" / "templates"

    for name in ("api.html", "tokens.html"):
        assert re.findall(r'(?:src|href)="https?:', (root / name).read_text()) == []
