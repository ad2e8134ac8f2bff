"""Somebody without an account asks by phone, and whoever sends the codes on tells them theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from tests.events.lecture import NOW, Lecture
from volunteer_core.commitments.busy.opens import Acting
from volunteer_core.database import Work
from volunteer_core.events.by_phone import following
from volunteer_core.events.by_phone.asking import ask
from volunteer_core.events.by_phone.confirming import confirm, vouch
from volunteer_core.events.by_phone.listing import list_pending
from volunteer_core.events.by_phone.models import PhoneSignup
from volunteer_core.events.by_phone.views import Asked, PendingView, PhoneSignupView
from volunteer_core.events.door.views import TicketView
from volunteer_core.events.models import Position, Signup
from volunteer_core.events.views import SignupView
from volunteer_core.notices.models import NoticeKind
from volunteer_core.people.models import Person
from volunteer_core.permissions import Actor

NOBODY = Actor.anonymous()
HOUR = timedelta(hours=1)
PHONE = "13800001111"
HOME = "203.0.113.7"


class Phones:
    """Asks for the audience of a lecture unless told otherwise. ``codes`` holds what was told, by id."""

    def __init__(self, lecture: Lecture) -> None:
        self.lecture = lecture
        self.codes: dict[int, str] = {}

    def ask(self, *who: str, **more: Any) -> Asked:
        asked = self.only_ask(*who, **more)
        newest = max(self.lecture.told(NoticeKind.CODE), key=lambda notice: notice.id)
        self.codes[asked.id] = newest.text.removeprefix("验证码 ")[:6]
        return asked

    def only_ask(
        self,
        name: str = "符小兰",
        phone: str = PHONE,
        *,
        position: int | None = None,
        now: datetime = NOW,
        address: str = HOME,
        **more: Any,
    ) -> Asked:
        """Without looking into the outbox."""
        with self.lecture.write(NOBODY, now) as work:
            facts = {"position_id": position or self.lecture.audience, "name": name, "phone": phone}
            return ask(work, **facts, address=address, **more)

    def wrong(self, asked: Asked) -> str:
        """A code that is not the one told."""
        return "000000" if self.codes[asked.id] != "000000" else "000001"

    def confirm(
        self, asked: Asked, code: str | None = None, *, now: datetime = NOW, secret: str | None = None
    ) -> PhoneSignupView:
        self.lecture.office.clock = lambda: now
        return confirm(
            Acting(self.lecture.office, NOBODY),
            phone_signup_id=asked.id,
            secret=asked.secret if secret is None else secret,
            code=self.codes[asked.id] if code is None else code,
        )

    def come(self, *given: Any, **more: Any) -> PhoneSignupView:
        """Asks and confirms."""
        return self.confirm(self.ask(*given, **more))

    def read(self, asked: Asked, *, now: datetime = NOW, secret: str | None = None) -> PhoneSignupView:
        with self.lecture.read(NOBODY, now) as work:
            return following.read(work, phone_signup_id=asked.id, secret=secret or asked.secret)

    def cancel(self, asked: Asked, *, now: datetime = NOW, secret: str | None = None) -> PhoneSignupView:
        with self.lecture.write(NOBODY, now) as work:
            return following.cancel(work, phone_signup_id=asked.id, secret=secret or asked.secret)

    def accept(self, asked: Asked, *, now: datetime = NOW) -> PhoneSignupView:
        with self.lecture.write(NOBODY, now) as work:
            return following.accept_offer(work, phone_signup_id=asked.id, secret=asked.secret)

    def ticket(self, asked: Asked) -> TicketView:
        with self.lecture.write(NOBODY) as work:
            return following.read_ticket(work, phone_signup_id=asked.id, secret=asked.secret)

    def vouch(self, asked: Asked, *, by: Actor | None = None, now: datetime = NOW) -> SignupView:
        with self.lecture.write(by or self.lecture.leader, now) as work:
            return vouch(work, phone_signup_id=asked.id)

    def pending(self, *, by: Actor | None = None, now: datetime = NOW) -> list[PendingView]:
        with self.lecture.read(by or self.lecture.leader, now) as work:
            return list_pending(work, event_id=self.lecture.event).items

    def do(self, operation: Callable[[Work], Any], by: Actor = NOBODY) -> Any:
        """Something else, in a work of its own."""
        with self.lecture.write(by) as work:
            return operation(work)

    def people(self) -> int:
        """How many the office knows."""
        with self.lecture.read() as work:
            return work.scalar(select(func.count()).select_from(Person)) or 0

    def row(self, asked: Asked) -> PhoneSignup:
        """As it is kept."""
        with self.lecture.read() as work:
            return work.find(PhoneSignup, asked.id)

    def person(self, asked: Asked) -> Person:
        """Who came into the line by it."""
        with self.lecture.read() as work:
            signup = work.find(Signup, work.find(PhoneSignup, asked.id).signup_id or 0)
            return work.find(Person, signup.person_id)

    def allow(self, position: int | None = None, **more: Any) -> None:
        """Makes a position allow companions, ask for approval and the like."""
        with self.lecture.write() as work:
            row = work.find(Position, position or self.lecture.audience)
            for field, value in more.items():
                setattr(row, field, value)
