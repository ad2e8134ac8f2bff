"""Doors report who came and went: by ticket or by name, at once or when the network is back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

import msgspec
from sqlalchemy import bindparam, select

from volunteer_core.database import Work
from volunteer_core.errors import Conflict, Malformed, Refused, RuleBroken
from volunteer_core.events.concerned import organisers_of
from volunteer_core.events.door import admission, codes, locked
from volunteer_core.events.door.codes import Ticket, verify
from volunteer_core.events.door.keys import public_keys
from volunteer_core.events.door.locked import AtDoor
from volunteer_core.events.door.models import Direction, DoorScan, Outcome
from volunteer_core.events.door.views import ScanView
from volunteer_core.events.models import Event, Position, Signup
from volunteer_core.events.timetable import instant
from volunteer_core.people.masking import masked_name
from volunteer_core.timespans import civil

MOST_REPORTS = 200
FAST = timedelta(minutes=2)
"""By how much a door's clock may be fast: such a scan counts as of now."""

_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_KNOWN = select(DoorScan).where(DoorScan.key.in_(bindparam("keys", expanding=True)))


class ScanInFuture(RuleBroken, code="scan_in_future", sentence="扫码时间晚于现在，请校准设备的时钟。"):
    """A door reports what has happened; its clock may be two minutes fast."""


class ScanKeyTaken(Conflict, code="scan_key_taken", sentence="编号已用于另一次扫码，请换一个编号。"):
    """The key of a report makes it the same report, so no other may have it."""


class NotCheckedIn(Conflict, code="not_checked_in", sentence="此人没有签到。"):
    """On the name list only who has come can leave, or be taken back."""


_SAYS = {
    refusal.code: refusal.sentence
    for refusal in (
        codes.TicketUnreadable,
        codes.TicketForged,
        codes.TicketOfOtherEvent,
        codes.TicketRevoked,
        admission.TicketExpired,
        admission.DoorNotOpen,
        admission.DoorClosed,
        locked.NotOfEvent,
        locked.WithoutSeat,
        locked.SeatGivenAway,
        ScanInFuture,
        ScanKeyTaken,
    )
}
_SAYS_OTHERWISE = "无法登记，请在名单上处理。"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A scan, or a tick on the name list: either the text that was scanned, or the sign-up."""

    key: str
    """1 to 64 letters, digits, ``-`` and ``_`` that the door has never given to another report."""
    direction: Direction
    scanned_at: datetime
    """By the door's clock."""
    code: str | None = None
    signup_id: int | None = None


def report_scans(work: Work, *, event_id: int, reports: Sequence[Report]) -> list[ScanView]:
    """Takes 1 to 200 reports of an event's doors, in any order, and says of each what came of it.

    A report that is refused says why and loses none of the others. One whose key is known changes nothing
    and gets the outcome of the first time. Whoever is in already is not admitted again. What
    arrives late, or in another order than it happened, ends as if it had come in time.
    """
    event = work.find(Event, event_id)
    work.demand("events.scan", **organisers_of(work, event))
    if not 1 <= len(reports) <= MOST_REPORTS:
        raise Malformed("reports", f"应有 1 至 {MOST_REPORTS} 条。")
    keys = public_keys(work)
    meant = [_meant(report, keys) for report in reports]
    door = AtDoor(work, event, [one.signup_id for one in meant if isinstance(one, _Meant)])
    sound = [report.key for report in reports if _KEY.fullmatch(report.key)]
    known = {scan.key: scan for scan in work.scalars(_KNOWN, {"keys": sound})}
    views = [
        _view(door, _take(work, door, report, one, known)) for report, one in zip(reports, meant, strict=True)
    ]
    work.flush()
    return views


def check_in(work: Work, *, signup_id: int) -> ScanView:
    """Ticks somebody on the name list: they are in. Who is in already stays so, and the answer says it."""
    return _tick(work, signup_id, Direction.IN)


def check_out(work: Work, *, signup_id: int) -> ScanView:
    """Somebody leaves; where the position earns hours they have them at once. Refuses who has not come."""
    return _tick(work, signup_id, Direction.OUT)


def undo_check_in(work: Work, *, signup_id: int) -> ScanView:
    """Takes back the last way: leaving, with its hours, and then coming. Refuses who has not come."""
    return _tick(work, signup_id, Direction.UNDO)


def admit(work: Work, event: Event, signup_id: int) -> ScanView:
    """Lets somebody in now. Inner: asks no right."""
    return _now(work, AtDoor(work, event, [signup_id]), signup_id, Direction.IN)


class _Meant(msgspec.Struct, frozen=True):
    """Which sign-up a report is about, and the ticket that says so."""

    signup_id: int
    ticket: Ticket | None = None


def _meant(report: Report, keys: dict[int, bytes]) -> _Meant | Refused:
    if (report.code is None) == (report.signup_id is None):
        return Malformed("code", "code 和 signup_id 应填且只填一项。")
    if report.signup_id is not None:
        return _Meant(report.signup_id)
    try:
        ticket = verify(report.code or "", keys)
    except Refused as refusal:
        return refusal
    return _Meant(ticket.signup_id, ticket)


def _take(
    work: Work, door: AtDoor, report: Report, meant: _Meant | Refused, known: dict[str, DoorScan]
) -> DoorScan:
    """What is known of a report, or what comes of it now; that is kept where it can be known again."""
    if not _KEY.fullmatch(report.key):
        return _scan(work, door, report, None, work.now, Malformed.code)
    signup_id = meant.signup_id if isinstance(meant, _Meant) and meant.signup_id in door.signups else None
    first = known.get(report.key)
    if first is not None:
        said = (first.event_id, first.direction, first.signup_id)
        same = said == (door.event.id, report.direction, signup_id)
        return first if same else _scan(work, door, report, signup_id, work.now, ScanKeyTaken.code)
    at, refusal, outcome = work.now, "", Outcome.REFUSED
    try:
        at = _instant(work, report.scanned_at)
        if isinstance(meant, Refused):
            raise meant
        door.refuse_stranger(meant.signup_id, meant.ticket)
        by_ticket = meant.ticket is not None
        outcome = door.take(meant.signup_id, report.direction, at, by_ticket=by_ticket)
    except Refused as refused:
        refusal = refused.code
    scan = _scan(work, door, report, signup_id, at, refusal, outcome)
    known[report.key] = scan
    door.note(scan)
    return scan


def _instant(work: Work, scanned_at: datetime) -> datetime:
    at = instant("scanned_at", scanned_at, now=work.now)
    if at > work.now + FAST:
        raise ScanInFuture
    return min(at, work.now)


def _tick(work: Work, signup_id: int, direction: Direction) -> ScanView:
    event = work.find(Event, work.find(Position, work.find(Signup, signup_id).position_id).event_id)
    work.demand("events.check_in", **organisers_of(work, event))
    return _now(work, AtDoor(work, event, [signup_id]), signup_id, direction)


def _now(work: Work, door: AtDoor, signup_id: int, direction: Direction) -> ScanView:
    """What somebody at the door sees happen."""
    door.refuse_stranger(signup_id, None)
    if direction is not Direction.IN and not door.course(door.signups[signup_id]).was_there:
        raise NotCheckedIn(signup_id=signup_id)
    report = Report(key=uuid4().hex, direction=direction, scanned_at=work.now, signup_id=signup_id)
    outcome = door.take(signup_id, direction, work.now)
    scan = _scan(work, door, report, signup_id, work.now, "", outcome)
    door.note(scan)
    work.flush()
    return _view(door, scan)


def _scan(
    work: Work,
    door: AtDoor,
    report: Report,
    signup_id: int | None,
    at: datetime,
    refusal: str,
    outcome: Outcome = Outcome.REFUSED,
) -> DoorScan:
    return DoorScan(
        key=report.key,
        event_id=door.event.id,
        signup_id=signup_id,
        direction=report.direction,
        outcome=outcome,
        refusal=refusal,
        scanned_at=at,
        reported_at=work.now,
        reported_by=work.by.person_id,
    )


def _view(door: AtDoor, scan: DoorScan) -> ScanView:
    signup = door.signups.get(scan.signup_id or 0)
    return ScanView(
        key=scan.key,
        outcome=scan.outcome,
        refusal=scan.refusal,
        says=_says(scan, signup),
        signup_id=scan.signup_id,
        position_id=signup.position_id if signup else None,
        name=masked_name(door.people[signup.person_id].name) if signup else "",
        companions=signup.companions if signup else 0,
        arrived_at=signup.arrived_at if signup else None,
        left_at=signup.left_at if signup else None,
    )


def _says(scan: DoorScan, signup: Signup | None) -> str:
    """For whoever stands at the door; the same each time the report is sent."""
    match scan.outcome:
        case Outcome.ADMITTED:
            return "请进。"
        case Outcome.ALREADY_IN:
            since = signup.arrived_at if signup else None
            return f"已经在场（{civil(since):%H:%M} 入场）。" if since else "已经在场。"
        case Outcome.LEFT:
            return "已签退。"
        case Outcome.ALREADY_OUT:
            return "已经不在场。"
        case Outcome.UNDONE:
            return "已撤销。"
    return _SAYS.get(scan.refusal, _SAYS_OTHERWISE)
