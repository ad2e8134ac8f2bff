"""Addresses are read from time to time and on demand; who fails keeps what was read last and says so."""

from __future__ import annotations

from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from threading import Event, Thread
from typing import Any

import pytest

from tests.commitments.busy.owning import FILE, NEWER, WEB_PAGE, Home
from tests.web import NAME
from tests.world import MONDAY, NOW
from volunteer_core import tick
from volunteer_core.audit import entries
from volunteer_core.commitments.busy import apart, refreshing
from volunteer_core.commitments.busy.addresses import AddressInward, AddressNotHttps
from volunteer_core.commitments.busy.apart import CalendarsBusy
from volunteer_core.commitments.busy.connecting import AddressUnreachable
from volunteer_core.commitments.busy.fetching import AddressGone, Fetcher
from volunteer_core.commitments.busy.limits import NotACalendar
from volunteer_core.commitments.busy.refreshing import JustTried
from volunteer_core.errors import NotFound, RuleBroken
from volunteer_core.opening import open_office
from volunteer_core.timespans import civil

MEETING, BOTH = ["1103 0900-1000"], ["1103 0900-1000", "1104 1700-1745"]


def test_an_address_is_read_when_it_is_registered_and_shown_by_its_host(home: Home) -> None:
    address = home.web.gives("/team/5c1e", FILE, etag='"1"')
    added = home.register(address.replace("https", "webcal"))
    assert home.spans() == MEETING
    assert (added.host, added.spans, added.says) == (NAME, 1, "自动更新，计到 2027年5月1日 星期六。")
    assert home.calendars() == [added]
    assert "5c1e" not in repr(added)


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        ({"data": WEB_PAGE}, NotACalendar),
        ({"data": b"", "status": 404}, AddressGone),
        ({"data": b"", "status": 503}, AddressUnreachable),
        ({"data": b"", "status": 302, "location": "http://calendar.test/"}, AddressNotHttps),
    ],
)
def test_an_address_that_cannot_be_read_is_not_kept(
    home: Home, answer: dict[str, Any], refusal: type[RuleBroken]
) -> None:
    with home.unchanged(), pytest.raises(refusal):
        home.register(home.web.gives("/mine", **answer))


def test_an_address_that_points_inward_is_not_kept(home: Home) -> None:
    address = home.web.gives("/mine", FILE)
    with home.unchanged(), pytest.raises(AddressInward):
        home.register(address, allowed=Fetcher().allowed)


def test_it_is_read_again_every_six_hours(home: Home) -> None:
    address = home.web.gives("/mine", FILE)
    home.register(address)
    home.web.gives("/mine", NEWER)
    home.later(hours=5, minutes=59)
    assert (home.pass_by(), home.spans()) == (0, MEETING)
    home.later(minutes=1)
    assert (home.pass_by(), home.spans()) == (1, BOTH)
    assert home.calendars()[0].read_at == home.now
    assert home.pass_by() == 0
    home.later(hours=6)
    assert home.pass_by() == 1


@pytest.mark.parametrize("trouble", ["page", "gone", "inward", "away"])
def test_a_calendar_that_fails_keeps_what_was_read_last_and_says_so(home: Home, trouble: str) -> None:
    added = home.register(home.web.gives("/mine", FILE))
    facts: dict[str, Any] = {}
    if trouble == "page":
        home.web.gives("/mine", WEB_PAGE)
    elif trouble == "gone":
        home.web.gives("/mine", b"", status=410)
    elif trouble == "inward":
        facts["allowed"] = Fetcher().allowed
    else:
        home.web.leads("/mine", "http://calendar.test/")
    home.later(hours=1)
    failed = home.refresh(added.id, **facts)
    codes = {
        "page": NotACalendar,
        "gone": AddressGone,
        "inward": AddressInward,
        "away": AddressNotHttps,
    }
    assert failed.problem == codes[trouble].code
    assert failed.says == f"{codes[trouble].sentence}暂按 {civil(NOW):%Y-%m-%d %H:%M} 读到的内容计算。"
    assert (failed.tried_at, failed.read_at, failed.until) == (home.now, NOW, added.until)
    assert (home.calendars(), home.spans()) == ([failed], MEETING)
    home.web.gives("/mine", NEWER)
    home.later(hours=1)
    mended = home.refresh(added.id)
    assert (mended.problem, mended.read_at, home.spans()) == ("", home.now, BOTH)


def test_after_failures_it_is_tried_later_and_later_and_once_a_day_at_least(home: Home) -> None:
    home.register(home.web.gives("/mine", FILE))
    home.web.gives("/mine", b"", status=500)
    home.later(hours=6)
    waits = []
    for _ in range(7):
        assert home.pass_by() == 1
        tried = home.now
        while not home.pass_by():
            home.later(minutes=30)
        waits.append((home.now - tried) // timedelta(hours=1))
        home.later(hours=24)
    assert waits == [1, 4, 16, 24, 24, 24, 24]  # every other: the pass that ended the wait failed too
    home.web.gives("/mine", FILE)
    assert home.pass_by() == 1
    home.web.gives("/mine", b"", status=500)
    home.later(hours=6)
    assert home.pass_by() == 1
    home.later(hours=1)
    assert home.pass_by() == 1


def test_what_has_not_changed_is_not_sent_again_until_later_dates_come_into_sight(home: Home) -> None:
    added = home.register(
        home.web.gives("/mine", FILE, etag='"1"', last_modified="Mon, 02 Nov 2026 00:00:00 GMT")
    )
    asked = home.web.asked
    home.later(days=30)
    unchanged = home.refresh(added.id)
    assert (asked[-1][1]["if-none-match"], asked[-1][1].get("if-modified-since")) == (
        '"1"',
        "Mon, 02 Nov 2026 00:00:00 GMT",
    )
    assert (unchanged.read_at, unchanged.until, unchanged.problem) == (home.now, added.until, "")
    home.web.gives("/mine", FILE, etag='"2"')
    home.later(days=1)
    anew = home.refresh(added.id)
    assert not {"if-none-match", "if-modified-since"} & asked[-1][1].keys()
    assert anew.until == MONDAY + timedelta(days=31 + 180)
    home.later(days=1)
    home.refresh(added.id)
    assert asked[-1][1]["if-none-match"] == '"2"'
    assert "if-modified-since" not in asked[-1][1]


def test_on_demand_it_is_read_once_a_minute(home: Home) -> None:
    added = home.register(home.web.gives("/mine", FILE))
    home.web.gives("/mine", NEWER)
    home.later(seconds=59)
    with home.unchanged(), pytest.raises(JustTried):
        home.refresh(added.id)
    home.later(seconds=1)
    home.refresh(added.id)
    assert home.spans() == BOTH


def test_a_pass_reads_a_few_and_the_next_goes_on_with_those_due_longest(home: Home) -> None:
    for number in range(5):
        home.register(home.web.gives(f"/due/{number}", FILE))
        home.later(minutes=1)
    home.later(hours=6)
    before = len(home.web.asked)
    assert [home.pass_by() for _ in range(3)] == [3, 2, 0]
    assert [path for path, _ in home.web.asked[before:]] == [f"/due/{number}" for number in range(5)]


def test_a_pass_begins_none_when_it_has_taken_long(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(2):
        home.register(home.web.gives(f"/due/{number}", FILE))
    home.later(hours=6)
    monkeypatch.setattr(refreshing, "PASS_SECONDS", 0.0001)
    assert home.pass_by() <= 1


class Stopped:
    """An answer that is sent when :attr:`go` is set; ``asked`` says that somebody waits for it."""

    def __init__(self) -> None:
        self.asked, self.go = Event(), Event()

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.set()
        assert self.go.wait(30)
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(NEWER)))
        handler.end_headers()
        handler.wfile.write(NEWER)


def meanwhile(home: Home, calendar_id: int, act: Any) -> list[Any]:
    """What came of reading a calendar, while something happened before its server answered."""
    stopped, came = Stopped(), []
    home.web.does("/mine", stopped)

    def read() -> None:
        try:
            came.append(home.refresh(calendar_id))
        except NotFound as refusal:
            came.append(refusal)

    thread = Thread(target=read)
    thread.start()
    try:
        assert stopped.asked.wait(30)
        act()
    finally:
        stopped.go.set()
        thread.join()
    return came


def test_no_transaction_is_held_while_a_server_takes_its_time(home: Home) -> None:
    added = home.register(home.web.gives("/mine", FILE))
    home.later(hours=1)
    (came,) = meanwhile(home, added.id, lambda: home.person("另一人"))
    assert (came.spans, home.spans()) == (2, BOTH)


def test_a_calendar_removed_meanwhile_is_not_written(home: Home) -> None:
    added = home.register(home.web.gives("/mine", FILE))
    home.later(hours=1)
    (came,) = meanwhile(home, added.id, lambda: home.remove(added.id))
    assert isinstance(came, NotFound)
    assert (home.calendars(), home.spans()) == ([], [])


def test_whoever_began_later_goes_before_who_was_first(home: Home) -> None:
    added = home.register(home.web.gives("/mine", FILE))
    home.later(hours=1)

    def again() -> None:
        home.web.gives("/mine", FILE)
        home.later(hours=1)
        assert home.refresh(added.id).spans == 1

    (came,) = meanwhile(home, added.id, again)
    assert (came.spans, home.spans()) == (1, MEETING)


def test_two_processes_read_each_that_is_due_once(home: Home) -> None:
    for number in range(6):
        home.register(home.web.gives(f"/due/{number}", FILE))
    home.later(hours=6)
    before = len(home.web.asked)
    other = open_office(home.url, clock=lambda: home.now)
    tried: list[int] = []

    def run(office: Any) -> None:
        tried.append(refreshing.refresh_due(office, fetcher=home.web.fetcher()))

    threads = [Thread(target=run, args=(office,)) for office in (home.office, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.dispose()
    home.pass_by()
    assert sorted(path for path, _ in home.web.asked[before:]) == [f"/due/{number}" for number in range(6)]


def test_a_machine_that_is_busy_is_no_fault_of_the_calendar(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = home.register(home.web.gives("/mine", FILE))
    home.later(hours=6)
    monkeypatch.setattr(apart, "WAIT_SECONDS", 0.01)
    with apart._turn():
        assert home.pass_by() == 1
        assert [one.problem for one in home.calendars()] == [""]
        home.later(minutes=1)
        with pytest.raises(CalendarsBusy):
            home.refresh(added.id)
        home.later(minutes=1)
    assert home.pass_by() == 1
    assert home.calendars()[0].read_at == home.now


def test_the_clock_reads_and_forgets_and_fills_no_audit_log(home: Home) -> None:
    home.register(home.web.gives("/mine", NEWER))
    before = home.see(entries).total
    home.later(hours=6)
    home.web.gives("/mine", b"", status=404)
    done = tick.run(home.office, fetcher=home.web.fetcher())
    assert (done.calendars_read, done.busy_forgotten) == (1, 0)
    home.later(days=2)
    done = tick.run(home.office, fetcher=home.web.fetcher())
    assert (done.calendars_read, done.busy_forgotten) == (1, 1)
    assert home.see(entries).total == before
    assert home.calendars()[0].problem == "address_gone"
