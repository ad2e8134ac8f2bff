"""Hours: a person's ledger and progress, corrections, what is overdue, and tallies."""

from __future__ import annotations

from datetime import UTC, date, datetime

from litestar import Router
from litestar.params import FromQuery, JSONBody

from api.incoming import Body, OptionalQueryId, Paged, PathId, given
from api.operations import act, get
from api.work import Opened
from volunteer_core.database import Page
from volunteer_core.hours import ledger, tallies, verifying
from volunteer_core.hours.dimensions import Dimension
from volunteer_core.hours.ledger import Balance, EntryView, Overdue
from volunteer_core.hours.models import EntryKind, EntrySource
from volunteer_core.hours.periods import Period
from volunteer_core.hours.tallies import Filters, Tally, TallyKey, TallyRow
from volunteer_core.hours.verifying import Difference, Summary

BALANCE = Balance(
    person_id=42,
    first=date(2026, 11, 1),
    last=date(2026, 11, 30),
    service_minutes=480,
    paid_duty_minutes=0,
    training_minutes=90,
    stars=1,
)
ENTRY = EntryView(
    id=77,
    person_id=42,
    kind=EntryKind.SERVICE,
    minutes=60,
    civil_date=date(2026, 12, 3),
    iso_year=2026,
    iso_week=49,
    team_id=1,
    programme_id=1,
    community_id=1,
    grid_id=3,
    commitment_id=310,
    claim_id=None,
    source=EntrySource.ATTENDANCE,
    what="五点学堂",
    place="三峰五点学堂",
    counted_from=datetime(2026, 12, 3, 9, 0, tzinfo=UTC),
    counted_to=datetime(2026, 12, 3, 10, 0, tzinfo=UTC),
    concerns=None,
    recording_body="凤翔街道办事处",
    recorded_by=7,
    recorded_at=datetime(2026, 12, 3, 10, 5, tzinfo=UTC),
    reverses_id=None,
    corrects_id=None,
    reason="",
)
OVERDUE = Overdue(
    commitment_id=310,
    shift_id=104,
    position_id=None,
    person_id=42,
    site_id=2,
    civil_date=date(2026, 12, 3),
    due=date(2026, 12, 17),
    overdue=False,
)
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
TALLY = Tally(
    by=Dimension.COMMUNITY,
    then=Dimension.TEAM,
    period=Period.WHOLE,
    first=NOVEMBER[0],
    last=NOVEMBER[1],
    rows=[
        TallyRow(
            1,
            "SF",
            "三峰社区",
            TallyKey(1, "T-QZTT", "全职太太俱乐部"),
            "",
            *NOVEMBER,
            2520,
            0,
            0,
            18,
            140,
            2340,
        )
    ],
    by_key=[TallyRow(1, "SF", "三峰社区", None, "", *NOVEMBER, 2520, 0, 0, 18, 140, 2340)],
    by_period=[],
    service_minutes=2520,
    paid_duty_minutes=0,
    training_minutes=0,
    people=18,
    average_minutes=140,
    service_before=2340,
)


DIFFERENCE = Difference(
    summary=Summary.WEEKS,
    person_id=42,
    period="2026-W48",
    team_id=1,
    programme_id=1,
    community_id=0,
    grid_id=0,
    home_community_id=0,
    kind="service",
    minutes_kept=120,
    minutes_entered=180,
)


class CorrectEntry(Body):
    """The minutes there should have been (0 takes the entry back), and why."""

    minutes: int
    reason: str


@get("/people/{person_id:int}/hours", operation="hours.entries", answers=BALANCE)
def read_balance(
    opened: Opened,
    person_id: PathId,
    first: FromQuery[date | None] = None,
    last: FromQuery[date | None] = None,
) -> Balance:
    """Sum up a person's minutes by kind, between two dates if asked, both included.

    Paid duty and training are no volunteer hours. `stars` is the highest star level that the person holds.
    """
    with opened.read() as work:
        return ledger.balance(work, person_id=person_id, first=first, last=last)


@get("/people/{person_id:int}/hours/entries", operation="hours.entries", answers=Page([ENTRY], 1, 50, 0))
def list_entries(
    opened: Opened,
    person_id: PathId,
    paging: Paged,
    first: FromQuery[date | None] = None,
    last: FromQuery[date | None] = None,
) -> Page[EntryView]:
    """List a person's ledger entries, newest date first; reversed ones and their reversals both."""
    with opened.read() as work:
        return ledger.list_entries(work, person_id=person_id, first=first, last=last, paging=paging)


@act(
    "/hours/entries/{entry_id:int}/correct",
    operation="hours.correct",
    asks=CorrectEntry(minutes=45, reason="提前离开，负责人更正"),
    answers=ENTRY,
)
def correct_entry(opened: Opened, entry_id: PathId, data: JSONBody[CorrectEntry]) -> EntryView:
    """Correct an entry to other minutes: it is reversed and entered anew, and both stay.

    Refused: an entry that was corrected before (`already_reversed`).
    """
    with opened.write() as work:
        return ledger.correct(work, entry_id=entry_id, **given(data))


@get("/hours/overdue", operation="hours.overdue", answers=Page([OVERDUE], 1, 50, 0))
def list_overdue(
    opened: Opened, paging: Paged, team_id: OptionalQueryId = None, site_id: OptionalQueryId = None
) -> Page[Overdue]:
    """List ended promises without attendance, oldest first, and until when they must be recorded.

    Service is recorded within 10 working days of its end.
    """
    with opened.read() as work:
        return ledger.list_overdue(work, team_id=team_id, site_id=site_id, paging=paging)


@get("/tally", operation="hours.tally", answers=TALLY)
def tally_hours(
    opened: Opened,
    by: FromQuery[Dimension],
    first: FromQuery[date],
    last: FromQuery[date],
    then: FromQuery[Dimension | None] = None,
    period: FromQuery[Period] = Period.WHOLE,
    compare: FromQuery[bool] = False,
    person_id: OptionalQueryId = None,
    team_id: OptionalQueryId = None,
    community_id: OptionalQueryId = None,
    home_community_id: OptionalQueryId = None,
    grid_id: OptionalQueryId = None,
    programme_id: OptionalQueryId = None,
    kind: FromQuery[EntryKind | None] = None,
    without: FromQuery[Dimension | None] = None,
) -> Tally:
    """Tally minutes by person, team, community, grid, programme or kind, by day to year, with sub-totals.

    Both dates are included, of three years at most, and it is whole: over 20,000 rows are refused
    (`tally_too_long`). `then` splits each key by another dimension, `compare` adds the service of the
    period before, `without` asks for what has none of a dimension. The street office tallies
    everything, a coordinator their communities, a leader their teams. Who serves in several teams is
    counted once in what sums them up.
    """
    filters = Filters(
        person_id, team_id, community_id, home_community_id, grid_id, programme_id, kind, without
    )
    with opened.read() as work:
        return tallies.tally(
            work,
            by=by,
            then=then,
            first=first,
            last=last,
            period=period,
            filters=filters,
            compare=compare,
        )


@get("/hours/entries", operation="hours.tally", answers=Page([ENTRY], 1, 50, 0))
def list_entries_behind(
    opened: Opened,
    paging: Paged,
    first: FromQuery[date],
    last: FromQuery[date],
    person_id: OptionalQueryId = None,
    team_id: OptionalQueryId = None,
    community_id: OptionalQueryId = None,
    home_community_id: OptionalQueryId = None,
    grid_id: OptionalQueryId = None,
    programme_id: OptionalQueryId = None,
    kind: FromQuery[EntryKind | None] = None,
    without: FromQuery[Dimension | None] = None,
) -> Page[EntryView]:
    """List the entries that a figure of the tally is the sum of: same dates, same filters, oldest first."""
    filters = Filters(
        person_id, team_id, community_id, home_community_id, grid_id, programme_id, kind, without
    )
    with opened.read() as work:
        return tallies.list_entries_behind(work, first=first, last=last, filters=filters, paging=paging)


@get("/hours/verification", operation="hours.verify", answers=[DIFFERENCE])
def verify_hours(opened: Opened) -> list[Difference]:
    """Sum up the whole ledger anew and name every line of the summary that differs: none, as it should be.

    It reads all entries: half a minute for a million, minutes for ten.
    """
    with opened.read() as work:
        return verifying.verify(work)


router = Router(
    "/",
    route_handlers=[
        read_balance,
        list_entries,
        correct_entry,
        list_overdue,
        tally_hours,
        list_entries_behind,
        verify_hours,
    ],
    tags=["hours"],
)
