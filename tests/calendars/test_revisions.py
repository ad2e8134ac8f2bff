"""A feed's revision rises when, and only when, what it shows has changed; and whoever keeps an answer by it
never shows anything else than whoever reads everything."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from functools import partial
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select, text

from tests.at_once import PATIENCE_SECONDS, WAITS_SECONDS, at_once
from volunteer_core.access.secrets import digest
from volunteer_core.calendars.at_hand import BY_ADDRESS, BY_KEY, AtHand
from volunteer_core.calendars.feeds import (
    FeedGone,
    community_feed,
    event_feed,
    feed,
    office_days_feed,
    public_feed,
)
from volunteer_core.calendars.models import FeedKind, FeedRevision, PublicKind, feed_key
from volunteer_core.calendars.options import Language, Options
from volunteer_core.calendars.raising import UIDS_KEPT
from volunteer_core.calendars.shelf import Feed, Shelf
from volunteer_core.calendars.subscriptions import (
    IssuedSubscription,
    choose_options,
    revoke,
    rotate,
    subscribe,
)
from volunteer_core.care.enrolment import (
    end_enrolment,
    enrol,
    link_guardian,
    register_child,
    unlink_guardian,
)
from volunteer_core.closures.declaring import declare_closure, lift_closure
from volunteer_core.database import Database, Work
from volunteer_core.errors import NotFound, Refused
from volunteer_core.events.changing_positions import change_position
from volunteer_core.events.copying import copy_event
from volunteer_core.events.planning import call_off_event, change_event, create_event, publish_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.series import call_off_series, publish_series
from volunteer_core.events.signups import cancel, sign_up
from volunteer_core.office.settings import change_setting
from volunteer_core.people.registry import correct, leave_office
from volunteer_core.permissions import Actor
from volunteer_core.places.directory import add_community, add_site, correct_site
from volunteer_core.rosters.assigning import assign, release
from volunteer_core.rosters.attendance import mark_attendance
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.rosters.confirming import confirm
from volunteer_core.rosters.dropping_out import cannot_come
from volunteer_core.rosters.publishing import publish_week, withdraw_week
from volunteer_core.rosters.rules import set_rules
from volunteer_core.rosters.shifts import add_shift, change_shift
from volunteer_core.teams.membership import appoint_leader, change_team, found_team, join
from volunteer_core.teams.programmes import advise_programme, rename_programme, set_up_programme
from volunteer_core.timespans import at, civil_date
from volunteer_core.workdays.daybook import DayRule
from volunteer_core.workdays.upkeep import set_local_day

THURSDAY = date(2026, 12, 3)
WEEK = "2026-W49"
EVERYBODY = Actor.anonymous()
SCRIPT = Actor.system("test")


class Street:
    """The town with another community and another site in it, and all of its feeds."""

    def __init__(self, town: Any) -> None:
        self.town = town
        self.elsewhere = town.do(add_community, code="C2", name="滨濂社区").id
        self.sites = [
            town.site,
            town.do(add_site, community_id=self.elsewhere, code="S2", name="滨濂活动室").id,
        ]
        self.teams = [town.team, town.matchmakers, town.do(found_team, code="T3", name="驾驶员之家").id]
        self.people = [town.person, town.other]
        for person in self.people:
            for team in self.teams:
                if (team, person) not in {(town.team, town.person), (town.team, town.other)}:
                    try:
                        town.do(join, team_id=team, person_id=person, on=date(2026, 1, 1))
                    except Refused:
                        continue
        school = {"name": "五点学堂", "day_rule": DayRule.WORKDAYS, "minds_children": True}
        self.school = town.do(set_up_programme, code="P3", team_id=town.team, **school).id
        self.programmes = [town.programme, town.discreet_programme, self.school]
        self.child = town.do(
            register_child, name="小满", birth_date=date(2018, 3, 4), community_id=town.community
        ).id
        self.enrolments: list[int] = []
        self.shifts: list[int] = []
        self.events: list[int] = []
        self.positions: list[int] = []
        self.closures: list[int] = []
        options = Options(past_days=366, alarm_minutes=30, language=Language.ENGLISH)
        self.secrets = {
            feed_key(kind, subject): town.do(
                subscribe, kind=kind, subject_id=subject, label="墙", options=options
            ).secret
            for kind, subjects in (
                (FeedKind.PERSON, self.people),
                (FeedKind.FAMILY, self.guardians()),
                (FeedKind.TEAM, self.teams),
                (FeedKind.PROGRAMME, self.programmes),
                (FeedKind.SITE, self.sites),
            )
            for subject in subjects
        }

    def guardians(self) -> list[int]:
        """One of the people, who may become one. It is subscribed to while there is a child enrolled."""
        person = self.town.person
        self.town.do(link_guardian, child_id=self.child, person_id=person, relation="母亲")
        days = {"first_day": date(2026, 9, 1), "last_day": date(2027, 1, 22), "weekdays": "12345"}
        where = {"programme_id": self.school, "site_id": self.town.site}
        self.enrolments.append(self.town.do(enrol, child_id=self.child, **where, **days).id)
        return [person]

    def feeds(self) -> dict[str, bytes]:
        """What every feed shows now."""
        shown = {key: self.town.see(feed, by=EVERYBODY, secret=one) for key, one in self.secrets.items()}
        shown |= {key: self.town.see(one, by=EVERYBODY) for key, one in self.public()}
        for event in self.events:
            with_event = partial(event_feed, event_id=event)
            try:
                shown[feed_key(PublicKind.EVENT, event)] = self.town.see(with_event, by=EVERYBODY)
            except NotFound:
                continue
        return {key: one.body for key, one in shown.items()}

    def public(self) -> Iterator[tuple[str, Callable[..., Feed]]]:
        yield feed_key(PublicKind.EVENTS), public_feed
        yield feed_key(PublicKind.WORKDAYS), office_days_feed
        for community in (self.town.community, self.elsewhere):
            yield feed_key(PublicKind.COMMUNITY, community), partial(community_feed, community_id=community)

    def revisions(self) -> dict[str, int]:
        with self.town.office.read(by=EVERYBODY) as work:
            return dict(work.execute(select(FeedRevision.key, FeedRevision.revision)).all())

    def act(self, chance: random.Random) -> str:
        """Does something, if it may be done."""
        name, operation, facts = chance.choice([*self._possible(chance)])
        try:
            done = self.town.do(operation, **facts)
        except Refused as refusal:
            return f"{name}: {refusal.code}"
        found = {add_shift: self.shifts, create_event: self.events, add_position: self.positions}
        found |= {enrol: self.enrolments}
        if operation in found:
            found[operation].append(done.id)
        if operation is copy_event:
            self.events += [copy.event.id for copy in done.copies]
        if operation is declare_closure:
            self.closures.append(done.closure.id)
        return name

    def _possible(self, chance: random.Random) -> Iterator[tuple[str, Callable[..., Any], dict[str, Any]]]:
        site, person, team = chance.choice(self.sites), chance.choice(self.people), chance.choice(self.teams)
        programme, hour = chance.choice(self.programmes), chance.randrange(8, 20)
        number, turn = chance.randrange(100), chance.random() < 0.5
        day = chance.choice([date(2026, 11, 30), THURSDAY])
        span = {"starts_at": at(THURSDAY, time(hour)), "ends_at": at(THURSDAY, time(hour + 1))}
        week = {"programme_id": programme, "site_id": site, "week": WEEK}
        yield (
            "shift",
            add_shift,
            {**span, "programme_id": programme, "site_id": site, "minimum": 1, "maximum": 3},
        )
        yield "publish", publish_week, week
        yield "publish", publish_week, week
        yield "withdraw", withdraw_week, week
        yield "rename programme", rename_programme, {"programme_id": programme, "name": f"项目{number}"}
        yield "correct site", correct_site, {"site_id": site, "address": f"凤翔路 {number} 号"}
        yield "rename site", correct_site, {"site_id": site, "name": f"活动室{number}"}
        yield "rename team", change_team, {"team_id": team, "name": f"队{number}"}
        yield "discreet", change_team, {"team_id": team, "discreet": turn}
        yield "confirming", set_rules, {"programme_id": programme, "asks_confirmation": turn}
        yield "rename person", correct, {"person_id": person, "name": f"人{number}"}
        yield (
            "office",
            change_setting,
            {"name": "office_name", "value": f"街道{number}", "valid_from": day},
        )
        yield "day", set_local_day, {"day": THURSDAY, "works": True, "name": f"班{number}", "source": "街道"}
        closed = {"name": "台风", "source": "街道", "site_id": site, **span}
        yield "closure", declare_closure, closed
        place = {"site_id": site, "team_id": chance.choice([None, team]), "public": turn}
        place["programme_id"] = chance.choice([None, programme])
        yield "event", create_event, {**span, **place, "title": f"讲座{number}"}
        where = {"programme_id": self.school, "site_id": site, "weekdays": chance.choice(["3", "4", "45"])}
        until = date(2026, 12, chance.randrange(1, 9))
        yield "enrol", enrol, {"child_id": self.child, **where, "first_day": day, "last_day": THURSDAY}
        yield "end enrolment", end_enrolment, {"enrolment_id": self.enrolments[-1], "last_day": until}
        link = {"child_id": self.child, "person_id": person}
        yield "guardian", link_guardian, {**link, "relation": "父亲"}
        yield "no guardian", unlink_guardian, link
        yield "school shift", add_shift, {
            **span, "programme_id": self.school, "site_id": self.town.site, "minimum": 1, "maximum": 3
        }  # fmt: skip
        yield "publish school", publish_week, {**week, "programme_id": self.school, "site_id": self.town.site}
        advice = {"bring": f"水壶{number}", "contact_phone": f"0898-650000{number:02}"}
        yield "advise", advise_programme, {"programme_id": programme, **advice}
        yield "weekend", set_local_day, {
            "day": date(2026, 12, 5), "works": turn, "name": f"班{number}", "source": "街道"
        }  # fmt: skip
        if self.closures:
            yield "lift", lift_closure, {"closure_id": chance.choice(self.closures)}
        if self.shifts:
            shift = chance.choice(self.shifts)
            own = {"shift_id": shift, "person_id": person}
            for _ in range(3):
                yield "assign", assign, own
            yield "release", release, own
            yield "confirm", confirm, own
            yield "cannot come", cannot_come, own
            yield "attendance", mark_attendance, {**own, "attendance": "attended"}
            yield "move", change_shift, {"shift_id": shift, **span}
            yield "note", change_shift, {"shift_id": shift, "note": f"备注{number}"}
            yield "places", change_shift, {"shift_id": shift, "maximum": 3 + number % 3}
            yield "call off", call_off_shift, {"shift_id": shift, "reason": "雨"}
        if self.events:
            event = chance.choice(self.events)
            yield "position", add_position, {
                "event_id": event, "name": f"岗{number}", "capacity": 2, "earns_hours": True
            }  # fmt: skip
            yield "publish event", publish_event, {"event_id": event}
            yield "publish event", publish_event, {"event_id": event}
            yield "change event", change_event, {"event_id": event, "title": f"新讲座{number}"}
            yield (
                "move event",
                change_event,
                {"event_id": event, "site_id": site, "starts_at": span["starts_at"]},
            )
            yield "public", change_event, {"event_id": event, "public": turn}
            yield "for whom", change_event, {"event_id": event, "for_team_id": chance.choice([None, team])}
            yield "copy", copy_event, {"event_id": event, "dates": [day], "in_series": turn}
            yield "call off event", call_off_event, {"event_id": event}
            yield "publish series", publish_series, {"series_id": 1}
            yield "call off series", call_off_series, {"series_id": 1}
        if self.positions:
            yield "move position", change_position, {
                "position_id": chance.choice(self.positions), "starts_at": span["starts_at"]
            }  # fmt: skip
            yield "rename position", change_position, {
                "position_id": chance.choice(self.positions), "name": f"岗位{number}"
            }  # fmt: skip
            yield "sign up", sign_up, {"position_id": chance.choice(self.positions), "person_id": person}
            yield "cancel", cancel, {"signup_id": chance.randrange(1, 1 + len(self.positions) * 2)}


@pytest.fixture
def street(town: Any) -> Street:
    return Street(town)


class Process:
    """An API process: it keeps answers, and is asked by address."""

    def __init__(self, town: Any) -> None:
        self.town = town
        self.shelf = Shelf()
        self.office = Database(town.office.url, clock=lambda: town.now)
        self.hand = AtHand(self.office, self.shelf)
        self.from_hand = 0

    def fetch(self, secret: str) -> Feed:
        """As the API does: what is at hand, or else by a work."""
        found = self.hand.by_secret(secret)
        if found is not None:
            self.from_hand += 1
            return found
        return self.town.see(feed, by=EVERYBODY, secret=secret, shelf=self.shelf)

    def end(self) -> None:
        self.hand.close()
        self.office.dispose()


@pytest.fixture
def processes(town: Any) -> Iterator[list[Process]]:
    two = [Process(town), Process(town)]
    yield two
    for process in two:
        process.end()


@pytest.mark.parametrize("seed", range(2))
def test_a_feed_has_changed_if_and_only_if_its_revision_has_risen(street: Street, seed: int) -> None:
    chance = random.Random(seed)
    shown, revisions = street.feeds(), street.revisions()
    for _ in range(60):
        done = street.act(chance)
        now_shown, now_revisions = street.feeds(), street.revisions()
        changed = {key for key in shown.keys() | now_shown.keys() if shown.get(key) != now_shown.get(key)}
        risen = {key for key in now_revisions if now_revisions[key] != revisions.get(key)}
        assert changed <= risen, done
        # Whether a family's session is another one depends on all of its shifts: that is not looked up.
        risen -= {key for key in risen if key.startswith("family/")}
        assert risen & (shown.keys() | now_shown.keys()) <= changed, done
        shown, revisions = now_shown, now_revisions


def test_what_a_process_keeps_never_differs_from_what_is_read_anew(
    street: Street, processes: list[Process]
) -> None:
    chance = random.Random(7)
    for _ in range(60):
        for _ in range(chance.randrange(5)):
            street.act(chance)
        for secret in chance.sample(sorted(street.secrets.values()), 4):
            found = chance.choice(processes).fetch(secret)
            anew = street.town.see(feed, by=EVERYBODY, secret=secret)
            assert (found.body, found.etag) == (anew.body, anew.etag)
            assert found.last_modified == anew.last_modified
    assert min(process.from_hand for process in processes) > 30


def test_a_change_is_in_the_next_answer_of_every_process(town: Any, processes: list[Process]) -> None:
    shift = town.published_shift(town.person)
    secret = town.do(subscribe, kind=FeedKind.PERSON, subject_id=town.person, label="手机").secret
    before = [process.fetch(secret) for process in processes]
    assert [process.fetch(secret) for process in processes] == before
    assert [process.from_hand for process in processes] == [1, 1]
    town.do(change_shift, shift_id=shift, starts_at=at(THURSDAY, time(8)), ends_at=at(THURSDAY, time(9)))
    after = [process.fetch(secret) for process in processes]
    assert after[0] == after[1]
    assert b"T080000" in after[0].body
    assert after[0].etag != before[0].etag
    assert after[0].last_modified > before[0].last_modified
    assert [process.from_hand for process in processes] == [2, 2]


def test_an_answer_is_good_for_the_day_only(town: Any, processes: list[Process]) -> None:
    """Rights end and entries leave with a day."""
    town.published_shift(town.person)
    secret = town.do(subscribe, kind=FeedKind.PERSON, subject_id=town.person, label="手机").secret
    process = processes[0]
    process.fetch(secret)
    assert process.hand.by_secret(secret) is not None
    town.now += timedelta(days=1)
    assert process.hand.by_secret(secret) is None
    assert process.fetch(secret).last_modified == at(civil_date(town.now), time.min)


def test_what_ends_or_alters_an_address_takes_its_answer_from_every_hand(
    town: Any, processes: list[Process]
) -> None:
    town.published_shift(town.person)
    process, leader = processes[0], Actor.person(town.person, teams=[town.team])
    town.do(appoint_leader, team_id=town.team, person_id=town.person)

    def address() -> IssuedSubscription:
        made = town.do(subscribe, by=leader, kind=FeedKind.TEAM, subject_id=town.team, label="墙")
        assert process.fetch(made.secret) == process.hand.by_secret(made.secret)
        return made

    chosen, replaced, revoked, stepped_down = (address() for _ in range(4))
    town.do(choose_options, subscription_id=chosen.id, options=Options(alarm_minutes=5))
    town.do(rotate, subscription_id=replaced.id)
    town.do(revoke, subscription_id=revoked.id)
    assert b"VALARM" in process.fetch(chosen.secret).body
    assert "已更换" in process.fetch(replaced.secret).body.decode()
    with pytest.raises(FeedGone):
        process.fetch(revoked.secret)
    assert process.hand.by_secret(stepped_down.secret) is not None
    town.do(appoint_leader, team_id=town.team, person_id=town.person, leads=False)
    assert process.hand.by_secret(stepped_down.secret) is None
    with pytest.raises(FeedGone):
        process.fetch(stepped_down.secret)

    own = town.do(subscribe, kind=FeedKind.PERSON, subject_id=town.person, label="手机").secret
    process.fetch(own)
    town.do(leave_office, person_id=town.person, on=civil_date(town.now))
    with pytest.raises(FeedGone):
        process.fetch(own)


def test_what_is_kept_is_not_taken_for_what_a_backup_holds(town: Any, processes: list[Process]) -> None:
    shift = town.published_shift(town.person)
    secret = town.do(subscribe, kind=FeedKind.PERSON, subject_id=town.person, label="手机").secret
    for note in ("甲", "乙", "丙"):
        town.do(change_shift, shift_id=shift, note=note)
    process = processes[0]
    process.fetch(secret)
    key = feed_key(FeedKind.PERSON, town.person)
    with town.office.engine.begin() as connection:
        connection.execute(text("UPDATE shifts SET note = '乙'"))
        earlier = f"UPDATE feed_revisions SET revision = revision - 1 WHERE key = '{key}'"
        connection.execute(text(earlier))
    assert process.hand.by_secret(secret) is None
    assert "乙" in process.fetch(secret).body.decode()


def test_a_feed_that_loses_all_it_had_says_so_and_gets_rid_of_that_again(
    town: Any, processes: list[Process]
) -> None:
    old = town.published_shift(town.person)
    quiet = Options(show_cancelled=False)
    subject = {"kind": FeedKind.PERSON, "subject_id": town.person, "label": "手机", "options": quiet}
    secret = town.do(subscribe, **subject).secret
    process = processes[0]
    assert "每周两小时" in process.fetch(secret).body.decode()
    town.do(release, shift_id=old, person_id=town.person)
    assert "暂无安排" in process.fetch(secret).body.decode()
    town.do(assign, shift_id=old, person_id=town.person)
    found = process.fetch(secret).body.decode()
    assert "暂无安排" not in found
    assert "每周两小时" in found


def test_two_changes_at_once_both_raise_the_revision(town: Any) -> None:
    """The second raises it while the first has done so and not yet committed."""
    elsewhere = town.do(add_site, community_id=town.community, code="S2", name="图书室").id
    here = town.site
    town.published_shift(town.person, hour=10)
    town.site = elsewhere
    town.published_shift(town.person, hour=14)
    key = feed_key(FeedKind.PERSON, town.person)

    def revision() -> int:
        with town.office.read(by=EVERYBODY) as work:
            return work.scalar(select(FeedRevision.revision).where(FeedRevision.key == key)) or 0

    first_raised, second_done = Event(), Event()

    def hold(_: Work) -> None:
        if not first_raised.is_set():
            first_raised.set()
            second_done.wait(WAITS_SECONDS)

    def change(site: int) -> None:
        with town.office.write(by=SCRIPT, now=town.now) as work:
            correct_site(work, site_id=site, address="二楼")

    def change_second() -> None:
        first_raised.wait(PATIENCE_SECONDS)
        change(elsewhere)
        second_done.set()

    before = revision()
    town.office.watch("before_commit", hold)
    at_once(partial(change, here), change_second)
    assert first_raised.is_set()
    assert revision() == before + 2


def test_a_shelf_keeps_so_much_and_no_more(town: Any) -> None:
    town.published_shift(town.person)
    shelf = Shelf(bytes_most=8_000)
    for number in range(8):
        secret = town.do(subscribe, kind=FeedKind.PERSON, subject_id=town.person, label=f"{number}").secret
        town.see(feed, by=EVERYBODY, secret=secret, shelf=shelf)
        assert 0 < shelf.size <= 8_000
        assert shelf.find(digest(secret)) is not None


def test_more_changes_than_are_remembered_are_read_as_a_whole(town: Any, processes: list[Process]) -> None:
    shift = town.published_shift(town.person)
    secret = town.do(subscribe, kind=FeedKind.PERSON, subject_id=town.person, label="手机").secret
    process = processes[0]
    process.fetch(secret)
    for number in range(UIDS_KEPT + 1):
        town.do(change_shift, shift_id=shift, note=f"备注{number}")
    assert process.hand.by_secret(secret) is None
    assert f"备注{UIDS_KEPT}" in process.fetch(secret).body.decode()
    for number in range(UIDS_KEPT):
        town.do(change_shift, shift_id=shift, note=f"又{number}")
    found = process.hand.by_secret(secret)
    assert found is not None
    assert f"又{UIDS_KEPT - 1}" in found.body.decode()


def test_the_look_up_goes_by_indexes(town: Any) -> None:
    explain = "EXPLAIN QUERY PLAN" if town.office.is_sqlite else "EXPLAIN"
    with town.office.engine.connect() as connection:
        if not town.office.is_sqlite:  # so few rows are read faster than an index
            connection.execute(text("SET enable_seqscan = off"))
        for statement in (BY_ADDRESS, BY_KEY):
            compiled = statement.compile(connection)
            sql, given = f"{explain} {compiled}", {**compiled.params, "name": b"x"}
            facts = tuple(given[name] for name in compiled.positiontup or ()) or given
            plan = " ".join(str(value) for row in connection.exec_driver_sql(sql, facts) for value in row)
            assert "index" in plan.lower()
            assert "SCAN subscriptions" not in plan
            assert "SCAN feed_revisions" not in plan
            assert "Seq Scan" not in plan
