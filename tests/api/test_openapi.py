"""The description is whole, the page needs no other host, and routes agree with the table of rights."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

import api as package
from api.operations import needs_sign_in
from volunteer_core.permissions import RIGHTS, Scope

OF_DOCUMENTATION = {"show_docs", "show_description", "get_handler", "head_handler"}
PAGES = {"show_entry", "confirm_certificate", "show_certificate"}
"""Handlers of pages for people."""
NOT_DESCRIBED = OF_DOCUMENTATION | PAGES

FOR_PEOPLE = ("/v1/", "/feeds/", "/calendars/", "/certificates")
SAMPLES = {"date": "2026-12-03", "date-time": "2026-12-03T09:00:00Z", "integer": "1", "boolean": "true"}


@pytest.fixture
def description(api: Any) -> dict[str, Any]:
    found: dict[str, Any] = api.call("GET", "/openapi.json").json()
    return found


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    schemas = description["components"]["schemas"]
    for path, item in description["paths"].items():
        for method, operation in item.items():
            for parameter in operation.get("parameters", []):
                if "$ref" in parameter["schema"]:
                    parameter["schema"] = schemas[parameter["schema"]["$ref"].rpartition("/")[2]]
            yield path, method, operation


def handlers(api: Any) -> Iterator[tuple[str, HTTPRouteHandler]]:
    for route in api.client.app.routes:
        if isinstance(route, HTTPRoute):
            for method, (handler, _) in route.route_handler_map.items():
                if method != "OPTIONS":
                    yield route.path, handler


def sample(schema: dict[str, Any]) -> str:
    for kind in schema.get("oneOf", [schema]):
        if kind.get("enum"):
            return str(kind["enum"][0])
        if kind.get("type") == "array":
            return sample(kind["items"])
        for name in (kind.get("format"), kind.get("type")):
            if name in SAMPLES:
                return SAMPLES[name]
    return "x"


def send(api: Any, path: str, method: str, operation: dict[str, Any], **more: Any) -> httpx.Response:
    """Sends what the description asks for: samples of the needed parameters, and the example."""
    query = {}
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            path = path.replace("{" + parameter["name"] + "}", sample(parameter["schema"]))
        elif parameter["required"]:
            query[parameter["name"]] = sample(parameter["schema"])
    body = operation.get("requestBody", {"content": {}})["content"].get("application/json")
    if body is not None:
        more["json"] = body["example"]
    answer: httpx.Response = api.call(method.upper(), path, params=query, **more)
    return answer


def test_every_route_names_a_row_of_the_table_of_rights(api: Any) -> None:
    for path, handler in handlers(api):
        assert "operation" in handler.opt, f"{path} says no operation"
        operation = handler.opt["operation"]
        assert (operation in RIGHTS) == path.startswith(
            ("/v1/", "/feeds/", "/calendars/", "/certificates")
        ), path


def test_every_operation_is_described(api: Any, description: dict[str, Any]) -> None:
    described = {operation["operationId"] for _, _, operation in operations(description)}
    names = {handler.handler_name for _, handler in handlers(api)}
    assert names - NOT_DESCRIBED == described
    tags = {tag["name"] for tag in description["tags"]}
    schemas = description["components"]["schemas"]
    for path, method, operation in operations(description):
        name = operation["operationId"]
        assert operation["summary"], name
        assert operation["description"], name
        assert set(operation["tags"]) <= tags, f"{name}: the tag has no description in api/docs.py"
        assert "500" in operation["responses"], name
        for status, response in operation["responses"].items():
            if status in {"200", "201"}:
                for media in response["content"].values():
                    assert "example" in media, f"{name} has no example of its answer"
        if "requestBody" in operation:
            media = operation["requestBody"]["content"].get("application/json")
            if media is not None:
                assert "example" in media, f"{name} has no example of its body"
                body = schemas[media["schema"]["$ref"].rpartition("/")[2]]
                assert body["additionalProperties"] is False, name
        for parameter in operation.get("parameters", []):
            assert parameter["schema"], f"{name}: {parameter['name']} has no type"
        assert method == "get" or path.startswith("/v1/"), name


def test_every_post_may_be_sent_again(description: dict[str, Any]) -> None:
    for _, method, operation in operations(description):
        headers = [one for one in operation.get("parameters", []) if one["in"] == "header"]
        assert [one["name"] for one in headers] == (["Idempotency-Key"] if method == "post" else [])
        assert not any(one["required"] for one in headers)


def test_security_is_that_of_the_table(api: Any, description: dict[str, Any]) -> None:
    by_name = {handler.handler_name: handler for _, handler in handlers(api)}
    for _, _, operation in operations(description):
        row = by_name[operation["operationId"]].opt["operation"]
        signed_in = row is not None and Scope.ANYONE not in RIGHTS[row]
        assert ("security" in operation) is signed_in is needs_sign_in(row), operation["operationId"]


def test_nobody_passes_without_a_token(api: Any, description: dict[str, Any]) -> None:
    for path, method, operation in operations(description):
        answer = send(api, path, method, operation)
        if "security" in operation:
            assert answer.status_code == 401, f"{path}: {answer.text}"
        assert answer.status_code < 500, f"{path}: {answer.text}"


@pytest.mark.parametrize("role", ["officer", "coordinator", "neighbour", "volunteer"])
def test_examples_are_understood(api: Any, description: dict[str, Any], role: str) -> None:
    """Every example has the form that the route asks for, and the statuses are those described."""
    for path, method, operation in operations(description):
        answer = send(api, path, method, operation, by=role)
        assert answer.status_code not in {400, 401}, f"{path}: {answer.text}"
        assert answer.status_code < 500, f"{path}: {answer.text}"
        assert str(answer.status_code) in operation["responses"], f"{path}: {answer.text}"


def test_what_is_no_json_is_described(description: dict[str, Any]) -> None:
    paths = description["paths"]
    for feed in ("/feeds/{name}", "/calendars/events.ics"):
        responses = paths[feed]["get"]["responses"]
        assert responses["200"]["content"].keys() == {"text/calendar"}
        assert responses["304"].keys() == {"description"}
    printed = paths["/v1/programmes/{programme_id}/weeks/{week}/sheet"]["get"]["responses"]["200"]
    assert [media.rpartition(".")[2] for media in printed["content"]] == ["sheet"]
    for sheet in ("/v1/imports/people", "/v1/imports/children", "/v1/imports/hours/preview"):
        csv, workbook = paths[sheet]["post"]["requestBody"]["content"]
        assert (csv, workbook.rpartition(".")[2]) == ("text/csv", "sheet")
        assert "415" not in paths[sheet]["post"]["responses"]
    lines = paths["/v1/hours/csv"]["get"]["responses"]["200"]["content"]
    assert lines.keys() == {"text/csv"}


def test_errors_are_problem_documents(description: dict[str, Any]) -> None:
    components = description["components"]
    assert set(components["schemas"]["Problem"]["required"]) == {"type", "title", "status", "detail", "code"}
    for status, response in components["responses"].items():
        media = response["content"]["application/problem+json"]
        assert media["schema"] == {"$ref": "#/components/schemas/Problem"}
        assert str(media["example"]["status"]) == status
    assert components["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert "status_code" not in components["schemas"]


def test_the_page_needs_no_other_host(api: Any) -> None:
    page = api.call("GET", "/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"].startswith("default-src 'self';")
    assert "//" not in page.text.replace("<!DOCTYPE html>", "")
    files = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(files) == 4
    for file in files:
        answer = api.call("GET", f"/{file}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert b"sourceMappingURL" not in answer.content
    assert api.call("GET", f"/{files[0].rpartition('/')[0]}/../../app.py").status_code == 404


def test_the_page_comes_with_its_licence() -> None:
    folder = Path(package.__file__).parent / "static" / "docs"
    assert "Apache License" in (folder / "LICENSE").read_text()
