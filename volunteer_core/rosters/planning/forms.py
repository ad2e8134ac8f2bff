"""Reading problems and writing plans as ``roster/1`` JSON."""

from __future__ import annotations

from typing import Any

import msgspec

from volunteer_core.errors import Malformed
from volunteer_core.rosters.planning.problem import Plan, Problem, Session


def read_problem(text: bytes) -> Problem:
    """A problem from JSON; ``HH:MM`` and ``24:00`` are taken. Refuses (:class:`Malformed`) what is no
    such problem, and ids that are used twice or name nothing."""
    try:
        raw = msgspec.json.decode(text)
        if isinstance(raw, dict):
            for rows in [raw.get("sessions"), *_spans_of_people(raw.get("people"))]:
                for row in rows if isinstance(rows, list) else []:
                    _complete_times(row)
        problem = msgspec.convert(raw, Problem)
    except msgspec.DecodeError as error:  # and ValidationError, its subclass
        raise Malformed("problem", f"不是 roster/1 格式：{error}") from error
    check(problem)
    return problem


def write_problem(problem: Problem) -> bytes:
    """A problem as JSON."""
    return _write(problem)


def write_plan(plan: Plan) -> bytes:
    """A plan as the roster JSON of ``roster/1``: assignments, and beside them all that is known of them."""
    return _write(plan)


def check(problem: Problem) -> None:
    """Refuses (:class:`Malformed`) a problem whose ids or numbers make no sense."""
    sites = _unique("sites", [site.id for site in problem.sites])
    sessions = _unique("sessions", [session.id for session in problem.sessions])
    people = _unique("people", [person.id for person in problem.people])
    for session in problem.sessions:
        _check_session(session, sites)
    for person in problem.people:
        if min(person.max_per_week, person.max_consecutive_days, person.rest_minutes) < 0:
            raise Malformed("people", f"{person.id} 的上限和间隔不能为负。")
    for name, duties in (("locked", problem.locked), ("published", problem.published)):
        for one, session_id in duties:
            if one not in people or session_id not in sessions:
                raise Malformed(name, f"{one} / {session_id} 不存在。")
    if not people.issuperset(one for pair in problem.pairs for one in (pair.a, pair.b)):
        raise Malformed("pairs", "搭档中有不存在的人。")


def _check_session(session: Session, sites: set[str]) -> None:
    if session.site not in sites:
        raise Malformed("sessions", f"场次 {session.id} 的场所 {session.site} 不存在。")
    if session.end <= session.start:
        raise Malformed("sessions", f"场次 {session.id} 的结束时间必须晚于开始时间。")
    if not 0 <= session.min <= session.max or session.leads < 0:
        raise Malformed("sessions", f"场次 {session.id} 的人数应满足 0 ≤ 最少 ≤ 最多，带班不为负。")


def _unique(name: str, ids: list[str]) -> set[str]:
    known = set(ids)
    if len(known) < len(ids):
        raise Malformed(name, "编号重复。")
    return known


def _spans_of_people(people: Any) -> list[Any]:
    return [
        person.get(name)
        for person in (people if isinstance(people, list) else [])
        if isinstance(person, dict)
        for name in ("weekly", "busy")
    ]


def _complete_times(row: Any) -> None:
    for name in ("start", "end"):
        if isinstance(row, dict) and isinstance(row.get(name), str) and len(row[name]) == len("17:00"):
            row[name] = "23:59:59" if row[name] == "24:00" else f"{row[name]}:00"


def _write(value: Problem | Plan) -> bytes:
    raw = msgspec.to_builtins(value)
    for rows in [raw.get("sessions"), *_spans_of_people(raw.get("people"))]:
        for row in rows or []:
            for name in ("start", "end"):
                row[name] = row[name][:5]
    return msgspec.json.format(msgspec.json.encode(raw), indent=0)
