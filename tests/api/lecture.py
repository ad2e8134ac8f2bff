"""What the tests of events have in common: announcing one, signing up, marking."""

from __future__ import annotations

from typing import Any

from tests.api.story import School, done, person


def between(start: str, end: str, *, day: int = 5) -> dict[str, str]:
    """The times of an event in December. The tests of a module take different days: people are kept."""
    return {
        "starts_at": f"2026-12-{day:02}T{start}:00+08:00",
        "ends_at": f"2026-12-{day:02}T{end}:00+08:00",
    }


def create(api: Any, school: School, *, by: str = "leader", **more: Any) -> Any:
    event = {
        "title": "消防安全知识讲座",
        "site_id": school.site,
        "team_id": school.team,
        **between("15:00", "16:30"),
        **more,
    }
    return api.call("POST", "/v1/events", by=by, json=event)


def add_position(api: Any, event: int, *, by: str = "leader", **more: Any) -> Any:
    position = {"name": "听众", "capacity": 2, "earns_hours": False, **more}
    return api.call("POST", f"/v1/events/{event}/positions", by=by, json=position)


def announce(api: Any, school: School, *, seats: int = 2, **more: Any) -> tuple[int, int]:
    """A published event and its position for an audience."""
    event: int = done(create(api, school, **more), 201)["id"]
    position: int = done(add_position(api, event, capacity=seats), 201)["id"]
    done(api.call("POST", f"/v1/events/{event}/publish", by="leader"))
    return event, position


def sign_up(api: Any, position: int, name: str, *, by: str | None = None, **more: Any) -> Any:
    body = {"person_id": person(api, name), **more}
    return api.call("POST", f"/v1/positions/{position}/signups", by=by or name, json=body)


def mark(api: Any, signup: int, **body: Any) -> Any:
    return api.call("POST", f"/v1/signups/{signup}/attendance", by="leader", json=body)
