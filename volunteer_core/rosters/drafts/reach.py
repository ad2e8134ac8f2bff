"""Where people are at home among the sites, and how far they go. Inner: asks no rights."""

from __future__ import annotations

from collections.abc import Iterable
from math import asin, cos, radians, sin, sqrt

from sqlalchemy import select

from volunteer_core.database import Work
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.rosters.drafts.said import Said

EARTH_KM = 6371.0
NOWHERE = "nowhere"
"""The home of whoever has none among the sites: every way is one to another community."""


class Reach:
    """The sites of the office, by code, and who goes where."""

    def __init__(self, sites: Iterable[Site]) -> None:
        self.sites = {site.id: site for site in sites}

    def home(self, person: Person, said: Said) -> Site | None:
        """The site a person has named, else the first of their grid, else of their community."""
        if said.home_site_id is not None:
            return self.sites[said.home_site_id]
        return next(iter(self._around(person)), None)

    def willing(self, person: Person, said: Said) -> set[int] | None:
        """The sites a person goes to; None: all.

        Distances count from their home, else from the nearest site around them. Where positions are not
        known the community stands for them: a site there is near, another one far.
        """
        allowed: set[int] | None = set(said.sites) if said.only_listed_sites else None
        if said.farthest_km is None:
            return allowed
        home = self.sites.get(said.home_site_id or 0)
        around = [home] if home is not None else self._around(person)
        near = {
            site.id
            for site in self.sites.values()
            if self._is_near(site, around, said.farthest_km, person.community_id)
        }
        return near if allowed is None else near & allowed

    def _around(self, person: Person) -> list[Site]:
        """The sites of a person's grid, else of their community."""
        sites = list(self.sites.values())
        in_grid = [site for site in sites if person.grid_id and site.grid_id == person.grid_id]
        return in_grid or [site for site in sites if site.community_id == person.community_id]

    @staticmethod
    def _is_near(site: Site, around: list[Site], farthest_km: float, community_id: int | None) -> bool:
        ways = [km for km in (distance_km(site, other) for other in around) if km is not None]
        if ways:
            return min(ways) <= farthest_km
        return site in around or site.community_id == community_id


def distance_km(one: Site, other: Site) -> float | None:
    """As the crow flies (haversine); None where a position is not known."""
    if None in (one.latitude, one.longitude, other.latitude, other.longitude):
        return None
    north, east, to_north, to_east = (
        radians(degrees or 0.0) for degrees in (one.latitude, one.longitude, other.latitude, other.longitude)
    )
    bow = sin((to_north - north) / 2) ** 2 + cos(north) * cos(to_north) * sin((to_east - east) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(bow))


def read_reach(work: Work) -> Reach:
    """All sites of the office, in one statement."""
    return Reach(work.scalars(select(Site).order_by(Site.code)))
