"""The decorators of all handlers: ``get``, ``post``, ``act``, ``put``, ``patch``.

They name the operation of core, which decides about sign-in, and make the OpenAPI description whole:
summary and description from the docstring, examples, errors, security.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import (
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    Reference,
    RequestBody,
    Schema,
)

from api import repeats
from volunteer_core.permissions import RIGHTS, Scope

BEARER = "bearer"
"""The name of the security scheme in the description."""

Handler = Callable[..., Any]


class File(msgspec.Struct, frozen=True):
    """An example of a file that is uploaded as it is."""

    text: str
    media_type: str = "text/csv"
    or_else: str = ""
    """Another media type that is taken, whose example is not text."""


def get(
    path: str, *, operation: str | None, answers: object, **more: Any
) -> Callable[[Handler], HTTPRouteHandler]:
    """A handler that only looks: 200. HEAD is answered too, see :mod:`api.front`."""
    return _handler("GET", path, 200, operation, None, answers, more)


def post(
    path: str, *, operation: str | None, asks: object, answers: object, **more: Any
) -> Callable[[Handler], HTTPRouteHandler]:
    """A handler that makes something new: 201 with what was made. With ``shown_once=True`` the answer holds
    a secret: it is not kept for those who send the request again."""
    return _handler("POST", path, 201, operation, asks, answers, more)


def act(
    path: str, *, operation: str | None, asks: object = None, answers: object = None, **more: Any
) -> Callable[[Handler], HTTPRouteHandler]:
    """A verb on something (``/shifts/{shift_id:int}/publish``): 200, or 204 where there is no answer.

    With ``asks`` as a :class:`File` the body is that, which the handler takes as ``body: RawBody``.
    """
    return _handler("POST", path, 204 if answers is None else 200, operation, asks, answers, more)


def put(
    path: str, *, operation: str | None, asks: object, answers: object, **more: Any
) -> Callable[[Handler], HTTPRouteHandler]:
    """A handler that lays something down by its name or date, whether it was there or not: 200."""
    return _handler("PUT", path, 200, operation, asks, answers, more)


def patch(
    path: str, *, operation: str | None, asks: object, answers: object, **more: Any
) -> Callable[[Handler], HTTPRouteHandler]:
    """A handler that corrects something; what is not given stays: 200."""
    return _handler("PATCH", path, 200, operation, asks, answers, more)


def needs_sign_in(operation: str | None) -> bool:
    """Whether the table of rights asks for a signed-in person."""
    return operation is not None and Scope.ANYONE not in RIGHTS[operation]


def _handler(
    method: str,
    path: str,
    status: int,
    operation: str | None,
    asks: object,
    answers: object,
    more: dict[str, Any],
) -> Callable[[Handler], HTTPRouteHandler]:
    if operation is not None and operation not in RIGHTS:
        raise LookupError(f"{operation} has no row in the table of rights")

    def decorate(function: Handler) -> HTTPRouteHandler:
        summary, _, description = inspect.cleandoc(function.__doc__ or "").partition("\n")
        settings: dict[str, Any] = {
            "http_method": method,
            "status_code": status,
            "sync_to_thread": None if inspect.iscoroutinefunction(function) else True,
            "operation_id": function.__name__,
            "summary": summary.rstrip("."),
            "description": description.strip() or summary,
            "security": [{BEARER: []}] if needs_sign_in(operation) else None,
            # Not a partial: registering deep-copies handlers, and would copy its examples with them.
            "operation_class": lambda **fields: _describe(method, operation, asks, answers, **fields),
            "operation": operation,
        }
        handler = HTTPRouteHandler(path, **{**settings, **more})
        return handler(
            _carried_out(function) if method == "POST" and settings["sync_to_thread"] else function
        )

    return decorate


def _carried_out(function: Handler) -> Handler:
    """The handler of a POST, which may be sent again. One that runs aside does it there."""

    @wraps(function)
    def carry_out(**given: Any) -> Any:
        return given["opened"].carry_out(function, **given)

    return carry_out


ERRORS: Mapping[int, str] = {
    400: "The request is not of the form described here.",
    401: "Signing in is needed, or the token is unknown, expired or revoked.",
    403: "The caller has no right to do this to this subject.",
    404: "There is nothing with that id.",
    409: "The state of the subject stands against the request, or it has changed meanwhile.",
    413: "The body is longer than the server reads.",
    415: "The body is not declared as JSON.",
    422: "A value or a rule of the domain stands against the request.",
    500: "Something went wrong on the server; nothing was changed.",
    503: "The server is busy or its database does not answer: try again later.",
}
"""The errors an operation can answer with, and what they mean; :mod:`api.docs` describes each once."""


def _describe(method: str, operation: str | None, asks: object, answers: object, **fields: Any) -> Operation:
    """Litestar's description of an operation, with our examples, and our errors instead of its own."""
    described = Operation(**fields)
    if isinstance(asks, File):  # Litestar does not describe a raw body
        file = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING))
        content = {asks.media_type: file}
        _exemplify(content, asks.text)
        if asks.or_else:
            binary = Schema(type=OpenAPIType.STRING, content_media_type=asks.or_else)
            content[asks.or_else] = OpenAPIMediaType(schema=binary)
        described.request_body, asks = RequestBody(content, required=True), None
    if method == "POST":
        described.parameters = [*(described.parameters or []), repeats.DESCRIBED]
    statuses = _statuses(method, operation, described)
    if described.request_body is not None and not isinstance(described.request_body, Reference):
        statuses |= {413, 415} if "application/json" in described.request_body.content else {413}
        _exemplify(described.request_body.content, asks)
    success = {status: response for status, response in (described.responses or {}).items() if status < "300"}
    for response in success.values():
        if not isinstance(response, Reference):
            response.headers = None
            _exemplify(response.content, answers)
    own = {
        status: response
        for status, response in (described.responses or {}).items()
        if status == "304" or status >= "500"
    }
    errors = {str(status): Reference(f"#/components/responses/{status}") for status in sorted(statuses)}
    described.responses = {**success, **errors, **own}
    return described


def _statuses(method: str, operation: str | None, described: Operation) -> set[int]:
    """The errors that an operation can answer with, whatever its body."""
    statuses = {500}
    if operation is not None:
        statuses |= {400, 401, 503}
    if needs_sign_in(operation):
        statuses |= {403}
    if described.parameters or described.request_body:
        statuses |= {404, 422}
    if method != "GET":
        statuses |= {404, 409, 422}
    return statuses


def _exemplify(content: Mapping[str, OpenAPIMediaType] | None, example: object) -> None:
    for media in (content or {}).values():
        if example is not None:
            media.example = msgspec.to_builtins(example, str_keys=True)
