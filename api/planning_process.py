"""A process that plans what waits, at a lower priority than those who answer, and then ends.

``python -m api.planning_process``; :mod:`api.planners` starts it.
"""

from __future__ import annotations

import os

from api import logs
from api.settings import Settings, read_settings
from volunteer_core.opening import open_office
from volunteer_core.rosters.drafts.running import run_next

NICER = 10


def plan_waiting(settings: Settings) -> int:
    """Plans until nothing waits, or others plan as many at once as may. Returns how many it did."""
    office = open_office(settings.database_url, clock=settings.clock, pool_size=2)
    planned = 0
    try:
        while run_next(office, at_once=max(settings.planners, 1)):
            planned += 1
    finally:
        office.dispose()
    return planned


def main() -> None:
    """Runs as the environment says."""
    os.nice(NICER)
    settings = read_settings()
    logs.configure(settings.log_level)
    plan_waiting(settings)


if __name__ == "__main__":
    main()
