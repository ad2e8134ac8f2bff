"""Addresses that strangers name: fetched from the open internet only, never more nor longer than may be."""

from __future__ import annotations

import gzip
import logging
import time
import tracemalloc
import zlib
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from typing import Any

import pytest

from tests.commitments.busy.calendar_text import calendar, event
from tests.web import NAME, Web, here
from volunteer_core.commitments.busy.addresses import (
    AddressInward,
    AddressNotHttps,
    AddressUnusable,
    is_open,
)
from volunteer_core.commitments.busy.connecting import AddressTooSlow, AddressUnreachable
from volunteer_core.commitments.busy.fetching import AddressGone, Fetched, Fetcher, TooManyRedirects
from volunteer_core.commitments.busy.limits import BYTES_MOST, CalendarTooLarge
from volunteer_core.errors import RuleBroken

FILE = calendar(*event("DTSTART:20261201T090000", "DURATION:PT1H"))
SECRET = "private-7d1f"


def test_a_file_comes_with_what_its_server_calls_it(web: Web) -> None:
    modified = "Tue, 01 Dec 2026 04:00:00 GMT"
    address = web.gives("/plain", FILE, etag='"1"', last_modified=modified)
    fetcher = web.fetcher()
    fetched = fetcher.fetch(address)
    assert fetched == Fetched(FILE, '"1"', modified)
    assert fetcher.fetch(address, etag='"1"', last_modified=modified) == Fetched(unchanged=True)
    assert fetcher.fetch(address, etag='"0"') == fetched
    _, headers = web.asked[-2]
    assert (headers["if-none-match"], headers["if-modified-since"]) == ('"1"', modified)
    assert headers["host"] == f"{NAME}:{web.port}"
    assert not headers.keys() & {"cookie", "authorization", "referer"}


@pytest.mark.parametrize("etag", ['"' + "x" * 200 + '"', '"\xe9"'])
def test_a_version_that_cannot_be_sent_back_is_forgotten(web: Web, etag: str) -> None:
    assert web.fetcher().fetch(web.gives("/odd", FILE, etag=etag)) == Fetched(FILE)


def test_a_packed_file_is_unpacked(web: Web) -> None:
    address = web.gives("/packed", gzip.compress(FILE), content_encoding="gzip")
    assert web.fetcher().fetch(address).data == FILE


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_five_redirects_are_followed_and_no_sixth(web: Web, status: int) -> None:
    web.gives("/0", FILE)
    for number in range(1, 7):
        web.leads(f"/{number}", f"/{number - 1}" if number % 2 else f"{web.base}/{number - 1}", status)
    assert web.fetcher().fetch(f"{web.base}/5").data == FILE
    with pytest.raises(TooManyRedirects):
        web.fetcher().fetch(f"{web.base}/6")


@pytest.mark.parametrize(
    ("location", "refusal"),
    [
        ("http://calendar.test/a.ics", AddressNotHttps),
        ("file:///etc/passwd", AddressNotHttps),
        ("https://me:pw@calendar.test/", AddressUnusable),
        ("https://calendar.test:25/", AddressUnusable),
        ("https://[::1/", AddressUnusable),
    ],
)
def test_a_redirect_is_checked_like_an_address(web: Web, location: str, refusal: type[RuleBroken]) -> None:
    with pytest.raises(refusal):
        web.fetcher().fetch(web.leads("/away", location))


def test_a_redirect_without_a_target_ends(web: Web) -> None:
    with pytest.raises(TooManyRedirects):
        web.fetcher().fetch(web.leads("/nowhere", ""))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "127.1"],
)
def test_an_address_that_points_inward_is_not_asked(web: Web, host: str) -> None:
    before = len(web.asked)
    with pytest.raises(AddressInward):
        Fetcher(trusted=web.trusted).fetch(f"https://{host}:{web.port}/plain")
    assert len(web.asked) == before


def test_a_name_that_stands_for_an_inner_address_is_not_asked(web: Web) -> None:
    address = web.gives("/inner", FILE)
    before = len(web.asked)
    open_too = [ip_address("1.1.1.1"), ip_address("10.0.0.1")]
    for resolve in (here, lambda *_: open_too):
        with pytest.raises(AddressInward):
            Fetcher(resolve=resolve, trusted=web.trusted).fetch(address)
    assert len(web.asked) == before


def test_a_redirect_inward_is_not_followed(web: Web) -> None:
    """The first host is as good as open; where it leads to is not."""
    inner = web.gives("/inner", FILE).replace(NAME, "inner.test")
    address = web.leads("/innocent", inner)
    met = web.fetcher(
        resolve=lambda host, _: [ip_address("127.0.0.1" if host == NAME else "127.0.0.9")],
        allowed=lambda address: is_open(address) or address == ip_address("127.0.0.1"),
    )
    before = len(web.asked)
    with pytest.raises(AddressInward):
        met.fetch(address)
    assert [path for path, _ in web.asked[before:]] == ["/innocent"]


def test_a_name_that_changes_its_mind_is_asked_once(web: Web) -> None:
    """What was checked is what is connected to: the second answer of a rebinding name is never used."""
    address = web.gives("/rebound", FILE)
    answers = [ip_address("127.0.0.1"), ip_address("127.0.0.9")]
    asked: list[str] = []

    def rebinding(host: str, _: int) -> Any:
        asked.append(host)
        return [answers[len(asked) - 1]]

    checked_too: list[Any] = []
    fetcher = web.fetcher(resolve=rebinding, allowed=lambda one: bool(checked_too.append(one)) or True)
    assert fetcher.fetch(address).data == FILE
    assert (asked, checked_too) == ([NAME], answers[:1])


def test_an_address_at_which_nobody_answers_is_passed_over(web: Web) -> None:
    both = [ip_address("127.0.0.9"), ip_address("127.0.0.1")]
    address = web.gives("/second", FILE)
    assert web.fetcher(resolve=lambda *_: both).fetch(address).data == FILE
    with pytest.raises(AddressUnreachable):
        web.fetcher(resolve=lambda *_: both[:1]).fetch(address)


def test_a_certificate_of_another_name_or_of_nobody_is_not_trusted(web: Web) -> None:
    address = web.gives("/plain", FILE)
    with pytest.raises(AddressUnreachable):
        web.fetcher().fetch(address.replace(NAME, "other.test"))
    with pytest.raises(AddressUnreachable):
        Fetcher(resolve=here, allowed=lambda _: True).fetch(address)


def test_a_name_that_is_none_is_unreachable(web: Web) -> None:
    def unknown(*_: object) -> Any:
        raise OSError("calendar.test")

    for resolve in (unknown, lambda *_: []):
        with pytest.raises(AddressUnreachable) as refused:
            web.fetcher(resolve=resolve).fetch(web.base)
        assert refused.value.message == "现在读取不到这个地址（没有这个网站），请稍后再试。"


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (404, AddressGone),
        (410, AddressGone),
        (304, AddressUnreachable),
        (204, AddressUnreachable),
        (401, AddressUnreachable),
        (500, AddressUnreachable),
    ],
)
def test_what_is_no_file_is_refused(web: Web, status: int, refusal: type[RuleBroken]) -> None:
    with pytest.raises(refusal):
        web.fetcher().fetch(web.gives("/none", b"", status=status))


def bomb() -> bytes:
    """Half a gigabyte in half a megabyte."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(500)) + packer.flush()


def test_a_packed_bomb_is_not_unpacked_further_than_may_be(web: Web) -> None:
    address = web.gives("/bomb", bomb(), content_encoding="gzip")
    tracemalloc.start()
    with pytest.raises(CalendarTooLarge):
        web.fetcher().fetch(address)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * BYTES_MOST  # one piece as it comes from the network holds 60 MB


@pytest.mark.parametrize("packing", ["gzip, gzip", "br", "deflate"])
def test_no_other_packing_is_unpacked(web: Web, packing: str) -> None:
    with pytest.raises(AddressUnreachable):
        web.fetcher().fetch(web.gives("/odd", gzip.compress(FILE), content_encoding=packing))


def test_what_is_not_packed_as_it_says_is_refused(web: Web) -> None:
    with pytest.raises(AddressUnreachable):
        web.fetcher().fetch(web.gives("/odd", FILE, content_encoding="gzip"))


def test_two_megabytes_and_no_more(web: Web) -> None:
    assert len(web.fetcher().fetch(web.gives("/much", bytes(BYTES_MOST))).data) == BYTES_MOST
    with pytest.raises(CalendarTooLarge):
        web.fetcher().fetch(web.gives("/more", bytes(BYTES_MOST + 1)))


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(bytes(65536))


def empty_blocks(handler: BaseHTTPRequestHandler) -> None:
    """Packed nothing, without end."""
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.end_headers()
    handler.wfile.write(zlib.compressobj(wbits=31).flush(zlib.Z_SYNC_FLUSH))
    while True:
        handler.wfile.write(b"\x00\x00\x00\xff\xff" * 10_000)


@pytest.mark.parametrize("answer", [endless, empty_blocks])
def test_a_body_without_end_is_ended(web: Web, answer: Any) -> None:
    with pytest.raises(CalendarTooLarge):
        web.fetcher().fetch(web.does("/endless", answer))


def trickle(data: bytes) -> Any:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        for byte in data:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(0.05)

    return answer


SLOW = {
    "body": b"HTTP/1.1 200 OK\r\n\r\n" + FILE,
    "headers": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 99,
    "promises": b"HTTP/1.1 100 Continue\r\n\r\n" * 99,
}


@pytest.mark.parametrize("data", SLOW.values(), ids=SLOW)
def test_a_trickle_is_ended(web: Web, data: bytes) -> None:
    started = time.monotonic()
    with pytest.raises(AddressTooSlow):
        web.fetcher(seconds=0.5).fetch(web.does("/trickle", trickle(data)))
    assert time.monotonic() - started < 5


def test_a_look_up_that_hangs_is_ended(web: Web) -> None:
    def hang(*_: object) -> Any:
        time.sleep(3)
        return here()

    started = time.monotonic()
    with pytest.raises(AddressTooSlow):
        web.fetcher(resolve=hang, seconds=0.2).fetch(web.base)
    assert time.monotonic() - started < 2


def test_no_proxy_and_no_log_hears_of_it(
    web: Web, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    caplog.set_level(logging.DEBUG)
    web.gives(f"/{SECRET}", FILE, etag=SECRET)
    assert web.fetcher().fetch(web.leads(f"/to/{SECRET}", f"/{SECRET}")).data == FILE
    assert not any(SECRET in record.getMessage() or NAME in record.getMessage() for record in caplog.records)
