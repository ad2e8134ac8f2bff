"""The table of rights is whole: every operation asks for a row, and every row is asked for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import volunteer_core
from volunteer_core.errors import NotAllowed
from volunteer_core.permissions import (
    RIGHTS,
    ROLE_OF_SCOPE,
    About,
    Actor,
    Scope,
    allowed,
    reach,
    rights_table,
)

PENDING: set[str] = set()
"""Rows of operations that are still to be written."""

ME = 7
ABOUT = {
    Scope.SELF: About(people=frozenset({ME})),
    Scope.GUARDIAN: About(guardians=frozenset({ME})),
    Scope.DUTY: About(on_duty=frozenset({ME})),
    Scope.TEAM: About(teams=frozenset({3})),
    Scope.COMMUNITY: About(communities=frozenset({5})),
}
ACTORS = {
    Scope.TEAM: Actor.person(ME, teams=[3]),
    Scope.COMMUNITY: Actor.person(ME, communities=[5]),
    Scope.OFFICE: Actor.person(ME, officer=True),
}
ELSEWHERE = About(frozenset({50}), frozenset({30}), frozenset({70}), frozenset({71}), frozenset({72}))


def operations_asked_for() -> Iterator[str]:
    """The operations named in the source, wherever a right is asked for."""
    for file in Path(volunteer_core.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and file.name != "permissions.py"
            ):
                yield node.value


def demanded() -> Iterator[str]:
    """The operations that stand in ``work.demand("…")`` and the like itself."""
    for file in Path(volunteer_core.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {"demand", "may", "reach"}
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                yield str(node.args[0].value)


def test_every_operation_that_asks_has_a_row() -> None:
    asked = set(demanded())
    assert len(asked) > 40
    assert asked <= set(RIGHTS)


def test_every_row_is_asked_for() -> None:
    assert set(RIGHTS) - set(operations_asked_for()) == PENDING


@pytest.mark.parametrize("operation", RIGHTS)
def test_a_right_holds_in_its_scope_and_nowhere_else(operation: str) -> None:
    for scope in Scope:
        if scope in {Scope.ANYONE, Scope.MEMBER}:
            continue
        actor, about = ACTORS.get(scope, Actor.person(ME)), ABOUT.get(scope, ELSEWHERE)
        everybody = bool(RIGHTS[operation] & {Scope.ANYONE, Scope.MEMBER})
        assert allowed(actor, operation, about) == (scope in RIGHTS[operation] or everybody), scope
        if scope is not Scope.OFFICE:
            assert allowed(actor, operation, ELSEWHERE) == everybody, scope
    assert allowed(Actor.anonymous(), operation, ELSEWHERE) == (Scope.ANYONE in RIGHTS[operation])
    assert allowed(Actor.system("test"), operation, ELSEWHERE)


def test_a_refusal_names_the_operation_and_nothing_else() -> None:
    with pytest.raises(NotAllowed) as refused:
        reach(Actor.person(ME), "people.search")
    assert refused.value.facts == {"operation": "people.search"}


def test_a_list_reaches_as_far_as_the_roles_do() -> None:
    assert reach(Actor.person(ME, officer=True), "hours.tally").everything
    assert reach(Actor.system("test"), "hours.tally").everything
    both = reach(Actor.person(ME, teams=[3], communities=[5]), "hours.tally")
    assert (both.everything, both.teams, both.communities, both.person_id) == (False, {3}, {5}, None)
    assert reach(Actor.person(ME, teams=[3]), "notices.list").person_id == ME
    for nobody in (Actor.person(ME), Actor.anonymous()):
        with pytest.raises(NotAllowed):
            reach(nobody, "hours.tally")


def test_not_even_the_street_office_sees_children() -> None:
    for operation in ("care.children", "care.session", "care.hand_over", "care.pickups"):
        assert not allowed(Actor.person(ME, officer=True), operation, ELSEWHERE)


def test_an_operation_without_a_row_is_an_error() -> None:
    with pytest.raises(KeyError):
        allowed(Actor.system("test"), "care.everything", ELSEWHERE)


def test_every_scope_belongs_to_a_role_and_the_table_prints() -> None:
    assert set(ROLE_OF_SCOPE) == set(Scope)
    header, *rows = rights_table().splitlines()
    assert header.split() == ["operation", *(scope.value for scope in Scope)]
    assert {row.split()[0]: row.split()[1:].count("x") for row in rows} == {
        operation: len(scopes) for operation, scopes in RIGHTS.items()
    }
