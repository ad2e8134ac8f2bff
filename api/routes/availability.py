"""When people can serve, how much and where; asking a team for it, and who has answered."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from litestar import Router
from litestar.params import JSONBody

from api.incoming import AwareDatetime, Body, Id, Paged, PathId, given
from api.operations import act, get, post, put
from api.work import Opened
from volunteer_core.database import Page
from volunteer_core.rosters.availability import asking, reading, stating
from volunteer_core.rosters.availability.asking import AnswersView, AnswerView, AskView
from volunteer_core.rosters.availability.models import DateWish
from volunteer_core.rosters.availability.reading import (
    AvailabilityView,
    DatedWishView,
    LimitsView,
    WeeklyPattern,
    WeeklyTime,
)

MONDAYS = WeeklyTime(weekday=1, starts=time(16, 30), ends=time(18, 30))
WISH = DatedWishView(
    id=12,
    person_id=42,
    first_day=date(2026, 12, 14),
    last_day=date(2026, 12, 14),
    kind=DateWish.CANNOT,
    reason="",
    entered_at=datetime(2026, 12, 1, 2, 0, tzinfo=UTC),
    withdrawn_at=None,
)
LIMITS = LimitsView(
    max_per_week=2,
    max_consecutive_days=3,
    rest_minutes=30,
    only_listed_sites=True,
    site_ids=[2, 3],
    farthest_km=None,
    home_site_id=2,
    partner_ids=[57],
    said_at=datetime(2026, 12, 1, 2, 0, tzinfo=UTC),
)
AVAILABILITY = AvailabilityView(
    person_id=42,
    weekly=[WeeklyPattern(date(2026, 12, 1), None, [MONDAYS])],
    dates=[WISH],
    limits=LIMITS,
)
ASK = AskView(
    id=4,
    programme_id=1,
    first_day=date(2026, 12, 7),
    last_day=date(2026, 12, 13),
    deadline=datetime(2026, 12, 4, 10, tzinfo=UTC),
    asked_at=datetime(2026, 12, 1, 2, 0, tzinfo=UTC),
)
ANSWER = AnswerView(42, "V0042", "王小敏", answered_at=datetime(2026, 12, 2, 3, 0, tzinfo=UTC), late=False)
ANSWERS = AnswersView(
    ask=ASK,
    answers=[AnswerView(57, "V0057", "李强", answered_at=None, late=False), ANSWER],
    asked=2,
    answered=1,
    late=0,
)


class StateWeekly(Body):
    """Spans of weekdays, in the office's time, and from when until when they hold; none say "never"."""

    spans: list[WeeklyTime]
    valid_from: date
    valid_to: date | None = None


class StateDates(Body):
    """What is said of dates; both belong to it. Only the person reads the reason."""

    first_day: date
    last_day: date
    kind: DateWish
    reason: str = ""


class StateLimits(Body):
    """How much and where a person wants to serve, all of it at once; what is not given is no limit."""

    max_per_week: int | None = None
    max_consecutive_days: int | None = None
    rest_minutes: int = 0
    only_listed_sites: bool = False
    site_ids: tuple[Id, ...] = ()
    farthest_km: float | None = None
    home_site_id: Id | None = None
    partner_ids: tuple[Id, ...] = ()


class AskTeam(Body):
    """About which dates the team is asked, and until when."""

    first_day: date
    last_day: date
    deadline: AwareDatetime


@get("/people/{person_id:int}/availability", operation="availability.read", answers=AVAILABILITY)
def read_availability(opened: Opened, person_id: PathId) -> AvailabilityView:
    """Read what a person has stated that holds today or later.

    A weekly pattern without spans says "never". Why somebody cannot come only they themselves read.
    """
    with opened.read() as work:
        return reading.read_availability(work, person_id=person_id)


@put(
    "/people/{person_id:int}/availability/weekly",
    operation="availability.state",
    asks=StateWeekly(spans=[MONDAYS], valid_from=date(2026, 12, 1)),
    answers=AVAILABILITY,
)
def state_weekly(opened: Opened, person_id: PathId, data: JSONBody[StateWeekly]) -> AvailabilityView:
    """Say in which spans of the week a person can serve: it replaces what was said for these dates.

    Refused: spans of one weekday that overlap (`availability_overlaps`), an end before its start.
    """
    with opened.write() as work:
        return stating.state_weekly(work, person_id=person_id, **given(data))


@post(
    "/people/{person_id:int}/availability/dates",
    operation="availability.state",
    asks=StateDates(
        first_day=date(2026, 12, 14), last_day=date(2026, 12, 14), kind=DateWish.CANNOT, reason="体检"
    ),
    answers=WISH,
)
def state_dates(opened: Opened, person_id: PathId, data: JSONBody[StateDates]) -> DatedWishView:
    """Say of dates, 400 at most, that a person can or cannot serve, would like to or rather not.

    It goes before the weekly pattern, and before what was said of these dates earlier.
    """
    with opened.write() as work:
        return stating.state_dates(work, person_id=person_id, **given(data))


@act("/availability-dates/{wish_id:int}/withdraw", operation="availability.state", answers=WISH)
def withdraw_dates(opened: Opened, wish_id: PathId) -> DatedWishView:
    """Take back what was said of dates: what was said before counts again."""
    with opened.write() as work:
        return stating.withdraw_dates(work, wish_id=wish_id)


@put(
    "/people/{person_id:int}/availability/limits",
    operation="availability.state",
    asks=StateLimits(
        max_per_week=2,
        max_consecutive_days=3,
        rest_minutes=30,
        only_listed_sites=True,
        site_ids=(2, 3),
        home_site_id=2,
        partner_ids=(57,),
    ),
    answers=LIMITS,
)
def state_limits(opened: Opened, person_id: PathId, data: JSONBody[StateLimits]) -> LimitsView:
    """Say how much and where a person wants to serve, and with whom they like to, all of it at once.

    Refused: a partner who is in no team with the person (`not_of_team`).
    """
    with opened.write() as work:
        return stating.state_limits(work, person_id=person_id, **given(data))


@get(
    "/programmes/{programme_id:int}/availability-asks",
    operation="rosters.read",
    answers=Page([ASK], 1, 50, 0),
)
def list_asks(opened: Opened, programme_id: PathId, paging: Paged) -> Page[AskView]:
    """List what a programme's team was asked, latest dates first."""
    with opened.read() as work:
        return asking.list_asks(work, programme_id=programme_id, paging=paging)


@post(
    "/programmes/{programme_id:int}/availability-asks",
    operation="availability.ask",
    asks=AskTeam(
        first_day=date(2026, 12, 7),
        last_day=date(2026, 12, 13),
        deadline=datetime(2026, 12, 4, 10, tzinfo=UTC),
    ),
    answers=ASK,
)
def ask_team(opened: Opened, programme_id: PathId, data: JSONBody[AskTeam]) -> AskView:
    """Ask every member of a programme's team when they can serve; they are told, and reminded once.

    Refused: a deadline that is past, or after the first of the dates.
    """
    with opened.write() as work:
        return asking.ask(work, programme_id=programme_id, **given(data))


@get("/availability-asks/{ask_id:int}", operation="availability.ask", answers=ANSWERS)
def read_ask(opened: Opened, ask_id: PathId) -> AnswersView:
    """Show who has answered, when and whether late; who has not answered comes first."""
    with opened.read() as work:
        return asking.read_ask(work, ask_id=ask_id)


@act(
    "/availability-asks/{ask_id:int}/answers/{person_id:int}",
    operation="availability.state",
    answers=ANSWER,
)
def answer_ask(opened: Opened, ask_id: PathId, person_id: PathId) -> AnswerView:
    """Answer: what the person has stated holds. The first answer counts; late ones are marked.

    Refused: who has stated nothing at all (`nothing_stated`), dates that are over (`ask_over`).
    """
    with opened.write() as work:
        return asking.answer(work, ask_id=ask_id, person_id=person_id)


router = Router(
    "/",
    route_handlers=[
        read_availability, state_weekly, state_dates, withdraw_dates, state_limits, list_asks, ask_team,
        read_ask, answer_ask,
    ],
    tags=["availability"],
)  # fmt: skip
