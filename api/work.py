"""The one way by which handlers open work: it finds out who is calling, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar, cast

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from api.operations import needs_sign_in
from api.problems import AuthorizationUnreadable, SignInNeeded
from api.repeats import LastWork, key_of
from volunteer_core.access.authentication import actor_of
from volunteer_core.database import Database, Work
from volunteer_core.errors import NotAllowed
from volunteer_core.permissions import Actor, ActorKind

P = ParamSpec("P")
T = TypeVar("T")


class Opener:
    """Opens work for one request, as the person whose bearer token it carries, or as nobody known.

    ``last`` is there for a request that was sent with a key: it may be sent again.
    """

    def __init__(self, database: Database, authorization: str | None, last: LastWork | None = None) -> None:
        self._database = database
        self._authorization = authorization
        self._last = last

    def carry_out(self, handler: Callable[P, T], *args: P.args, **facts: P.kwargs) -> T:
        """What a handler answers that opens its works here; or has answered, if the request is sent again.
        All handlers of POST are carried out by it, those that run aside in the thread in which they run."""
        if self._last is None:
            return handler(*args, **facts)
        response = self._last.answer(lambda: handler(*args, **facts), self._writing)
        return cast(T, response)  # Litestar takes a response for any answer

    @contextmanager
    def read(self) -> Iterator[Work]:
        """Work that only looks."""
        with self._database.read(by=Actor.anonymous()) as work, self._signed_in(work):
            if self._last is not None:
                self._last.look(work)
            yield work

    @contextmanager
    def write(self) -> Iterator[Work]:
        """Work that changes something: committed when the block ends, undone when it raises."""
        with self._writing() if self._last is None else self._last.write(self._writing) as work:
            yield work

    @contextmanager
    def _writing(self) -> Iterator[Work]:
        with self._database.write(by=Actor.anonymous()) as work, self._signed_in(work):
            yield work

    @contextmanager
    def _signed_in(self, work: Work) -> Iterator[None]:
        if self._authorization is not None:
            work.by = actor_of(work, secret=_secret(self._authorization))
        try:
            yield
        except NotAllowed as refusal:
            if work.by.kind is ActorKind.ANONYMOUS:
                raise SignInNeeded(**refusal.facts) from refusal
            raise


def refuse_unsigned(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A guard: who has not signed in is told so before anything is read, and learns of no id."""
    operation = handler.opt.get("operation")  # OPTIONS has none
    if needs_sign_in(operation) and "authorization" not in connection.headers:
        raise SignInNeeded(operation=operation)


Opened = NamedDependency[Opener]
"""How a handler asks for it: ``opened: Opened``."""


async def provide_opened(request: Request[Any, Any, Any]) -> Opener:
    """The dependency ``opened``. It opens nothing itself: the handler does, in its own thread."""
    last, handler = None, request.route_handler
    if (repeatable := await key_of(request)) is not None:
        last = LastWork(repeatable, handler.status_code, shown_once=handler.opt.get("shown_once", False))
    return Opener(request.app.state.database, request.headers.get("authorization"), last)


def provide_unsigned(request: Request[Any, Any, Any]) -> Opener:
    """The dependency where the address is the right and who calls does not matter. Calendar programs send
    passwords along that they know from elsewhere: a refusal would have them ask for one."""
    return Opener(request.app.state.database, None)


def _secret(authorization: str) -> str:
    """The token in ``Bearer <token>``; the scheme is read in any case (RFC 9110 §11.1)."""
    scheme, _, secret = authorization.partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not secret:
        raise AuthorizationUnreadable
    return secret
