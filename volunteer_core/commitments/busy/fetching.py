"""Fetching a calendar from an address that a stranger named. Knows no database.

A name is resolved once, each address it stands for is checked, and the connection is made to exactly that
address: asking a second time could give another answer. TLS still asks for the name.
"""

from __future__ import annotations

import logging
import socket
import ssl
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from time import monotonic

import httpcore
import httpx
import msgspec

from volunteer_core.commitments.busy.addresses import AddressUnusable, checked, is_open
from volunteer_core.commitments.busy.connecting import AddressTooSlow, AddressUnreachable, Checked
from volunteer_core.commitments.busy.limits import BYTES_MOST, CalendarTooLarge
from volunteer_core.commitments.busy.models import LONGEST_VALIDATOR
from volunteer_core.errors import RuleBroken

SECONDS = 15.0
HOPS_MOST = 5

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})
_GZIP = 31
"""For zlib: a gzip header and trailer around what is packed."""

logging.getLogger("httpcore").setLevel(logging.INFO)  # at DEBUG it tells hosts and headers


class TooManyRedirects(
    RuleBroken, code="too_many_redirects", sentence="这个地址转了太多次，读不到日历，请检查地址。"
):
    """An address leads on to another at most five times."""


class AddressGone(RuleBroken, code="address_gone", sentence="这个地址上没有日历，请检查地址是否完整。"):
    """The server knows nothing at the address (404, 410)."""


class Fetched(msgspec.Struct, frozen=True):
    """A file, and what its server calls this version of it; or that it is ``unchanged``."""

    data: bytes = b""
    etag: str = ""
    last_modified: str = ""
    unchanged: bool = False


def resolve(host: str, port: int) -> list[IPv4Address | IPv6Address]:
    """The addresses that a name stands for."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(address[0]) for *_, address in found]


@cache
def _trusted() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


class Fetcher(msgspec.Struct, frozen=True):
    """How calendars are fetched; the defaults are those for what strangers name."""

    resolve: Callable[[str, int], list[IPv4Address | IPv6Address]] = resolve
    allowed: Callable[[IPv4Address | IPv6Address], bool] = is_open
    trusted: Callable[[], ssl.SSLContext] = _trusted
    seconds: float = SECONDS

    def fetch(self, address: str, *, etag: str = "", last_modified: str = "") -> Fetched:
        """The file at an address, 2 MB at most, in 15 s and over five redirects at most; nothing of it if
        it is still the version named by ``etag`` or ``last_modified``.

        Refuses addresses as :func:`~volunteer_core.commitments.busy.addresses.checked` does, one that leads
        inward, and what cannot be had.
        """
        headers = {
            "Accept": "text/calendar, */*;q=0.5",
            "Accept-Encoding": "gzip",
            "User-Agent": "fengxiang-volunteers",
            **({"If-None-Match": etag} if etag else {}),
            **({"If-Modified-Since": last_modified} if last_modified else {}),
        }
        url = checked(address)
        backend = Checked(self.resolve, self.allowed, monotonic() + self.seconds)
        with _telling(), httpcore.ConnectionPool(self.trusted(), network_backend=backend) as pool:
            for _ in range(HOPS_MOST + 1):
                asked = httpcore.URL(scheme=b"https", host=url.raw_host, port=url.port, target=url.raw_path)
                own = {**headers, "Host": url.netloc.decode("ascii")}
                with pool.stream("GET", asked, headers=list(own.items())) as answer:
                    if answer.status not in _REDIRECTS:
                        return _file(answer, conditional=bool(etag or last_modified))
                    url = _onward(url, _header(answer, "location"))
        raise TooManyRedirects


def _onward(url: httpx.URL, location: str) -> httpx.URL:
    try:
        return checked(str(url.join(location)))
    except (httpx.InvalidURL, ValueError):
        raise AddressUnusable(problem="转到的地址格式不对") from None


def _file(answer: httpcore.Response, *, conditional: bool) -> Fetched:
    if answer.status == 304 and conditional:
        return Fetched(unchanged=True)
    if answer.status in _GONE:
        raise AddressGone(status=answer.status)
    if answer.status != 200:
        raise AddressUnreachable(why=f"对方的服务器回答 {answer.status}")
    return Fetched(_body(answer), _validator(answer, "etag"), _validator(answer, "last-modified"))


def _body(answer: httpcore.Response) -> bytes:
    """The body, unpacked; reading ends as soon as there is too much of it, packed or not."""
    packing = _header(answer, "content-encoding").strip().lower()
    if packing not in {"", "identity", "gzip", "x-gzip"}:
        raise AddressUnreachable(why="对方的服务器用了不支持的压缩方式")
    unpacker = zlib.decompressobj(_GZIP) if packing.endswith("gzip") else None
    came, data = 0, bytearray()
    for piece in answer.iter_stream():
        came += len(piece)
        data += unpacker.decompress(piece, BYTES_MOST + 1 - len(data)) if unpacker else piece
        if max(came, len(data)) > BYTES_MOST:
            raise CalendarTooLarge(megabytes=BYTES_MOST // 1_000_000)
    return bytes(data)


def _header(answer: httpcore.Response, name: str) -> str:
    values = [value for known, value in answer.headers if known.lower() == name.encode()]
    return values[-1].decode("latin-1") if values else ""


def _validator(answer: httpcore.Response, name: str) -> str:
    """What is sent back as it came; one that is too long, or not plain, is forgotten."""
    found = _header(answer, name)
    return found if len(found) <= LONGEST_VALIDATOR and found.isascii() and found.isprintable() else ""


@contextmanager
def _telling() -> Iterator[None]:
    """Refusals for what goes wrong on the way; what the libraries say may quote the address."""
    try:
        yield
    except httpcore.TimeoutException:
        raise AddressTooSlow from None
    except (httpcore.NetworkError, httpcore.ProtocolError, zlib.error):
        raise AddressUnreachable(why="连接不上，或对方的证书、应答有问题") from None
