"""Every error as a problem document (RFC 9457), and the one table that gives refusals their statuses."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from api.explanations import explain
from volunteer_core.access.authentication import TokenInvalid
from volunteer_core.database import Busy, Unreachable
from volunteer_core.errors import Conflict, Malformed, NotAllowed, NotFound, Refused, RuleBroken, TooOften

MEDIA_TYPE = "application/problem+json"

_LONGEST_TRACE = 60

logger = logging.getLogger("volunteer.api.problems")


class RequestInvalid(Refused, code="invalid_request", sentence="请求有误：{where}{problem}"):
    """The request is not of the form that the API describes."""

    def __init__(self, problem: str, *, source: str, field: str = "") -> None:
        """``source`` is path, query, body, header or request; ``field`` is empty for all of it."""
        super().__init__(field=field, problem=problem, source=source)

    @property
    def message(self) -> str:
        field = self.facts["field"]
        where = f"{field} " if field else _SOURCES.get(str(self.facts["source"]), "")
        return self.sentence.format(where=where, problem=self.facts["problem"])


_SOURCES = {"path": "地址", "query": "查询参数", "body": "请求内容"}


class SignInNeeded(NotAllowed, code="sign_in_needed", sentence="请先登录再进行这项操作。"):
    """Only somebody who has signed in may do this."""


class AuthorizationUnreadable(
    TokenInvalid,
    code="authorization_unreadable",
    sentence="Authorization 请求头应写作“Bearer 登录凭证”。",
):
    """The Authorization header holds no bearer token."""


class RouteUnknown(Refused, code="route_unknown", sentence="没有这个地址。"):
    """There is nothing at this address."""


class MethodUnknown(Refused, code="method_not_allowed", sentence="这个地址不支持这种请求方法。"):
    """The address does not answer this method."""


class BodyTooLarge(Refused, code="body_too_large", sentence="请求内容过大，请精简或分开提交。"):
    """The body is longer than the server reads."""


class BodyNotJson(
    Refused,
    code="unsupported_media_type",
    sentence="请求内容必须是 JSON，并写明 Content-Type: application/json。",
):
    """The body is not declared as JSON."""


class NotReady(Refused, code="not_ready", sentence="数据库暂时无法使用，请稍后再试。"):
    """The database does not answer."""


class Unexpected(
    Refused, code="internal_error", sentence="系统出错了，未作任何更改。请稍后再试，或联系管理员。"
):
    """Something went wrong on the server."""


class RequestRefused(Refused, code="request_refused", sentence="无法处理这个请求。"):
    """The request cannot be handled."""


STATUS: Mapping[type[Refused], int] = {
    RequestInvalid: 400,
    RequestRefused: 400,
    SignInNeeded: 401,
    TokenInvalid: 401,
    NotAllowed: 403,
    NotFound: 404,
    RouteUnknown: 404,
    MethodUnknown: 405,
    Conflict: 409,
    BodyTooLarge: 413,
    BodyNotJson: 415,
    Malformed: 422,
    RuleBroken: 422,
    Refused: 422,
    TooOften: 429,
    Unexpected: 500,
    NotReady: 503,
    Busy: 503,
}
"""A refusal has the status of the first of its ancestors that stands here."""

_OF_LITESTAR: Mapping[int, type[Refused]] = {
    404: RouteUnknown,
    405: MethodUnknown,
    413: BodyTooLarge,
    415: BodyNotJson,
}

_HEADERS: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    503: {"Retry-After": "1"},
}


class Problem(msgspec.Struct, frozen=True):
    """What was refused and why (RFC 9457). The facts of the refusal follow as further members."""

    type: str
    """Names the kind of problem: ``urn:volunteer:problem:`` and the code."""
    title: str
    """The kind of problem, in English."""
    status: int
    """The HTTP status once more."""
    detail: str
    """A sentence for the person, in Chinese."""
    code: str
    """The kind of problem for programs; it never changes."""


def status_of(kind: type[Refused]) -> int:
    """The HTTP status of a kind of refusal."""
    return next(STATUS[ancestor] for ancestor in kind.__mro__ if ancestor in STATUS)


def document(refusal: Refused) -> dict[str, Any]:
    """A refusal as a problem document. Facts never stand in for the members that RFC 9457 names."""
    problem = Problem(
        type=f"urn:volunteer:problem:{refusal.code}",
        title=refusal.title,
        status=status_of(type(refusal)),
        detail=refusal.message,
        code=refusal.code,
    )
    facts = msgspec.to_builtins(refusal.facts, enc_hook=str, str_keys=True)
    return {**facts, **msgspec.structs.asdict(problem)}


def respond(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    """The answer to any exception. What nobody foresaw is logged and told without its internals."""
    refusal = refusal_of(error)
    if isinstance(refusal, Unexpected | NotReady):
        logger.error(refusal.code, extra={"route": request.scope.get("path_template"), "error": trace(error)})
    content = document(refusal)
    status = content["status"]
    headers = dict(_HEADERS.get(status, {}))
    if isinstance(refusal, TooOften):
        headers["Retry-After"] = str(refusal.retry_after_seconds)
    if isinstance(error, HTTPException):
        headers.update(error.headers or {})
    return Response(content, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def refusal_of(error: Exception) -> Refused:
    """Any exception as a refusal: Litestar's, an overflow, a mistake of ours."""
    if isinstance(error, Unreachable):  # where the database is concerns the office alone
        return NotReady()
    if isinstance(error, Refused):
        return error
    if isinstance(error, ValidationException):
        return _of_parameters(error)
    if isinstance(error, HTTPException):
        if error.status_code == 404 and _is_unreadable_path(error):
            return RequestInvalid("中的编号或日期格式不符。", source="path")
        if error.status_code in _OF_LITESTAR:
            return _OF_LITESTAR[error.status_code]()
        return RequestRefused() if error.status_code < 500 else Unexpected()
    if isinstance(error, OverflowError) or isinstance(getattr(error, "orig", None), OverflowError):
        return RequestInvalid("数值或日期超出范围。", source="request")
    return Unexpected()


def trace(error: BaseException) -> list[str]:
    """Where an exception came from, without its message: messages may hold personal data."""
    lines: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(lines) < _LONGEST_TRACE:
        lines.append(f"{type(seen).__module__}.{type(seen).__qualname__}")
        frames = traceback.extract_tb(seen.__traceback__)
        lines += [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in frames
            if "site-packages" not in frame.filename or frame is frames[-1]
        ]
        seen = seen.__cause__ or seen.__context__
    return lines


def _is_unreadable_path(error: HTTPException) -> bool:
    """Whether the path fits a route, but a part of it cannot be read as the route's number or date."""
    return isinstance(error.__cause__, ValueError) and not isinstance(error.__cause__, HTTPException)


def _of_parameters(error: ValidationException) -> RequestInvalid:
    """The first of the parameters that Litestar refuses."""
    if missing := re.match(r"Missing required (\w+) parameter '([^']+)'", error.detail):
        return RequestInvalid("缺少这一项。", source=missing[1], field=missing[2])
    if not isinstance(error.extra, list) or not error.extra:
        return RequestInvalid("格式不符。", source="request")
    wrong = error.extra[0]
    field = str(wrong.get("key", "")).split(".")[0]
    if field == "data":
        return RequestInvalid("不能为空。", source="body")
    source = getattr(wrong.get("source"), "value", "request")
    return RequestInvalid(explain(str(wrong.get("message", ""))).problem, source=source, field=field)
