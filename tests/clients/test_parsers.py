"""Every kind of feed, read over HTTP by parsers that know nothing of each other: all show the same."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from icalendar import Calendar

from tests.api.care import add_child
from tests.api.lecture import add_position, between, create, sign_up
from tests.api.phone import subscribe
from tests.api.story import School, assign, done, found_school, newcomer, person, plan_next_week, publish
from tests.clients.served import SITE, Served
from volunteer_core.calendars.models import FeedKind

HERE = Path(__file__).parent
PYTHON = HERE / ".venv" / "bin" / "python"
PLACE = SITE.replace("\\", "＼")
PART = "听众,甲;乙 🎈"
TEXT = "第一行，逗号,分号;冒号: 反斜线 \\n \\, \\\\ 结束\n\n第三行 👩‍👩‍👧\nBEGIN:VEVENT\n"
TEXT += "凤翔街道志愿服务，" * ((4000 - len(TEXT)) // 9) + "完"
BRING = "手套,水;伞: C:\\new\\Nord 🎈"
CONTACT = '王"老师"; 李,主任'
ADVICE = {"bring": BRING, "contact": CONTACT, "contact_phone": "0898-12345678"}
TITLES = (
    "义卖,换书;修伞",
    "路径 C:\\new\\Nord \\, \\; \\",
    "👩‍👩‍👧 亲子🎈讲座 🇨🇳 𠮷",
    "\"引号\" 'x' <b>&amp;</b> 冒号: END:VEVENT =1+1 ^n %0D%0A",
    "长" * 100,
    "x" + "，长；" * 33,
)


class Entry(msgspec.Struct, frozen=True, order=True):
    """One entry as a person sees it; instants in UTC."""

    start: datetime
    end: datetime
    title: str
    status: str
    place: str
    text: str


class Kind(msgspec.Struct, frozen=True):
    """A kind of feed: who subscribes to whom (without: public), and what is in it beside the events."""

    name: str
    by: str = ""
    subject: str = ""
    shifts: bool = True
    part: str = ""
    """What is added to an event's title."""
    advice: tuple[str, str] = ("", "")
    """What is added to the text of a shift and to that of an event."""
    events: bool = True
    only: int | None = None
    """The one event that is in it."""
    days: bool = False
    """Whole days are in it, and nothing else."""

    def url(self, served: Served, school: School) -> str:
        if not self.by:
            name = self.name if self.only is None else f"events/{1 + self.only}"
            return f"{served.base}/calendars/{name}.ics"
        subject = getattr(school, self.subject) if self.subject else person(served, self.by)
        url: str = done(subscribe(served, subject, by=self.by, kind=self.name), 201)["url"]
        return url


TO_BRING = f"请携带：{BRING}"
WITH_CONTACT = f"{TO_BRING}\n联系人：{CONTACT} 0898-12345678"
KINDS = [
    Kind("person", by="aunt", subject="aunt", part=f"（{PART}）", advice=(WITH_CONTACT, WITH_CONTACT)),
    Kind("family", by="妈妈", events=False),
    Kind("team", by="leader", subject="team", advice=(TO_BRING, TO_BRING)),
    Kind("programme", by="leader", subject="programme", advice=(TO_BRING, TO_BRING)),
    Kind("site", by="officer", subject="site", advice=(TO_BRING, TO_BRING)),
    Kind("events", shifts=False, advice=("", WITH_CONTACT)),
    Kind("communities/1", shifts=False, advice=("", WITH_CONTACT)),
    *(
        Kind(f"events/{1 + number}", shifts=False, advice=("", WITH_CONTACT), only=number)
        for number in (0, 2)
    ),
    Kind("workdays", shifts=False, events=False, days=True),
]
DAYS = (
    ("01-01", "01-04", "休 元旦"),
    ("01-04", "01-05", "班 元旦调休上班"),
    ("02-14", "02-15", "班 春节调休上班"),
    ("02-15", "02-24", "休 春节"),
    ("02-28", "03-01", "班 春节调休上班"),
    ("04-04", "04-07", "休 清明节"),
    ("05-01", "05-06", "休 劳动节"),
    ("05-09", "05-10", "班 劳动节调休上班"),
    ("06-19", "06-22", "休 端午节"),
    ("09-20", "09-21", "班 国庆节调休上班"),
    ("09-25", "09-28", "休 中秋节"),
    ("10-01", "10-08", "休 国庆节"),
    ("10-10", "10-11", "班 国庆节调休上班"),
)
"""The days off and the make-up days of 2026, as the State Council announced them; ends are exclusive."""


class Parser(msgspec.Struct, frozen=True):
    """A program that reads iCalendar from its input and writes what it shows as JSON."""

    name: str
    command: tuple[str | Path, ...]
    version: Callable[[str], str]


def python_version(name: str) -> str:
    code = "import sys; from importlib.metadata import version; print(version(sys.argv[1]))"
    return subprocess.check_output([PYTHON, "-c", code, name], text=True).strip()


def node_version(name: str) -> str:
    found = json.loads((HERE / "node_modules" / name / "package.json").read_text())
    return str(found["version"])


PARSERS = [
    *(
        Parser(name, (PYTHON, HERE / "readers" / "in_python.py", name), python_version)
        for name in ("vobject", "ics", "ical")
    ),
    Parser("ical.js", ("node", HERE / "readers" / "ical_js.mjs"), node_version),
    Parser("node-ical", ("node", HERE / "readers" / "node_ical.mjs"), node_version),
]


@pytest.fixture(scope="module")
def school(served: Served) -> School:
    """Shifts and events, of each an ordinary one, a moved and a cancelled one; a child comes every day."""
    school = found_school(served)
    for name in ("coordinator", "妈妈"):
        newcomer(served, name)
    role = {"person_id": person(served, "coordinator"), "role": "community_coordinator"}
    role |= {"community_id": school.community, "valid_from": "2026-12-01"}
    done(served.call("POST", "/v1/roles", by="officer", json=role), 201)
    add_child(served, school)
    path = f"/v1/programmes/{school.programme}/advice"
    done(served.call("PATCH", path, by="leader", json=ADVICE))
    shifts = plan_next_week(served, school)
    for shift in shifts:
        done(assign(served, shift, school.aunt), 201)
    done(publish(served, school))
    later = {"starts_at": "2026-12-08T16:15:00+08:00", "ends_at": "2026-12-08T17:45:00+08:00"}
    done(served.call("PATCH", f"/v1/shifts/{shifts[1]}", by="leader", json=later))
    done(served.call("POST", f"/v1/shifts/{shifts[2]}/call-off", by="leader", json={"reason": "检修"}))
    events = [_held(served, school, title, 8 + 2 * number) for number, title in enumerate(TITLES)]
    later = between("23:30", "23:59", day=6)
    done(served.call("PATCH", f"/v1/events/{events[1]}", by="leader", json=later))
    done(served.call("POST", f"/v1/events/{events[2]}/call-off", by="leader", json={"reason": "台风"}))
    return school


def _held(served: Served, school: School, title: str, hour: int) -> int:
    """A published event at which the aunt has a seat."""
    times = between(f"{hour:02}:00", f"{hour + 1:02}:00", day=6)
    told = {"title": title, "description": TEXT, "programme_id": school.programme, **ADVICE}
    created = create(served, school, **told, **times)
    event: int = done(created, 201)["id"]
    position: int = done(add_position(served, event, name=PART), 201)["id"]
    done(served.call("POST", f"/v1/events/{event}/publish", by="leader"))
    done(sign_up(served, position, "aunt"), 201)
    return event


def truth(kind: Kind) -> list[Entry]:
    """What a feed is to show."""
    week = [("07", "17:00", "18:00"), ("08", "16:15", "17:45")]
    week += [(day, "17:00", "18:00") for day in ("09", "10", "11")]
    of_shift, of_event = (advice.replace("\\", "＼") for advice in kind.advice)
    shifts = [_entry("五点学堂", *times, cancelled=times[0] == "09", text=of_shift) for times in week]
    events = []
    for number, title in enumerate(TITLES):
        times = ("23:30", "23:59") if number == 1 else (f"{8 + 2 * number:02}:00", f"{9 + 2 * number:02}:00")
        shown = f"{title}{kind.part}".replace("\\", "＼")
        text = "\n".join([TEXT.replace("\\", "＼"), of_event])
        events.append(_entry(shown, "06", *times, cancelled=number == 2, text=text))
    if kind.only is not None:
        events = [events[kind.only]]
    if kind.days:
        return [_day(*day) for day in DAYS]
    return sorted(events * kind.events + shifts * kind.shifts)


def _day(first: str, end: str, title: str) -> Entry:
    start_at, end_at = (datetime.fromisoformat(f"2026-{day}T00:00:00Z") for day in (first, end))
    return Entry(start_at, end_at, title, "CONFIRMED", "", "")


def _entry(title: str, day: str, start: str, end: str, *, cancelled: bool, text: str = "") -> Entry:
    start_at, end_at = (
        datetime.fromisoformat(f"2026-12-{day}T{time}:00+08:00").astimezone(UTC) for time in (start, end)
    )
    if cancelled:
        return Entry(start_at, end_at, f"【已取消】{title}", "CANCELLED", PLACE, text)
    return Entry(start_at, end_at, title, "CONFIRMED", PLACE, text)


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.name)
def feed(request: pytest.FixtureRequest, served: Served, school: School) -> tuple[Kind, bytes]:
    """A kind of feed and its bytes, as the server sends them."""
    fetched = httpx.get(request.param.url(served, school), trust_env=False)
    assert fetched.status_code == 200
    return request.param, fetched.content


def _instant(value: date) -> datetime:
    """In UTC; of a whole day its date, as the midnight of UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return datetime.combine(value, time(), UTC)


def by_icalendar(body: bytes) -> dict[str, Entry]:
    """The entries by their UIDs, as the library reads them that has written them."""
    return {
        str(event["UID"]): Entry(
            _instant(event["DTSTART"].dt),
            _instant(event["DTEND"].dt),
            *(str(event.get(name, "")) for name in ("SUMMARY", "STATUS", "LOCATION", "DESCRIPTION")),
        )
        for event in Calendar.from_ical(body).events
    }


def test_no_kind_is_forgotten() -> None:
    assert set(FeedKind) <= {kind.name for kind in KINDS}


def test_the_truth_is_in_the_feed(feed: tuple[Kind, bytes], matrix: dict[tuple[str, str], str]) -> None:
    kind, body = feed
    cell = (kind.name, f"icalendar {version('icalendar')}")
    matrix[cell] = "differs"
    shown = by_icalendar(body)
    assert _announced(kind, shown) == truth(kind)
    matrix[cell] = f"{len(shown)} same"


def _announced(kind: Kind, shown: dict[str, Entry]) -> list[Entry]:
    """What is shown, by time: of days those of the year that has been announced."""
    return sorted(entry for entry in shown.values() if not kind.days or entry.start.year == 2026)


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_every_parser_shows_the_truth(
    feed: tuple[Kind, bytes], parser: Parser, matrix: dict[tuple[str, str], str]
) -> None:
    """On a machine far away, so that no time is right only because the reader's clock is."""
    kind, body = feed
    cell = (kind.name, f"{parser.name} {parser.version(parser.name)}")
    matrix[cell] = "differs"
    read = subprocess.run(
        parser.command,
        input=body,
        capture_output=True,
        env={**os.environ, "TZ": "America/St_Johns"},
        check=False,
    )
    assert read.returncode == 0, read.stderr.decode()
    events: list[dict[str, Any]] = json.loads(read.stdout)
    shown = {event.pop("uid"): msgspec.convert(event, Entry) for event in events}
    assert _announced(kind, shown) == truth(kind)
    assert shown == by_icalendar(body)
    assert len(events) == len(shown)
    matrix[cell] = f"{len(shown)} same"
