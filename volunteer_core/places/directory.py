"""Setting up and reading communities, grids and sites."""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from volunteer_core import texts
from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Conflict, Malformed
from volunteer_core.places.models import Community, Grid, Site
from volunteer_core.tables import Table


class CodeTaken(Conflict, code="code_taken", sentence="编号 {value} 已被使用。"):
    """Codes are unique within their kind."""


class CommunityView(msgspec.Struct, frozen=True):
    """A community (社区)."""

    id: int
    code: str
    name: str


class GridView(msgspec.Struct, frozen=True):
    """A grid (网格) and the community it lies in."""

    id: int
    code: str
    name: str
    community_id: int


class SiteView(msgspec.Struct, frozen=True):
    """A site with its address; coordinates are WGS 84 degrees, if known."""

    id: int
    code: str
    name: str
    address: str
    community_id: int
    grid_id: int | None
    latitude: float | None
    longitude: float | None


def add_community(work: Work, *, code: str, name: str) -> CommunityView:
    """Sets up a community. Refuses a code that is taken."""
    work.demand("places.change")
    row = Community(code=_free_code(work, Community, code), name=texts.line("name", name, longest=60))
    work.add(row)
    work.flush()
    return CommunityView(row.id, row.code, row.name)


def add_grid(work: Work, *, community_id: int, code: str, name: str) -> GridView:
    """Sets up a grid in a community. Refuses a code that is taken."""
    work.demand("places.change")
    community = work.find(Community, community_id)
    row = Grid(
        code=_free_code(work, Grid, code),
        name=texts.line("name", name, longest=60),
        community_id=community.id,
    )
    work.add(row)
    work.flush()
    return GridView(row.id, row.code, row.name, row.community_id)


def add_site(
    work: Work,
    *,
    community_id: int,
    code: str,
    name: str,
    address: str = "",
    grid_id: int | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
) -> SiteView:
    """Sets up a site. Refuses a code that is taken, or a grid of another community."""
    work.demand("places.change")
    community = work.find(Community, community_id)
    if grid_id is not None and work.find(Grid, grid_id).community_id != community.id:
        raise Malformed("grid_id", "网格不属于这个社区。")
    row = Site(code=_free_code(work, Site, code), community_id=community.id, grid_id=grid_id)
    _describe(row, name=name, address=address, latitude=latitude, longitude=longitude)
    work.add(row)
    work.flush()
    return site_view(row)


def correct_site(
    work: Work,
    *,
    site_id: int,
    name: str | None = None,
    address: str | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
) -> SiteView:
    """Corrects what a site is called and where it is; what is not given stays."""
    site = work.lock(Site, site_id)
    work.demand("places.sites.correct", communities=[site.community_id])
    _describe(
        site,
        name=site.name if name is None else name,
        address=site.address if address is None else address,
        latitude=site.latitude if latitude is None else latitude,
        longitude=site.longitude if longitude is None else longitude,
    )
    work.flush()
    return site_view(site)


def list_communities(work: Work, *, paging: Paging = Paging()) -> Page[CommunityView]:
    """All communities, by code."""
    work.demand("places.read")
    statement = select(Community.id, Community.code, Community.name).order_by(Community.code)
    return work.page(CommunityView, statement, paging)


def list_grids(work: Work, *, community_id: int | None = None, paging: Paging = Paging()) -> Page[GridView]:
    """Grids by code, of one community if asked."""
    work.demand("places.read")
    statement = select(Grid.id, Grid.code, Grid.name, Grid.community_id).order_by(Grid.code)
    if community_id is not None:
        statement = statement.where(Grid.community_id == community_id)
    return work.page(GridView, statement, paging)


def list_sites(work: Work, *, community_id: int | None = None, paging: Paging = Paging()) -> Page[SiteView]:
    """Sites by code, of one community if asked."""
    work.demand("places.read")
    columns = [getattr(Site, field) for field in SiteView.__struct_fields__]
    statement = select(*columns).order_by(Site.code)
    if community_id is not None:
        statement = statement.where(Site.community_id == community_id)
    return work.page(SiteView, statement, paging)


def read_site(work: Work, *, site_id: int) -> SiteView:
    """One site."""
    work.demand("places.read")
    return site_view(work.find(Site, site_id))


def site_view(site: Site) -> SiteView:
    """A site as it goes out."""
    return SiteView(
        site.id,
        site.code,
        site.name,
        site.address,
        site.community_id,
        site.grid_id,
        site.latitude,
        site.longitude,
    )


def _describe(
    site: Site, *, name: str, address: str, latitude: float | None, longitude: float | None
) -> None:
    if (latitude is None) != (longitude is None):
        raise Malformed("latitude", "经度和纬度要一起填写。")
    if latitude is not None and longitude is not None and not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise Malformed("latitude", "经纬度超出范围。")
    site.name, site.address = (
        texts.line("name", name, longest=60),
        texts.line("address", address, longest=200, empty=True),
    )
    site.latitude, site.longitude = latitude, longitude


def _free_code(work: Work, table: type[Table], code: str) -> str:
    """The checked code. Works for the tables that have one; the unique index backs the look."""
    kept = texts.code("code", code)
    column = table.__table__.c.code
    if work.scalar(select(column).where(column == kept)) is not None:
        raise CodeTaken(value=kept)
    return kept
