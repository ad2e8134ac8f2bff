"""The bytes: what any program may rely on, whatever people type."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta

import vobject
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from volunteer_core.calendars import rendering
from volunteer_core.calendars.contents import Entry, Standing
from volunteer_core.calendars.options import Language, Options

START = datetime(2026, 12, 3, 9, tzinfo=UTC)
REVISED = datetime(2026, 11, 30, 1, 2, 3, tzinfo=UTC)
BREAKS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def render(*facts) -> bytes:
    return rendering.render(*facts).body


def render_replaced(*facts, **more) -> bytes:
    return rendering.render_replaced(*facts, **more).body


def entry(**facts: object) -> Entry:
    known: dict[str, object] = {
        "uid": "0b4ae1fc-4b4e-4a4e-9d55-111111111111",
        "sequence": 3,
        "revised_at": REVISED,
        "starts_at": START,
        "ends_at": START + timedelta(hours=1),
        "standing": Standing.CONFIRMED,
        "busy": True,
        "title": "五点学堂",
    }
    return Entry(**(known | facts))  # type: ignore[arg-type]


def lines(body: bytes) -> list[str]:
    """The lines of a calendar as they are sent, after what every one of them must keep to."""
    assert body.endswith(b"\r\n")
    physical = body.split(b"\r\n")[:-1]
    for line in physical:
        assert len(line) <= 75
        assert not BREAKS.search(line.decode())  # decodes: no fold inside a character
        assert len(line) - len(line.rstrip(b"\\")) == 0  # no fold after a backslash
    return [line.decode() for line in physical]


nasty = st.text(
    st.one_of(
        st.sampled_from(',;:\\"nN\n\r\t\u2028\u2029\x85\x00\x1b\u202e\ufeff^%汉😀👨‍👩‍👧'),
        st.characters(codec="utf-8"),
    ),
    min_size=1,
    max_size=200,
)


@given(title=nasty, place=nasty, description=nasty, name=nasty)
@example(
    title="a\\nb\\,", place="\r\n \r", description="第一行\r\n第二行\u2028", name="x\r\nATTENDEE:mailto:x"
)
@example(title="汉" * 1400, place="😀" * 300, description="，" * 4000, name="," * 300)
def test_whatever_is_typed_comes_out_whole_and_breaks_nothing(
    title: str, place: str, description: str, name: str
) -> None:
    body = render(name, [entry(title=title, place=place, description=description, category=title)])
    lines(body)
    calendar = Calendar.from_ical(body)
    [read] = calendar.events
    other = vobject.readOne(body.decode())
    for written, property_name in ((title, "SUMMARY"), (place, "LOCATION")):
        assert read[property_name] == on_one_line(written)
        [found] = other.vevent.contents[property_name.lower()]
        assert found.value == on_one_line(written)
    escaped = on_one_line(name).replace(";", "\\;").replace(",", "\\,")
    unfolded = body.decode().replace("\r\n ", "").split("\r\n")
    assert {f"NAME:{escaped}", f"X-WR-CALNAME:{escaped}"} <= set(unfolded)
    assert [str(category) for category in read["CATEGORIES"].cats] == [on_one_line(title)]
    paragraphs = "\n".join(map(on_one_line, description.replace("\r\n", "\n").split("\n")))
    assert read["DESCRIPTION"] == other.vevent.description.value == paragraphs
    assert len(other.contents["vevent"]) == 1
    assert body == render(name, [entry(title=title, place=place, description=description, category=title)])


def on_one_line(text: str) -> str:
    unified = text.replace("\r\n", "\n").replace("\\", "＼")
    return "".join(
        " " if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else character for character in unified
    )


def test_the_frame_has_what_clients_need_and_nothing_that_confuses_them() -> None:
    head = lines(render("我的志愿服务", [entry()]))
    assert head[:3] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Fengxiang Volunteers//Calendars 1//ZH"]
    before_events = head[: head.index("BEGIN:VEVENT")]
    for line in (
        "NAME:我的志愿服务",
        "X-WR-CALNAME:我的志愿服务",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ):
        assert before_events.count(line) == 1
    zone = before_events[before_events.index("BEGIN:VTIMEZONE") :]
    assert zone[1] == "TZID:Asia/Shanghai"
    assert {"TZOFFSETFROM:+0800", "TZOFFSETTO:+0800", "END:VTIMEZONE"} <= set(zone)
    assert not any(line.startswith(("METHOD", "UID", "RRULE", "BEGIN:VALARM")) for line in before_events)


def test_an_entry_has_exactly_these_lines() -> None:
    shown = entry(
        place="凤翔社区活动室", position=(20.01, 110.35), description="带水，戴帽", category="每周两小时"
    )
    body = lines(render("x", [shown]))
    assert body[body.index("BEGIN:VEVENT") : -1] == [
        "BEGIN:VEVENT",
        "SUMMARY:五点学堂",
        "DTSTART;TZID=Asia/Shanghai:20261203T170000",
        "DTEND;TZID=Asia/Shanghai:20261203T180000",
        "DTSTAMP:20261130T010203Z",
        "UID:0b4ae1fc-4b4e-4a4e-9d55-111111111111",
        "SEQUENCE:3",
        "LAST-MODIFIED:20261130T010203Z",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "LOCATION:凤翔社区活动室",
        "GEO:20.01;110.35",
        "DESCRIPTION:带水，戴帽",
        "CATEGORIES:每周两小时",
        "END:VEVENT",
    ]


def test_an_entrys_page_is_named_after_its_uid_and_lines_that_are_kept_are_not_mixed_up() -> None:
    pages = "https://example.cn/calendars/entries/"
    plain, linked = (render("x", [entry(page=True)], Options(), at) for at in ("", pages))
    url = f"URL:{pages}0b4ae1fc-4b4e-4a4e-9d55-111111111111\r\n"
    assert linked.replace(b"\r\n ", b"").replace(url.encode(), b"") == plain
    assert url in linked.decode().replace("\r\n ", "")
    assert b"URL" not in render("x", [entry()], Options(), pages)


def test_what_is_cancelled_says_so_in_three_ways() -> None:
    body = lines(render("x", [entry(standing=Standing.CANCELLED, busy=False)]))
    assert {"SUMMARY:【已取消】五点学堂", "STATUS:CANCELLED", "TRANSP:TRANSPARENT"} <= set(body)


def test_an_empty_calendar_is_valid() -> None:
    body = render("空", [])
    assert "BEGIN:VTIMEZONE" in lines(body)
    assert Calendar.from_ical(body).events == []


def test_a_replaced_address_says_so_for_the_whole_day() -> None:
    late = datetime(2026, 12, 3, 17, tzinfo=UTC)  # already the fourth in the office's zone
    body = render_replaced("u", since=late)
    shown = lines(body)
    assert {
        "DTSTART;VALUE=DATE:20261204",
        "DTEND;VALUE=DATE:20261205",
        "SUMMARY:此日历地址已更换，请重新订阅",
    } <= set(shown)
    assert "TRANSP:TRANSPARENT" in shown
    assert Calendar.from_ical(body).events[0].start == date(2026, 12, 4)


def test_an_alarm_comes_only_where_it_is_asked_for_and_never_for_what_is_cancelled() -> None:
    for minutes, trigger in ((0, "P0D"), (90, "-PT1H30M"), (1440, "-P1D")):
        body = render("x", [entry()], Options(alarm_minutes=minutes))
        alarm = lines(body)[lines(body).index("BEGIN:VALARM") : lines(body).index("END:VALARM") + 1]
        assert alarm[1:-1] == ["ACTION:DISPLAY", "DESCRIPTION:五点学堂", f"TRIGGER:{trigger}"]
        [read] = Calendar.from_ical(body).events
        assert read.alarms.times[0].trigger == START - timedelta(minutes=minutes)
    cancelled = entry(standing=Standing.CANCELLED, busy=False)
    for body in (render("x", [entry()]), render("x", [cancelled], Options(alarm_minutes=60))):
        assert b"VALARM" not in body


def test_only_our_own_words_are_translated() -> None:
    english = Options(language=Language.ENGLISH)
    body = lines(render("x", [entry(standing=Standing.CANCELLED, busy=False)], english))
    assert "SUMMARY:[Cancelled] 五点学堂" in body
    assert "new address" in render_replaced("u", since=START, options=english).decode().replace("\r\n ", "")
