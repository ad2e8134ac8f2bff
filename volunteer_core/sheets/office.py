"""Importing an office: one TOML for what it is, CSV sheets for its people and children."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select

from volunteer_core.access import tokens
from volunteer_core.access.models import RoleGrant
from volunteer_core.database import Work
from volunteer_core.errors import Malformed, Refused
from volunteer_core.events import planning, positions
from volunteer_core.events.models import Event
from volunteer_core.office.settings import OfficeSettings, change_setting, settings_on
from volunteer_core.people.models import Person
from volunteer_core.permissions import Role
from volunteer_core.places import directory
from volunteer_core.places.models import Community, Grid, Site
from volunteer_core.rosters.models import Pattern
from volunteer_core.rosters.patterns import set_pattern
from volunteer_core.sheets.office_form import OfficeFile, ProgrammePart, SitePart
from volunteer_core.sheets.people import Imported, import_children, import_people
from volunteer_core.sheets.reading import FileMalformed, Problem, read_toml
from volunteer_core.teams import membership, programmes
from volunteer_core.teams.models import Programme, Team
from volunteer_core.workdays import upkeep

PEOPLE_FILES = ("people.csv", "guardians.csv")


def import_folder(work: Work, *, folder: Path) -> list[Imported]:
    """Imports an office from a folder: ``office.toml``, then, where they are there, the sheets
    ``people.csv``, ``guardians.csv`` and ``children.csv``.

    Importing it again adds only what is new. The first file with problems refuses the whole.
    """
    work.demand("sheets.import")
    name = "office.toml"
    office = read_toml(name, (folder / name).read_bytes(), OfficeFile)
    with work.begin_nested():
        _load_structure(work, name, office)
        sheets = [sheet for sheet in PEOPLE_FILES if (folder / sheet).exists()]
        found = [import_people(work, file=sheet, content=(folder / sheet).read_bytes()) for sheet in sheets]
        _load_appointments(work, name, office)
        _load_events(work, name, office)
        if (folder / "children.csv").exists():
            content = (folder / "children.csv").read_bytes()
            found.append(import_children(work, file="children.csv", content=content))
    return found


@contextmanager
def _at(file: str, path: str) -> Iterator[None]:
    """Names the place in the file in which a refusal arose."""
    try:
        yield
    except FileMalformed:
        raise
    except Refused as refused:
        field = refused.facts.get("field")
        place = f"{path}.{field}" if field else path
        problem = str(refused.facts.get("problem", refused.message))
        raise FileMalformed(file, [Problem(file, None, place, problem)]) from refused


def _by_code(work: Work, table: Any, code: str | None) -> int | None:
    if code is None:
        return None
    found = work.scalar(select(table.id).where(table.code == code))
    if found is None:
        raise Malformed("code", f"没有编号为 {code[:32]} 的记录。")
    return int(found)


def _needed(work: Work, table: Any, code: str) -> int:
    found = _by_code(work, table, code)
    assert found is not None  # noqa: S101 - a code that is given is found or refused
    return found


def _is_there(work: Work, table: Any, code: str) -> bool:
    return work.scalar(select(table.id).where(table.code == code)) is not None


def _load_structure(work: Work, file: str, office: OfficeFile) -> None:
    _load_settings(work, file, office)
    _load_places(work, file, office)
    _load_teams(work, file, office)
    for number, term in enumerate(office.terms):
        with _at(file, f"terms[{number}]"):
            upkeep.set_term(work, **msgspec.structs.asdict(term))
    for number, local_day in enumerate(office.local_days):
        with _at(file, f"local_days[{number}]"):
            upkeep.set_local_day(work, **msgspec.structs.asdict(local_day))


def _load_places(work: Work, file: str, office: OfficeFile) -> None:
    for number, community in enumerate(office.communities):
        with _at(file, f"communities[{number}]"):
            if not _is_there(work, Community, community.code):
                directory.add_community(work, code=community.code, name=community.name)
    for number, grid in enumerate(office.grids):
        with _at(file, f"grids[{number}]"):
            if not _is_there(work, Grid, grid.code):
                home = _needed(work, Community, grid.community)
                directory.add_grid(work, community_id=home, code=grid.code, name=grid.name)
    for number, site in enumerate(office.sites):
        with _at(file, f"sites[{number}]"):
            _load_site(work, site)


def _load_teams(work: Work, file: str, office: OfficeFile) -> None:
    for number, team in enumerate(office.teams):
        with _at(file, f"teams[{number}]"):
            if not _is_there(work, Team, team.code):
                membership.found_team(
                    work,
                    code=team.code,
                    name=team.name,
                    purpose=team.purpose,
                    community_id=_by_code(work, Community, team.community),
                    discreet=team.discreet,
                )
    for number, programme in enumerate(office.programmes):
        with _at(file, f"programmes[{number}]"):
            _load_programme(work, programme)


def _load_settings(work: Work, file: str, office: OfficeFile) -> None:
    with _at(file, "office"):
        valid_from = office.office.get("valid_from")
        settings = {
            name: value for name, value in office.office.items() if name not in {"valid_from", "officers"}
        }
        if settings and not isinstance(valid_from, date):
            raise Malformed("valid_from", "请写明设置从哪一天起生效。")
        for name, value in settings.items():
            if name not in OfficeSettings.__struct_fields__ or (
                valid_from is not None and getattr(settings_on(work, valid_from), name) != value
            ):
                change_setting(work, name=name, value=value, valid_from=valid_from or date.min)


def _load_site(work: Work, site: SitePart) -> None:
    if not _is_there(work, Site, site.code):
        directory.add_site(
            work,
            community_id=_needed(work, Community, site.community),
            code=site.code,
            name=site.name,
            address=site.address,
            grid_id=_by_code(work, Grid, site.grid),
            latitude=site.latitude,
            longitude=site.longitude,
        )


def _load_programme(work: Work, part: ProgrammePart) -> None:
    if not _is_there(work, Programme, part.code):
        programmes.set_up_programme(
            work,
            code=part.code,
            name=part.name,
            day_rule=part.day_rule,
            team_id=_by_code(work, Team, part.team),
            duty=part.duty,
            minds_children=part.minds_children,
            emergency=part.emergency,
        )
    programme_id = _needed(work, Programme, part.code)
    for pattern in part.patterns:
        site_id = _needed(work, Site, pattern.site)
        there = select(Pattern.id).where(
            Pattern.programme_id == programme_id,
            Pattern.site_id == site_id,
            Pattern.weekdays == pattern.weekdays,
            Pattern.starts == pattern.start,
            Pattern.valid_from == pattern.valid_from,
        )
        if work.scalar(there) is None:
            set_pattern(
                work,
                programme_id=programme_id,
                site_id=site_id,
                weekdays=pattern.weekdays,
                starts=pattern.start,
                ends=pattern.end,
                minimum=pattern.minimum,
                maximum=pattern.maximum,
                leads=pattern.leads,
                valid_from=pattern.valid_from,
                valid_to=pattern.valid_to,
            )


def _load_appointments(work: Work, file: str, office: OfficeFile) -> None:
    """Officers, coordinators and leaders, once the people are there."""
    since = office.office.get("valid_from")
    for number, code in enumerate(office.office.get("officers", [])):
        with _at(file, f"office.officers[{number}]"):
            _grant(work, _needed(work, Person, code), Role.STREET_OFFICER, None, since)
    for number, community in enumerate(office.communities):
        with _at(file, f"communities[{number}].coordinator"):
            person_id = _by_code(work, Person, community.coordinator)
            if person_id is not None:
                home = _needed(work, Community, community.code)
                _grant(work, person_id, Role.COMMUNITY_COORDINATOR, home, since)
    for number, team in enumerate(office.teams):
        with _at(file, f"teams[{number}].leader"):
            person_id, team_id = _by_code(work, Person, team.leader), _needed(work, Team, team.code)
            if person_id is not None and person_id not in membership.leaders_of(
                work, team_id, work.now.date()
            ):
                membership.appoint_leader(work, team_id=team_id, person_id=person_id)


def _grant(work: Work, person_id: int, role: Role, community_id: int | None, since: date | None) -> None:
    held = select(RoleGrant.id).where(
        RoleGrant.person_id == person_id,
        RoleGrant.role == role,
        RoleGrant.community_id == community_id
        if community_id is not None
        else RoleGrant.community_id.is_(None),
    )
    if work.scalar(held) is None:
        tokens.grant_role(
            work,
            person_id=person_id,
            role=role,
            valid_from=since or work.now.date(),
            community_id=community_id,
        )


def _load_events(work: Work, file: str, office: OfficeFile) -> None:
    for number, part in enumerate(office.events):
        with _at(file, f"events[{number}]"):
            if _is_there(work, Event, part.code):
                continue
            event = planning.create_event(
                work,
                code=part.code,
                title=part.title,
                description=part.description,
                site_id=_needed(work, Site, part.site),
                team_id=_by_code(work, Team, part.team),
                programme_id=_by_code(work, Programme, part.programme),
                starts_at=part.starts_at,
                ends_at=part.ends_at,
                signup_opens_at=part.signup_opens_at,
                signup_closes_at=part.signup_closes_at,
                cancel_until=part.cancel_until,
                public=part.public,
            )
            for position in part.positions:
                positions.add_position(work, event_id=event.id, **msgspec.structs.asdict(position))
