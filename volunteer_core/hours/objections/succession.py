"""Which entries stood and stand in one place of the ledger. Inner."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from volunteer_core.database import Work
from volunteer_core.hours.models import LedgerEntry

_SUCCESSOR = select(LedgerEntry).where(LedgerEntry.corrects_id == bindparam("entry_id"))


def line_of(work: Work, entry: LedgerEntry) -> list[LedgerEntry]:
    """An entry with those in whose place it stands and those that stand in its own since, oldest first.

    Of a reversal, that of the entry which it takes back.
    """
    first = work.find(LedgerEntry, entry.reverses_id) if entry.reverses_id is not None else entry
    while first.corrects_id is not None:
        first = work.find(LedgerEntry, first.corrects_id)
    line = [first]
    while (successor := work.scalar(_SUCCESSOR, {"entry_id": line[-1].id})) is not None:
        line.append(successor)
    return line
