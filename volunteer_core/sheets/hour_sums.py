"""Adding up the entries of a sheet while they go by: by person, team and community. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

import msgspec

from volunteer_core.hours.models import VOLUNTEER_HOURS, EntryKind
from volunteer_core.sheets.hour_lines import Entry


class Group(StrEnum):
    """By what the summary groups. The community is that of the place of service."""

    TEAM = "team"
    COMMUNITY = "community"


class Sum(msgspec.Struct):
    """What a key of the summary has, while the entries go by."""

    times: int = 0
    service: int = 0
    paid_duty: int = 0
    training: int = 0

    def add(self, entry: Entry) -> None:
        self.times += -1 if entry.reverses_id else 1
        if entry.kind in VOLUNTEER_HOURS:
            self.service += entry.minutes
        elif entry.kind is EntryKind.PAID_DUTY:
            self.paid_duty += entry.minutes
        else:
            self.training += entry.minutes


class GroupSum(NamedTuple):
    """A line of the summary: a key, its sums, and how many people have volunteer hours in it."""

    key: int | None
    held: Sum
    people: int


class Sums:
    """All sums of a workbook."""

    def __init__(self) -> None:
        self.by_person: dict[int, Sum] = defaultdict(Sum)
        self._groups: dict[Group, dict[int | None, Sum]] = {group: defaultdict(Sum) for group in Group}
        self._served: dict[Group, dict[tuple[int | None, int], int]] = {
            group: defaultdict(int) for group in Group
        }

    def add(self, entry: Entry) -> None:
        self.by_person[entry.person_id].add(entry)
        for group, key in ((Group.TEAM, entry.team_id), (Group.COMMUNITY, entry.community_id)):
            self._groups[group][key].add(entry)
            if entry.kind in VOLUNTEER_HOURS:
                self._served[group][key, entry.person_id] += entry.minutes

    @property
    def people(self) -> int:
        """People with volunteer hours; who is in several groups is counted once."""
        return sum(held.service > 0 for held in self.by_person.values())

    def lines(self, group: Group, names: Mapping[int | None, str]) -> list[GroupSum]:
        """The lines of a group, most hours first; what belongs to nothing comes last."""
        people: dict[int | None, int] = defaultdict(int)
        for (key, _), minutes in self._served[group].items():
            people[key] += minutes > 0
        found = [GroupSum(key, held, people[key]) for key, held in self._groups[group].items()]
        return sorted(found, key=lambda one: (one.key is None, -one.held.service, names[one.key]))
