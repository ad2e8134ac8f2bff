"""Conditional requests (RFC 9110 §13): what the caller has already is not sent again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime


def validators(etag: str, last_modified: datetime) -> dict[str, str]:
    """The headers by which a caller can ask again."""
    return {"ETag": etag, "Last-Modified": format_datetime(last_modified.astimezone(UTC), usegmt=True)}


def not_modified(headers: Mapping[str, str], *, etag: str, last_modified: datetime) -> bool:
    """Whether a GET or HEAD is answered with 304: If-None-Match goes before If-Modified-Since.

    Lists, weak tags and ``*`` count (§13.1.2); a date that is none is ignored (§13.1.3).
    """
    known = headers.get("if-none-match")
    if known is not None:
        return known.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in known.split(",")}
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
