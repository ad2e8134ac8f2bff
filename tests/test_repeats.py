"""Keys of requests that may be sent again: whose they are, and who waits for whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.at_once import just_before_the_commit
from volunteer_core.database import Database, Work
from volunteer_core.errors import Conflict
from volunteer_core.permissions import Actor
from volunteer_core.repeats import Answer, KeyReused, Repeatable, answered, claim, free, keep

REQUEST = Repeatable("a-key-of-somebody", "0" * 64)
OTHER = Repeatable("a-key-of-somebody", "1" * 64)
ANSWER = Answer(201, "{“报名”}".encode())


def carry_out(work: Work, request: Repeatable = REQUEST) -> Answer | None:
    """What was answered before, or nothing if the request is carried out now."""
    found = claim(work, request)
    if found is None:
        keep(work, request, ANSWER)
    return found


def claim_it(work: Work) -> Answer | None:
    return claim(work, REQUEST)


def test_a_key_is_its_senders(office: Database) -> None:
    for sender in (Actor.person(1), Actor.person(2), Actor.anonymous()):
        for expected in (None, ANSWER):
            with office.write(by=sender) as work:
                assert answered(work, REQUEST) == expected
                assert carry_out(work) == expected
        with office.write(by=sender) as work, pytest.raises(KeyReused):
            carry_out(work, OTHER)


def claimed_and_kept(office: Database) -> Callable[[Callable[[Work], Answer | None]], Answer | None]:
    """Runs something that claims the request, in a work that then keeps its answer unless there was one."""

    def do(operation: Callable[[Work], Answer | None]) -> Answer | None:
        with office.write(by=Actor.person(1)) as work:
            found = operation(work)
            if found is None:
                keep(work, REQUEST, ANSWER)
            return found

    return do


@pytest.mark.parametrize("steps", [0, 1])
def test_who_comes_while_it_is_carried_out_waits_for_the_answer(office: Database, steps: int) -> None:
    do = claimed_and_kept(office)
    for _ in range(steps):
        with office.write(by=Actor.person(1)) as work:
            claim(work, REQUEST)
    assert just_before_the_commit(do, claim_it, lambda: do(claim_it)) == [None, ANSWER]


def test_who_comes_while_it_fails_carries_it_out(office: Database) -> None:
    def fail(operation: Callable[[Work], Answer | None]) -> None:
        with office.write(by=Actor.person(1)) as work:
            operation(work)
            raise Conflict

    def succeed() -> Answer | None:
        with office.write(by=Actor.person(1)) as work:
            return carry_out(work)

    refusal, carried_out = just_before_the_commit(fail, carry_out, succeed)
    assert isinstance(refusal, Conflict)
    assert carried_out is None
    assert succeed() == ANSWER


def test_what_was_refused_after_a_step_gives_back_its_key_and_no_other(office: Database) -> None:
    def do(operation: Callable[[Work], Answer | None]) -> Answer | None:
        with office.write(by=Actor.person(1)) as work:
            return operation(work)

    assert do(lambda work: claim(work, REQUEST)) is None  # its first step
    do(lambda work: free(work, OTHER))
    with pytest.raises(KeyReused):
        do(lambda work: claim(work, OTHER))
    do(lambda work: free(work, REQUEST))
    assert [do(lambda work: carry_out(work, OTHER)) for _ in range(2)] == [None, ANSWER]
    do(lambda work: free(work, OTHER))  # it has been answered by now
    assert do(lambda work: carry_out(work, OTHER)) == ANSWER


def test_who_is_refused_does_not_take_the_key_from_who_goes_on(office: Database) -> None:
    """The same request twice, both after their first step: one is refused while the other is carried out."""
    do = claimed_and_kept(office)

    def refuse() -> None:
        with office.write(by=Actor.person(1)) as work:
            free(work, REQUEST)

    with office.write(by=Actor.person(1)) as work:
        claim(work, REQUEST)
    just_before_the_commit(do, claim_it, refuse)
    assert do(claim_it) == ANSWER
