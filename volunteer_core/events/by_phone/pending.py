"""What was asked for by phone, found by its secret, and its end. Inner: asks no right."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from volunteer_core.database import Work
from volunteer_core.errors import Conflict, NotFound, Refused, RuleBroken
from volunteer_core.events.by_phone.codes import same, secret_hash
from volunteer_core.events.by_phone.models import PhoneSignup
from volunteer_core.notices.writing import take_back

_OF_PERSON = select(PhoneSignup.id).where(
    PhoneSignup.phone == bindparam("phone"), PhoneSignup.name == bindparam("name")
)


class PhoneSignupUnknown(
    NotFound, code="phone_signup_unknown", sentence="没有这个报名，请核对，或重新报名。"
):
    """There is nothing asked for with that id and secret: which of them is wrong is not said."""

    def __init__(self) -> None:
        Refused.__init__(self)


class CodeUsed(Conflict, code="code_used", sentence="这个报名已经确认，不必再次确认。"):
    """A sign-up by phone is confirmed once."""


class CodeExpired(RuleBroken, code="code_expired", sentence="验证码已失效，请重新报名。"):
    """A code counts for a day, until sign-up closes, or until the same is asked for anew."""


def find_by_secret(work: Work, phone_signup_id: int, secret: str) -> PhoneSignup:
    """What was asked for, for whoever has its secret."""
    try:
        asked = work.find(PhoneSignup, phone_signup_id)
    except NotFound:
        raise PhoneSignupUnknown from None
    if not same(asked.secret_hash, secret_hash(secret)):
        raise PhoneSignupUnknown
    return asked


def lock_with_others(work: Work, asked: PhoneSignup) -> None:
    """Locks what was asked for, together with all else that was asked for with its phone and name, so that
    two confirmations at once do not both make the person. The caller has locked the position."""
    work.lock_all(PhoneSignup, work.scalars(_OF_PERSON, {"phone": asked.phone, "name": asked.name}))


def refuse_unless_waiting(work: Work, asked: PhoneSignup) -> None:
    """Refuses what is confirmed already, or can be no more."""
    if asked.confirmed_at is not None:
        raise CodeUsed(phone_signup_id=asked.id)
    if work.now >= asked.expires_at:
        raise CodeExpired(phone_signup_id=asked.id)


def end(work: Work, asked: PhoneSignup) -> None:
    """Ends what waits, locked: its code counts no more, and need not be told."""
    asked.expires_at = work.now
    take_back(work, key=key_of_notice(asked))
    work.flush()


def key_of_notice(asked: PhoneSignup) -> str:
    """What names the notice with the code."""
    return f"phone-code:{asked.id}"
