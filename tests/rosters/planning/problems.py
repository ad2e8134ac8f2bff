"""Random small problems as JSON, the nasty ones among them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.rosters.planning.judge import Json

START = date(2026, 9, 7)
"""A Monday."""
WEEKS = 2
SITES = {"a1": "a", "a2": "a", "b1": "b"}
CLOCKS = ("16:00", "16:30", "17:00", "17:30", "18:00", "18:30", "19:00")
QUALIFICATION = "first aid"


def mostly(usual: Any, *others: Any) -> st.SearchStrategy[Any]:
    """The first far more often than each of the others."""
    return st.sampled_from([usual] * 4 + list(others))


def often(usual: Any) -> st.SearchStrategy[Any]:
    """In two of three cases this, when one other strategy follows."""
    return st.just(usual) | st.just(usual)


def days() -> st.SearchStrategy[str]:
    """Few days, close to each other and across the end of a week, so that something comes of them."""
    offsets = st.sampled_from([0, 1, 2, 6, 7])
    return offsets.map(lambda number: str(START + timedelta(days=number)))


@st.composite
def spans(draw: st.DrawFn) -> Json:
    begin = draw(st.integers(0, len(CLOCKS) - 2))
    return {"start": CLOCKS[begin], "end": CLOCKS[draw(mostly(min(begin + 2, 6), begin + 1))]}


@st.composite
def sessions(draw: st.DrawFn, number: int) -> Json:
    least = draw(mostly(1, 0, 2, 3))
    return {
        "id": f"s{number}",
        "site": draw(st.sampled_from(sorted(SITES))),
        "date": draw(days()),
        **draw(spans()),
        "children": 10,
        "min": least,
        "max": least + draw(st.integers(0, 2)),
        "leads": draw(mostly(0, 1, 2)),
        "qualification": draw(mostly(None, QUALIFICATION)),
        "never_alone": draw(mostly(False, True)),
    }


@st.composite
def people(draw: st.DrawFn, number: int) -> Json:
    always = [{"weekday": weekday, "start": "00:00", "end": "23:59"} for weekday in range(1, 8)]
    window = st.builds(lambda weekday, span: {"weekday": weekday, **span}, st.integers(1, 3), spans())
    kinds = st.sampled_from(["unavailable", "available", "prefer", "avoid"])
    busy = st.builds(lambda day, span: {"date": day, **span, "what": "event"}, days(), spans())
    site = st.sampled_from(sorted(SITES))
    exceptions = draw(st.dictionaries(days(), kinds, max_size=2))
    return {
        "id": f"p{number}",
        "team": "t",
        "kind": "retired",
        "home": draw(site),
        "lead": draw(st.booleans()),
        "newcomer": draw(mostly(False, True)),
        "mentor": draw(st.booleans()),
        "weekly": draw(often(always) | st.lists(window, max_size=3)),
        "exceptions": [{"date": day, "kind": kind} for day, kind in exceptions.items()],
        "busy": draw(often([]) | st.lists(busy, max_size=2)),
        "sites": draw(often(None) | st.lists(site, min_size=1, max_size=2, unique=True)),
        "max_per_week": draw(st.sampled_from([3, 2, 1, 7, 2, 0])),
        "max_consecutive_days": draw(mostly(2, 7, 1, 0)),
        "rest_minutes": draw(st.sampled_from([0, 30, 60])),
        "target_minutes_per_week": draw(mostly(120, 0, 60, 90)),
        "past_minutes": draw(st.sampled_from([0, 60, 300])),
        "past_offered_minutes": draw(st.sampled_from([0, 120, 600])),
        "qualifications": draw(mostly([QUALIFICATION], [])),
        "family": draw(mostly(None, "f", "g")),
        "partners": draw(st.lists(st.sampled_from(["p0", "p1", "p9"]), max_size=1)),
    }


WEIGHTS = st.fixed_dictionaries(
    {
        "avoid": st.integers(0, 6),
        "neutral": st.integers(0, 2),
        "same_community": st.integers(0, 2),
        "other_community": st.integers(0, 4),
        "over_target": st.sampled_from([0, 2, 4]),
        "fairness": st.integers(0, 2),
        "preference": st.sampled_from([0, 100, 300]),
        "continuity": st.sampled_from([0, 100, 300]),
        "partner": st.integers(0, 2),
    }
)


@st.composite
def problems(draw: st.DrawFn, *, most_people: int = 4, most_sessions: int = 4) -> Json:
    """People with a maximum of zero, pairs that contradict each other, locked duties that break rules, more
    leads asked for than exist, overlapping sessions, nobody available: all may come, seldom all at once."""
    crowd = [draw(people(number)) for number in range(draw(mostly(most_people, most_people - 1, 2, 0)))]
    needs = [draw(sessions(number)) for number in range(draw(mostly(most_sessions, most_sessions - 1, 1)))]
    pairs, duties = [], []
    if crowd:
        name = st.sampled_from([person["id"] for person in crowd])
        kind = st.sampled_from(["together", "never"])
        pairs = draw(
            st.lists(st.builds(lambda k, a, b: {"kind": k, "a": a, "b": b}, kind, name, name), max_size=2)
        )
        duty = st.tuples(name, st.sampled_from([session["id"] for session in needs])).map(list)
        duties = [draw(often([]) | st.lists(duty, max_size=3, unique_by=tuple)) for _ in range(2)]
    locked, published = duties or ([], [])
    return {
        "format": "roster/1",
        "name": "random",
        "start": str(START),
        "weeks": WEEKS,
        "sites": [{"id": site, "community": community} for site, community in SITES.items()],
        "sessions": needs,
        "people": crowd,
        "pairs": pairs,
        "locked": locked,
        "published": published,
        "weights": draw(WEIGHTS),
        "most_of_family": draw(mostly(None, 1, 2)),
    }
