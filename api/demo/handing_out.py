"""What the person at the terminal is handed: tokens, addresses of calendars, and a certificate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from volunteer_core.access import tokens
from volunteer_core.access.authentication import actor_for
from volunteer_core.calendars import subscriptions
from volunteer_core.calendars.models import FeedKind
from volunteer_core.calendars.options import Options
from volunteer_core.database import Work
from volunteer_core.hours import tallies
from volunteer_core.hours.certificates import issuing
from volunteer_core.hours.certificates.views import CertificateView
from volunteer_core.hours.dimensions import Dimension
from volunteer_core.hours.months import closing
from volunteer_core.places import directory


class Sample(msgspec.Struct, frozen=True):
    """What the summary and the person at the terminal need of the sample office."""

    school: int
    lecture: int
    leader_token: str
    officer_token: str
    volunteer_token: str
    volunteer_id: int
    volunteer_code: str
    feed_secret: str
    family_secret: str
    certificate: CertificateView


GUARDIAN = "V001"
"""In the sample the mother of the first child."""


def hand_out(work: Work, people: Mapping[str, int], *, school: int, lecture: int) -> Sample:
    """Tokens for a leader, an officer and November's most active volunteer, the calendars of these and of
    a guardian, and the volunteer's certificate of what has been closed."""
    active = tallies.tally(work, by=Dimension.PERSON, first=date(2026, 11, 1), last=date(2026, 11, 30)).rows[
        0
    ]
    volunteer = people[active.code]
    issued = {
        code: tokens.issue_token(work, person_id=people[code], label="演示").secret
        for code in ("G136", "P001", active.code)
    }
    script = work.by
    work.by = actor_for(work, volunteer)
    subscription = subscriptions.subscribe(work, kind=FeedKind.PERSON, subject_id=volunteer, label="手机")
    guardian = people[GUARDIAN]
    work.by = actor_for(work, guardian)
    family = subscriptions.subscribe(
        work, kind=FeedKind.FAMILY, subject_id=guardian, label="手机", options=Options(alarm_minutes=30)
    )
    work.by = script
    _close_months(work)
    return Sample(
        school=school,
        lecture=lecture,
        leader_token=issued["G136"],
        officer_token=issued["P001"],
        volunteer_token=issued[active.code],
        volunteer_id=volunteer,
        volunteer_code=active.code,
        feed_secret=subscription.secret,
        family_secret=family.secret,
        certificate=issuing.issue(work, person_id=volunteer, first=date(2026, 9, 1), last=date(2026, 11, 30)),
    )


def _close_months(work: Work) -> None:
    """The communities and the street office have closed the months before; November is to be closed now."""
    for community in directory.list_communities(work).items:
        for month in ("2026-09", "2026-10"):
            closing.report_month(work, community_id=community.id, month=month)
            closing.close_month(work, community_id=community.id, month=month)
