"""Who organises an event, to be told what it lacks. Inner: asks no rights."""

from __future__ import annotations

from volunteer_core.access.holders import answers_for
from volunteer_core.database import Work
from volunteer_core.events.models import Event
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.writing import tell
from volunteer_core.places.models import Site
from volunteer_core.teams.membership import leaders_of
from volunteer_core.timespans import civil_date


def whom_to_tell(work: Work, event: Event) -> list[int]:
    """The leaders of the team that organises an event, and the coordinators of its community (without any,
    the street officers), by id."""
    leaders = leaders_of(work, event.team_id, civil_date(work.now)) if event.team_id is not None else []
    return sorted({*leaders, *answers_for(work, work.find(Site, event.site_id).community_id)})


def tell_organisers(work: Work, event: Event, text: str, *, key: str | None = None) -> int:
    """Tells them, and no group, what an event lacks; returns how many were told now. With a ``key`` each
    is told once."""
    return sum(
        tell(
            work,
            kind=NoticeKind.GAP,
            person_id=person_id,
            team_id=event.team_id,
            community_id=work.find(Site, event.site_id).community_id,
            text=text,
            key=f"{key}:{person_id}" if key else None,
        )
        for person_id in whom_to_tell(work, event)
    )
