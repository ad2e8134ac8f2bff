"""Confirming what was asked for by phone: with the code, or by a leader who has called back."""

from __future__ import annotations

from volunteer_core.commitments.busy.opens import Opens
from volunteer_core.database import Work
from volunteer_core.errors import RuleBroken
from volunteer_core.events.by_phone.codes import code_hash, same, typed_code
from volunteer_core.events.by_phone.following import view_of
from volunteer_core.events.by_phone.models import PhoneSignup
from volunteer_core.events.by_phone.pending import (
    find_by_secret,
    key_of_notice,
    lock_with_others,
    refuse_unless_waiting,
)
from volunteer_core.events.by_phone.views import MOST_ATTEMPTS, PhoneSignupView
from volunteer_core.events.concerned import organisers_of
from volunteer_core.events.entering import Terms, enter_line, refuse_unless_open
from volunteer_core.events.listing import signup_view
from volunteer_core.events.models import Event, Position
from volunteer_core.events.views import SignupView
from volunteer_core.events.waitlist import event_of
from volunteer_core.notices.writing import take_back
from volunteer_core.people.visitors import note_home, person_of


class CodeWrong(RuleBroken, code="code_wrong", sentence="验证码不对，还可以试 {attempts_left} 次。"):
    """The code is not the one that was sent."""


class CodeBlocked(
    RuleBroken, code="code_blocked", sentence="验证码输错太多次，已经失效。请重新报名，或请社区回电确认。"
):
    """Five wrong codes end a code: nobody finds it by trying."""


def confirm(opens: Opens, *, phone_signup_id: int, secret: str, code: str) -> PhoneSignupView:
    """Confirms with the code that was sent to the phone. The person (who bears the name and has the phone, or
    a visitor made for them) comes into the line at this moment: with a seat if one is free, else at its end.

    Refuses what has expired or is confirmed already, a wrong code, of which the fifth ends the code, and
    whatever keeps the person from the position, also that they are signed up already.
    """
    typed = typed_code(code)
    # A work by itself, so that a wrong code stays counted although it is refused: in the next work, for
    # whoever opens works may leave the last one open until the answer is there.
    with opens.write() as work:
        _count_if_wrong(work, phone_signup_id=phone_signup_id, secret=secret, typed=typed)
    with opens.write() as work:
        return _confirm_typed(work, phone_signup_id=phone_signup_id, secret=secret, typed=typed)


def _count_if_wrong(work: Work, *, phone_signup_id: int, secret: str, typed: str) -> None:
    """Counts a code if it is wrong, unless there were too many. Whether it is, the next work tells."""
    work.demand("events.sign_up_by_phone")
    asked = work.lock(PhoneSignup, find_by_secret(work, phone_signup_id, secret).id)
    refuse_unless_waiting(work, asked)
    if asked.attempts < MOST_ATTEMPTS and not _fits(asked, typed, secret):
        asked.attempts += 1
        work.flush()


def _confirm_typed(work: Work, *, phone_signup_id: int, secret: str, typed: str) -> PhoneSignupView:
    """Confirms with a code that was counted if it is wrong."""
    work.demand("events.sign_up_by_phone")
    asked = find_by_secret(work, phone_signup_id, secret)
    position = work.lock(Position, asked.position_id)
    lock_with_others(work, asked)
    refuse_unless_waiting(work, asked)
    if asked.attempts >= MOST_ATTEMPTS:
        raise CodeBlocked(phone_signup_id=asked.id)
    if not _fits(asked, typed, secret):
        raise CodeWrong(phone_signup_id=asked.id, attempts_left=MOST_ATTEMPTS - asked.attempts)
    _enter(work, event_of(work, position), position, asked)
    return view_of(work, asked)


def vouch(work: Work, *, phone_signup_id: int) -> SignupView:
    """Who organises the event confirms in place of the code, having called the number back: also after too
    many wrong codes. The audit log says who. Refuses what :func:`confirm` refuses besides a code."""
    asked = work.find(PhoneSignup, phone_signup_id)
    position = work.lock(Position, asked.position_id)
    event = event_of(work, position)
    work.demand("events.vouch_by_phone", **organisers_of(work, event))
    lock_with_others(work, asked)
    refuse_unless_waiting(work, asked)
    return signup_view(work, _enter(work, event, position, asked))


def _enter(work: Work, event: Event, position: Position, asked: PhoneSignup) -> int:
    """The id of the sign-up with which the person came into the line."""
    refuse_unless_open(work, event, position)
    person_id = person_of(work, name=asked.name, phone=asked.phone, community_id=asked.community_id)
    decides = work.may("events.decide", **organisers_of(work, event))
    signup = enter_line(
        work,
        event,
        position,
        person_id,
        companions=asked.companions,
        terms=Terms(decided=decides),
    )
    note_home(work, person_id, asked.community_id)
    asked.confirmed_at, asked.signup_id = work.now, signup.id
    take_back(work, key=key_of_notice(asked))
    work.flush()
    return signup.id


def _fits(asked: PhoneSignup, typed: str, secret: str) -> bool:
    return same(asked.code_hash, code_hash(typed, secret=secret))
