"""Hours as CSV: lines that spreadsheets open as they are, and the records for the national system."""

from __future__ import annotations

import csv
import io
from datetime import date
from functools import partial
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.hours.served import serve
from tests.world import SCRIPT, World, hour
from volunteer_core.errors import NotAllowed
from volunteer_core.hours.ledger import correct, list_entries
from volunteer_core.hours.months.models import MonthClosing, MonthState
from volunteer_core.hours.tallies import Dimension, tally
from volunteer_core.sheets.hour_csv import ENTRY_HEADING, RECORD_HEADING, write_hour_csv, write_records
from volunteer_core.sheets.lines_csv import guarded, write_csv
from volunteer_core.sheets.past_hours import import_hours
from volunteer_core.teams.membership import change_team

OCTOBER = {"first": date(2026, 10, 1), "last": date(2026, 10, 31)}
NOVEMBER = {"first": date(2026, 11, 1), "last": date(2026, 11, 30)}
LATE = hour(23, day=date(2026, 11, 30))


def enter(world: World, *lines: str) -> None:
    """Lines of past hours: code, day, start, end, what, kind."""
    heading = "编号,日期,开始,结束,活动内容,类别,社区,地点,队伍"
    content = "\n".join((heading, *(f"{line},SF,路口,MOTHERS" for line in lines))).encode()
    world.do(import_hours, now=LATE, file="h.csv", content=content)


def text_of(world: World, operation: Any = write_hour_csv, **facts: Any) -> str:
    file = io.BytesIO()
    world.see(operation, to=file, now=LATE, **NOVEMBER | facts)
    content = file.getvalue()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n")
    return content.decode("utf-8-sig")


def lines(world: World, operation: Any = write_hour_csv, **facts: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text_of(world, operation, **facts), newline="")))


def minutes(world: World, **span: Any) -> int:
    found: int = world.see(partial(tally, by=Dimension.PERSON), now=LATE, **span).service_minutes
    return found


def correct_only_entry(world: World, person: int, to: int) -> None:
    [entry] = world.see(list_entries, person_id=person).items
    world.do(correct, entry_id=entry.id, minutes=to, reason="早退", now=LATE)


def test_every_entry_is_a_line(world: World) -> None:
    person = world.person("王小敏", code="V1")
    enter(world, "V1,2026-11-02,9:00,11:05,劝导,")
    correct_only_entry(world, person, 119)
    found = lines(world)
    assert tuple(found[0]) == ENTRY_HEADING
    assert [(line["日期"], line["时间"], line["分钟"], line["小时"]) for line in found] == [
        ("2026-11-02", "09:00–11:05", "125", "2.0"),
        ("2026-11-02", "09:00–11:05", "-125", "-2.0"),
        ("2026-11-02", "09:00–11:05", "119", "1.9"),
    ]
    assert sum(int(line["分钟"]) for line in found) == minutes(world, **NOVEMBER)
    assert "早退" not in text_of(world)


@pytest.mark.parametrize("name", ["=1+1", "+86", "-1", "@SUM(A1)", " =1", "＝1", "＋1", "－1", "＠a"])
def test_what_people_typed_is_never_computed(world: World, name: str) -> None:
    world.person(name, code="V1")
    enter(world, f"V1,2026-11-02,9:00,10:00,{name},")
    for operation, column in ((write_hour_csv, "姓名"), (write_records, "志愿者姓名")):
        [line] = lines(world, operation)
        assert line[column] == f"'{name.strip()}"


@given(st.text(max_size=20))
@example("  =1+1")
def test_no_cell_begins_like_a_formula(text: str) -> None:
    cell = guarded(text)
    assert isinstance(cell, str)
    assert cell.removeprefix("'") == text or cell == text
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


def test_numbers_stay_numbers() -> None:
    file = io.BytesIO()
    write_csv(file, ("a", "b"), [(-5, -0.5), ("-5", "王\n敏")])
    assert file.getvalue().decode("utf-8-sig") == 'a,b\r\n-5,-0.5\r\n\'-5,"王\n敏"\r\n'


def test_a_record_has_the_fields_of_the_order(world: World) -> None:
    world.person("王小敏", code="V1")
    enter(world, "V1,2026-11-02,22:30,24:00,劝导,", "V1,2026-11-03,9:00,10:00,急救,培训")
    found = lines(world, write_records)
    assert tuple(found[0]) == RECORD_HEADING
    assert list(found[0].values())[1:] == [
        "V1", "王小敏", "志愿服务", "劝导", "劝导", "2026-11-02", "22:30", "24:00", "路口", "三峰社区",
        "全职太太俱乐部", "90", "1.5", "街道办事处", "2026-11-30", "",
    ]  # fmt: skip
    assert found[1]["记录类型"] == "培训"


def test_what_was_done_for_a_discreet_team_is_handed_on_without_saying_what(world: World) -> None:
    person = world.person("王小敏", code="V1")
    enter(world, "V1,2026-11-02,9:00,10:00,相亲会,")
    programme = world.programme("MATCH")
    serve(world, person, day=date(2026, 11, 3), programme_id=programme, team_id=world.other_team)
    world.do(change_team, team_id=world.team, discreet=True)
    for found in lines(world, write_records):
        assert (found["活动名称"], found["服务内容"], found["服务分钟"]) == ("志愿服务", "志愿服务", "60")
        assert (found["服务地点"], found["组织队伍"]) == ("", "")


def test_paid_duty_is_no_volunteers_record(world: World) -> None:
    world.person("王小敏", code="V1")
    enter(world, "V1,2026-11-02,9:00,10:00,值班,职务工时")
    assert lines(world, write_records) == []
    assert len(lines(world)) == 1


def test_what_was_corrected_is_one_record(world: World) -> None:
    person = world.person("王小敏", code="V1")
    enter(world, "V1,2026-11-02,9:00,11:00,劝导,")
    first = lines(world, write_records)[0]["记录号"]
    correct_only_entry(world, person, 90)
    [record] = lines(world, write_records)
    assert (record["服务分钟"], record["更正的记录号"]) == ("90", first)


def test_what_lands_in_a_later_month_takes_back_what_was_handed_on(world: World) -> None:
    person = world.person("王小敏", code="V1")
    enter(world, "V1,2026-10-12,9:00,11:00,劝导,")
    with world.office.write(by=SCRIPT, now=LATE) as work:
        work.add(MonthClosing(community_id=world.community, month=OCTOBER["first"], state=MonthState.CLOSED))
    correct_only_entry(world, person, 90)
    [before] = lines(world, write_records, **OCTOBER)
    assert before["服务分钟"] == "120"
    found = lines(world, write_records)
    assert [(line["活动日期"], line["服务分钟"], line["更正的记录号"]) for line in found] == [
        ("2026-10-12", "-120", before["记录号"]),
        ("2026-10-12", "90", before["记录号"]),
    ]
    both = {"first": OCTOBER["first"], "last": NOVEMBER["last"]}
    for span in (OCTOBER, NOVEMBER, both):
        assert sum(int(line["服务分钟"]) for line in lines(world, write_records, **span)) == minutes(
            world, **span
        )
    assert len(lines(world, write_records, **both)) == 1


def test_records_are_handed_on_by_the_coordinator_and_the_street_office(world: World) -> None:
    world.person("王小敏", code="V1")
    enter(world, "V1,2026-11-02,9:00,10:00,劝导,")
    assert len(lines(world, write_records, by=world.officer())) == 1
    assert len(lines(world, write_records, by=world.coordinator())) == 1
    assert lines(world, write_records, by=world.coordinator(world.other_community)) == []
    with pytest.raises(NotAllowed):
        lines(world, write_records, by=world.leader())
