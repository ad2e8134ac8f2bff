"""People's own calendars: added, replaced and removed by themselves, and of no use to anybody else."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from threading import Event, Thread

import pytest

from tests.at_once import just_before_the_commit
from tests.commitments.busy.calendar_text import calendar, event
from tests.commitments.busy.owning import DENTIST, FILE, MEETING, NEWER, WEB_PAGE, Home, dated
from tests.world import MONDAY, NOW
from volunteer_core.audit import entries
from volunteer_core.commitments.busy import apart, keeping
from volunteer_core.commitments.busy.adding import NotUploaded, TooManyCalendars, add_file
from volunteer_core.commitments.busy.apart import CalendarsBusy
from volunteer_core.commitments.busy.keeping import Reading
from volunteer_core.commitments.busy.limits import CalendarBeyondLimits, NotACalendar
from volunteer_core.commitments.busy.listing import BusyCalendarView, list_calendars
from volunteer_core.commitments.busy.refreshing import NoAddress, forget_what_is_over
from volunteer_core.errors import Malformed, NotAllowed, NotFound, RuleBroken
from volunteer_core.people.registry import leave_office
from volunteer_core.people.vouching import link_guardian

TODAY = MONDAY
UNTIL = TODAY + timedelta(days=180)


def test_an_uploaded_file_leaves_its_merged_spans_and_nothing_else(home: Home) -> None:
    overlapping = event("DTSTART:20261103T093000", "DURATION:PT1H", "LOCATION:凤翔医院", uid="c")
    added = home.upload(calendar(*MEETING, *overlapping, *DENTIST), label=" 手机 ")
    assert home.spans() == ["1103 0900-1030", "1104 1700-1745"]
    assert (added.label, added.host, added.spans, added.until) == ("手机", None, 2, UNTIL)
    assert (added.added_at, added.tried_at, added.read_at, added.problem) == (NOW, NOW, NOW, "")
    assert added.says == "上传的文件不会自动更新，计到 2027年5月1日 星期六。"
    assert home.calendars() == [added]


def test_half_a_year_from_today_is_kept(home: Home) -> None:
    days = [TODAY - timedelta(days=1), TODAY, UNTIL, UNTIL + timedelta(days=1)]
    added = [home.upload(dated(day)) for day in days]
    assert [one.spans for one in added] == [0, 1, 1, 0]
    assert ["没有今后的安排" in one.says for one in added] == [True, False, False, True]


def test_several_calendars_stand_beside_each_other_and_one_is_removed(home: Home) -> None:
    first, second = home.upload(), home.upload(NEWER)
    assert home.spans() == ["1103 0900-1000", "1103 0900-1000", "1104 1700-1745"]
    home.remove(second.id)
    assert home.spans() == ["1103 0900-1000"]
    assert home.calendars() == [first]
    with pytest.raises(NotFound):
        home.remove(second.id)


def test_a_newer_file_takes_the_place_of_the_older(home: Home) -> None:
    old = home.upload(NEWER)
    home.upload(calendar(*DENTIST))
    home.later(days=1)
    new = home.replace(old.id, FILE)
    assert home.spans() == ["1103 0900-1000", "1104 1700-1745"]
    assert (new.id, new.read_at, new.until) == (old.id, home.now, UNTIL + timedelta(days=1))
    with home.unchanged(), pytest.raises(NotACalendar):
        home.replace(old.id, WEB_PAGE)


def test_of_a_file_that_cannot_be_read_nothing_is_kept(home: Home) -> None:
    with home.unchanged(), pytest.raises(NotACalendar):
        home.upload(WEB_PAGE)
    for label in ("", "长" * 61, "a\nb"):
        with home.unchanged(), pytest.raises(Malformed):
            home.upload(label=label)


def test_more_spans_than_anybody_has_are_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "KEPT_MOST", 1)
    assert home.upload().spans == 1
    with home.unchanged(), pytest.raises(CalendarBeyondLimits):
        home.upload(NEWER)


def test_ten_calendars_and_no_more(home: Home) -> None:
    for _ in range(9):
        home.upload()
    one_more = {"person_id": home.owner, "label": "手机", "reading": Reading([], UNTIL)}
    tenth, eleventh = just_before_the_commit(
        partial(home.do, by=home.me),
        partial(add_file, **one_more),
        lambda: home.do(add_file, by=home.me, **one_more),
    )
    assert {type(tenth), type(eleventh)} == {BusyCalendarView, TooManyCalendars}
    with home.unchanged(), pytest.raises(TooManyCalendars):
        home.upload(WEB_PAGE)  # refused before it is read
    other = home.person()
    assert home.upload(person_id=other, by=home.actor(other)).spans == 1


def test_a_file_is_not_read_again_and_an_address_is_not_replaced(home: Home) -> None:
    file, address = home.upload(), home.register(home.web.gives("/mine", FILE))
    with home.unchanged():
        with pytest.raises(NoAddress):
            home.refresh(file.id)
        with pytest.raises(NotUploaded):
            home.replace(address.id, NEWER)


def test_a_file_that_has_run_out_says_so(home: Home) -> None:
    home.upload()
    home.later(days=180)
    assert home.calendars()[0].says.startswith("上传的文件不会自动更新")
    home.later(days=1)
    assert home.calendars()[0].says == "内容只到 2027年5月1日 星期六，现已过期，请重新上传或检查地址。"


def test_what_the_phone_has_copied_of_ones_own_promises_does_not_count(home: Home) -> None:
    """Else nobody who uploads the calendar with their shifts in it could keep them."""
    from volunteer_core.calendars.feeds import person_feed

    shift = home.published(home.owner, day=TODAY + timedelta(days=1))
    home.published(home.person(), day=TODAY + timedelta(days=2))
    feed = home.see(person_feed, by=home.me, person_id=home.owner).body
    assert feed.count(b"BEGIN:VEVENT") == 1, shift
    assert home.upload(feed).spans == 0
    assert home.upload(feed.replace(b"UID:", b"UID:x")).spans == 1


def test_nobody_else_sees_or_changes_them(home: Home) -> None:
    file, address = home.upload(), home.register(home.web.gives("/mine", FILE))
    guardian = home.person(teams=())
    others = [
        home.leader(),
        home.coordinator(),
        home.officer(),
        home.actor(home.person()),
        home.actor(guardian),
    ]
    ward = home.person(born=date(2012, 1, 1))
    home.do(link_guardian, ward_id=ward, guardian_id=guardian, relation="母亲", valid_from=date(2026, 1, 1))
    with home.unchanged():
        for other in others:
            for refused in (
                lambda by: home.see(list_calendars, by=by, person_id=home.owner),
                lambda by: home.upload(by=by),
                lambda by: home.upload(person_id=ward, by=by),
                lambda by: home.register(home.web.base, by=by),
                lambda by: home.replace(file.id, FILE, by=by),
                lambda by: home.refresh(address.id, by=by),
                lambda by: home.remove(file.id, by=by),
            ):
                with pytest.raises(NotAllowed):
                    refused(other)


def test_under_ones_own_name_another_persons_calendar_is_not_found(home: Home) -> None:
    file, address = home.upload(), home.register(home.web.gives("/mine", FILE))
    other = home.person()
    with home.unchanged():
        home.owner, owner = other, home.owner
        for refused in (
            lambda: home.replace(file.id, FILE, by=home.actor(other)),
            lambda: home.refresh(address.id, by=home.actor(other)),
            lambda: home.remove(file.id, by=home.actor(other)),
        ):
            with pytest.raises(NotFound):
                refused()
        home.owner = owner


def test_neither_log_nor_refusal_tells_what_is_in_them(home: Home) -> None:
    private = "9f86d081"
    added = home.register(home.web.gives(f"/{private}", FILE, etag=private))
    home.upload(label=f"体检{private}")
    home.web.gives(f"/{private}", WEB_PAGE)
    home.later(minutes=2)
    refreshed = home.refresh(added.id)
    home.remove(added.id)
    log = home.see(entries)
    told = repr((log.items, refreshed, home.calendars()[-1:][0].says))
    assert private not in told
    assert "2026-11-03" not in told
    assert {"busy_calendars"} == {row.subject for row in log.items if "busy" in row.subject}


def test_what_is_past_is_forgotten_and_so_is_whoever_has_left(home: Home) -> None:
    leaving = home.person()
    home.upload(NEWER)
    home.upload(NEWER, person_id=leaving, by=home.actor(leaving))
    home.do(leave_office, person_id=leaving, on=TODAY + timedelta(days=2))
    times = [NOW + timedelta(hours=hours) for hours in range(0, 24 * 4, 12)]
    found = [home.do(forget_what_is_over, now=now) for now in times]
    # On Wednesday the calendar goes, by its evening Tuesday's meeting, and then Wednesday's dentist.
    assert found == [0, 0, 0, 0, 1, 1, 0, 1]
    assert home.spans() == []
    assert len(home.calendars()) == 1
    assert home.see(list_calendars, person_id=leaving) == []


def test_one_calendar_at_a_time_is_read_and_the_next_waits_so_long(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "START", "import sys, time; time.sleep(3); sys.exit(1)")
    monkeypatch.setattr(apart, "WAIT_SECONDS", 0.2)
    begun, refused = Event(), []

    def slow() -> None:
        begun.set()
        try:
            home.upload()
        except RuleBroken as refusal:
            refused.append(refusal.code)

    thread = Thread(target=slow)
    thread.start()
    begun.wait()
    while thread.is_alive() and apart._turns.acquire(blocking=False):
        apart._turns.release()
    with pytest.raises(CalendarsBusy):
        home.upload()
    thread.join()
    assert refused == ["calendar_unreadable"]
