"""Settings of a server process, read from environment variables that begin with ``VOLUNTEER_``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal, get_type_hints

import msgspec
from msgspec import Meta

from api.explanations import explain

PREFIX = "VOLUNTEER_"


class SettingsInvalid(ValueError):
    """A variable has a value that it cannot have; the message names it, in Chinese."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set from outside. Everything has a default that works on one machine."""

    database_url: Annotated[
        str,
        Meta(
            pattern=r"^(sqlite|postgresql)(\+\w+)?://",
            description="SQLAlchemy URL of the database: `sqlite:///…`, `postgresql+psycopg://…`",
        ),
    ] = "sqlite:///volunteer.db"
    host: Annotated[
        str,
        Meta(min_length=1, description="Address to listen at; the default is reached from this machine only"),
    ] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535, description="Port to listen at")] = 8000
    workers: Annotated[
        int, Meta(ge=1, le=64, description="Processes that answer; each has its own connections")
    ] = 1
    threads: Annotated[
        int, Meta(ge=2, le=4, description="Threads of a process that work, and its database connections")
    ] = 4
    planners: Annotated[
        int,
        Meta(ge=0, le=16, description="Rosters planned at once, each in a process of its own; 0: by hand"),
    ] = 1
    max_body_bytes: Annotated[
        int, Meta(ge=1024, le=100_000_000, description="Longest request body that is read, in bytes")
    ] = 2_000_000
    gzip_level: Annotated[
        int, Meta(ge=0, le=9, description="How hard calendars are compressed for who asks; 0: never")
    ] = 6
    base_url: Annotated[
        str,
        Meta(
            pattern=r"^(https?://[^/\s]+(/[^\s]*)?)?$",
            description="Where people reach the server, for links; empty: host and port, none in calendars",
        ),
    ] = ""
    proxies: Annotated[
        int,
        Meta(
            ge=0,
            le=5,
            description="Proxies in front whose X-Forwarded-For is believed; 0: the header is ignored",
        ),
    ] = 0
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(description="Least important message that is logged"),
    ] = "info"
    now: (
        Annotated[
            datetime,
            Meta(tz=True, description="The demo only: an ISO instant at which the clock stands still"),
        ]
        | None
    ) = None

    @property
    def links_base(self) -> str:
        """What links begin with, without a slash at the end."""
        return self.base_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def clock(self) -> Callable[[], datetime]:
        """The present: the real one, or the demo's."""
        if (now := self.now) is None:
            return lambda: datetime.now(UTC)
        return lambda: now


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of an environment (this process's by default).

    Refuses (:class:`SettingsInvalid`) the first variable whose value does not fit. An empty
    variable counts as not set.
    """
    given = os.environ if environment is None else environment
    values: dict[str, object] = {}
    for field, kind in get_type_hints(Settings, include_extras=True).items():
        name = variable(field)
        raw = given.get(name, "").strip()
        if not raw:
            continue
        try:  # strictly, because leniently an instant "2026" would be in 1970
            values[field] = msgspec.convert(int(raw) if raw.isdecimal() else raw, kind)
        except msgspec.ValidationError as error:
            raise SettingsInvalid(f"环境变量 {name} 有误：{explain(str(error)).problem}") from error
    return Settings(**values)  # type: ignore[arg-type]  # each was converted to its field's type


def variable(field: str) -> str:
    """The environment variable of a field."""
    return PREFIX + field.upper()


def settings_table() -> str:
    """All settings as a Markdown table: name, default, meaning. The README holds it, a test compares."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    defaults = msgspec.to_builtins(Settings())
    schema = msgspec.json.schema_components([Settings])[1]["Settings"]["properties"]
    for field in Settings.__struct_fields__:
        described = schema[field]
        meaning = described.get("description") or described["anyOf"][0]["description"]
        default = "–" if defaults[field] in ("", None) else f"`{defaults[field]}`"
        lines.append(f"| `{variable(field)}` | {default} | {meaning} |")
    return "\n".join(lines)
