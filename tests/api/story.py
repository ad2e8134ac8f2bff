"""What the stories told through the API have in common: a 五点学堂 with its team, and refusals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec

NEXT_WEEK = "2026-W50"
MONDAY = "2026-12-07"
MONDAY_EVENING = "2026-12-07T18:30:00+08:00"


class School(msgspec.Struct):
    """Ids of what the stories are about. The leader and the aunt (who may lead a session) can sign in."""

    community: int
    site: int
    team: int
    programme: int
    leader: int
    aunt: int
    uncle: int

    def fill(self, template: Any) -> Any:
        """Puts the ids for ``$names`` into a path or a body."""
        return fill(template, msgspec.structs.asdict(self))


def fill(template: Any, ids: Mapping[str, Any]) -> Any:
    """Puts what is known by a name for ``$names`` into a path or a body; ids stay numbers there."""
    if isinstance(template, dict):
        return {key: fill(value, ids) for key, value in template.items()}
    if isinstance(template, list):
        return [fill(value, ids) for value in template]
    if not isinstance(template, str):
        return template
    if template[1:] in ids and template.startswith("$"):
        return ids[template[1:]]
    return re.sub(r"\$(\w+)", lambda name: str(ids[name[1]]), template)


def done(answer: httpx.Response, status: int = 200) -> Any:
    """What a request that succeeded gave."""
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of a request that was refused."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), answer.text
    return problem


@contextmanager
def nothing_changes(api: Any) -> Iterator[None]:
    """Checks by the audit log, which notes every write."""
    before = _writes(api)
    yield
    assert _writes(api) == before


def found_school(api: Any) -> School:
    """A programme on working days, its team with a leader and two members, all vouched for."""
    people = {name: _helper(api, name) for name in ("李队长", "王阿姨", "陈叔叔")}
    leader, aunt, uncle = people.values()
    lead = {"kind": "trained_lead", "valid_from": "2026-09-01"}
    done(api.call("POST", f"/v1/people/{aunt}/qualifications", by="officer", json=lead), 204)
    team = done(
        api.call("POST", "/v1/teams", by="officer", json={"code": "QZ", "name": "全职太太俱乐部"}), 201
    )
    members = f"/v1/teams/{team['id']}/members"
    for person in people.values():
        joining = {"person_id": person, "on": "2026-09-01"}
        done(api.call("POST", members, by="officer", json=joining), 204)
    done(api.call("POST", f"{members}/{leader}/appoint", by="officer", json={}), 204)
    programme = {
        "code": "WDXT",
        "name": "五点学堂",
        "team_id": team["id"],
        "day_rule": "workdays",
        "minds_children": True,
        "duty": True,
    }
    programme = done(api.call("POST", "/v1/programmes", by="officer", json=programme), 201)
    for name, person in (("leader", leader), ("aunt", aunt)):
        token = api.call("POST", f"/v1/people/{person}/tokens", by="officer", json={"label": "手机"})
        api.secrets[name] = done(token, 201)["secret"]
    return School(api.community_id, api.site_id, team["id"], programme["id"], leader, aunt, uncle)


def newcomer(api: Any, name: str, **facts: Any) -> int:
    """Somebody new of the community, who signs in as ``by=name``."""
    person = {"name": name, "birth_date": "1985-03-01", "community_id": api.community_id, **facts}
    person_id: int = done(api.call("POST", "/v1/people", by="officer", json=person), 201)["id"]
    token = api.call("POST", f"/v1/people/{person_id}/tokens", by="officer", json={"label": "手机"})
    api.secrets[name] = done(token, 201)["secret"]
    return person_id


def person(api: Any, by: str) -> int:
    """The id of somebody who signs in."""
    found: int = done(api.call("GET", "/v1/me", by=by))["person_id"]
    return found


def plan_next_week(api: Any, school: School) -> list[int]:
    """The leader's draft shifts from Monday to Friday, 17:00 to 18:00; nobody is on them."""
    pattern = {
        "programme_id": school.programme,
        "site_id": school.site,
        "weekdays": "12345",
        "starts": "17:00:00",
        "ends": "18:00:00",
        "minimum": 2,
        "maximum": 2,
        "leads": 1,
        "valid_from": "2026-12-04",
        "valid_to": "2027-01-22",
    }
    done(api.call("POST", "/v1/patterns", by="leader", json=pattern), 201)
    span = {"first": MONDAY, "last": "2026-12-13"}
    path = f"/v1/programmes/{school.programme}/generate"
    shifts: list[int] = done(api.call("POST", path, by="leader", json=span))["added"]
    return shifts


def assign(api: Any, shift: int, person: int, *, by: str = "leader") -> httpx.Response:
    answer: httpx.Response = api.call(
        "POST", f"/v1/shifts/{shift}/assignments", by=by, json={"person_id": person}
    )
    return answer


def publish(api: Any, school: School, *, by: str = "leader", week: str = NEXT_WEEK) -> httpx.Response:
    path = f"/v1/programmes/{school.programme}/sites/{school.site}/weeks/{week}/publish"
    answer: httpx.Response = api.call("POST", path, by=by)
    return answer


def _helper(api: Any, name: str) -> int:
    person = {
        "name": name,
        "phone": "13812345678",
        "birth_date": "1985-03-01",
        "community_id": api.community_id,
    }
    person_id: int = done(api.call("POST", "/v1/people", by="officer", json=person), 201)["id"]
    checked = {"checked_on": "2026-09-01", "result": "clear"}
    done(api.call("POST", f"/v1/people/{person_id}/record-checks", by="officer", json=checked), 204)
    return person_id


def _writes(api: Any) -> int:
    total: int = done(api.call("GET", "/v1/audit?limit=1", by="officer"))["total"]
    return total
