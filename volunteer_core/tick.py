"""Work that is due by time, as one idempotent pass: ``volunteer tick``, every minute or by cron.

Each step is a transaction of its own and writes only what is not there yet, so that several
processes may run it at once and one that fails leaves the others' work.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from volunteer_core.commitments.busy.fetching import Fetcher
from volunteer_core.commitments.busy.refreshing import forget_what_is_over, refresh_due
from volunteer_core.database import Database, Work
from volunteer_core.errors import Conflict
from volunteer_core.events.adults import tell_of_missing_adults
from volunteer_core.events.by_phone.forgetting import forget_unconfirmed
from volunteer_core.events.consents import tell_of_moved_events
from volunteer_core.events.deciding import decide, events_to_decide
from volunteer_core.events.offers import lines_to_move, move_line
from volunteer_core.hours.recognitions.reviewing import tell_of_reviews
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.writing import tell
from volunteer_core.people.models import Person
from volunteer_core.people.standing import expiring_checks, expiring_qualifications
from volunteer_core.permissions import Actor
from volunteer_core.repeats import forget_old_answers
from volunteer_core.rosters.availability.asking import remind_of_asks
from volunteer_core.rosters.drafts.queueing import take_back_lost
from volunteer_core.rosters.gaps import tell_of_those_who_cannot
from volunteer_core.rosters.swaps.taking_over import lapse_late_offers
from volunteer_core.timespans import chinese_date, civil_date

CLOCK = Actor.system("定时任务")


class Ticked(msgspec.Struct, frozen=True):
    """What a pass did."""

    expiry_warnings: int
    availability_reminders: int
    gaps_told: int
    reviews_told: int
    offers_lapsed: int
    seats_moved: int
    """Sign-ups that got a seat or an offer, or whose offer ran out."""
    phone_signups_forgotten: int
    """Asked for by phone, and never confirmed."""
    adults_told: int
    """Of events with minors that lack adults with a record check."""
    consents_told: int
    """Of events that moved to a date for which nobody has consented."""
    events_decided: int
    """Called off because too few come, or settled that they take place."""
    drafts_waiting: int
    """For a planning process."""
    busy_forgotten: int
    """Spans that are past, and calendars of people who have left."""
    answers_forgotten: int
    """Of requests that were sent with a key."""
    calendars_read: int
    """A few of those that are due: fetching takes seconds, in which no transaction is held."""


def run(database: Database, *, fetcher: Fetcher = Fetcher()) -> Ticked:
    """One pass over everything that is due; ``fetcher`` fetches people's calendars."""
    return Ticked(
        expiry_warnings=_step(database, warn_of_expiry),
        availability_reminders=_step(database, remind_of_asks),
        gaps_told=_step(database, tell_of_those_who_cannot),
        reviews_told=_step(database, tell_of_reviews),
        offers_lapsed=_step(database, lapse_late_offers),
        seats_moved=_each(database, lines_to_move, move_line),
        phone_signups_forgotten=_step(database, forget_unconfirmed),
        adults_told=_step(database, tell_of_missing_adults),
        consents_told=_step(database, tell_of_moved_events),
        events_decided=_each(database, events_to_decide, decide),
        drafts_waiting=_step(database, take_back_lost),
        busy_forgotten=_step(database, forget_what_is_over),
        answers_forgotten=_step(database, forget_old_answers),
        calendars_read=refresh_due(database, fetcher=fetcher),
    )


def _step(database: Database, due: Callable[[Work], int]) -> int:
    """What one step did, in a transaction of its own."""
    try:
        with database.write(by=CLOCK) as work:
            return due(work)
    except Conflict:  # another process was doing the same: it is done
        return 0


def _each(database: Database, due: Callable[[Work], list[int]], step: Callable[[Work, int], int]) -> int:
    """What was done for all that is due, in a transaction for each."""
    with database.read(by=CLOCK) as work:
        ids = due(work)
    return sum(_step(database, lambda work, one=one: step(work, one)) for one in ids)  # type: ignore[misc]


def warn_of_expiry(work: Work) -> int:
    """Tells people, once each, that a record check or a qualification of theirs runs out soon."""
    today = civil_date(work.now)
    due = [
        (person_id, last, f"check:{person_id}:{last}", "违法犯罪记录查询", "请及时重新办理")
        for person_id, last in expiring_checks(work, day=today)
    ] + [
        (person_id, last, f"qualification:{person_id}:{kind}:{last}", f"资格 {kind}", "请及时复核")
        for person_id, kind, last in expiring_qualifications(work, day=today)
    ]
    written = 0
    for person_id, last, key, what, advice in due:
        written += tell(
            work,
            kind=NoticeKind.EXPIRING,
            person_id=person_id,
            community_id=work.find(Person, person_id).community_id,
            text=f"您的{what}有效至 {chinese_date(last)}，{advice}。",
            key=key,
        )
    return written
