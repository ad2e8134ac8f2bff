"""What the tests of the 五点学堂 have in common: a staffed school, a child, and whose business it is."""

from __future__ import annotations

from typing import Any

from tests.api.story import (
    MONDAY,
    School,
    assign,
    done,
    found_school,
    newcomer,
    person,
    plan_next_week,
    publish,
)

CHILD, KIN = "符小满", "表姑婆"
STRANGERS = ("officer", "leader", "neighbour", "volunteer", "uncle")
"""Who is not to know of a child; the uncle is of the team, but not on duty."""


def staffed_school(api: Any) -> School:
    """Next Monday's shift is published, with the aunt on it; a mother and a grandmother can sign in."""
    school = found_school(api)
    token = api.call("POST", f"/v1/people/{school.uncle}/tokens", by="officer", json={"label": "手机"})
    api.secrets["uncle"] = done(token, 201)["secret"]
    monday = plan_next_week(api, school)[0]
    done(assign(api, monday, school.aunt), 201)
    done(publish(api, school))
    newcomer(api, "妈妈")
    newcomer(api, "奶奶")
    return school


def add_child(api: Any, school: School) -> int:
    born = {"name": CHILD, "birth_date": "2018-03-04", "community_id": school.community}
    child: int = done(api.call("POST", "/v1/children", by="coordinator", json=born), 201)["id"]
    mother = {"person_id": person(api, "妈妈"), "relation": "母亲"}
    done(api.call("POST", f"/v1/children/{child}/guardians", by="coordinator", json=mother))
    done(enrol(api, school, child), 201)
    return child


def enrol(api: Any, school: School, child: int, *, by: str = "coordinator", **more: Any) -> Any:
    where = {
        "programme_id": school.programme,
        "site_id": school.site,
        "weekdays": "12345",
        "first_day": "2026-12-01",
        "last_day": "2027-01-22",
        **more,
    }
    return api.call("POST", f"/v1/children/{child}/enrolments", by=by, json=where)


def authorise(api: Any, child: int, name: str = "奶奶", *, by: str = "妈妈", **more: Any) -> Any:
    listed = {
        "person_id": person(api, name),
        "relation": KIN,
        "valid_from": "2026-12-01",
        "valid_to": "2027-01-22",
        **more,
    }
    return api.call("POST", f"/v1/children/{child}/pickups", by=by, json=listed)


def open_session(api: Any, school: School, *, by: str, day: str = MONDAY) -> Any:
    which = {"programme_id": school.programme, "site_id": school.site, "day": day}
    return api.call("POST", "/v1/sessions", by=by, json=which)
