"""What comes in: types of parameters and bodies, strict JSON, and no query parameter nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Self

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import PathParameter, QueryParameter
from litestar.routes import BaseRoute, HTTPRoute
from msgspec import Meta

from api.explanations import explain
from api.problems import BodyNotJson, RequestInvalid
from volunteer_core.database import LARGEST_ID, LONGEST_PAGE, Paging

Id = Annotated[int, Meta(ge=1, le=LARGEST_ID)]
"""An id in a body."""
PathId = Annotated[int, PathParameter(ge=1, le=LARGEST_ID)]
"""An id in the path: ``site_id: PathId`` for ``/sites/{site_id:int}``."""
QueryId = Annotated[int, QueryParameter(ge=1, le=LARGEST_ID)]
"""An id that a list is asked for."""
OptionalQueryId = Annotated[int | None, QueryParameter(ge=1, le=LARGEST_ID)]
"""An id by which a list can be filtered; give it the default ``None``."""
QueryText = Annotated[str, QueryParameter(min_length=1, max_length=100)]
OptionalQueryText = Annotated[str | None, QueryParameter(min_length=1, max_length=100)]
AwareDatetime = Annotated[datetime, Meta(tz=True)]
"""An instant in a body: it must say its offset from UTC."""


class Body(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A request body. Its fields are named as the operation's parameters; an unknown field is refused."""


def given(body: msgspec.Struct) -> dict[str, Any]:
    """The fields of a body as keyword arguments of the operation."""
    return msgspec.structs.asdict(body)


class Instant(datetime):
    """An instant in the query; annotate with ``QueryInstant`` or ``OptionalQueryInstant``.

    A type of our own, because Litestar reads a plain datetime leniently: "2026" would be in 1970.
    """

    @classmethod
    def read(cls, text: str) -> Self:
        """Reads RFC 3339 with an offset. A space stands for the ``+`` that nobody escaped."""
        try:
            instant = msgspec.convert(text.replace(" ", "+"), AwareDatetime)
        except msgspec.ValidationError as error:
            raise ValueError(str(error)) from error
        return cls.fromisoformat(instant.isoformat())


_INSTANT = {"type": "string", "format": "date-time", "examples": ["2026-12-03T17:00:00+08:00"]}
QueryInstant = Annotated[Instant, QueryParameter(schema_extra=_INSTANT)]
OptionalQueryInstant = Annotated[Instant | None, QueryParameter(schema_extra=_INSTANT)]


def decode_instant(_: type[Instant], value: object) -> Instant:
    """For ``type_decoders`` of the application."""
    return Instant.read(str(value))


Paged = NamedDependency[Paging]
"""How a list's handler asks for its part: ``paging: Paged``."""


def provide_paging(
    limit: Annotated[
        int, QueryParameter(ge=1, le=LONGEST_PAGE, description="How many rows at most")
    ] = Paging().limit,
    offset: Annotated[int, QueryParameter(ge=0, le=LARGEST_ID, description="How many rows to skip")] = 0,
) -> Paging:
    """The dependency ``paging``."""
    return Paging(limit, offset)


class StrictRequest(Request[Any, Any, Any]):
    """Decodes JSON strictly into the handler's ``data``: Litestar itself would take "5" for 5."""

    async def json(self) -> Any:
        """The body as the handler's type; refuses what is not declared as JSON, and what does not fit."""
        kind = self.content_type[0].lower()
        if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
            raise BodyNotJson
        data = self.route_handler.parsed_fn_signature.parameters["data"]
        try:
            return _decoder(data.annotation).decode(await self.body())
        except msgspec.ValidationError as error:
            said = explain(str(error))
            raise RequestInvalid(said.problem, source="body", field=said.path) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise RequestInvalid("不是有效的 JSON。", source="body") from error


@lru_cache(512)
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def prepare(routes: Iterable[BaseRoute]) -> None:
    """Notes in each handler's ``opt`` which query parameters it knows, and the methods of its path."""
    for route in routes:
        if isinstance(route, HTTPRoute):
            methods = ", ".join(sorted(route.route_handler_map))
            for handler, model in route.route_handler_map.values():
                names = {parameter.field_alias for parameter in model.expected_query_params}
                handler.opt["query_names"] = frozenset(names)
                handler.opt["query_lists"] = frozenset(model.sequence_query_parameter_names)
                handler.opt["methods"] = methods  # Litestar's own OPTIONS knows the first handler's only


def refuse_unknown_query(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A guard: a misspelt filter would silently give the whole list. Also refuses NUL in texts."""
    known = handler.opt.get("query_names", frozenset())
    query: Mapping[str, list[str]] = connection.query_params.dict()
    for name, values in query.items():
        if name not in known:
            if not handler.opt.get("any_query"):
                raise RequestInvalid("没有这个查询参数，请核对名称。", source="query", field=name[:40])
        elif len(values) > 1 and name not in handler.opt["query_lists"]:
            raise RequestInvalid("只能给一次。", source="query", field=name)
        elif any("\0" in value for value in values):
            raise RequestInvalid("含有不能使用的控制字符。", source="query", field=name)
    if "\0" in connection.scope["path"]:
        raise RequestInvalid("含有不能使用的控制字符。", source="path")
