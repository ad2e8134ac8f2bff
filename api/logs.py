"""Logs as JSON, one object a line, on standard error."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import msgspec

_OWN = ("method", "route", "status", "ms", "error")


class JsonLines(logging.Formatter):
    """Time, level, logger, message and the members that our own log calls add."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in _OWN if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            from api.problems import trace

            line["error"] = trace(record.exc_info[1])
        return msgspec.json.encode(line, enc_hook=str).decode()


def configure(level: str) -> None:
    """Sends all logs of this process to standard error. For servers, not for tests and embedders."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
