"""A whole office for the rights: something of every kind, and somebody of every relation to it.

It is Monday 2026-11-02, 17:20, and the session of 17:00 runs.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from icalendar import Calendar

from tests.api.at_the_door import add_the_door
from tests.api.by_phone import add_what_is_asked_by_phone
from tests.api.changing_hands import add_what_changes_hands
from tests.api.claims import add_claims_and_objections
from tests.hours.served import close, serve
from tests.world import MONDAY, NOW, World, hour
from volunteer_core.access.tokens import grant_role, issue_token
from volunteer_core.calendars.feeds import person_feed
from volunteer_core.calendars.models import FeedKind
from volunteer_core.calendars.subscriptions import subscribe
from volunteer_core.care.enrolment import enrol, link_guardian, register_child
from volunteer_core.care.handover import arrive
from volunteer_core.care.pickups import authorise_pickup
from volunteer_core.care.sessions import open_session
from volunteer_core.closures.declaring import declare_closure
from volunteer_core.commitments.busy.adding import add_address, add_file
from volunteer_core.commitments.busy.fetching import Fetched
from volunteer_core.commitments.busy.keeping import Reading
from volunteer_core.commitments.models import Attendance
from volunteer_core.database import Database
from volunteer_core.events.attendance import mark_attendance
from volunteer_core.events.copying import copy_event
from volunteer_core.events.models import Position
from volunteer_core.events.planning import call_off_event, create_event, publish_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.signups import cancel, sign_up
from volunteer_core.hours.certificates.issuing import issue
from volunteer_core.hours.ledger import correct, list_entries
from volunteer_core.hours.months.closing import report_month
from volunteer_core.hours.recognitions.listing import list_recognitions_of
from volunteer_core.notices.outbox import list_notices, mark_told
from volunteer_core.office.settings import change_setting
from volunteer_core.people import vouching
from volunteer_core.permissions import Actor, Role
from volunteer_core.rosters.availability.asking import ask
from volunteer_core.rosters.availability.models import DateWish
from volunteer_core.rosters.availability.stating import WeeklyTime, state_dates, state_weekly
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.rosters.drafts.editing import take_out_of_draft
from volunteer_core.rosters.drafts.requesting import request_draft
from volunteer_core.rosters.drafts.running import run_next
from volunteer_core.rosters.models import PairKind
from volunteer_core.rosters.pairs import set_pair
from volunteer_core.rosters.patterns import set_pattern
from volunteer_core.rosters.standing_seats import give_seat
from volunteer_core.teams.grid_posts import appoint
from volunteer_core.teams.membership import appoint_leader, found_team, join
from volunteer_core.teams.models import GridRole

CLOCK = hour(17, 20)
FIRST, LAST = date(2026, 9, 1), date(2027, 6, 30)
WEEK = timedelta(days=7)


class Town(World):
    """``ids`` holds what the calls name, ``who`` the people who make them."""

    def __init__(self, office: Database, *, calendar_address: str) -> None:
        super().__init__(office)
        places = ("community", "other_community", "grid", "site", "team", "clean_up")
        self.ids: dict[str, Any] = {name: getattr(self, name) for name in places}
        self.ids["programme"] = self.school
        self.ids["calendar_address"] = calendar_address
        self.who: dict[str, int] = {}
        self._add_people()
        self._add_roster()
        self._add_availability()
        add_what_changes_hands(self)
        self._add_care()
        self._add_events()
        add_what_is_asked_by_phone(self)
        add_the_door(self)
        self._add_what_is_personal()
        self._add_drafts()
        self._add_busy_calendars()
        add_claims_and_objections(self)
        for month in ("2026-07", "2026-08"):
            self.do(report_month, community_id=self.community, month=month)

    def token(self, person: int) -> Any:
        return self.do(issue_token, now=CLOCK, person_id=person, label="手机")

    def _add_people(self) -> None:
        """The ward is a minor who helps; the mother answers for it, and for two children."""
        ids, who = self.ids, self.who
        ids["ward"] = who["self"] = self.person("林小禾", born=date(2010, 5, 4))
        ids["mother"] = who["guardian"] = self.person("林妈妈", teams=())
        ids["helper"], ids["staff"] = self.people(2)
        who["on duty"] = ids["staff"]
        ids["grandmother"] = self.person("林奶奶", teams=())
        self.person("林爷爷", teams=(), phone="13800000009")
        who["volunteer"] = self.person("陈路人", teams=())
        who["leader"] = _person(self.leader())
        who["other leader"] = _person(self.leader(self.other_team))
        who["coordinator"] = _person(self.coordinator())
        who["neighbour"] = _person(self.coordinator(self.other_community))
        who["officer"] = _person(self.officer())
        # One more team of the same leader, which is the community's: its coordinator sees the members.
        local = self.do(found_team, code="LOCAL", name="老人互访团", community_id=self.community).id
        self.do(join, team_id=local, person_id=who["leader"], on=FIRST)
        self.do(appoint_leader, team_id=local, person_id=who["leader"])
        ids["local_team"] = local
        answers_for = {"ward_id": ids["ward"], "guardian_id": ids["mother"]}
        self.do(vouching.link_guardian, **answers_for, relation="母亲", valid_from=FIRST)
        for name in ("consent", "spare_consent"):
            ids[name] = self.do(vouching.give_consent, **answers_for, valid_from=FIRST, valid_to=LAST).id

    def _add_roster(self) -> None:
        """Today's shifts are published; each of the next weeks has a shift that a call is about."""
        ids, helper = self.ids, self.ids["helper"]
        self.shift(ids["staff"])
        self.publish()
        for number, name in enumerate(("marked", "unmarked", "all_unmarked", "forgotten"), 10):
            ids[name] = self.shift(
                helper, starts=time(number), ends=time(number + 1), programme=self.clean_up
            )
        self.publish(programme=self.clean_up)
        self.mark(ids["marked"], helper, attendance=Attendance.ATTENDED, now=hour(16))
        ids["entry"] = self.see(list_entries, person_id=helper).items[0].id
        ids["draft"] = self.shift(day=MONDAY + timedelta(days=3))
        ids["staffed"] = self.shift(helper, day=MONDAY + timedelta(days=4))
        self.shift(helper, day=MONDAY + WEEK)
        self.published(helper, day=MONDAY + 2 * WEEK)
        ids["doomed"] = self.shift(helper, day=MONDAY + 3 * WEEK)
        ids["called_off"] = self.shift(helper, day=MONDAY + 4 * WEEK)
        self.do(call_off_shift, shift_id=ids["called_off"], reason="检修")
        self.shift(helper, day=MONDAY + 5 * WEEK)
        ids["pattern"] = self.do(
            set_pattern,
            programme_id=self.school,
            site_id=self.site,
            weekdays="5",
            starts=time(19),
            ends=time(20),
            minimum=1,
            maximum=2,
            leads=0,
            valid_from=date(2027, 3, 1),
            valid_to=LAST,
        ).id
        seat = {"pattern_id": ids["pattern"], "person_id": helper, "weekday": 5}
        ids["seat"] = self.do(give_seat, **seat, valid_from=date(2027, 3, 1)).id

    def _add_availability(self) -> None:
        """The ward has said something; the team is asked about a week; two of its members are a pair."""
        ids, ward = self.ids, self.ids["ward"]
        day = {"first_day": date(2026, 12, 8), "last_day": date(2026, 12, 8)}
        ids["wish"] = self.do(state_dates, person_id=ward, **day, kind=DateWish.CANNOT).id
        self.do(state_dates, person_id=ward, **day, kind=DateWish.CAN)
        ids["ask"] = self.do(ask, programme_id=self.school, **day, deadline=hour(20)).id
        ids["pair"] = self.do(
            set_pair,
            programme_id=self.clean_up,
            person_id=ids["helper"],
            other_id=ids["staff"],
            kind=PairKind.APART,
        ).id
        ids["visits"] = self.programme("VISITS", team_id=ids["local_team"])
        ids["kept"] = self.shift(ids["helper"], day=MONDAY + timedelta(days=5))
        # The staff has promised Monday at five.
        ids["busy_time"] = self.shift(starts=time(17, 30), ends=time(18, 30), programme=self.clean_up)

    def _add_drafts(self) -> None:
        """Of one draft shift, on which the ward is planned. Nobody is on it yet; the last one waits."""
        day = MONDAY + timedelta(days=3)
        spans = [WeeklyTime(4, time(16), time(19))]
        self.do(state_weekly, person_id=self.ids["ward"], spans=spans, valid_from=FIRST)
        for name in ("plan", "other_plan", "emptied_plan", "staffed_plan", "spare_plan", "applied_plan"):
            self.ids[name] = self._request_draft(day)
            run_next(self.office)
        where = {"draft_id": self.ids["emptied_plan"], "shift_id": self.ids["draft"]}
        self.do(take_out_of_draft, **where, person_ids=[self.ids["ward"]])
        self.ids["waiting_plan"] = self._request_draft(day)

    def _add_busy_calendars(self) -> None:
        """The ward has two files, of which one is removed, and an address."""
        own = {"person_id": self.ids["ward"], "label": "日历", "reading": Reading([], LAST)}
        for name in ("uploaded", "removed"):
            self.ids[name] = self.do(add_file, **own).id
        where = {"address": self.ids["calendar_address"], "fetched": Fetched()}
        self.ids["registered"] = self.do(add_address, **own, **where).id

    def _request_draft(self, day: date) -> int:
        found: int = self.do(
            request_draft,
            now=CLOCK,
            programme_id=self.school,
            first_day=day,
            last_day=day,
            site_ids=[self.site],
        ).id
        return found

    def _add_care(self) -> None:
        """A child who is expected and one who has come, each with an adult who may take it home."""
        ids = self.ids
        where = {"programme_id": self.school, "site_id": self.site}
        listed = {"relation": "亲友", "valid_from": FIRST, "valid_to": LAST}
        ids["session"] = self.do(open_session, now=hour(16, 30), **where, day=MONDAY).id
        for name in ("child", "present_child"):
            child = ids[name] = self.do(
                register_child, name="符小满", birth_date=date(2018, 3, 4), community_id=self.community
            ).id
            self.do(link_guardian, child_id=child, person_id=ids["mother"], relation="母亲")
            ids[f"{name}_enrolment"] = self.do(
                enrol, child_id=child, **where, weekdays="12345", first_day=FIRST, last_day=LAST
            ).id
            ids[f"{name}_pickup"] = self.do(
                authorise_pickup, child_id=child, person_id=ids["grandmother"], **listed
            ).id
        self.do(link_guardian, child_id=ids["present_child"], person_id=ids["grandmother"], relation="祖母")
        self.do(arrive, now=hour(17, 5), session_id=ids["session"], child_id=ids["present_child"])
        ids["spare_pickup"] = self.do(
            authorise_pickup, child_id=ids["child"], person_id=ids["helper"], **listed
        ).id

    def _add_events(self) -> None:
        ids = self.ids
        for number, name in enumerate(("event", "cancelled", "draft_event", "doomed_event", "unhappy"), 12):
            self._add_event(name, date(2026, 11, number))
        self._add_event("past", date(2026, 11, 1), now=NOW - WEEK)
        self._add_event("spare", date(2026, 11, 17))
        ids["series"] = self.do(
            copy_event, event_id=ids["spare"], dates=[date(2026, 11, 18), date(2026, 11, 19)], in_series=True
        ).series_id
        for name, event, person, now in (
            ("cancelled", "cancelled", "ward", NOW),
            ("past", "past", "helper", NOW - WEEK),
            ("served", "past", "ward", NOW - WEEK),
        ):
            seat = {"position_id": ids[f"{event}_position"], "person_id": ids[person]}
            ids[f"{name}_signup"] = self.do(sign_up, now=now, **seat).id
        self.do(mark_attendance, signup_id=ids["served_signup"], attendance=Attendance.ATTENDED)
        self._add_lines()

    def _add_lines(self) -> None:
        """A position for a group, and the ward waiting for an answer, or with an answer to give."""
        ids = self.ids
        for number, name in enumerate(("group", "offered", "granted", "declined", "overridden"), 24):
            self._add_event(name, date(2026, 11, number))
        with self.office.write(by=Actor.system("test"), now=NOW) as work:
            for name in ("granted", "declined"):
                work.lock(Position, ids[f"{name}_position"]).approval = True
            offered = work.lock(Position, ids["offered_position"])
            offered.capacity, offered.offer_minutes = 1, 10_000
        for name in ("granted", "declined"):
            seat = {"position_id": ids[f"{name}_position"], "person_id": ids["ward"]}
            ids[f"{name}_signup"] = self.do(sign_up, by=Actor.person(ids["ward"]), **seat).id
        taken = self.do(sign_up, position_id=ids["offered_position"], person_id=ids["helper"]).id
        waits = {"position_id": ids["offered_position"], "person_id": ids["ward"]}
        ids["offered_signup"] = self.do(sign_up, **waits).id
        self.do(cancel, signup_id=taken)

    def _add_event(self, name: str, day: date, **when: Any) -> None:
        event = self.ids[name] = self.do(
            create_event,
            **when,
            title="消防安全知识讲座",
            site_id=self.site,
            team_id=self.team,
            starts_at=hour(20, day=day),
            ends_at=hour(21, day=day),
        ).id
        self.ids[f"{name}_position"] = self.do(
            add_position, **when, event_id=event, name="引导员", capacity=3, earns_hours=True
        ).id
        if name != "draft_event":
            self.do(publish_event, **when, event_id=event)

    def _add_what_is_personal(self) -> None:
        """Of the ward's own, one of each kind that a call ends."""
        ids, ward = self.ids, self.ids["ward"]
        off = {"first_day": date(2027, 5, 3), "last_day": date(2027, 5, 4)}
        ids["leave"] = self.do(vouching.take_leave, person_id=ward, **off).id
        ids["token"] = self.token(ward).id
        for name in ("subscription", "replaced", "revoked"):
            issued = self.do(
                subscribe, by=self.actor(ward), kind=FeedKind.PERSON, subject_id=ward, label="手机"
            )
            ids[name], ids[f"{name}_secret"] = issued.id, issued.secret
        calendar = Calendar.from_ical(self.see(person_feed, person_id=ids["staff"]).body)
        ids["entry_uid"] = str(calendar.events[0]["UID"])
        ids["grant"] = self.do(
            grant_role,
            person_id=ids["helper"],
            role=Role.COMMUNITY_COORDINATOR,
            community_id=self.other_community,
            valid_from=FIRST,
        ).id
        ids["post"] = self.do(
            appoint,
            person_id=ids["grandmother"],
            role=GridRole.RECRUITED_GRID_WORKER,
            community_id=self.community,
            grid_id=self.grid,
            salaried=True,
            since=FIRST,
        ).id
        self._add_what_is_certified()
        ids["closure"] = self.do(
            declare_closure,
            name="停电",
            source="供电局通知",
            site_id=self.site,
            starts_at=hour(8, day=date(2027, 4, 1)),
            ends_at=hour(20, day=date(2027, 4, 1)),
        ).closure.id
        # What was written so far has been told; of the ward there is something new.
        told = [notice.id for notice in self.see(list_notices).items]
        self.do(mark_told, notice_ids=told)
        ids["told"] = told[0]
        self.do(sign_up, position_id=ids["unhappy_position"], person_id=ward)
        self.do(call_off_event, event_id=ids["unhappy"])

    def _add_what_is_certified(self) -> None:
        """The ward has served in October, which is closed: two certificates, and two star
        levels that a correction puts in question."""
        ids, ward = self.ids, self.ids["ward"]
        self.do(change_setting, name="star_level_hours", value=[20, 21], valid_from=FIRST)
        serve(self, ward, day=date(2026, 10, 20), now=CLOCK)
        close(self, "2026-10", now=CLOCK)
        for number, name in enumerate(("certificate", "revoked_certificate")):
            period = {"first": FIRST, "last": LAST - timedelta(days=number)}
            issued = self.do(issue, now=CLOCK, person_id=ward, **period)
            ids[name] = issued.id
            ids[f"{name}_number"], ids[f"{name}_code"] = issued.contents.number, issued.contents.code
        taken_back = [serve(self, ward, 720, day=date(2026, 9, day), now=CLOCK) for day in (5, 6)]
        for entry in taken_back:
            self.do(correct, now=CLOCK, entry_id=entry, minutes=0, reason="重复登记")
        held = self.see(list_recognitions_of, person_id=ward)
        ids["star"], ids["second_star"] = (one.id for one in held)


def _person(actor: Actor) -> int:
    assert actor.person_id is not None
    return actor.person_id
