"""Secret addresses: who may make them, what they show, how they end."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import text

from volunteer_core.access.tokens import grant_role
from volunteer_core.audit import entries as audit_entries
from volunteer_core.calendars.feeds import FeedGone, feed, person_feed, record_fetches, site_feed
from volunteer_core.calendars.models import FeedKind
from volunteer_core.calendars.options import Language, Options
from volunteer_core.calendars.subscriptions import (
    IssuedSubscription,
    SubscriptionEnded,
    choose_options,
    list_subscriptions,
    rename,
    revoke,
    rotate,
    subscribe,
)
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.people.registry import leave_office
from volunteer_core.permissions import Actor, Role
from volunteer_core.rosters.assigning import release
from volunteer_core.teams.membership import appoint_leader
from volunteer_core.timespans import at, civil_date

ANYBODY = Actor.anonymous()
SCRIPT = Actor.system("test")
THURSDAY = date(2026, 12, 3)


def fetch(town, secret: str, **when):
    return town.see(feed, by=ANYBODY, secret=secret, **when)


@pytest.fixture
def me(town) -> Actor:
    return Actor.person(town.person)


@pytest.fixture
def mine(town, me) -> IssuedSubscription:
    """One's own address, with one shift in it."""
    town.published_shift(town.person, town.other)
    return town.do(subscribe, by=me, kind=FeedKind.PERSON, subject_id=town.person, label="手机")


def test_the_secret_alone_opens_the_calendar(town, mine) -> None:
    found = fetch(town, mine.secret)
    assert found.body == town.see(person_feed, person_id=town.person).body
    assert found.subscription_id == mine.id
    assert len(Calendar.from_ical(found.body).events) == 1


def test_a_feed_names_nobody(town, mine) -> None:
    body = fetch(town, mine.secret).body.decode()
    for private in ("林晓", "王芳", "13800001111", "13800002222", "http"):
        assert private not in body


def test_fetching_again_gives_the_same_bytes_and_tag_until_something_changes(town, mine) -> None:
    first = fetch(town, mine.secret)
    again = fetch(town, mine.secret, now=town.now + timedelta(hours=6))
    assert again == first
    assert first.etag.startswith('"')
    assert first.name.isascii()
    town.published_shift(town.person, hour=19)
    changed = fetch(town, mine.secret)
    assert changed.etag != first.etag
    assert changed.last_modified > first.last_modified
    assert changed.last_modified == town.now


def test_the_secret_is_kept_nowhere(town, mine) -> None:
    with town.office.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM subscriptions")).all()
        logged = connection.execute(text("SELECT changes FROM audit_entries")).all()
    assert len(mine.secret) >= 43
    assert mine.secret not in repr(rows) + repr(logged)
    [entry] = town.see(audit_entries, subject="subscriptions").items
    assert entry.changes["digest"] is None


def test_several_addresses_lead_to_one_feed(town, me, mine) -> None:
    second = town.do(subscribe, by=me, kind=FeedKind.PERSON, subject_id=town.person, label="电脑")
    assert second.secret != mine.secret
    assert fetch(town, second.secret).body == fetch(town, mine.secret).body
    town.do(revoke, by=me, subscription_id=second.id)
    assert fetch(town, mine.secret).body
    listed = town.see(list_subscriptions, by=me, person_id=town.person).items
    assert [(row.label, row.subject_id, row.revoked_at is None) for row in listed] == [
        ("电脑", town.person, False),
        ("手机", town.person, True),
    ]


def test_a_rotated_address_only_says_that_it_was_replaced_and_then_nothing(town, me, mine) -> None:
    new = town.do(rotate, by=me, subscription_id=mine.id)
    assert (new.label, new.kind, new.subject_id) == ("手机", FeedKind.PERSON, town.person)
    assert len(Calendar.from_ical(fetch(town, new.secret).body).events) == 1

    old = fetch(town, mine.secret)
    [notice] = Calendar.from_ical(old.body).events
    assert notice["SUMMARY"] == "此日历地址已更换，请重新订阅"
    assert notice.start == civil_date(town.now)
    assert {"LOCATION", "DESCRIPTION"}.isdisjoint(notice)
    assert "每周两小时" not in old.body.decode()
    assert fetch(town, mine.secret, now=town.now + timedelta(days=29, hours=23)) == old
    with pytest.raises(FeedGone):
        fetch(town, mine.secret, now=town.now + timedelta(days=30))


def test_revoked_unknown_and_absurd_secrets_are_told_alike(town, me, mine) -> None:
    town.do(revoke, by=me, subscription_id=mine.id)
    for secret in (mine.secret, mine.secret[:-1], "", "x" * 10_000, "\ud800", "' OR 1=1 --"):
        with pytest.raises(FeedGone) as refusal:
            fetch(town, secret)
        assert isinstance(refusal.value, NotFound)
        assert refusal.value.code == "feed_gone"
        assert refusal.value.facts == {}


def test_an_ended_address_is_not_ended_again(town, me, mine) -> None:
    town.do(rotate, by=me, subscription_id=mine.id)
    with pytest.raises(SubscriptionEnded):
        town.do(rotate, by=me, subscription_id=mine.id)
    town.do(revoke, by=me, subscription_id=mine.id)
    with pytest.raises(FeedGone):
        fetch(town, mine.secret)
    with pytest.raises(SubscriptionEnded):
        town.do(revoke, by=me, subscription_id=mine.id)


def test_ones_own_calendar_is_for_oneself_alone(town, me, mine) -> None:
    officer = Actor.person(town.other, officer=True)
    for by in (officer, Actor.person(town.other), ANYBODY):
        with pytest.raises(NotAllowed):
            town.do(subscribe, by=by, kind=FeedKind.PERSON, subject_id=town.person, label="x")
        with pytest.raises(NotAllowed):
            town.see(person_feed, by=by, person_id=town.person)
        with pytest.raises(NotAllowed):
            town.do(rotate, by=by, subscription_id=mine.id)
    with pytest.raises(NotAllowed):
        town.see(list_subscriptions, by=Actor.person(town.other), person_id=town.person)
    with pytest.raises(NotAllowed):
        town.do(revoke, by=Actor.person(town.other), subscription_id=mine.id)
    town.do(revoke, by=officer, subscription_id=mine.id)


def test_calendars_of_teams_and_programmes_are_for_the_teams_leaders(town) -> None:
    leader = Actor.person(town.other, teams=[town.team])
    town.do(appoint_leader, team_id=town.team, person_id=town.other)
    for kind, subject in ((FeedKind.TEAM, town.team), (FeedKind.PROGRAMME, town.programme)):
        issued = town.do(subscribe, by=leader, kind=kind, subject_id=subject, label="队里")
        assert fetch(town, issued.secret).body
        with pytest.raises(NotAllowed):
            town.do(subscribe, by=Actor.person(town.person), kind=kind, subject_id=subject, label="队里")
    assert town.see(list_subscriptions, by=leader, person_id=town.other).total == 2
    assert town.see(list_subscriptions, person_id=town.person).total == 0


def test_who_steps_down_or_leaves_sees_no_more_of_it(town, me, mine) -> None:
    leader = Actor.person(town.other, teams=[town.team])
    town.do(appoint_leader, team_id=town.team, person_id=town.other)
    feeds = ((FeedKind.TEAM, town.team), (FeedKind.PROGRAMME, town.programme))
    led = [
        town.do(subscribe, by=leader, kind=kind, subject_id=subject, label="队里").secret
        for kind, subject in feeds
    ]
    scripts = town.do(subscribe, kind=FeedKind.TEAM, subject_id=town.team, label="大厅").secret
    town.do(appoint_leader, team_id=town.team, person_id=town.other, leads=False)
    for secret in led:
        with pytest.raises(FeedGone):
            fetch(town, secret)
    assert fetch(town, scripts).body
    town.do(appoint_leader, team_id=town.team, person_id=town.other)
    assert all(fetch(town, secret).body for secret in led)

    assert fetch(town, mine.secret).body
    town.do(leave_office, person_id=town.person, on=civil_date(town.now))
    with pytest.raises(FeedGone):
        fetch(town, mine.secret)


def test_bad_requests_are_refused(town, me) -> None:
    for kind in FeedKind:
        with pytest.raises(NotFound):
            town.do(subscribe, kind=kind, subject_id=999, label="x")
    for label in ("", " ", "长" * 61, "a\nb"):
        with pytest.raises(Malformed):
            town.do(subscribe, by=me, kind=FeedKind.PERSON, subject_id=town.person, label=label)
    for operation in (rotate, revoke):
        with pytest.raises(NotFound):
            town.do(operation, by=me, subscription_id=999)
    assert town.see(list_subscriptions, by=me, person_id=town.person).total == 0


def test_the_last_use_is_written_in_batches_and_never_goes_back(town, me, mine) -> None:
    second = town.do(subscribe, by=me, kind=FeedKind.PERSON, subject_id=town.person, label="电脑")
    noon = town.now + timedelta(hours=3)
    logged = town.see(audit_entries).total
    town.do(record_fetches, by=ANYBODY, fetched={mine.id: noon, second.id: noon, 999: noon})
    town.do(record_fetches, by=ANYBODY, fetched={mine.id: noon - timedelta(hours=1)})
    listed = town.see(list_subscriptions, by=me, person_id=town.person).items
    assert [row.last_fetched_at for row in listed] == [noon, noon]
    assert town.see(audit_entries).total == logged


def test_the_day_of_a_date_is_the_first_on_which_a_feed_may_have_changed(town, mine) -> None:
    tomorrow = town.now + timedelta(days=1)
    found = fetch(town, mine.secret, now=tomorrow)
    assert found.last_modified < tomorrow
    assert civil_date(found.last_modified) == civil_date(tomorrow) == date(2026, 12, 1)


def test_what_is_chosen_for_one_address_changes_that_one_alone(town, me, mine) -> None:
    shift = town.published_shift(town.person, hour=19)
    town.do(release, shift_id=shift, person_id=town.person)
    other = town.do(
        subscribe,
        by=me,
        kind=FeedKind.PERSON,
        subject_id=town.person,
        label="电脑",
        options=Options(alarm_minutes=30, language=Language.ENGLISH),
    )
    plain, chosen = fetch(town, mine.secret), fetch(town, other.secret)
    assert "【已取消】" in plain.body.decode()
    assert "VALARM" not in plain.body.decode()
    assert "[Cancelled]" in chosen.body.decode()
    assert chosen.body.count(b"BEGIN:VALARM") == 1

    quiet = Options(show_cancelled=False, past_days=7)
    assert town.do(choose_options, by=me, subscription_id=other.id, options=quiet).options == quiet
    later = fetch(town, other.secret)
    assert later.last_modified == town.now
    assert len(Calendar.from_ical(later.body).events) == 1
    assert fetch(town, mine.secret) == plain
    over = at(THURSDAY + timedelta(days=7), time(23))
    assert len(Calendar.from_ical(fetch(town, other.secret, now=over).body).events) == 1
    [notice] = Calendar.from_ical(fetch(town, other.secret, now=over + timedelta(days=1)).body).events
    assert notice["SUMMARY"] == "暂无安排"
    new = town.do(rotate, by=me, subscription_id=other.id)
    assert new.options == quiet


def test_an_address_is_renamed_and_chosen_for_by_its_owner_while_it_lasts(town, me, mine) -> None:
    assert town.do(rename, by=me, subscription_id=mine.id, label="旧手机").label == "旧手机"
    for by in (Actor.person(town.other), Actor.person(town.other, officer=True)):
        with pytest.raises(NotAllowed):
            town.do(rename, by=by, subscription_id=mine.id, label="x")
        with pytest.raises(NotAllowed):
            town.do(choose_options, by=by, subscription_id=mine.id, options=Options())
    for wrong in (
        Options(alarm_minutes=-1),
        Options(alarm_minutes=10_081),
        Options(past_days=0),
        Options(past_days=367),
    ):
        with pytest.raises(Malformed):
            town.do(choose_options, by=me, subscription_id=mine.id, options=wrong)
    town.do(revoke, by=me, subscription_id=mine.id)
    with pytest.raises(SubscriptionEnded):
        town.do(rename, by=me, subscription_id=mine.id, label="x")
    with pytest.raises(SubscriptionEnded):
        town.do(choose_options, by=me, subscription_id=mine.id, options=Options())


def test_a_sites_calendar_is_for_its_coordinators_and_shows_all_that_happens_there(town) -> None:
    town.published_shift(town.person)
    town.published_shift(town.other, programme=town.discreet_programme, hour=19)
    with pytest.raises(NotAllowed):
        town.do(
            subscribe, by=Actor.person(town.person), kind=FeedKind.SITE, subject_id=town.site, label="大屏"
        )
    with town.office.write(by=SCRIPT, now=town.now) as work:
        grant_role(
            work,
            person_id=town.other,
            role=Role.COMMUNITY_COORDINATOR,
            community_id=town.community,
            valid_from=date(2026, 1, 1),
            valid_to=date(2026, 12, 5),
        )
    coordinator = Actor.person(town.other, communities=[town.community])
    screen = town.do(subscribe, by=coordinator, kind=FeedKind.SITE, subject_id=town.site, label="大屏")
    found = fetch(town, screen.secret)
    shown = [str(event["SUMMARY"]) for event in Calendar.from_ical(found.body).events]
    assert shown == ["每周两小时", "志愿服务"]
    assert "X-WR-CALNAME:凤翔社区活动室" in found.body.decode()
    assert found.body == town.see(site_feed, site_id=town.site).body
    with pytest.raises(FeedGone):
        fetch(town, screen.secret, now=at(date(2026, 12, 6), time(8)))
