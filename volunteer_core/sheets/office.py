"""Importing an office: one TOML for what it is, sheets for its people and children."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
from sqlalchemy import select

from volunteer_core.access import tokens
from volunteer_core.access.models import RoleGrant
from volunteer_core.database import Work
from volunteer_core.errors import Malformed
from volunteer_core.office.settings import change_setting, settings_on
from volunteer_core.people.models import Person
from volunteer_core.permissions import Role
from volunteer_core.places import directory
from volunteer_core.places.models import Community, Grid, Site
from volunteer_core.rosters.models import Pattern
from volunteer_core.rosters.patterns import set_pattern
from volunteer_core.sheets.children import import_children
from volunteer_core.sheets.files import content_of, sheets_in
from volunteer_core.sheets.importing import Imported
from volunteer_core.sheets.office_codes import by_code, if_given, is_there, part_at
from volunteer_core.sheets.office_events import load_events
from volunteer_core.sheets.office_form import (
    OfficeFile,
    PatternPart,
    ProgrammePart,
    SitePart,
    refuse_repeated_codes,
)
from volunteer_core.sheets.people import import_people
from volunteer_core.sheets.problems import FileMalformed, SheetProblem
from volunteer_core.sheets.reading import read_toml
from volunteer_core.teams import membership, programmes
from volunteer_core.teams.models import Programme, Team
from volunteer_core.timespans import civil_date
from volunteer_core.workdays import upkeep

OFFICE, PEOPLE, CHILDREN = "office.toml", ("people", "guardians"), "children"


def import_folder(work: Work, *, folder: Path) -> list[Imported]:
    """Imports an office from a folder: ``office.toml``, then, where they are there, the sheets
    of people, guardians and children (``people.csv`` or ``people.xlsx`` and so on).

    Importing it again adds only what is new. Events that have begun are left out: nobody can sign
    up for them. The first file with problems refuses the whole.
    """
    work.demand("sheets.import")
    if not (folder / OFFICE).is_file():
        raise FileMalformed(OFFICE, [SheetProblem(OFFICE, None, None, None, "文件夹里没有这个文件。")])
    office = read_toml(OFFICE, (folder / OFFICE).read_bytes(), OfficeFile)
    refuse_repeated_codes(OFFICE, office)
    with work.begin_nested():
        _load_structure(work, OFFICE, office)
        found = [
            import_people(work, file=path.name, content=content_of(path))
            for path in sheets_in(folder, *PEOPLE)
        ]
        _load_appointments(work, OFFICE, office)
        load_events(work, OFFICE, office)
        found += [
            import_children(work, file=path.name, content=content_of(path))
            for path in sheets_in(folder, CHILDREN)
        ]
    return found


def _load_structure(work: Work, file: str, office: OfficeFile) -> None:
    _load_settings(work, file, office)
    _load_places(work, file, office)
    _load_teams(work, file, office)
    for number, term in enumerate(office.terms):
        with part_at(file, f"terms[{number}]"):
            upkeep.set_term(work, **msgspec.structs.asdict(term))
    for number, local_day in enumerate(office.local_days):
        with part_at(file, f"local_days[{number}]"):
            upkeep.set_local_day(work, **msgspec.structs.asdict(local_day))


def _load_places(work: Work, file: str, office: OfficeFile) -> None:
    for number, community in enumerate(office.communities):
        with part_at(file, f"communities[{number}]"):
            if not is_there(work, Community, community.code):
                directory.add_community(work, code=community.code, name=community.name)
    for number, grid in enumerate(office.grids):
        with part_at(file, f"grids[{number}]"):
            if not is_there(work, Grid, grid.code):
                home = by_code(work, Community, grid.community, "community")
                directory.add_grid(work, community_id=home, code=grid.code, name=grid.name)
    for number, site in enumerate(office.sites):
        with part_at(file, f"sites[{number}]"):
            _load_site(work, site)


def _load_teams(work: Work, file: str, office: OfficeFile) -> None:
    for number, team in enumerate(office.teams):
        with part_at(file, f"teams[{number}]"):
            if not is_there(work, Team, team.code):
                membership.found_team(
                    work,
                    code=team.code,
                    name=team.name,
                    purpose=team.purpose,
                    community_id=if_given(work, Community, team.community, "community"),
                    discreet=team.discreet,
                )
    for number, programme in enumerate(office.programmes):
        with part_at(file, f"programmes[{number}]"):
            programme_id = _load_programme(work, programme)
        for nth, pattern in enumerate(programme.patterns):
            with part_at(file, f"programmes[{number}].patterns[{nth}]"):
                _load_pattern(work, programme_id, pattern)


def _load_settings(work: Work, file: str, office: OfficeFile) -> None:
    with part_at(file, "office"):
        valid_from, officers = _valid_from(work, office), office.office.get("officers", [])
        if not isinstance(officers, list) or not all(isinstance(code, str) for code in officers):
            raise Malformed("officers", "应为人员编号的列表。")
    for name, value in office.office.items():
        if name not in {"valid_from", "officers"}:
            with part_at(file, f"office.{name}"):
                held = msgspec.to_builtins(settings_on(work, valid_from))
                if name not in held or held[name] != value:
                    change_setting(work, name=name, value=value, valid_from=valid_from)


def _valid_from(work: Work, office: OfficeFile) -> date:
    """From when settings and roles hold: as the file says, and without settings from today if it does not."""
    nothing_set = office.office.keys() <= {"officers"}
    found = office.office.get("valid_from", civil_date(work.now) if nothing_set else None)
    if type(found) is not date:  # an instant is a date to isinstance
        raise Malformed("valid_from", "请写明设置从哪一天起生效，例如 2026-09-01。")
    return found


def _load_site(work: Work, site: SitePart) -> None:
    if not is_there(work, Site, site.code):
        directory.add_site(
            work,
            community_id=by_code(work, Community, site.community, "community"),
            code=site.code,
            name=site.name,
            address=site.address,
            grid_id=if_given(work, Grid, site.grid, "grid"),
            latitude=site.latitude,
            longitude=site.longitude,
        )


def _load_programme(work: Work, part: ProgrammePart) -> int:
    if not is_there(work, Programme, part.code):
        programmes.set_up_programme(
            work,
            code=part.code,
            name=part.name,
            day_rule=part.day_rule,
            team_id=if_given(work, Team, part.team, "team"),
            duty=part.duty,
            minds_children=part.minds_children,
            emergency=part.emergency,
        )
    return by_code(work, Programme, part.code)


def _load_pattern(work: Work, programme_id: int, pattern: PatternPart) -> None:
    site_id = by_code(work, Site, pattern.site, "site")
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
    since = _valid_from(work, office)
    for number, code in enumerate(office.office.get("officers", [])):
        with part_at(file, f"office.officers[{number}]"):
            _grant(work, by_code(work, Person, code), Role.STREET_OFFICER, None, since)
    for number, community in enumerate(office.communities):
        with part_at(file, f"communities[{number}].coordinator"):
            person_id = if_given(work, Person, community.coordinator)
            if person_id is not None:
                home = by_code(work, Community, community.code)
                _grant(work, person_id, Role.COMMUNITY_COORDINATOR, home, since)
    for number, team in enumerate(office.teams):
        with part_at(file, f"teams[{number}].leader"):
            person_id, team_id = if_given(work, Person, team.leader), by_code(work, Team, team.code)
            today = civil_date(work.now)
            if person_id is not None and person_id not in membership.leaders_of(work, team_id, today):
                membership.appoint_leader(work, team_id=team_id, person_id=person_id)


def _grant(work: Work, person_id: int, role: Role, community_id: int | None, since: date) -> None:
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
            valid_from=since,
            community_id=community_id,
        )
