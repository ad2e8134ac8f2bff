"""Every write is in the log, by itself: who, when, what, which fields; private ones by name only."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from sqlalchemy import delete, insert, text, update

from tests.world import NOW, SCRIPT, World
from volunteer_core.audit import UNAUDITED, Action, AuditView, entries
from volunteer_core.database import Database
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.people.models import NameKey
from volunteer_core.people.registry import correct, register
from volunteer_core.permissions import Actor, ActorKind
from volunteer_core.places.directory import add_community, correct_site
from volunteer_core.places.models import Community


def log(world: World, subject: str, subject_id: int | None = None) -> list[AuditView]:
    found: list[AuditView] = world.see(entries, subject=subject, subject_id=subject_id).items
    return found


def test_a_change_is_logged_with_actor_time_and_both_values(world: World) -> None:
    officer = world.officer()
    world.do(correct_site, by=officer, site_id=world.site, name="新学堂")
    newest, first = log(world, "sites", world.site)
    assert (newest.action, newest.at, newest.actor_kind, newest.actor_id) == (
        Action.CHANGED,
        NOW,
        ActorKind.PERSON,
        officer.person_id,
    )
    assert newest.changes == {"name": ["三峰学堂", "新学堂"]}
    assert (first.action, first.actor_kind, first.reason) == (Action.ADDED, ActorKind.SYSTEM, "test")
    assert first.changes["code"] == [None, "SF-S"]


def test_private_fields_appear_by_name_and_never_by_value(world: World) -> None:
    person = world.do(
        register,
        name="单晓明",
        phone="13800001111",
        birth_date=date(1990, 5, 5),
        community_id=world.community,
    ).id
    world.do(correct, person_id=person, phone="13900002222")
    changed, added = log(world, "people", person)
    assert changed.changes == {"phone": None}
    assert {key: added.changes[key] for key in ("name", "phone", "birth_date")} == dict.fromkeys(
        ("name", "phone", "birth_date")
    )
    everything = str(world.see(entries).items)
    for secret in ("单晓明", "shanxiaoming", "13800001111", "13900002222", "1990-05-05"):
        assert secret not in everything


def test_what_changes_nothing_logs_nothing(world: World) -> None:
    before = len(log(world, "sites"))
    world.do(correct_site, site_id=world.site, name="三峰学堂")
    assert len(log(world, "sites")) == before


def test_nothing_is_logged_of_what_was_rolled_back(office: Database) -> None:
    with suppress(ZeroDivisionError), office.write(by=SCRIPT, now=NOW) as work:
        add_community(work, code="A", name="甲")
        assert entries(work).total == 1
        raise ZeroDivisionError
    with office.read(by=SCRIPT, now=NOW) as work:
        assert entries(work).total == 0


def test_a_removed_row_leaves_its_trace(office: Database) -> None:
    with office.write(by=SCRIPT, now=NOW) as work:
        community = add_community(work, code="A", name="甲")
        work.delete(work.find(Community, community.id))
    with office.read(by=SCRIPT, now=NOW) as work:
        assert [entry.action for entry in entries(work, subject="communities").items] == [
            Action.REMOVED,
            Action.ADDED,
        ]


@pytest.mark.parametrize(
    "statement",
    [
        insert(Community).values(code="A", name="甲"),
        update(Community).values(name="乙"),
        delete(Community),
        text("UPDATE communities SET name = 'x'"),
    ],
    ids=["insert", "update", "delete", "text"],
)
def test_a_write_past_the_log_is_refused_unless_it_says_so(office: Database, statement: object) -> None:
    with office.write(by=SCRIPT, now=NOW) as work:
        with pytest.raises(RuntimeError, match="audit"):
            work.execute(statement)  # type: ignore[call-overload]
        work.execute(statement, execution_options=UNAUDITED)  # type: ignore[call-overload]


def test_a_derived_index_is_not_logged(world: World) -> None:
    world.person("单晓明")
    assert log(world, NameKey.__tablename__) == []


def test_only_the_street_office_reads_the_log(world: World) -> None:
    assert world.see(entries, by=world.officer()).total > 0
    for nobody in (world.coordinator(), world.leader(), Actor.person(1), Actor.anonymous()):
        with pytest.raises(NotAllowed):
            world.see(entries, by=nobody)
    with pytest.raises(Malformed):
        world.see(entries, subject="sites\x00")
