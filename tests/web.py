"""A web server with TLS on this machine, whose certificate nobody but the tests trusts."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address, IPv6Address, ip_address
from threading import Thread
from typing import Any

import trustme

from volunteer_core.commitments.busy.fetching import Fetcher

NAME = "calendar.test"
Answer = Callable[[BaseHTTPRequestHandler], None]


def here(*_: object) -> list[IPv4Address | IPv6Address]:
    """Every name is this machine's."""
    return [ip_address("127.0.0.1")]


def is_here(address: IPv4Address | IPv6Address) -> bool:
    return address.is_loopback


class Web:
    """What it answers by path, and the headers with which it was asked."""

    def __init__(self, port: int, authority: trustme.CA) -> None:
        self.base = f"https://{NAME}:{port}"
        self.port = port
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._authority = authority

    def trusted(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        self._authority.configure_trust(context)
        return context

    def fetcher(self, **facts: Any) -> Fetcher:
        """Fetches from here as if it were the open internet."""
        return Fetcher(**{"resolve": here, "allowed": is_here, "trusted": self.trusted, **facts})

    def gives(self, path: str, data: bytes, *, status: int = 200, **headers: str) -> str:
        """Answers with a file from now on; underscores in headers are dashes. Returns the address."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            etag = headers.get("etag")
            known = etag is not None and handler.headers["If-None-Match"] == etag
            handler.send_response(304 if known else status)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.send_header("Content-Length", str(0 if known else len(data)))
            handler.end_headers()
            if not known:
                handler.wfile.write(data)

        return self.does(path, answer)

    def leads(self, path: str, location: str, status: int = 302) -> str:
        """Redirects from now on."""
        return self.gives(path, b"", status=status, location=location)

    def does(self, path: str, answer: Answer) -> str:
        self.answers[path] = answer
        return f"{self.base}{path}"


@contextmanager
def serving() -> Iterator[Web]:
    """Serves until the block ends."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME).configure_cert(context)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            web.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            with suppress(OSError):  # who has enough hangs up
                web.answers[self.path](self)

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(OSError):  # who does not trust us hangs up too
                super().handle()

        def finish(self) -> None:
            with suppress(OSError):
                super().finish()

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def get_request(self) -> tuple[Any, Any]:
            plain, address = super().get_request()
            plain.settimeout(30)
            return context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False), address

    with Server(("127.0.0.1", 0), Handler) as server:
        web = Web(server.server_address[1], authority)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield web
        finally:
            server.shutdown()
            thread.join()
