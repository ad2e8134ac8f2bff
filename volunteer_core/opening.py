"""Opening an office: the database with its watchers put together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from volunteer_core import audit
from volunteer_core import repeats as _repeats
from volunteer_core.access import models as _access
from volunteer_core.calendars import models as _calendars
from volunteer_core.calendars import revisions
from volunteer_core.care import models as _care
from volunteer_core.commitments import evaluations as _evaluations
from volunteer_core.commitments import models as _commitments
from volunteer_core.commitments.busy import models as _busy
from volunteer_core.database import POOL_SIZE, Database, reaching
from volunteer_core.events import models as _events
from volunteer_core.events.by_phone import models as _by_phone
from volunteer_core.events.door import models as _door
from volunteer_core.hours import models as _hours
from volunteer_core.hours.certificates import models as _certificates
from volunteer_core.hours.claims import models as _claims
from volunteer_core.hours.months import models as _months
from volunteer_core.hours.objections import models as _objections
from volunteer_core.hours.recognitions import models as _recognitions
from volunteer_core.hours.targets import models as _targets
from volunteer_core.notices import models as _notices
from volunteer_core.office import models as _office
from volunteer_core.people import models as _people
from volunteer_core.places import models as _places
from volunteer_core.rosters import models as _rosters
from volunteer_core.rosters.availability import models as _availability
from volunteer_core.rosters.drafts import models as _drafts
from volunteer_core.rosters.swaps import models as _swaps
from volunteer_core.teams import models as _teams
from volunteer_core.workdays import models as _workdays

TABLES = (
    _access, _availability, _busy, _by_phone, _calendars, _care, _certificates, _claims, _commitments,
    _door, _drafts, _evaluations, _events, _hours, _months, _notices, _objections, _office, _people,
    _places, _recognitions, _repeats, _rosters, _swaps, _targets, _teams, _workdays,
)  # fmt: skip
"""The modules with tables: importing them here makes the metadata whole."""


def open_office(
    url: str,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    pool_size: int = POOL_SIZE,
    base_url: str = "",
) -> Database:
    """Opens the database at a SQLAlchemy URL (``sqlite:///office.db``, ``postgresql+psycopg://…``)
    with the audit log and the calendars' revisions watching. ``clock`` gives the present,
    ``base_url`` is where people reach the office, for links in what goes out (without it there are none).

    Refuses (``Unreachable``) an address that is none, or for which no driver is installed. Whether
    the database is there turns out at the first work, or by ``demand_ready()``.
    """
    with reaching():
        database = Database(url, clock=clock, pool_size=pool_size, base_url=base_url)
    audit.watch(database)
    revisions.watch(database)
    return database
