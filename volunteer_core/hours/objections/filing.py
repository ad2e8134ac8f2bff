"""Objecting to an entry of one's own, and taking the objection back."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from volunteer_core import texts
from volunteer_core.access.holders import answers_for
from volunteer_core.database import Work
from volunteer_core.errors import Conflict
from volunteer_core.hours.entering import refuse_reversed
from volunteer_core.hours.models import LedgerEntry
from volunteer_core.hours.objections.listing import ObjectionView, view_of
from volunteer_core.hours.objections.models import NEXT_STATES, Objection, ObjectionState
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.writing import tell
from volunteer_core.office.settings import settings_on
from volunteer_core.people.models import Person
from volunteer_core.people.standing import guardian_ids
from volunteer_core.timespans import chinese_date, civil_date
from volunteer_core.workdays.upkeep import load_daybook

_OPEN = select(Objection.id).where(
    Objection.entry_id == bindparam("entry_id"), Objection.state == ObjectionState.OPEN
)


class ObjectionOpen(Conflict, code="objection_open", sentence="对这条记录的异议还没有答复，请先等待答复。"):
    """One objection to an entry waits at a time."""


class ObjectionSettled(Conflict, code="objection_settled", sentence="这条异议已经处理，不能再次处理。"):
    """An objection is answered, or withdrawn, once."""


def file_objection(work: Work, *, entry_id: int, text: str) -> ObjectionView:
    """Objects to an entry, by its person or a guardian (民政部令67号 Arts 12-13); the community's
    coordinators, else the street office, are told and answer within the office's working days.

    Refuses an entry that stands no more, and one to which an objection waits.
    """
    entry = work.find(LedgerEntry, entry_id)
    person, today = work.lock(Person, entry.person_id), civil_date(work.now)
    demand_own(work, person.id)
    refuse_reversed(work, entry)
    if work.scalar(_OPEN, {"entry_id": entry.id}) is not None:
        raise ObjectionOpen(entry_id=entry.id)
    within = settings_on(work, today).objection_answer_workdays
    objection = Objection(
        entry_id=entry.id,
        person_id=person.id,
        text=texts.paragraph("text", text, longest=500, empty=False),
        filed_by=work.by.person_id,
        filed_at=work.now,
        due=load_daybook(work).nth_workday_after(today, within),
        state=ObjectionState.OPEN,
    )
    work.add(objection)
    concerned = {person.id, *guardian_ids(work, person.id, today)}
    for answers in answers_for(work, entry.community_id, besides=concerned):
        tell(
            work,
            kind=NoticeKind.HOURS,
            person_id=answers,
            community_id=entry.community_id,
            text=f"对 {day_of(entry)} 服务时长有一条异议，请在 {chinese_date(objection.due)} 前答复。",
        )
    work.flush()
    return view_of(work, objection.id)


def withdraw_objection(work: Work, *, objection_id: int) -> ObjectionView:
    """Takes back an objection that waits: the person themselves, or a guardian."""
    objection = lock_objection(work, objection_id)
    demand_own(work, objection.person_id)
    refuse_unless_open_to(objection, ObjectionState.WITHDRAWN)
    objection.state = ObjectionState.WITHDRAWN
    work.flush()
    return view_of(work, objection.id)


def demand_own(work: Work, person_id: int) -> None:
    """Asks for the right to object about a person's entries. Inner."""
    guardians = guardian_ids(work, person_id, civil_date(work.now))
    work.demand("hours.objections.file", people=[person_id], guardians=guardians)


def lock_objection(work: Work, objection_id: int) -> Objection:
    """The locked objection, and before it its person. Inner."""
    work.lock(Person, work.find(Objection, objection_id).person_id)
    return work.lock(Objection, objection_id)


def refuse_unless_open_to(objection: Objection, state: ObjectionState) -> None:
    """Refuses (:class:`ObjectionSettled`) a locked objection that cannot come into a state. Inner."""
    if state not in NEXT_STATES[objection.state]:
        raise ObjectionSettled(objection_id=objection.id, state=objection.state.value)


def day_of(entry: LedgerEntry) -> str:
    """The day of the service, as notices say it. Inner."""
    return chinese_date(entry.concerns or entry.civil_date)
