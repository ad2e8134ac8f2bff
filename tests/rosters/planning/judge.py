"""An independent judge of rosters: the definitions of ``roster/1`` anew, on plain JSON, sharing no code with
the planner it judges.

It also knows the project's own fields: ``qualification``, ``never_alone``, ``most_of_family``, ``partners``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import Any

Json = dict[str, Any]
Assignment = tuple[str, str]
Violation = tuple[Any, ...]
"""Its code first, then what makes it one of a kind."""

LEVELS = ("hard", "gap", "lead", "change", "soft")
OPENS = {"available", "prefer"}


def minute(day: str, clock: str) -> int:
    """Minutes since the calendar began, so that spans of neighbouring days can be compared."""
    hours, minutes = clock.split(":")[:2]
    return date.fromisoformat(day).toordinal() * 1440 + int(hours) * 60 + int(minutes)


class Case:
    """A problem with its look-ups, and what holds in it whatever the roster."""

    def __init__(self, problem: Json) -> None:
        self.problem = problem
        self.people: dict[str, Json] = {person["id"]: person for person in problem["people"]}
        self.sessions: dict[str, Json] = {session["id"]: session for session in problem["sessions"]}
        self.community = {site["id"]: site["community"] for site in problem["sites"]}
        self.span = {
            name: (minute(s["date"], s["start"]), minute(s["date"], s["end"]))
            for name, s in self.sessions.items()
        }
        self.day = {name: date.fromisoformat(s["date"]) for name, s in self.sessions.items()}
        self.week = {name: day.isocalendar()[:2] for name, day in self.day.items()}
        self._at: dict[tuple[Any, ...], list[str]] = {}
        self._days: dict[str, dict[str, set[str]]] = {}
        self._busy: dict[str, list[tuple[int, int]]] = {}

    def hours(self, session: str) -> Fraction:
        start, end = self.span[session]
        return Fraction(end - start, 60)

    def pairs(self, kind: str) -> Iterator[Assignment]:
        """Those that say something: of two people who exist."""
        for pair in self.problem.get("pairs", ()):
            if (
                pair["kind"] == kind
                and pair["a"] != pair["b"]
                and {pair["a"], pair["b"]} <= self.people.keys()
            ):
                yield min(pair["a"], pair["b"]), max(pair["a"], pair["b"])

    @cached_property
    def locked(self) -> set[Assignment]:
        return {(p, s) for p, s in self.problem.get("locked", ()) if p in self.people and s in self.sessions}

    def barrier(self, person: str, session: str) -> str | None:
        """The first thing that keeps a person from a session whatever the roster; None if it is open."""
        return next(iter(self.barriers(person, session)), None)

    def barriers(self, person: str, session: str) -> list[str]:
        """All that does."""
        p, s = self.people[person], self.sessions[session]
        found = []
        if p.get("sites") is not None and s["site"] not in p["sites"]:
            found.append("site")
        needed = s.get("qualification")
        if needed is not None and needed not in p.get("qualifications", ()):
            found.append("qualification")
        key = (person, s["date"], s["start"], s["end"])
        if key not in self._at:
            self._at[key] = list(self._when(p, s))
        return found + self._at[key]

    def _when(self, p: Json, s: Json) -> Iterator[str]:
        if p["id"] not in self._days:
            exceptions = self._days[p["id"]] = defaultdict(set)
            for exception in p.get("exceptions", ()):
                exceptions[exception["date"]].add(exception["kind"])
            self._busy[p["id"]] = [
                (minute(b["date"], b["start"]), minute(b["date"], b["end"])) for b in p.get("busy", ())
            ]
        kinds = self._days[p["id"]].get(s["date"], set())
        start, end = self.span[s["id"]]
        weekday = self.day[s["id"]].isoweekday()
        if "unavailable" in kinds or not (
            kinds & OPENS
            or any(
                w["weekday"] == weekday
                and minute(s["date"], w["start"]) <= start
                and end <= minute(s["date"], w["end"])
                for w in p.get("weekly", ())
            )
        ):
            yield "unavailable"
        rest = p["rest_minutes"]
        if any(start < ends + rest and begins < end + rest for begins, ends in self._busy[p["id"]]):
            yield "busy"

    def kinds(self, person: str, session: str) -> set[str]:
        """The kinds of a person's exceptions on the session's date."""
        day = self.sessions[session]["date"]
        return {e["kind"] for e in self.people[person].get("exceptions", ()) if e["date"] == day}

    def close(self, person: str, one: str, other: str) -> bool:
        """Whether two sessions overlap or lie closer than the person's rest."""
        rest = self.people[person]["rest_minutes"]
        (a, b), (c, d) = self.span[one], self.span[other]
        return a < d + rest and c < b + rest

    @cached_property
    def capacity(self) -> dict[str, Fraction]:
        """The hours each person offered: before, and week by week in this horizon; one if there are none."""
        offered = {}
        for name, p in self.people.items():
            days: dict[Any, set[str]] = defaultdict(set)
            for session, s in self.sessions.items():
                if self.barrier(name, session) is None:
                    days[self.week[session]].add(s["date"])
            most = min(Fraction(p["max_per_week"]), Fraction(p["target_minutes_per_week"], 60))
            hours = sum((min(Fraction(len(dates)), most) for dates in days.values()), Fraction(0))
            offered[name] = Fraction(p["past_offered_minutes"], 60) + hours
        return {name: hours or Fraction(1) for name, hours in offered.items()}


def violations(case: Case, assignments: Iterable[Assignment]) -> set[Violation]:
    """Every breach of a hard rule, one by one: a third and a fourth duty where two are allowed are two."""
    broken: set[Violation] = set()
    mine: dict[str, list[str]] = defaultdict(list)
    there: dict[str, set[str]] = defaultdict(set)
    for assignment, times in Counter((p, s) for p, s in assignments).items():
        person, session = assignment
        if person not in case.people or session not in case.sessions:
            broken.add(("unknown", assignment))
            continue
        broken |= {("duplicate", assignment, n) for n in range(1, times)}
        barrier = case.barrier(person, session)
        if barrier is not None:
            broken.add((barrier, assignment))
        mine[person].append(session)
        there[session].add(person)
    for person, sessions in mine.items():
        p = case.people[person]
        ordered = sorted(sessions)
        broken |= {("clash", person, a, b) for a, b in combinations(ordered, 2) if case.close(person, a, b)}
        for week, number in Counter(case.week[session] for session in sessions).items():
            broken |= {("week", person, week, n) for n in range(p["max_per_week"], number)}
        ordinals = {case.day[session].toordinal() for session in sessions}
        most = p["max_consecutive_days"]
        broken |= {
            ("consecutive", person, d) for d in ordinals if ordinals.issuperset(range(d, d + most + 1))
        }
    for session, people in there.items():
        s = case.sessions[session]
        broken |= {("max", session, n) for n in range(s["max"], len(people))}
        broken |= {("never", pair, session) for pair in case.pairs("never") if people.issuperset(pair)}
        if not any(case.people[person].get("mentor") for person in people):
            broken |= {
                ("mentor", session, person) for person in people if case.people[person].get("newcomer")
            }
        if s.get("never_alone") and len(people) == 1:
            broken.add(("alone", session))
        families = Counter(f for person in people if (f := case.people[person].get("family")) is not None)
        most_of = case.problem.get("most_of_family")
        if most_of is not None:
            broken |= {
                ("family", session, f, n) for f, number in families.items() for n in range(most_of, number)
            }
        broken |= {
            ("together", pair, session)
            for pair in case.pairs("together")
            if len(people.intersection(pair)) == 1
        }
    broken |= {
        ("locked", assignment) for assignment in case.locked if assignment[1] not in mine[assignment[0]]
    }
    return broken


def missing(case: Case, session: str, people: Iterable[str]) -> tuple[int, int]:
    """How many people, and how many leads among them, are still to be found for a session."""
    s, people = case.sessions[session], set(people)
    leads = max(s["leads"] - sum(bool(case.people[person].get("lead")) for person in people), 0)
    return max(s["min"] - len(people), leads, 0), leads


def rosters(case: Case, assignments: Iterable[Assignment]) -> dict[str, set[str]]:
    there: dict[str, set[str]] = {session: set() for session in case.sessions}
    for person, session in assignments:
        if person in case.people and session in case.sessions:
            there[session].add(person)
    return there


def soft_parts(case: Case, known: set[Assignment]) -> tuple[int, Fraction, int]:
    """Fairness, preference and continuity, unweighted."""
    weights = case.problem["weights"]
    there = rosters(case, known)
    hours: dict[str, Fraction] = defaultdict(Fraction)
    weekly: dict[Any, Fraction] = defaultdict(Fraction)
    preference = Fraction(0)
    for person, session in known:
        p, site = case.people[person], case.sessions[session]["site"]
        hours[person] += case.hours(session)
        weekly[person, case.week[session]] += case.hours(session)
        kinds = case.kinds(person, session)
        if "avoid" in kinds:
            preference += weights["avoid"]
        elif "prefer" not in kinds:
            preference += weights["neutral"]
        if site != p["home"]:
            near = case.community.get(site, site) == case.community.get(p["home"], p["home"])
            preference += weights["same_community" if near else "other_community"]
        partners = case.people.keys() & p.get("partners", ())
        if partners and not partners & there[session]:
            preference += weights.get("partner", 0)
    for (person, _week), number in weekly.items():
        target = Fraction(case.people[person]["target_minutes_per_week"], 60)
        preference += weights["over_target"] * max(number - target, Fraction(0))
    fairness = 0
    for person, now in hours.items():
        past = Fraction(case.people[person]["past_minutes"], 60)
        fairness += round(1000 * ((past + now) ** 2 - past**2) / case.capacity[person])
    return fairness, preference, len({(person, case.sessions[session]["site"]) for person, session in known})


def score(problem: Json, roster: Json, case: Case | None = None) -> Json:
    """What a roster costs by level. What the locked duties break all by themselves does not count, and
    ``forced`` says how much of it there is."""
    case = case or Case(problem)
    assignments = [(person, session) for person, session in roster["assignments"]]
    known = {
        (person, session)
        for person, session in assignments
        if person in case.people and session in case.sessions
    }
    alone = violations(case, case.locked)
    found = violations(case, assignments)
    gaps = [missing(case, session, people) for session, people in rosters(case, known).items()]
    published = {(p, s) for p, s in problem.get("published", ()) if p in case.people and s in case.sessions}
    fairness, preference, continuity = soft_parts(case, known)
    weights = problem["weights"]
    levels = {
        "hard": len(found - alone),
        "gap": sum(gap for gap, _leads in gaps),
        "lead": sum(leads for _gap, leads in gaps),
        "change": sum(case.barrier(*dropped) is None for dropped in published - known),
        "soft": round(
            weights["fairness"] * fairness
            + weights["preference"] * preference
            + weights["continuity"] * continuity
        ),
    }
    return {
        "violations": dict(Counter(violation[0] for violation in found - alone)),
        "forced": dict(Counter(violation[0] for violation in found & alone)),
        "levels": levels,
        "fairness": fairness,
        "preference": float(preference),
        "continuity": continuity,
        "metrics": metrics(case, known, published),
    }


def metrics(case: Case, known: set[Assignment], published: set[Assignment]) -> Json:
    """How the load is spread over people: done as a share of offered, in hours."""
    done = {name: Fraction(p["past_minutes"], 60) for name, p in case.people.items()}
    for person, session in known:
        done[person] += case.hours(session)
    ratios = sorted(float(done[name] / offered) for name, offered in case.capacity.items())
    count, total = len(ratios), sum(ratios)
    ranked = sum((2 * rank - count - 1) * ratio for rank, ratio in enumerate(ratios, start=1))
    return {
        "load_mean": total / count if count else 0.0,
        "load_p10": ratios[int(0.1 * (count - 1))] if count else 0.0,
        "load_p90": ratios[int(0.9 * (count - 1))] if count else 0.0,
        "load_gini": ranked / (count * total) if total else 0.0,
        "unused_people": len(case.people.keys() - {person for person, _session in known}),
        "avoid_dates_used": sum("avoid" in case.kinds(*assignment) for assignment in known),
        "added_to_published": len(known - published) if published else 0,
    }
