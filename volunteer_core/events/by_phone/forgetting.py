"""What need not be kept of sign-ups by phone is forgotten. Steps of the clock: they ask no right."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from volunteer_core.database import Work
from volunteer_core.events.by_phone.limits import COUNTED
from volunteer_core.events.by_phone.models import PhoneSignup
from volunteer_core.events.by_phone.pending import key_of_notice
from volunteer_core.notices.writing import take_back

KEPT = timedelta(days=1)
"""For how long after its end it is known what was never confirmed."""
MOST_AT_ONCE = 1000


def forget_unconfirmed(work: Work) -> int:
    """Empties addresses that do not count any more, and deletes what expired a day ago without having been
    confirmed, with the notice of its code; returns how many. What is more than a thousand is
    left to the next pass. The audit log holds nothing of either."""
    counted = select(PhoneSignup.id).where(
        PhoneSignup.address_hash > "", PhoneSignup.asked_at <= work.now - COUNTED
    )
    for asked in work.lock_all(PhoneSignup, work.scalars(counted.limit(MOST_AT_ONCE))):
        asked.address_hash = ""
    over = select(PhoneSignup.id).where(
        PhoneSignup.confirmed_at.is_(None), PhoneSignup.expires_at <= work.now - KEPT
    )
    forgotten = work.lock_all(PhoneSignup, work.scalars(over.limit(MOST_AT_ONCE)))
    for asked in forgotten:
        take_back(work, key=key_of_notice(asked))
        work.delete(asked)
    work.flush()
    return len(forgotten)
