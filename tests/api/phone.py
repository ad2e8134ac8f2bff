"""What the tests of calendars have in common: next week's published shifts, and how one subscribes."""

from __future__ import annotations

from typing import Any

import httpx
from icalendar import Calendar

from tests.api.story import School, assign, done, found_school, plan_next_week, publish, refused


def published_school(api: Any) -> School:
    """The aunt's shifts of next week are published."""
    school = found_school(api)
    for shift in plan_next_week(api, school):
        done(assign(api, shift, school.aunt), 201)
    done(publish(api, school))
    return school


def subscribe(api: Any, subject: int, *, by: str = "aunt", kind: str = "person", label: str = "手机") -> Any:
    body = {"kind": kind, "subject_id": subject, "label": label}
    return api.call("POST", "/v1/subscriptions", by=by, json=body)


def path_of(subscribed: dict[str, Any]) -> str:
    url: str = subscribed["url"]
    base, _, rest = url.partition("/feeds/")
    assert rest.endswith(".ics")
    assert subscribed["webcal_url"] == url.replace("http://", "webcal://")
    assert base == "http://127.0.0.1:8000"
    return f"/feeds/{rest}"


def entries(answer: httpx.Response) -> list[Any]:
    assert answer.status_code == 200, answer.text
    return list(Calendar.from_ical(answer.content).events)


def mine(api: Any, person: int) -> list[dict[str, Any]]:
    listed = done(api.call("GET", f"/v1/people/{person}/subscriptions?limit=500", by="aunt"))
    found: list[dict[str, Any]] = listed["items"]
    return found


def gone(answer: httpx.Response) -> None:
    problem = refused(answer, 404, "feed_gone")
    assert problem.keys() == {"type", "title", "status", "detail", "code"}
    assert answer.headers["cache-control"] == "no-store"
