"""Conditional requests (RFC 9110 §13): what the caller has already is not sent again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime


def compressed_tag(etag: str) -> str:
    """The tag of the compressed form: other bytes need another one (§8.8.3.3)."""
    return f'{etag[:-1]}-gzip"'


def takes_gzip(headers: Mapping[str, str]) -> bool:
    """Whether the caller asks for gzip by its name (§12.5.3); ``*`` alone is no such wish."""
    for offered in headers.get("accept-encoding", "").lower().split(","):
        coding, _, weight = offered.partition(";")
        if coding.strip() in {"gzip", "x-gzip"}:
            return weight.replace(" ", "").rstrip("0").rstrip(".") not in {"q=", "q=0"}
    return False


def validators(etag: str, last_modified: datetime) -> dict[str, str]:
    """The headers by which a caller can ask again."""
    return {"ETag": etag, "Last-Modified": format_datetime(last_modified.astimezone(UTC), usegmt=True)}


def not_modified(headers: Mapping[str, str], *, etag: str, last_modified: datetime) -> bool:
    """Whether a GET or HEAD is answered with 304: If-None-Match goes before If-Modified-Since.

    Lists, weak tags and ``*`` count (§13.1.2), and the tag of the compressed form as well as the plain
    one's: they change together. A date that is none is ignored (§13.1.3).
    """
    known = headers.get("if-none-match")
    if known is not None:
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        return known.strip() == "*" or not tags.isdisjoint({etag, compressed_tag(etag)})
    since = headers.get("if-modified-since")
    if since is None:
        return False
    try:
        instant = parsedate_to_datetime(since)
    except (ValueError, OverflowError):
        return False
    if instant.tzinfo is None:  # "-0000"; an HTTP date is always GMT
        instant = instant.replace(tzinfo=UTC)
    return last_modified <= instant
