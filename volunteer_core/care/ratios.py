"""How many adults a number of children needs (看护比). Pure."""

from __future__ import annotations

from volunteer_core.office.settings import OfficeSettings


def adults_needed(children: int, settings: OfficeSettings) -> int:
    """Adults for that many children: by default 2 up to 25, one more for each further 20 begun.

    Nobody expected needs nobody: that is how a day is planned. A session that is running asks with
    :func:`adults_needed_now`.
    """
    if children <= 0:
        return 0
    further = max(children - settings.care_first_children, 0)
    return settings.care_first_adults - (-further // settings.care_children_per_further_adult)


def adults_needed_now(present: int, settings: OfficeSettings) -> int:
    """Adults for a session that is running: also before the first child has come, those for one."""
    return adults_needed(max(present, 1), settings)
