"""Who may do what: actors, scopes and the one table of rights. Pure: it is given its facts.

An operation asks once, through :meth:`volunteer_core.database.Work.demand`, with the facts of
its subject: the communities and teams it lies in, the people it is about, a child's guardians
and the people on duty. The row of the operation says which scopes suffice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from volunteer_core.errors import NotAllowed


class Role(StrEnum):
    """What a person can be to the office; one person can be several."""

    STREET_OFFICER = "street_officer"
    COMMUNITY_COORDINATOR = "community_coordinator"
    TEAM_LEADER = "team_leader"
    VOLUNTEER = "volunteer"
    GUARDIAN = "guardian"


class Scope(StrEnum):
    """How far a right reaches. All but the first two belong to one role each."""

    ANYONE = "anyone"
    """Without signing in."""
    MEMBER = "member"
    """Any signed-in person."""
    SELF = "self"
    """A volunteer, about themselves."""
    GUARDIAN = "guardian"
    """A guardian, about their child."""
    DUTY = "duty"
    """A volunteer on duty at that session."""
    TEAM = "team"
    """A leader, in their team."""
    COMMUNITY = "community"
    """A coordinator, in their community."""
    OFFICE = "office"
    """A street officer, everywhere."""


ROLE_OF_SCOPE: Mapping[Scope, Role | None] = {
    Scope.ANYONE: None,
    Scope.MEMBER: Role.VOLUNTEER,
    Scope.SELF: Role.VOLUNTEER,
    Scope.GUARDIAN: Role.GUARDIAN,
    Scope.DUTY: Role.VOLUNTEER,
    Scope.TEAM: Role.TEAM_LEADER,
    Scope.COMMUNITY: Role.COMMUNITY_COORDINATOR,
    Scope.OFFICE: Role.STREET_OFFICER,
}


class ActorKind(StrEnum):
    PERSON = "person"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


class Actor(msgspec.Struct, frozen=True):
    """Who acts: a signed-in person with the scopes of their roles, a script, or nobody known."""

    kind: ActorKind
    person_id: int | None = None
    officer: bool = False
    communities: frozenset[int] = frozenset()
    """Communities this person coordinates."""
    teams: frozenset[int] = frozenset()
    """Teams this person leads."""
    reason: str = ""
    """Why a script acts; kept in the audit log."""

    @staticmethod
    def system(reason: str) -> Actor:
        """A script or the clock. It may do everything and the audit log says why it did."""
        return Actor(ActorKind.SYSTEM, reason=reason)

    @staticmethod
    def anonymous() -> Actor:
        """Somebody who has not signed in: public pages."""
        return Actor(ActorKind.ANONYMOUS)

    @staticmethod
    def person(
        person_id: int,
        *,
        officer: bool = False,
        communities: Iterable[int] = (),
        teams: Iterable[int] = (),
    ) -> Actor:
        return Actor(ActorKind.PERSON, person_id, officer, frozenset(communities), frozenset(teams))


class About(msgspec.Struct, frozen=True):
    """The facts of a subject that rights ask for, as sets of ids."""

    communities: frozenset[int] = frozenset()
    teams: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()
    guardians: frozenset[int] = frozenset()
    on_duty: frozenset[int] = frozenset()


class Reach(msgspec.Struct, frozen=True):
    """How far an actor sees in a list: everything, or only what lies in one of the sets."""

    everything: bool = False
    communities: frozenset[int] = frozenset()
    teams: frozenset[int] = frozenset()
    person_id: int | None = None


_A, _M, _S, _G, _D = Scope.ANYONE, Scope.MEMBER, Scope.SELF, Scope.GUARDIAN, Scope.DUTY
_T, _C, _O = Scope.TEAM, Scope.COMMUNITY, Scope.OFFICE

RIGHTS: Mapping[str, frozenset[Scope]] = {
    operation: frozenset(scopes)
    for operation, *scopes in (
        # the office and its places
        ("office.settings.read", _M),
        ("office.settings.change", _O),
        ("places.read", _A),
        ("places.change", _O),
        ("places.sites.correct", _C, _O),
        ("audit.read", _O),
        # the calendar of the year
        ("workdays.read", _A),
        ("workdays.change", _O),
        ("closures.read", _A),
        ("closures.declare", _C, _O),
        ("closures.lift", _C, _O),
        # people and teams
        ("people.register", _C, _O),
        ("people.search", _C, _O),
        ("people.read", _S, _G, _C, _O),
        ("people.correct", _S, _C, _O),
        ("people.vouch", _C, _O),
        ("people.guardians", _C, _O),
        ("people.consent", _G, _C, _O),
        ("people.leave", _S, _C, _O),
        ("teams.read", _M),
        ("teams.change", _O),
        ("teams.members", _T, _C, _O),
        ("teams.join", _S, _C, _O),
        ("teams.add_known", _T, _C, _O),
        ("teams.quit", _S, _T, _O),
        ("teams.appoint", _O),
        ("teams.grid_posts.read", _M),
        ("teams.grid_posts.change", _C, _O),
        ("programmes.read", _A),
        ("programmes.change", _O),
        ("programmes.advise", _T, _O),
        # signing in
        ("access.me", _M),
        ("access.tokens.issue", _O),
        ("access.tokens.list", _S, _O),
        ("access.tokens.revoke", _S, _O),
        ("access.grant", _O),
        # what is told to whom
        ("notices.list", _S, _T, _C, _O),
        ("notices.mark_told", _T, _C, _O),
        # promises of time
        ("commitments.list", _S, _G, _T, _C, _O),
        # what people's own calendars say: nobody else's business
        ("busy_calendars.read", _S),
        ("busy_calendars.change", _S),
        # rosters
        ("rosters.read", _M),
        ("rosters.coverage", _T, _C, _O),
        ("rosters.pattern", _T, _C, _O),
        ("rosters.generate", _T, _C, _O),
        ("rosters.change", _T, _C, _O),
        ("rosters.candidates", _T, _C, _O),
        ("rosters.assign", _T, _C, _O),
        ("rosters.override", _C, _O),
        ("rosters.rules", _T, _O),
        ("rosters.release", _T, _C, _O),
        ("rosters.publish", _T, _C, _O),
        ("rosters.withdraw", _T, _C, _O),
        ("rosters.call_off", _T, _C, _O),
        ("rosters.mark_attendance", _T, _C, _O),
        ("rosters.drop_out", _S, _G, _T, _C, _O),
        ("rosters.confirm", _S, _G, _T, _C, _O),
        ("rosters.offer", _S, _G, _T, _C, _O),
        ("rosters.offers", _S, _G, _T, _C, _O),
        ("rosters.take_over", _S, _G, _T, _C, _O),
        ("rosters.approve_offers", _T, _C, _O),
        ("rosters.take", _S, _G, _T, _C, _O),
        ("rosters.encourage", _T, _C, _O),
        ("rosters.versions", _T, _C, _O),
        # when people can serve
        ("availability.state", _S, _T, _C, _O),
        ("availability.read", _S, _T, _C, _O),
        ("availability.ask", _T, _O),
        ("rosters.seats", _T, _C, _O),
        ("rosters.copy", _T, _C, _O),
        ("rosters.print", _T, _C, _O),
        ("rosters.plan", _T, _C, _O),
        # events
        ("events.read", _A),
        ("events.create", _T, _C, _O),
        ("events.change", _T, _C, _O),
        ("events.publish", _T, _C, _O),
        ("events.call_off", _T, _C, _O),
        ("events.copy", _T, _C, _O),
        ("events.copy_series", _T, _C, _O),
        ("events.publish_series", _T, _C, _O),
        ("events.call_off_series", _T, _C, _O),
        ("events.sign_up", _S, _G, _T, _C, _O),
        ("events.sign_up_group", _T, _C, _O),
        ("events.override", _T, _C, _O),
        ("events.decide", _T, _C, _O),
        ("events.accept_offer", _S, _G, _T, _C, _O),
        ("events.cancel", _S, _G, _T, _C, _O),
        ("events.sign_up_by_phone", _A),
        ("events.vouch_by_phone", _T, _C, _O),
        ("events.signups", _T, _C, _O),
        ("events.mark_attendance", _T, _C, _O),
        ("events.ticket", _S, _G, _T, _C, _O),
        ("events.renew_ticket", _S, _G, _T, _C, _O),
        ("events.door", _T, _C, _O),
        ("events.scan", _T, _C, _O),
        ("events.check_in", _T, _C, _O),
        ("events.walk_in", _T, _C, _O),
        ("events.conclude", _T, _C, _O),
        ("events.attendance_sheet", _T, _C, _O),
        ("events.figures", _T, _C, _O),
        ("events.evaluate", _S, _G),
        ("events.evaluate_service", _T, _C, _O),
        ("events.evaluations", _T, _C, _O),
        ("events.evaluations.own", _S, _G),
        # hours
        ("hours.entries", _S, _G, _T, _C, _O),
        ("hours.progress", _S, _G, _T, _C, _O),
        ("hours.progress.team", _T, _C, _O),
        ("hours.progress.community", _C, _O),
        ("hours.targets.read", _M),
        ("hours.targets.set", _T, _O),
        ("hours.correct", _C, _O),
        ("hours.tally", _T, _C, _O),
        ("hours.overdue", _T, _C, _O),
        ("hours.verify", _O),
        ("hours.months.read", _C, _O),
        ("hours.months.report", _C),
        ("hours.months.close", _O),
        ("hours.months.reopen", _O),
        ("hours.claims.file", _S, _G, _T, _C, _O),
        ("hours.claims.own", _S, _G),
        ("hours.claims.decide", _T, _C, _O),
        ("hours.objections.file", _S, _G),
        ("hours.objections.read", _S, _G, _C, _O),
        ("hours.recognitions.read", _S, _G, _C, _O),
        ("hours.recognitions.settle", _O),
        ("hours.certificates.issue", _S, _G, _C, _O),
        ("hours.certificates.read", _S, _G, _C, _O),
        ("hours.certificates.spell_out", _S, _G),
        ("hours.certificates.revoke", _C, _O),
        ("hours.certificates.confirm", _A),
        # children: need-to-know, so not even the street office sees names
        ("care.enrol", _C),
        ("care.children", _G, _C),
        ("care.pickups", _G, _C),
        ("care.session", _D, _C),
        ("care.arrive", _D, _C),
        ("care.hand_over", _D, _C),
        ("care.adults_needed", _D, _T, _C, _O),
        # calendars
        ("calendars.public", _A),
        ("calendars.fetch", _A),
        ("calendars.subscribe.person", _S),
        ("calendars.subscribe.family", _G),
        ("calendars.subscribe.team", _T, _O),
        ("calendars.subscribe.programme", _T, _O),
        ("calendars.subscribe.site", _C, _O),
        ("calendars.invite", _S, _G, _T, _C, _O),
        ("calendars.list", _S, _O),
        ("calendars.rename", _S),
        ("calendars.choose", _S),
        ("calendars.rotate", _S),
        ("calendars.revoke", _S, _O),
        # in and out
        ("sheets.import", _O),
        ("sheets.records", _C, _O),
    )
}


def allowed(actor: Actor, operation: str, about: About) -> bool:
    """Whether the actor may do the operation to the subject. An operation without a row is an error."""
    scopes = RIGHTS[operation]
    if actor.kind is ActorKind.SYSTEM or Scope.ANYONE in scopes:
        return True
    me = actor.person_id
    if me is None:
        return False
    return (
        Scope.MEMBER in scopes
        or (Scope.OFFICE in scopes and actor.officer)
        or (Scope.COMMUNITY in scopes and not actor.communities.isdisjoint(about.communities))
        or (Scope.TEAM in scopes and not actor.teams.isdisjoint(about.teams))
        or (Scope.SELF in scopes and me in about.people)
        or (Scope.GUARDIAN in scopes and me in about.guardians)
        or (Scope.DUTY in scopes and me in about.on_duty)
    )


def reach(actor: Actor, operation: str) -> Reach:
    """How far a list may show the actor; refuses who would see nothing at all."""
    scopes = RIGHTS[operation]
    if actor.kind is ActorKind.SYSTEM or Scope.ANYONE in scopes:
        return Reach(everything=True)
    if (Scope.OFFICE in scopes and actor.officer) or (Scope.MEMBER in scopes and actor.person_id is not None):
        return Reach(everything=True)
    found = Reach(
        communities=actor.communities if Scope.COMMUNITY in scopes else frozenset(),
        teams=actor.teams if Scope.TEAM in scopes else frozenset(),
        person_id=actor.person_id if Scope.SELF in scopes else None,
    )
    if not found.communities and not found.teams and found.person_id is None:
        raise NotAllowed(operation=operation)
    return found


def rights_table() -> str:
    """The table of rights as text, one row an operation: ``volunteer rights`` prints it."""
    scopes = list(Scope)
    width = max(map(len, RIGHTS)) + 2
    lines = ["operation".ljust(width) + "".join(scope.value.ljust(11) for scope in scopes)]
    for operation, held in RIGHTS.items():
        marks = "".join(("x" if scope in held else "·").ljust(11) for scope in scopes)
        lines.append(operation.ljust(width) + marks.rstrip())
    return "\n".join(lines)
