"""A process that plans what waits, at a lower priority than those who answer, and then ends.

``python -m api.planning_process``; :mod:`api.planners` starts it.
"""

from __future__ import annotations

import os

from api import logs
from api.settings import read_settings
from volunteer_core.database import Database
from volunteer_core.opening import open_office
from volunteer_core.rosters.drafts.running import run_next

NICER = 10


def plan_waiting(office: Database, at_once: int) -> int:
    """Plans until nothing waits, or others plan as many at once as may. Returns how many it did."""
    planned = 0
    while run_next(office, at_once=max(at_once, 1)):
        planned += 1
    return planned


def main() -> None:
    """Runs as the environment says."""
    os.nice(NICER)
    settings = read_settings()
    logs.configure(settings.log_level)
    office = open_office(settings.database_url, clock=settings.clock, pool_size=2)
    try:
        plan_waiting(office, settings.planners)
    finally:
        office.dispose()


if __name__ == "__main__":
    main()
