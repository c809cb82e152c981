"""The document of the API (OpenAPI), made from its routes, and a page that reads it to people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.responses import HTMLResponse

from grader.report import schema
from grader.web.api_models import HandedIn, Problem
from grader.web.api_regrade_models import Applying, NewRegrade
from grader.web.guard import visit_of
from grader.web.problems import API, KINDS
from grader.web.rendering import page
from grader.web.site import site_of

router = APIRouter()
_REF = "#/components/schemas/"
_ABOUT = (
    "Hand in, follow and read results by program. Every request carries an API token, made on the "
    "page `/tokens`, as `Authorization: Bearer grader_…`. Errors are problem details (RFC 9457); "
    "their `hint` says what to do."
)
#: what routes read or answer without the framework's knowing
_OWN_MODELS = (Problem, HandedIn, NewRegrade, Applying)


@router.get(
    f"{API}/openapi.json",
    operation_id="readSchema",
    response_description="An OpenAPI 3.1 document.",
)
def read_schema(request: Request) -> dict[str, Any]:
    """Give this document."""
    return document_of(request.app)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of an operation; place: path, query or header."""

    name: str
    place: str
    is_required: bool
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation as the page shows it."""

    name: str
    method: str
    path: str
    summary: str
    about: str
    parameters: tuple[Parameter, ...]
    has_body: bool
    is_public: bool
    answers: dict[str, str]
    example: str


@router.get("/api", include_in_schema=False)
async def show_api(request: Request) -> HTMLResponse:
    """Show the operations of the API, with an example for a command line each."""
    await visit_of(request)
    site = site_of(request)
    address = f"https://{site.public_host}" if site.public_host else str(request.base_url)
    found = operations_of(document_of(request.app), address.rstrip("/"))
    kinds = dict(KINDS.values())
    return page(request, "api.html", operations=found, kinds=kinds)


def document_of(app: FastAPI) -> dict[str, Any]:
    """Give the document, made once for an application."""
    if app.openapi_schema is None:
        made = get_openapi(
            title="grader",
            version=app.version,
            summary="Hand in answers to exercises and read what became of them.",
            description=_ABOUT,
            routes=app.routes,
        )
        made["components"]["schemas"] |= _own_schemas() | _report_schemas()
        app.openapi_schema = made
    return app.openapi_schema


def _own_schemas() -> dict[str, Any]:
    wanted = [(model, "validation") for model in _OWN_MODELS]
    _, found = models_json_schema(wanted, ref_template=_REF + "{model}")  # type: ignore[arg-type]
    definitions: dict[str, Any] = found["$defs"]
    return definitions


def _report_schemas() -> dict[str, Any]:
    """Give the schema of a report as parts of this document, whose names begin with Report."""
    report = dict(schema())
    parts = report.pop("$defs")
    for key in ("$schema", "$id"):
        report.pop(key)
    named = {f"Report_{name}": part for name, part in parts.items()} | {"Report": report}
    return {name: _moved(part) for name, part in named.items()}


def _moved(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _ref(item) if key == "$ref" else _moved(item) for key, item in value.items()}
    return [_moved(item) for item in value] if isinstance(value, list) else value


def _ref(target: str) -> str:
    return _REF + "Report_" + target.removeprefix("#/$defs/")


def operations_of(document: dict[str, Any], address: str) -> list[Operation]:
    """Give the operations of a document in its order; address: of the server, for examples."""
    return [
        Operation(
            name=found["operationId"],
            method=method.upper(),
            path=path,
            summary=found["description"].partition("\n")[0],
            about=found["description"].partition("\n")[2].strip(),
            parameters=tuple(map(_parameter, found.get("parameters", ()))),
            has_body="requestBody" in found,
            is_public="security" not in found,
            answers={code: each["description"] for code, each in found["responses"].items()},
            example=_example(found, method.upper(), address + path),
        )
        for path, methods in document["paths"].items()
        for method, found in methods.items()
    ]


def _parameter(declared: dict[str, Any]) -> Parameter:
    return Parameter(
        name=declared["name"],
        place=declared["in"],
        is_required=declared.get("required", False),
        about=declared.get("description", ""),
    )


def _example(found: dict[str, Any], method: str, url: str) -> str:
    words = ["curl"]
    if "security" in found:
        words.append('-H "Authorization: Bearer $GRADER_TOKEN"')
    if "requestBody" in found:
        words.append("-H 'Content-Type: application/json' -d @body.json")
    elif method != "GET":
        words.append(f"-X {method}")
    return " ".join([*words, f"'{url}'"])
