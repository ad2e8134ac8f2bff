"""Connections to addresses that were checked, until a moment at which all of it has to be over."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any

import httpcore

from volunteer_core.commitments.busy.addresses import AddressInward
from volunteer_core.errors import RuleBroken

Addresses = list[IPv4Address | IPv6Address]


class AddressUnreachable(
    RuleBroken, code="address_unreachable", sentence="现在读取不到这个地址（{why}），请稍后再试。"
):
    """There is no such host, it does not answer, or not with a file."""


class AddressTooSlow(
    RuleBroken, code="address_too_slow", sentence="对方的服务器太慢，没有在规定时间内读完，请稍后再试。"
):
    """The whole file has to be there within the time that one calendar is given."""


class Checked(httpcore.NetworkBackend):
    """Connects to what a name stands for, if all of it is allowed; ends everything at ``deadline``."""

    def __init__(
        self,
        resolve: Callable[[str, int], Addresses],
        allowed: Callable[[IPv4Address | IPv6Address], bool],
        deadline: float,
    ) -> None:
        self._resolve = resolve
        self._allowed = allowed
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline goes before it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._resolved(host, port)
        if not all(map(self._allowed, addresses)):
            raise AddressInward
        for address in addresses:
            try:
                stream = self._plain.connect_tcp(
                    str(address), port, left(self._deadline), local_address, socket_options
                )
            except httpcore.ConnectError:
                continue
            return _Ending(stream, self._deadline)
        raise AddressUnreachable(why="连接不上")

    def _resolved(self, host: str, port: int) -> Addresses:
        """Looked up in a thread, because nothing else ends a look-up that hangs."""
        found: SimpleQueue[Addresses] = SimpleQueue()

        def look_up() -> None:
            try:
                found.put(self._resolve(host, port))
            except (OSError, ValueError):
                found.put([])

        Thread(target=look_up, daemon=True).start()
        try:
            addresses = found.get(timeout=left(self._deadline))
        except Empty:
            raise AddressTooSlow from None
        if not addresses:
            raise AddressUnreachable(why="没有这个网站")
        return addresses


class _Ending(httpcore.NetworkStream):
    """A stream of which no step outlasts the deadline: one by one, each could take its time."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, left(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, left(self._deadline))
        return _Ending(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def left(deadline: float) -> float:
    """The seconds until then; refuses when there are none."""
    seconds = deadline - monotonic()
    if seconds <= 0:
        raise AddressTooSlow
    return seconds
