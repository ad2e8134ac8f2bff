"""Makes a realistic roster problem in the form ``roster/1``: 五点学堂 sites, grid workers and volunteers.

    python examples/generate_problem.py M --seed 7 --out M7.json
    python examples/generate_problem.py --sites 3 --weeks 2 --replan

S is a site for four weeks, M five sites for four weeks, L 45 sites for a term of thirteen weeks. With
``--replan`` the problem is planned and published first, the first week is locked, and then some people drop
out. The same arguments give the same problem. Everybody in it is synthetic, as its name says.
"""

import argparse
import gzip
import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from volunteer_core.timespans import days
from volunteer_core.workdays.daybook import DayBook

Json = dict[str, Any]

START = date(2026, 8, 31)
SIZES = {"S": (1, 4, 20), "M": (5, 4, 140), "L": (45, 13, 1500)}
"""Sites, weeks and volunteers; the grid workers come on top."""
COMMUNITIES = 5
VOLUNTEERS_OF_A_SITE = 28

MORE_CHILDREN = {1: 1.06, 2: 1.1, 3: 1.0, 4: 1.05, 5: 0.86, 6: 0.54, 7: 0.54}
"""By weekday; fewer come on a make-up day."""
CHILDREN_OF_TWO, CHILDREN_OF_ONE_MORE, SPARE_ADULTS = 25, 20, 2

STARTS, LATE, ENDS = (
    ("16:00", "16:30", "17:00"),
    ("16:00", "16:30", "17:00", "17:30"),
    ("18:00", "18:30", "20:00"),
)
EVENTS = (
    *((start, end) for start in ("15:30", "16:00") for end in ("16:45", "17:00", "18:30", "19:00")),
    *((start, end) for start in ("17:30", "18:00") for end in ("18:30", "19:00") if start < end),
)
SERVICE_DAY = {"start": "14:00", "end": "18:30", "what": "team service day"}


class Kind(NamedTuple):
    """What people of a kind are like: shares, and weights of the values 1, 2, 3 …"""

    free: tuple[float, ...]
    """The share that can come, by weekday from Monday."""
    lead: float
    newcomer: float
    mentor: float
    max_per_week: tuple[float, ...]
    max_consecutive_days: tuple[float, ...] = (0, 63, 37)
    starts: tuple[str, ...] = STARTS


GRID = Kind((0.87, 0.86, 0.86, 0.87, 0.85, 0.53, 0.5), 1, 0, 1, (0, 0, 47, 53), (0, 0, 0, 1))
KINDS = {
    "retired": Kind((0.49, 0.49, 0.48, 0.47, 0.46, 0.24, 0.23), 0.065, 0.04, 0.29, (25, 46, 29)),
    "student": Kind((0.14, 0.3, 0.43, 0.2, 0.51, 0.27, 0.26), 0.063, 0.25, 0.08, (66, 34)),
    "worker": Kind((0.07, 0.05, 0.07, 0.07, 0.22, 0.38, 0.39), 0.073, 0.11, 0.11, (73, 27), starts=LATE),
    "parent": Kind((0.37, 0.3, 0.34, 0.33, 0.33, 0.1, 0.12), 0.05, 0.15, 0.12, (70, 30)),
}
HOW_MANY_TEAMS = {"retired": 38, "student": 22, "worker": 24, "parent": 16}
TEAM = (6, 30)

# Of a person in a week: how often something comes up.
WISHES, AVOIDS, ABSENCES, WEEKS_AWAY, EVENTS_ATTENDED = 0.137, 0.14, 0.05, 0.016, 0.1
ON_SERVICE_DAY = 0.83
WEEKS_OF_A_SERVICE_DAY = 4
WILLING = {"home": 41, "near": 40, "community": 14, "far": 8}
FAR_SITES = 6


class Town:
    """The sites and days of a problem, and the dice: everything about its people is drawn from here."""

    def __init__(self, *, sites: int, weeks: int, seed: str) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - made-up people, no secrets
        communities = min(COMMUNITIES, sites)
        self.sites = {
            f"c{community + 1}g{number + 1}": f"c{community + 1}"
            for community in range(communities)
            for number in range(len(range(community, sites, communities)))
        }
        self.weeks = weeks
        self.days = list(days(START, START + timedelta(days=weeks * 7 - 1)))
        book = DayBook()
        self.workdays = [day for day in self.days if book.is_workday(day).holds]
        self.exam_weeks: dict[str, int] = {}
        self.service_days: dict[str, list[date]] = {}

    def pick(self, weights: tuple[float, ...]) -> int:
        return self.dice.choices(range(1, len(weights) + 1), weights)[0]

    def happens(self, share: float) -> bool:
        return self.dice.random() < share

    def often(self, rate: float, among: list[date]) -> list[date]:
        """Days on which something comes up that comes up so often a week."""
        return [self.dice.choice(among) for _ in range(self.weeks) if self.happens(rate)]

    def sessions(self) -> Iterator[Json]:
        for site in self.sites:
            usual = min(max(self.dice.lognormvariate(3.05, 0.38), 9), 58)
            for day in self.workdays:
                come = self.dice.gauss(usual * MORE_CHILDREN[day.isoweekday()], usual * 0.08)
                children = max(round(come), 1)
                further = max(children - CHILDREN_OF_TWO, 0)
                least = 2 + -(-further // CHILDREN_OF_ONE_MORE)
                yield {
                    "id": f"{site}/{day}", "site": site, "date": str(day), "start": "17:00", "end": "18:00",
                    "children": children, "min": least, "max": least + SPARE_ADULTS, "leads": 1,
                }  # fmt: skip

    def people(self, volunteers: int) -> Iterator[Json]:
        for site, community in self.sites.items():
            for number in range(1, 3 if self.happens(0.95) else 2):
                yield self.person(f"w-{site}-{number}", f"grid-{community}", "grid", GRID, site)
        left, team = volunteers, 0
        while left:
            team += 1
            size = min(self.dice.randint(*TEAM), left)
            kind = self.dice.choices(list(HOW_MANY_TEAMS), list(HOW_MANY_TEAMS.values()))[0]
            community = self.dice.choice(list(self.sites.values()))
            homes = [site for site, lies_in in self.sites.items() if lies_in == community]
            for _ in range(size):
                name = f"v{volunteers - left + 1:04}"
                yield self.person(name, f"t{team:03}", kind, KINDS[kind], self.dice.choice(homes))
                left -= 1

    def person(self, name: str, team: str, label: str, kind: Kind, home: str) -> Json:
        lead = self.happens(kind.lead)
        newcomer = not lead and self.happens(kind.newcomer)
        weekly = [
            {"weekday": weekday, "start": self.dice.choice(kind.starts), "end": self.dice.choice(ENDS)}
            for weekday, share in enumerate(kind.free, start=1)
            if self.happens(share)
        ]
        offered = 0 if newcomer or self.happens(0.05) else self.dice.randint(1, 23)
        done = 0 if self.happens(0.33) else int(offered * self.dice.random() ** 1.5 * 0.8)
        return {
            "id": name, "team": team, "kind": label, "home": home, "lead": lead, "newcomer": newcomer,
            "mentor": lead or (not newcomer and self.happens(kind.mentor)), "weekly": weekly,
            "exceptions": self.exceptions(team, label, {window["weekday"] for window in weekly}),
            "busy": self.busy(team, label), "sites": self.willing(home, label),
            "max_per_week": self.pick(kind.max_per_week),
            "max_consecutive_days": self.pick(kind.max_consecutive_days),
            "rest_minutes": self.dice.choice((0, 15, 30)), "target_minutes_per_week": 120,
            "past_minutes": done * 60, "past_offered_minutes": offered * 60,
        }  # fmt: skip

    def exceptions(self, team: str, label: str, weekdays: set[int]) -> list[Json]:
        dates: dict[date, str] = dict.fromkeys(self.often(AVOIDS, self.workdays), "avoid")
        for day in self.often(WISHES, self.workdays):
            dates[day] = "prefer" if day.isoweekday() in weekdays else "available"
        away = [(day, self.dice.randint(1, 3)) for day in self.often(ABSENCES, self.days)]
        away += [(day, 7) for day in self.often(WEEKS_AWAY, self.days)]
        if label == "student":
            exams = self.exam_weeks.setdefault(team, self.dice.randrange(self.weeks))
            away.append((START + timedelta(days=7 * exams), 7))
        for first, number in away:
            for day in days(first, first + timedelta(days=number - 1)):
                dates[day] = "unavailable"
        return [{"date": str(day), "kind": kind} for day, kind in sorted(dates.items()) if day in self.days]

    def busy(self, team: str, label: str) -> list[Json]:
        found = []
        for day in self.often(EVENTS_ATTENDED, self.workdays):
            start, end = self.dice.choice(EVENTS)
            found.append({"date": str(day), "start": start, "end": end, "what": "event"})
        if label != "grid":
            number = max(round(self.weeks / WEEKS_OF_A_SERVICE_DAY), 1)
            if team not in self.service_days:
                self.service_days[team] = self.dice.sample(self.workdays, min(number, len(self.workdays)))
            found += [
                {"date": str(day), **SERVICE_DAY}
                for day in self.service_days[team]
                if self.happens(ON_SERVICE_DAY)
            ]
        return found

    def willing(self, home: str, label: str) -> list[str] | None:
        near = [site for site, lies_in in self.sites.items() if lies_in == self.sites[home] and site != home]
        far = [site for site in self.sites if site != home and site not in near]
        how = "near" if label == "grid" else self.dice.choices(list(WILLING), list(WILLING.values()))[0]
        if how == "far":
            return None if len(far) <= FAR_SITES else [home, *near, *self.dice.sample(far, FAR_SITES)]
        number = {"home": 0, "near": min(2, len(near)), "community": len(near)}[how]
        return [home, *self.dice.sample(near, number)]

    def pairs(self, people: list[Json]) -> Iterator[Json]:
        """Couples and friends, with the same hours, who come together; and some who had better not meet."""
        teams: dict[str, list[Json]] = {}
        for person in people:
            if person["kind"] != "grid" and not person["newcomer"]:
                teams.setdefault(person["team"], []).append(person)
        volunteers = sum(person["kind"] != "grid" for person in people)
        for kind, each in (("together", 50), ("never", 100)):
            for _ in range(max(volunteers // each, 1)):
                enough = [members for members in teams.values() if len(members) > 1]
                if not enough:
                    return
                members = self.dice.choice(enough)
                a, b = (members.pop(self.dice.randrange(len(members))) for _ in range(2))
                if kind == "together":
                    b["weekly"], b["sites"] = a["weekly"], a["sites"]
                yield {"kind": kind, "a": a["id"], "b": b["id"]}


def generate(size: str = "S", *, seed: int = 1, sites: int | None = None, weeks: int | None = None) -> Json:
    """A problem; ``sites`` and ``weeks`` go before what the size says."""
    usual_sites, usual_weeks, volunteers = SIZES[size]
    if sites is not None:
        volunteers = sites * VOLUNTEERS_OF_A_SITE
    sites, weeks = sites or usual_sites, weeks or usual_weeks
    town = Town(sites=sites, weeks=weeks, seed=f"{sites}/{weeks}/{seed}")
    crowd = list(town.people(volunteers))
    return {
        "format": "roster/1",
        "name": f"synthetic-{size}{seed}",
        "start": str(START),
        "weeks": weeks,
        "sites": [{"id": site, "community": community} for site, community in town.sites.items()],
        "sessions": list(town.sessions()),
        "pairs": list(town.pairs(crowd)),
        "people": crowd,
        "locked": [],
        "published": [],
        "weights": {
            "avoid": 5, "neutral": 1, "same_community": 1, "other_community": 3, "over_target": 2,
            "fairness": 1, "preference": 300, "continuity": 300,
        },
    }  # fmt: skip


def drop_out(problem: Json, published: list[list[str]], *, seed: int) -> Json:
    """The problem some days later: ``published`` is announced, its first week is over, and of those who
    serve afterwards one in twenty, but at least two, cannot come for some days, a week or ever again."""
    dice = random.Random(f"drop-outs/{seed}")  # noqa: S311 - made-up people, no secrets
    first = date.fromisoformat(problem["start"])
    second_week, last = first + timedelta(days=7), first + timedelta(days=problem["weeks"] * 7 - 1)
    day_of = {session["id"]: date.fromisoformat(session["date"]) for session in problem["sessions"]}
    later = sorted((person, session) for person, session in published if day_of[session] >= second_week)
    serving = sorted({person for person, _session in later})
    gone: dict[str, set[date]] = {}
    for person in dice.sample(serving, min(max(len(serving) // 20, 2), len(serving))):
        since = dice.choice([day_of[session] for other, session in later if other == person])
        until = dice.choice((since + timedelta(days=2), since + timedelta(days=6), last))
        gone[person] = set(days(since, min(until, last)))
    people = []
    for person in problem["people"]:
        away = {str(day) for day in gone.get(person["id"], ())}
        exceptions = [exception for exception in person["exceptions"] if exception["date"] not in away]
        exceptions += [{"date": day, "kind": "unavailable"} for day in sorted(away)]
        people.append({**person, "exceptions": exceptions})
    locked = [[person, session] for person, session in published if day_of[session] < second_week]
    name = f"{problem['name']}-replan"
    return {**problem, "name": name, "people": people, "locked": locked, "published": published}


def main() -> None:
    parser = argparse.ArgumentParser(
        description="A realistic, synthetic roster problem in the form roster/1."
    )
    parser.add_argument("size", nargs="?", choices=SIZES, default="S")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sites", type=int, choices=range(1, 1000), metavar="N")
    parser.add_argument("--weeks", type=int, choices=range(1, 54), metavar="N")
    parser.add_argument("--replan", action="store_true", help="published, and some have dropped out")
    parser.add_argument("--out", type=Path, help="a file, packed if its name ends in .gz; else printed")
    asked = parser.parse_args()
    problem = generate(asked.size, seed=asked.seed, sites=asked.sites, weeks=asked.weeks)
    if asked.replan:
        from volunteer_core.rosters.planning.forms import read_problem
        from volunteer_core.rosters.planning.planner import plan

        first = plan(read_problem(json.dumps(problem).encode()), seed=asked.seed, explain=False)
        problem = drop_out(problem, [list(assignment) for assignment in first.assignments], seed=asked.seed)
    text = json.dumps(problem, ensure_ascii=False)
    if asked.out is None:
        print(text)
        return
    data = text.encode()
    asked.out.write_bytes(gzip.compress(data, mtime=0) if asked.out.suffix == ".gz" else data)
    print(
        f"{problem['name']}: {len(problem['sessions'])} sessions, {len(problem['people'])} synthetic people, "
        f"written to {asked.out}"
    )


if __name__ == "__main__":
    main()
