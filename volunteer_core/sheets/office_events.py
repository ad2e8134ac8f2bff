"""The events of ``office.toml``: with their positions, the seats kept in them, and the series they are."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import select

from volunteer_core.database import Work
from volunteer_core.errors import Malformed
from volunteer_core.events import held_seats, planning, positions
from volunteer_core.events.models import Event
from volunteer_core.events.series import gather
from volunteer_core.places.models import Community, Grid, Site
from volunteer_core.sheets.office_codes import by_code, if_given, is_there, part_at
from volunteer_core.sheets.office_form import EventPart, OfficeFile, PositionPart
from volunteer_core.teams.models import Programme, Team


def load_events(work: Work, file: str, office: OfficeFile) -> None:
    """Creates the events that are new and have not begun. Those that name the same series are one."""
    for number, part in enumerate(office.events):
        with part_at(file, f"events[{number}]"):
            if is_there(work, Event, part.code) or _has_begun(work, part):
                continue
            event_id = _create(work, part)
        for nth, position in enumerate(part.positions):
            with part_at(file, f"events[{number}].positions[{nth}]"):
                _add_position(work, event_id, position)
        if part.series is not None:
            with part_at(file, f"events[{number}]"):
                _put_in_series(work, office, part.series)


def _has_begun(work: Work, part: EventPart) -> bool:
    """Whether the event or one of its positions has begun. An instant without offset is refused later."""
    starts = [part.starts_at, *(position.starts_at for position in part.positions if position.starts_at)]
    return any(_is_past(work, start) for start in starts)


def _is_past(work: Work, instant: datetime) -> bool:
    return instant.tzinfo is not None and instant <= work.now


def _create(work: Work, part: EventPart) -> int:
    site_id = by_code(work, Site, part.site, "site")
    community_id = if_given(work, Community, part.community, "community")
    if community_id not in {None, work.find(Site, site_id).community_id}:
        raise Malformed("community", "场所不在这个社区。")
    # A decision that is past is made anew: an office is imported on any day.
    past = part.decided_at is not None and _is_past(work, part.decided_at)
    return planning.create_event(
        work,
        code=part.code,
        title=part.title,
        description=part.description,
        bring=part.bring,
        contact=part.contact,
        contact_phone=part.contact_phone,
        site_id=site_id,
        team_id=if_given(work, Team, part.team, "team"),
        programme_id=if_given(work, Programme, part.programme, "programme"),
        starts_at=part.starts_at,
        ends_at=part.ends_at,
        signup_opens_at=part.signup_opens_at,
        signup_closes_at=part.signup_closes_at,
        cancel_until=part.cancel_until,
        public=part.public,
        for_community_id=if_given(work, Community, part.for_community, "for_community"),
        for_team_id=if_given(work, Team, part.for_team, "for_team"),
        for_grid_id=if_given(work, Grid, part.for_grid, "for_grid"),
        minimum=part.minimum,
        decided_at=None if past else part.decided_at,
    ).id


def _add_position(work: Work, event_id: int, part: PositionPart) -> None:
    """Adds a position; seats that were kept until now are kept no more."""
    given = msgspec.structs.asdict(part)
    kept = given.pop("kept")
    position_id = positions.add_position(work, event_id=event_id, **given).id
    for seats in kept:
        if not _is_past(work, seats.until):
            held_seats.hold_seats(
                work,
                position_id=position_id,
                community_id=by_code(work, Community, seats.community, "kept"),
                seats=seats.seats,
                until=seats.until,
            )


def _put_in_series(work: Work, office: OfficeFile, title: str) -> None:
    codes = [part.code for part in office.events if part.series == title]
    ids = work.scalars(select(Event.id).where(Event.code.in_(codes))).all()
    gather(work, event_ids=ids, title=title)
