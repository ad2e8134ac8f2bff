"""The OpenAPI description and the page that shows it. Nothing here is loaded from another host.

The page is swagger-ui (Apache-2.0), whose files lie in ``api/static/docs/`` as they come from the
npm package ``swagger-ui-dist``, without the comment that points to a source map.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, Router
from litestar.datastructures import CacheControlHeader
from litestar.enums import MediaType
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import (
    Components,
    OpenAPIMediaType,
    OpenAPIResponse,
    Reference,
    SecurityScheme,
    Tag,
)
from litestar.routes import BaseRoute
from litestar.static_files import create_static_files_router

from api import problems
from api.incoming import Body
from api.operations import BEARER, ERRORS, get
from volunteer_core.access.authentication import TokenInvalid
from volunteer_core.errors import Malformed, NotAllowed, NotFound, TooOften

SWAGGER_UI = "5.35.0"
"""The version in ``api/static/docs/``: part of the address, so that browsers may keep the files."""

TAGS = (
    Tag("access", "登录凭证和角色"),
    Tag("places", "社区、网格和场所"),
    Tag("workdays", "工作日、上课日、学期和地方调整"),
    Tag("closures", "停课、台风等关闭"),
    Tag("people", "人员、资格、监护人和请假"),
    Tag("teams", "志愿服务队和一格三员"),
    Tag("programmes", "项目"),
    Tag("rosters", "周期、生成和一周的排班"),
    Tag("seats", "固定班次：每周这一天属于某人的位置"),
    Tag("roster-sheets", "值班表：打印用的表格和群消息"),
    Tag("shifts", "班次、安排人员和出勤"),
    Tag("availability", "何时能来、意愿和征询"),
    Tag("drafts", "自动排班的草稿：计算、解释、比较、调整和采用"),
    Tag("swaps", "换班、顶班、自行报名和候补"),
    Tag("versions", "已公布排班的各个版本"),
    Tag("events", "活动、岗位、报名和候补"),
    Tag("door", "入场码、签到签退和现场入场"),
    Tag("event-outcomes", "活动之后：统计、评价和签到表"),
    Tag("children", "五点学堂的儿童、报名和接送授权"),
    Tag("sessions", "五点学堂当天的到达和交接"),
    Tag("calendars", "日历订阅和个人安排"),
    Tag("busy-calendars", "个人自己的日历：只用来知道何时没空"),
    Tag("hours", "时长、台账和汇总"),
    Tag("claims", "补录：本人申报、他人审批"),
    Tag("objections", "异议：对台账记录提出，按期答复"),
    Tag("months", "月末结账：待办清单、社区结账、街道结账和重开"),
    Tag("certificates", "志愿服务记录和记录证明"),
    Tag("recognitions", "星级：达到、复核和名单"),
    Tag("hour-sheets", "台账：时长的表格和导出"),
    Tag("imports", "导入人员、儿童和以往时长的表格"),
    Tag("notices", "需要通知的事项"),
    Tag("office", "街道办的设置和操作记录"),
    Tag("server", "服务是否正常"),
)

PAGE = f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>志愿服务接口文档</title>
<link rel="icon" type="image/png" href="docs/{SWAGGER_UI}/favicon-32x32.png">
<link rel="stylesheet" href="docs/{SWAGGER_UI}/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="docs/{SWAGGER_UI}/swagger-ui-bundle.js"></script>
<script src="docs/{SWAGGER_UI}/start.js"></script>
</body>
</html>
"""

ONLY_FROM_HERE = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
)


@get("/docs", operation=None, answers=None, include_in_schema=False, media_type=MediaType.HTML)
async def show_docs() -> Response[str]:
    """Show the description of this interface."""
    return Response(PAGE, media_type=MediaType.HTML, headers={"Content-Security-Policy": ONLY_FROM_HERE})


@get("/openapi.json", operation=None, answers=None, include_in_schema=False)
async def show_description(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Give the description itself: made once, when it is first asked for."""
    state = request.app.state
    if "description" not in state:
        state.description = _complete(request.app)
    return Response(state.description, media_type=MediaType.JSON)


def files() -> Router:
    """The files of the page. Their address changes with the version, so they are kept for a year."""
    return create_static_files_router(
        path=f"/docs/{SWAGGER_UI}",
        directories=[Path(__file__).parent / "static" / "docs"],
        cache_control=CacheControlHeader(public=True, max_age=365 * 86400, immutable=True),
        opt={"operation": None},
        include_in_schema=False,
    )


def describe(version: str) -> OpenAPIConfig:
    """What Litestar needs to describe the interface at ``/openapi.json``."""
    return OpenAPIConfig(
        title="志愿服务 API",
        version=version,
        description=(
            "Rosters, calendars, events, hours and child care of the volunteers of a street office.\n\n"
            "Sign in with `Authorization: Bearer <token>`. Every error is a problem document (RFC 9457): "
            "`code` never changes, `detail` is a sentence in Chinese. Lists take `limit` and `offset`. "
            "Bodies are strict JSON; fields and query parameters that are not described are refused. "
            "A POST with an `Idempotency-Key` may be sent again when its answer was lost: it is done once."
        ),
        tags=list(TAGS),
        components=Components(
            security_schemes={
                BEARER: SecurityScheme(
                    type="http",
                    scheme="bearer",
                    description="A token from `volunteer token` or the street office.",
                )
            },
            responses={str(status): _error(status, meaning) for status, meaning in ERRORS.items()},
        ),
        openapi_router=_NoPages("/", route_handlers=[]),
    )


class _NoPages(Router):
    """Litestar's own pages for the description are left out: they answer unknown addresses with HTML."""

    def register(self, value: Any) -> list[BaseRoute]:  # noqa: ARG002 - Litestar gives it
        return []


def _complete(app: Litestar) -> bytes:
    description = app.openapi_schema.to_schema()
    schemas = description["components"]["schemas"]
    for body in _kinds_of(Body):
        if body.__name__ in schemas:  # Litestar does not say that unknown fields are refused
            schemas[body.__name__]["additionalProperties"] = False
    encoded = msgspec.json.encode(description, enc_hook=str)
    return re.sub(rb"\bPage_[\w.]*\.(\w+)_\"", rb'PageOf\1"', encoded)


def _kinds_of(kind: type[Body]) -> Iterator[type[Body]]:
    for child in kind.__subclasses__():
        yield child
        yield from _kinds_of(child)


def _error(status: int, meaning: str) -> OpenAPIResponse:
    kinds = [kind for kind, its in problems.STATUS.items() if its == status]
    refusal = _EXAMPLES.get(status) or kinds[0]()
    return OpenAPIResponse(
        description=meaning,
        content={
            problems.MEDIA_TYPE: OpenAPIMediaType(
                schema=Reference("#/components/schemas/Problem"),
                example=problems.document(refusal),
            )
        },
    )


_EXAMPLES = {
    400: problems.RequestInvalid("应不大于 500。", source="query", field="limit"),
    401: TokenInvalid(),
    403: NotAllowed(operation="places.change"),
    404: NotFound("sites", 99),
    422: Malformed("name", "不能为空。"),
    429: TooOften(1800),
}
