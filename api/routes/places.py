"""Communities, grids and sites."""

from __future__ import annotations

from litestar import Router
from litestar.params import JSONBody

from api.incoming import Body, Id, OptionalQueryId, Paged, PathId, given
from api.operations import get, patch, post
from api.work import Opened
from volunteer_core.database import Page
from volunteer_core.places import directory
from volunteer_core.places.directory import CommunityView, GridView, SiteView

COMMUNITY = CommunityView(id=1, code="FX01", name="凤翔社区")
GRID = GridView(id=3, code="FX01-03", name="第三网格", community_id=1)
SITE = SiteView(
    id=2,
    code="FX01-WDXT",
    name="凤翔社区五点学堂",
    address="凤翔东路 12 号",
    community_id=1,
    grid_id=3,
    latitude=19.9981,
    longitude=110.3576,
)


class AddCommunity(Body):
    """A community to set up; the code stays."""

    code: str
    name: str


class AddGrid(Body):
    """A grid to set up in a community."""

    community_id: Id
    code: str
    name: str


class AddSite(Body):
    """A site to set up; coordinates are WGS 84 degrees, both or none."""

    community_id: Id
    code: str
    name: str
    address: str = ""
    grid_id: Id | None = None
    latitude: float | None = None
    longitude: float | None = None


class CorrectSite(Body):
    """What is corrected at a site; what is not given stays."""

    name: str | None = None
    address: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@get("/communities", operation="places.read", answers=Page([COMMUNITY], 5, 50, 0))
def list_communities(opened: Opened, paging: Paged) -> Page[CommunityView]:
    """List the communities, by code."""
    with opened.read() as work:
        return directory.list_communities(work, paging=paging)


@post(
    "/communities",
    operation="places.change",
    asks=AddCommunity(code="FX01", name="凤翔社区"),
    answers=COMMUNITY,
)
def add_community(opened: Opened, data: JSONBody[AddCommunity]) -> CommunityView:
    """Set up a community.

    Refused: a code that is taken (`code_taken`), a text that is empty, too long or not one line.
    """
    with opened.write() as work:
        return directory.add_community(work, **given(data))


@get("/grids", operation="places.read", answers=Page([GRID], 45, 50, 0))
def list_grids(opened: Opened, paging: Paged, community_id: OptionalQueryId = None) -> Page[GridView]:
    """List the grids by code, of one community if asked."""
    with opened.read() as work:
        return directory.list_grids(work, community_id=community_id, paging=paging)


@post(
    "/grids",
    operation="places.change",
    asks=AddGrid(community_id=1, code="FX01-03", name="第三网格"),
    answers=GRID,
)
def add_grid(opened: Opened, data: JSONBody[AddGrid]) -> GridView:
    """Set up a grid in a community.

    Refused: a code that is taken (`code_taken`), a community that does not exist.
    """
    with opened.write() as work:
        return directory.add_grid(work, **given(data))


@get("/sites", operation="places.read", answers=Page([SITE], 5, 50, 0))
def list_sites(opened: Opened, paging: Paged, community_id: OptionalQueryId = None) -> Page[SiteView]:
    """List the sites by code, of one community if asked."""
    with opened.read() as work:
        return directory.list_sites(work, community_id=community_id, paging=paging)


@post(
    "/sites",
    operation="places.change",
    asks=AddSite(
        community_id=1,
        code="FX01-WDXT",
        name="凤翔社区五点学堂",
        address="凤翔东路 12 号",
        grid_id=3,
        latitude=19.9981,
        longitude=110.3576,
    ),
    answers=SITE,
)
def add_site(opened: Opened, data: JSONBody[AddSite]) -> SiteView:
    """Set up a site.

    Refused: a code that is taken (`code_taken`), a grid of another community, half a coordinate.
    """
    with opened.write() as work:
        return directory.add_site(work, **given(data))


@get("/sites/{site_id:int}", operation="places.read", answers=SITE)
def read_site(opened: Opened, site_id: PathId) -> SiteView:
    """Read one site."""
    with opened.read() as work:
        return directory.read_site(work, site_id=site_id)


@patch(
    "/sites/{site_id:int}",
    operation="places.sites.correct",
    asks=CorrectSite(address="凤翔东路 14 号"),
    answers=SITE,
)
def correct_site(opened: Opened, site_id: PathId, data: JSONBody[CorrectSite]) -> SiteView:
    """Correct what a site is called and where it is; what is not given stays."""
    with opened.write() as work:
        return directory.correct_site(work, site_id=site_id, **given(data))


router = Router(
    "/",
    route_handlers=[
        list_communities, add_community, list_grids, add_grid, list_sites, add_site, read_site, correct_site
    ],
    tags=["places"],
)  # fmt: skip
