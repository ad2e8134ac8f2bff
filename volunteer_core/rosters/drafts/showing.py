"""A planned draft put together for people: shifts with names, changes, who carries most. Inner."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from sqlalchemy import select

from volunteer_core.database import Work
from volunteer_core.people.models import Person as PersonRow
from volunteer_core.places.models import Site
from volunteer_core.rosters.drafts import wording
from volunteer_core.rosters.drafts.building import planned_ids
from volunteer_core.rosters.drafts.keeping import places_of, unpack
from volunteer_core.rosters.drafts.measuring import result_of
from volunteer_core.rosters.drafts.models import Draft, DraftPlace
from volunteer_core.rosters.drafts.views import DraftPerson, DraftShift, Help, Load, PersonChange
from volunteer_core.rosters.models import Shift, ShiftStatus
from volunteer_core.timespans import chinese_span, week_of

MOST_LOADS = 10
_NOTE = re.compile(r"locked (\d+) (\d+): (\w+)")


class Shown:
    """A planned draft with the names of all that is in it."""

    def __init__(self, work: Work, draft: Draft) -> None:
        self.problem, self.result = unpack(draft), result_of(draft)
        self.places = places_of(work, draft.id)
        planned = select(Shift).where(Shift.id.in_(planned_ids(self.problem)))
        self.shifts = {one.id: one for one in work.scalars(planned.order_by(Shift.starts_at, Shift.id))}
        self.sites = {site.id: site for site in work.scalars(select(Site))}
        self.people = {person.id: person for person in self.problem.people}
        ids = [int(person.id) for person in self.problem.people]
        rows = select(PersonRow.id, PersonRow.code, PersonRow.name).where(PersonRow.id.in_(ids))
        self.names = {person_id: (code, name) for person_id, code, name in work.execute(rows)}
        self.promised = set(self.problem.published)

    @property
    def weeks(self) -> list[str]:
        """The ISO weeks that have shifts."""
        return list(dict.fromkeys(str(week_of(shift.civil_date)) for shift in self.shifts.values()))

    @cached_property
    def by_shift(self) -> Mapping[int, list[DraftPlace]]:
        """Who is on each shift."""
        found: dict[int, list[DraftPlace]] = defaultdict(list)
        for place in self.places:
            found[place.shift_id].append(place)
        return found

    def when(self, shift_id: int) -> str:
        """``12月8日（周二）17:00–18:00 三峰学堂``."""
        shift = self.shifts[shift_id]
        return f"{chinese_span(shift.starts_at, shift.ends_at)} {self.sites[shift.site_id].name}"

    def name(self, person_id: int) -> str:
        return self.names[person_id][1]

    def week(self, week: str) -> list[DraftShift]:
        """The shifts of an ISO week, by time and site."""
        chosen = [one for one in self.shifts.values() if str(week_of(one.civil_date)) == week]
        return [
            self._shift(shift)
            for shift in sorted(chosen, key=lambda one: (one.starts_at, self.sites[one.site_id].code, one.id))
        ]

    def changes(self) -> list[PersonChange]:
        """What the draft changes for whom in what is published."""
        mine = {(str(one.person_id), str(one.shift_id)) for one in self.places}
        added = [
            (int(person), int(shift))
            for person, shift in mine - self.promised
            if self.shifts[int(shift)].status is ShiftStatus.PUBLISHED
        ]
        dropped = [(int(person), int(shift)) for person, shift in self.promised - mine]
        away = [(int(person), int(shift)) for person, shift in self.result.dropped_out]
        return [
            PersonChange(
                person_id,
                self.name(person_id),
                self._spans(person_id, added),
                self._spans(person_id, dropped),
                self._spans(person_id, set(away) & set(dropped)),
            )
            for person_id in sorted({person_id for person_id, _ in (*added, *dropped)})
        ]

    def loads(self) -> list[Load]:
        """Those who carry most of what they have offered."""
        ranked = sorted(self.result.loads, key=lambda one: (-one.ratio, one.person_id))
        return [
            Load(
                one.person_id,
                self.name(one.person_id),
                one.minutes,
                one.past_minutes,
                one.offered_minutes,
                one.ratio,
            )
            for one in ranked[:MOST_LOADS]
        ]

    def notes(self) -> Iterator[str]:
        """What the locked places break: they are kept."""
        for note in self.result.notes:
            read = _NOTE.fullmatch(note)
            if read is not None and int(read[2]) in self.shifts:
                session = next(one for one in self.problem.sessions if one.id == read[2])
                why = wording.why(read[3], self.people[read[1]], session)
                yield f"{self.name(int(read[1]))}，{self.when(int(read[2]))}：已锁定，但{why}"

    def _shift(self, shift: Shift) -> DraftShift:
        explained = next((one for one in self.result.explanations if one.session == str(shift.id)), None)
        reason = ""
        fixes: list[Help] = []
        if explained is not None:
            session = next(one for one in self.problem.sessions if one.id == explained.session)
            reason = wording.lacks(explained, session, self.people)
            names = {str(person_id): name for person_id, (_, name) in self.names.items()}
            spans = {str(shift_id): self.when(shift_id) for shift_id in self.shifts}
            sites = {str(site.id): site.name for site in self.sites.values()}
            fixes = wording.helped_by(explained, names, spans, sites)
        return DraftShift(
            shift.id,
            shift.site_id,
            self.sites[shift.site_id].name,
            shift.civil_date,
            shift.starts_at,
            shift.ends_at,
            shift.minimum,
            shift.maximum,
            shift.leads,
            [self._person(place) for place in self.by_shift[shift.id]],
            explained.missing if explained else 0,
            explained.lead_missing if explained else 0,
            reason,
            fixes,
        )

    def _person(self, place: DraftPlace) -> DraftPerson:
        code, name = self.names[place.person_id]
        duty = str(place.person_id), str(place.shift_id)
        return DraftPerson(
            place.person_id, code, name, self.people[duty[0]].lead, place.locked, duty in self.promised
        )

    def _spans(self, person_id: int, duties: Iterable[tuple[int, int]]) -> list[str]:
        mine = {shift_id for one, shift_id in duties if one == person_id}
        return [self.when(shift_id) for shift_id in self.shifts if shift_id in mine]
