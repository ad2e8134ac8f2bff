"""Problems written by hand, with only what matters said."""

from __future__ import annotations

from typing import Any

from tests.rosters.planning.judge import Json

MONDAY, TUESDAY, WEDNESDAY, NEXT_MONDAY = "2026-09-07", "2026-09-08", "2026-09-09", "2026-09-14"
EVERY_DAY = [{"weekday": weekday, "start": "16:00", "end": "19:00"} for weekday in range(1, 8)]


def person(name: str, **facts: Any) -> Json:
    return {
        "id": name, "team": "t", "kind": "retired", "home": "a1", "lead": False, "newcomer": False,
        "mentor": False, "weekly": EVERY_DAY, "exceptions": [], "busy": [], "sites": None, "max_per_week": 7,
        "max_consecutive_days": 7, "rest_minutes": 0, "target_minutes_per_week": 120, "past_minutes": 0,
        "past_offered_minutes": 0, **facts,
    }  # fmt: skip


def session(name: str, day: str = MONDAY, **facts: Any) -> Json:
    return {
        "id": name, "site": "a1", "date": day, "start": "17:00", "end": "18:00", "children": 10, "min": 1,
        "max": 3, "leads": 0, **facts,
    }  # fmt: skip


def problem(people: list[Json], sessions: list[Json], **facts: Any) -> Json:
    return {
        "format": "roster/1", "name": "by hand", "start": MONDAY, "weeks": 2, "people": people,
        "sites": [{"id": site, "community": site[0]} for site in ("a1", "a2", "b1")],
        "sessions": sessions, "pairs": [], "locked": [], "published": [],
        "weights": {
            "avoid": 5, "neutral": 1, "same_community": 1, "other_community": 3, "over_target": 2,
            "fairness": 1, "preference": 300, "continuity": 300, "partner": 4,
        },
        **facts,
    }  # fmt: skip
