"""Settings of the office: what holds on a date, and changing a setting from a date on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from sqlalchemy import bindparam, select

from volunteer_core import texts
from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Malformed
from volunteer_core.office.models import SettingChange

Minutes = Annotated[int, Meta(ge=0, le=7 * 24 * 60)]
Count = Annotated[int, Meta(ge=1, le=1000)]
Years = Annotated[int, Meta(ge=0, le=120)]
Workdays = Annotated[int, Meta(ge=1, le=250)]
Days = Annotated[int, Meta(ge=1, le=3660)]
Points = Annotated[int, Meta(ge=0, le=10_000)]
Name = Annotated[str, Meta(min_length=1, max_length=60)]
Line = Annotated[str, Meta(max_length=60)]


class OfficeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the office has laid down, with the defaults of DESIGN.md."""

    office_name: Name = "街道办事处"
    recording_body: Name = "街道办事处"
    """Who records the hours (民政部令67号 Art 3): printed on records, never the software's name."""
    recording_head: Line = ""
    recording_contact: Line = ""
    """Who answers for the recording body, and how it is reached: printed on its certificates, where they are
    left to be filled in by hand if empty."""
    weekly_target_minutes: Minutes = 120
    """每周两小时: minutes of service to give in an ISO week."""
    record_within_workdays: Workdays = 10
    """Working days after an activity's end within which it is recorded (民政部令67号 Art 11)."""
    claim_leader_day_minutes: Minutes = 480
    claim_coordinator_day_minutes: Minutes = 720
    """Up to how many minutes of a day leaders, and coordinators, decide about claims (补录)."""
    objection_answer_workdays: Workdays = 10
    """Working days within which an objection (异议) is answered."""
    consent_below_years: Years = 18
    """Younger volunteers need a guardian's consent."""
    presence_below_years: Years = 10
    """Younger volunteers need the guardian's presence."""
    record_check_valid_days: Days = 365
    """How long a record check counts for minding children (未成年人保护法 Art 62: every year)."""
    care_first_adults: Count = 2
    care_first_children: Count = 25
    care_children_per_further_adult: Count = 20
    """Adults at a 五点学堂 session: 2 up to 25 children, one more for each further 20."""
    care_leads: Annotated[int, Meta(ge=0, le=20)] = 1
    minor_day_minutes: tuple[tuple[Years, Minutes], ...] = ((10, 60), (14, 120), (18, 240))
    """Up to how many minutes of service people below an age promise for one day (志愿服务条例 Art 15: tasks
    suit the age); the first band that fits counts."""
    minors_per_checked_adult: Count = 10
    """An event with minors who serve has an adult with a current record check for each so many."""
    adults_short_notice_days: Days = 7
    """How many days before an event whoever organises it is told that adults are missing."""
    no_shows_before_approval: Annotated[int, Meta(ge=0, le=100)] = 0
    """Who signed up and did not come so often is asked for approval; 0: nobody is."""
    no_show_days: Days = 180
    """For how many days a no-show counts."""
    offers_from_hour: Annotated[int, Meta(ge=0, le=23)] = 8
    offers_to_hour: Annotated[int, Meta(ge=1, le=24)] = 21
    """Waking hours: seats are offered, and offers run out, only between them."""
    door_opens_minutes: Annotated[int, Meta(ge=0, le=720)] = 60
    """How early before a position's start its people can be let in."""
    phone_signups_per_hour: Count = 3
    address_signups_per_hour: Count = 20
    """How many sign-ups by phone one number, and one address, may ask for in an hour."""
    star_level_hours: tuple[Count, ...] = (100, 300, 600, 1000, 1500)
    """Hours of service for one to five stars."""
    expiry_warning_days: Days = 30
    """How early a record check or qualification that runs out is told."""
    plan_fairness: Points = 1
    plan_preference: Points = 300
    plan_continuity: Points = 300
    """At what rates the planner exchanges a fair share, wishes and ways, and strange faces."""
    plan_avoid: Points = 5
    plan_neutral: Points = 1
    """Preference points of a duty on a date somebody would rather not, or has no wish for."""
    plan_same_community: Points = 1
    plan_other_community: Points = 3
    """Preference points of a way to another site of the community, or to another community."""
    plan_over_target: Points = 2
    """Preference points of an hour above the weekly target."""
    plan_partner: Points = 2
    """Preference points of a duty without any of the partners somebody wishes for."""


class SettingView(msgspec.Struct, frozen=True):
    """A dated change of one setting."""

    name: str
    valid_from: date
    value: Any
    changed_at: datetime


def settings_on(work: Work, day: date) -> OfficeSettings:
    """The settings that hold on a civil date. Open to every operation: rules need them.

    A work reads each date once.
    """
    known: dict[date, OfficeSettings] = work.info.setdefault("settings", {})
    if day not in known:
        known[day] = _read_settings(work, day)
    return known[day]


_HELD = (
    select(SettingChange.name, SettingChange.value)
    .where(SettingChange.valid_from <= bindparam("day"))
    .order_by(SettingChange.valid_from)
)


def _read_settings(work: Work, day: date) -> OfficeSettings:
    return msgspec.convert(dict(work.execute(_HELD, {"day": day}).all()), OfficeSettings)


_VALUES = (
    select(SettingChange.valid_from, SettingChange.value)
    .where(SettingChange.name == bindparam("name"))
    .order_by(SettingChange.valid_from)
)


def values_of(work: Work, name: str) -> list[tuple[date, Any]]:
    """The values one setting takes, each with the date from which it holds, oldest first; the first is
    the default. Open to every operation, for what looks at many dates at once."""
    changes = [(valid_from, value) for valid_from, value in work.execute(_VALUES, {"name": name})]
    return [(date.min, getattr(OfficeSettings(), name)), *changes]


def read_settings(work: Work, *, day: date) -> OfficeSettings:
    """The settings of a date, for a person to see."""
    work.demand("office.settings.read")
    return settings_on(work, day)


def list_changes(work: Work, *, name: str | None = None, paging: Paging = Paging()) -> Page[SettingView]:
    """Dated changes, oldest first; of one setting if asked."""
    work.demand("office.settings.read")
    columns = [getattr(SettingChange, field) for field in SettingView.__struct_fields__]
    statement = select(*columns).order_by(SettingChange.valid_from, SettingChange.name)
    if name is not None:
        statement = statement.where(SettingChange.name == name)
    return work.page(SettingView, statement, paging)


def change_setting(work: Work, *, name: str, value: Any, valid_from: date) -> OfficeSettings:
    """Lets a setting take a value from a date on; the same date again replaces it.

    Refuses (``Malformed``) an unknown name or a value of the wrong kind or size.
    """
    work.demand("office.settings.change")
    if name not in OfficeSettings.__struct_fields__:
        raise Malformed("name", "没有这个设置项。")
    if isinstance(value, str):
        value = texts.line("value", value, longest=60, empty=True)
    try:
        kept = msgspec.convert({name: value}, OfficeSettings)
    except msgspec.ValidationError as error:
        raise Malformed("value", "取值不符合要求。", found=str(error)) from error
    if name == "star_level_hours" and list(kept.star_level_hours) != sorted(set(kept.star_level_hours)):
        raise Malformed("value", "各星级的小时数应由低到高。")
    row = work.scalar(
        select(SettingChange).where(SettingChange.name == name, SettingChange.valid_from == valid_from)
    )
    plain = msgspec.to_builtins(getattr(kept, name))
    if row is None:
        row = SettingChange(name=name, valid_from=valid_from)
        work.add(row)
    row.value = plain
    row.changed_at = work.now
    row.changed_by = work.by.person_id
    work.flush()
    work.info.pop("settings", None)
    return settings_on(work, valid_from)
