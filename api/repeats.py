"""POSTs that may be sent again: with an Idempotency-Key one is carried out once and always answered alike.

The answer is kept in the last work that the handler writes, before its commit. A handler in several steps
(files are read between two works) is known again at its first.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, cast

import msgspec
from litestar import Request, Response
from litestar.enums import MediaType
from litestar.openapi.spec import OpenAPIType, Parameter, Schema
from litestar.serialization import encode_json

from api.problems import RequestInvalid
from volunteer_core.database import Work
from volunteer_core.repeats import Answer, Repeatable, answered, claim, free, keep

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
SIGNUP_HEADER = "Signup-Secret"
"""The right of who has no account: part of what they ask, as a bearer token tells who asks."""
_KEY = re.compile(r"[!-~]{16,100}")

DESCRIBED = Parameter(
    HEADER,
    "header",
    Schema(type=OpenAPIType.STRING, min_length=16, max_length=100, pattern="^[!-~]+$"),
    "A name for this one request, random and new for each: 16 to 100 visible ASCII characters. Sent again "
    "with it within 48 hours, the request is not carried out again but answered as before, with "
    f"`{REPLAYED}: true`. Refusals are not kept: nothing was changed. Refused: the key of another request "
    "(`idempotency_key_reused`), and to show again what is shown only once (`already_answered`).",
)


async def key_of(request: Request[Any, Any, Any]) -> Repeatable | None:
    """The key that a POST was sent with, and its fingerprint. Refuses what is no key."""
    keys = request.headers.getall(HEADER, [])
    if request.method != "POST" or not keys:
        return None
    if len(keys) > 1:
        raise RequestInvalid("只能给一次。", source="header", field=HEADER)
    if not _KEY.fullmatch(keys[0]):
        raise RequestInvalid("应为 16 至 100 个可见的 ASCII 字符。", source="header", field=HEADER)
    scope = request.scope
    secrets = request.headers.getall(SIGNUP_HEADER, [])
    asked = (scope["method"], scope["path"], scope["query_string"], secrets, await request.body())
    return Repeatable(keys[0], hashlib.sha256(msgspec.msgpack.encode(asked)).hexdigest())


class Replayed(Exception):
    """The request was carried out before: what was answered."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


class LastWork:
    """Carries a request out in works of which the last is left open, and keeps the answer in it."""

    def __init__(self, request: Repeatable, status: int, *, shown_once: bool) -> None:
        self._request = request
        self._status = status
        self._shown_once = shown_once
        self._left_open = ExitStack()
        self._work: Work | None = None
        self._stepped = False

    def look(self, work: Work) -> None:
        """Ends the handler if its request was carried out before."""
        if (answer := answered(work, self._request)) is not None:
            raise Replayed(answer)

    @contextmanager
    def write(self, opens: Callable[[], Any]) -> Iterator[Work]:
        """A work that may be the last: it ends when the next begins, or when the answer is kept."""
        if self._work is not None:
            self._work, self._stepped = None, True
            self._left_open.close()
        with ExitStack() as opened:
            work: Work = opened.enter_context(opens())
            if (answer := claim(work, self._request)) is not None:
                raise Replayed(answer)
            yield work
            self._work = work
            self._left_open.push(opened.pop_all())

    def answer(self, carry_out: Callable[[], Any], opens: Callable[[], Any]) -> Response[bytes]:
        """What the handler answers, or has answered before."""
        try:
            with self._left_open:
                content = carry_out()
                made = Answer(self._status, b"" if content is None else encode_json(content))
                if self._work is None:  # it has only looked
                    with self.write(opens):
                        pass
                keep(cast(Work, self._work), self._request, made, shown_once=self._shown_once)
        except Replayed as before:
            return _response(before.answer, headers={REPLAYED: "true"})
        except Exception:
            if self._stepped:  # else the key has gone with the work that took it
                with opens() as work:
                    free(work, self._request)
            raise
        return _response(made)


def _response(answer: Answer, headers: dict[str, str] | None = None) -> Response[bytes]:
    return Response(answer.body, media_type=MediaType.JSON, status_code=answer.status, headers=headers)
