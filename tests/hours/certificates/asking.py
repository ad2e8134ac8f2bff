"""Asking for certificates."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.hours.served import LATER
from tests.world import World
from volunteer_core.hours.certificates.issuing import issue
from volunteer_core.hours.certificates.views import CertificateView

YEAR = {"first": date(2026, 1, 1), "last": date(2026, 12, 31)}


def ask(world: World, person: int, **facts: Any) -> CertificateView:
    """A certificate of the year, asked for by a script on 2026-12-03, unless said otherwise."""
    found: CertificateView = world.do(issue, person_id=person, **{"now": LATER} | YEAR | facts)
    return found
