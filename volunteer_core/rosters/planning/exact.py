"""The problem, or a part of it with the rest kept as it is, as a model for CP-SAT (OR-tools).

A part is a set of sessions: who serves in them is decided anew, all other duties count as they stand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from ortools.sat.python import cp_model

from volunteer_core.rosters.planning.ground import Duty, Ground

Terms = list[tuple[cp_model.IntVar, int]]


class Exact:
    """A model whose levels are linear expressions: ``hard`` (rules that locked duties break), ``gap``,
    ``lead``, ``change`` and, if it is ``weighed``, ``soft``. What is fixed is in the constants."""

    def __init__(
        self, ground: Ground, numbers: Iterable[int], fixed: Iterable[Duty] = (), *, weighed: bool = True
    ) -> None:
        self.ground = ground
        self.model = cp_model.CpModel()
        self.numbers = sorted(set(numbers))
        self.free = set(self.numbers)
        self.fixed = {duty for duty in fixed if duty[1] not in self.free}
        self._fixed_of: dict[int, list[int]] = defaultdict(list)
        for person, number in sorted(self.fixed):
            self._fixed_of[person].append(number)
        self.x: dict[Duty, cp_model.IntVar] = {}
        self._of_person: dict[int, list[int]] = defaultdict(list)
        self.levels: dict[str, Terms] = {name: [] for name in ("hard", "gap", "lead", "change", "soft")}
        self.constants: dict[str, int] = defaultdict(int)
        self.gaps: dict[int, cp_model.IntVar] = {}
        """What each session lacks."""
        for number in self.numbers:
            self._open(number)
        for person, mine in self._of_person.items():
            self._limit(person, mine)
            if weighed:
                self._weigh(person, mine)
        for number in self.numbers:
            self._staff(number)
            self._relate(number)

    def _open(self, number: int) -> None:
        """A variable for everybody who could serve in a session, given what is fixed."""
        ground = self.ground
        for person in ground.pool[number]:
            locked = (person, number) in ground.locked
            if not locked and any(ground.collide(person, number, other) for other in self._fixed_of[person]):
                continue
            variable = self.model.new_bool_var("")
            self.x[person, number] = variable
            self._of_person[person].append(number)
            if locked:
                self.model.add(variable == 1)

    def _sum(self, duties: Iterable[Duty]) -> cp_model.LinearExpr:
        return _total([self.x[duty] for duty in duties if duty in self.x])

    def _at_most(self, duties: Sequence[Duty], most: int) -> None:
        """At most so many of the duties, or as many as are locked."""
        most = max(most, sum(duty in self.ground.locked for duty in duties))
        if len(duties) > most:
            if most == 1:
                self.model.add_at_most_one([self.x[duty] for duty in duties])
            else:
                self.model.add(self._sum(duties) <= most)

    def _limit(self, person: int, mine: list[int]) -> None:
        """The limits of one person: one place at a time, shifts a week, days in a row."""
        ground = self.ground
        who, fixed = ground.people[person], self._fixed_of[person]
        for clique in ground.cliques(person, mine):
            self._at_most([(person, number) for number in clique], 1)
        weeks: dict[int, list[Duty]] = defaultdict(list)
        for number in mine:
            weeks[ground.weeks[number]].append((person, number))
        for week, duties in weeks.items():
            self._at_most(duties, max(who.max_per_week - sum(ground.weeks[one] == week for one in fixed), 0))
        served: dict[int, list[cp_model.IntVar]] = {}
        locked_days = {ground.days[number] for number in mine if (person, number) in ground.locked}
        by_day: dict[int, list[int]] = defaultdict(list)
        for number in mine:
            by_day[ground.days[number]].append(number)
        fixed_days = {ground.days[number] for number in fixed}
        for run in ground.runs(person, [*by_day, *fixed_days]):
            open_days = [day for day in run if day not in fixed_days]
            most = max(
                who.max_consecutive_days - (len(run) - len(open_days)), len(locked_days & set(open_days))
            )
            if len(open_days) > max(most, 0):
                for day in open_days:
                    served.setdefault(day, self._day(person, by_day[day]))
                self.model.add(
                    cp_model.LinearExpr.sum([term for day in open_days for term in served[day]])
                    <= max(most, 0)
                )

    def _day(self, person: int, numbers: list[int]) -> list[cp_model.IntVar]:
        """Terms that add up to 1 where a person serves on a day."""
        if len(numbers) == 1 or next(self.ground.cliques(person, numbers), []) == numbers:
            return [self.x[person, number] for number in numbers]
        day = self.model.new_bool_var("")
        for number in numbers:
            self.model.add_implication(self.x[person, number], day)
        return [day]

    def _weigh(self, person: int, mine: list[int]) -> None:
        """What the duties of one person cost on the soft level."""
        ground, weights, soft = self.ground, self.ground.weights, self.levels["soft"]
        fixed = self._fixed_of[person]
        for number in mine:
            soft.append((self.x[person, number], weights.preference * ground.points(person, number)))
        by_week: dict[int, list[int]] = defaultdict(list)
        for number in mine:
            by_week[ground.weeks[number]].append(number)
        most = done = sum(ground.minutes[number] for number in fixed)
        rooms: dict[int, int] = {}
        for week, numbers in by_week.items():
            before = [number for number in fixed if ground.weeks[number] == week]
            room = max(ground.people[person].max_per_week - len(before), 0)
            rooms[week] = max(room, sum((person, number) in ground.locked for number in numbers))
            base = sum(ground.minutes[number] for number in before)
            longest = sorted((ground.minutes[number] for number in numbers), reverse=True)[: rooms[week]]
            most += sum(longest)
            self._stairs(
                person, numbers, base, base + sum(longest),
                lambda minutes: weights.preference * ground.over_target(person, minutes),
            )  # fmt: skip
        first = self._stairs(
            person, mine, done, most, lambda minutes: weights.fairness * ground.fairness(person, minutes)
        )
        self._show_faces(person, by_week, rooms, None if fixed else first)
        partners = ground.partners(person)
        if partners and weights.partner:
            for number in mine:
                alone = self.model.new_bool_var("")
                others = self._sum((one, number) for one in sorted(partners))
                self.model.add(others + alone >= self.x[person, number])
                soft.append((alone, weights.preference * weights.partner))

    def _show_faces(
        self, person: int, by_week: dict[int, list[int]], rooms: dict[int, int], first: cp_model.IntVar | None
    ) -> None:
        """Each site at which a person serves is a face for its children.

        What follows from it is said as well (at most so many duties a week at a site that is served, and
        none at all without a site), because it brings the bound closer.
        """
        ground, soft = self.ground, self.levels["soft"]
        known = {ground.sessions[number].site for number in self._fixed_of[person]}
        faces: dict[str, cp_model.IntVar] = {}
        for week, numbers in by_week.items():
            at_site: dict[str, list[cp_model.IntVar]] = defaultdict(list)
            for number in numbers:
                site = ground.sessions[number].site
                if site not in known:
                    at_site[site].append(self.x[person, number])
            for site, duties in at_site.items():
                if site not in faces:
                    faces[site] = self.model.new_bool_var("")
                    soft.append((faces[site], ground.weights.continuity))
                for duty in duties:
                    self.model.add_implication(duty, faces[site])
                if len(duties) > rooms[week] > 0:
                    self.model.add(_total(duties) <= rooms[week] * faces[site])
        if first is not None and faces and not known:
            self.model.add_bool_or([first.negated(), *faces.values()])

    def _stairs(
        self, person: int, numbers: list[int], base: int, most: int, cost: Callable[[int], int]
    ) -> cp_model.IntVar | None:
        """A cost of a person's minutes, which rises from step to step: a variable for each that costs.

        Returns that of the first step, where it costs.
        """
        step, last = self.ground.step, 0
        soft = self.levels["soft"]
        steps: list[tuple[cp_model.IntVar, int]] = []
        free = 0
        before = cost(base)
        for minutes in range(base + step, most + 1, step):
            after = cost(minutes)
            if after == before and not steps:
                free += 1  # as long as it costs nothing, no variable is needed
                continue
            variable = self.model.new_bool_var("")
            if steps and after - before < last:  # rounding: the stairs would be climbed in another order
                self.model.add_implication(variable, steps[-1][0])
            last = after - before
            steps.append((variable, last))
            before = after
        if steps:
            self.model.add(
                _weighted(
                    [(self.x[person, number], self.ground.minutes[number] // step) for number in numbers]
                    + [(variable, -1) for variable, _ in steps]
                )
                <= free
            )
            soft.extend(steps)
        return steps[0][0] if steps and not free else None

    def _staff(self, number: int) -> None:
        """How many people a session has, what it lacks, and what of the published roster is dropped."""
        ground, session = self.ground, self.ground.sessions[number]
        duties = [(person, number) for person in ground.pool[number] if (person, number) in self.x]
        self._at_most(duties, session.max)
        people = self._sum(duties)
        leads = self._sum(duty for duty in duties if ground.people[duty[0]].lead)
        if session.leads:
            no_lead = self.model.new_int_var(0, session.leads, "")
            self.model.add(leads + no_lead >= session.leads)
            self.levels["lead"].append((no_lead, 1))
        if session.min or session.leads:
            gap = self.model.new_int_var(0, max(session.min, session.leads), "")
            if session.min:
                self.model.add(people + gap >= session.min)
            if session.leads:
                self.model.add(leads + gap >= session.leads)
            self.levels["gap"].append((gap, 1))
            self.gaps[number] = gap
        for person in sorted(one for one, of in ground.published if of == number):
            if ground.barrier(person, number) is None:
                self.constants["change"] += 1
                if (person, number) in self.x:
                    self.levels["change"].append((self.x[person, number], -1))

    def _relate(self, number: int) -> None:
        """Who serves only with, or never with, somebody else."""
        ground, session = self.ground, self.ground.sessions[number]
        here = [person for person in ground.pool[number] if (person, number) in self.x]
        present = set(here)
        for person in here:
            mine = self.x[person, number]
            for mate in sorted(set(ground.mates[person])):
                other = self.x[mate, number] if mate in present else None
                self._only_if(person, number, mine, [] if other is None else [other])
            for rival in sorted(set(ground.rivals[person])):
                if rival in present and person < rival:
                    self._at_most([(person, number), (rival, number)], 1)
            if ground.people[person].newcomer:
                mentors = [self.x[one, number] for one in here if ground.people[one].mentor]
                self._only_if(person, number, mine, mentors)
            if session.never_alone:
                self._only_if(person, number, mine, [self.x[one, number] for one in here if one != person])
        most = ground.problem.most_of_family
        if most is not None:
            for family in ground.families:
                self._at_most([(one, number) for one in family if one in present], most)

    def _only_if(
        self, person: int, number: int, mine: cp_model.IntVar, others: list[cp_model.IntVar]
    ) -> None:
        """A duty only with one of some others; a locked one breaks the rule if it must, and that counts."""
        clause = [mine.negated(), *others]
        if (person, number) in self.ground.locked:
            broken = self.model.new_bool_var("")
            self.levels["hard"].append((broken, 1))
            clause.append(broken)
        self.model.add_bool_or(clause)

    def expression(self, level: str) -> cp_model.LinearExpr:
        """A level as a linear expression, without its constant."""
        return _weighted(self.levels[level])

    def hint(self, duties: set[Duty]) -> None:
        """Tells the solver where to begin."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        for duty, variable in self.x.items():
            self.model.add_hint(variable, duty in duties)


def _total(variables: list[cp_model.IntVar]) -> cp_model.LinearExpr:
    return cp_model.LinearExpr.sum(variables)


def _weighted(terms: Terms) -> cp_model.LinearExpr:
    return cp_model.LinearExpr.weighted_sum([one for one, _ in terms], [factor for _, factor in terms])
