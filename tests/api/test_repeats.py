"""A POST that is sent again with its Idempotency-Key is carried out once and answered alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.testing import TestClient
from sqlalchemy import select

from api import problems
from api.operations import post
from api.work import Opened, provide_opened
from tests.api.calls import CALENDAR, CALLS, Call
from tests.api.conftest import NOW, SETUP
from tests.api.served import Served, serve_town
from tests.api.story import done, newcomer, refused
from tests.web import Web
from volunteer_core import tick
from volunteer_core.places import directory
from volunteer_core.repeats import RepeatableRequest

KEY = "Idempotency-Key"
REPLAYED = "idempotent-replayed"
SHEET = "code,name\nV1,王小敏\n"


@pytest.fixture(scope="module")
def served(databases: Any, web: Web) -> Iterator[Served]:
    with serve_town(databases, web) as found:
        yield found


def test_every_post_is_carried_out_once(served: Served) -> None:
    posts = {name for name, (_, handler) in served.routes.items() if "POST" in handler.http_methods}
    for call in CALLS:
        if call.operation_id in posts and sent_twice(served, call):
            posts.remove(call.operation_id)
    assert not posts


def sent_twice(served: Served, call: Call) -> bool:
    """Whether somebody is let in, whose request is then sent again."""
    _, handler = served.routes[call.operation_id]
    for actor in ("anonymous", *served.secrets):
        key = {KEY: f"sent-twice-{call.operation_id}-of-{actor}".replace(" ", "-")}
        first = served.send(call, by=actor, **key)
        if not first.is_success:
            continue
        assert REPLAYED not in first.headers
        writes = written(served)
        again = served.send(call, by=actor, **key)
        shown_once = handler.opt.get("shown_once", False)
        assert shown_once is ('"secret":' in first.text or "/feeds/" in first.text), call
        if shown_once:
            refused(again, 409, "already_answered")
        else:
            assert again.headers.get(REPLAYED) == "true", f"{call}: {again.text}"
            assert alike(first, again), call
        assert written(served) == writes, call
        return True
    return False


def written(served: Served) -> int:
    signed_in = {"Authorization": f"Bearer {served.secrets['officer']}"}
    total: int = served.client.get("/v1/audit?limit=1", headers=signed_in).json()["total"]
    return total


def alike(first: httpx.Response, again: httpx.Response) -> bool:
    """Whether an answer is given once more as it was, headers too."""
    headers = {name: value for name, value in again.headers.items() if name != REPLAYED}
    return (first.status_code, first.content, dict(first.headers)) == (
        again.status_code,
        again.content,
        headers,
    )


def add(api: Any, code: str, key: str, *, by: str = "officer", query: str = "", **more: Any) -> Any:
    body = {"code": code, "name": "新社区", **more}
    return api.call("POST", f"/v1/communities{query}", by=by, json=body, headers={KEY: key})


def test_answers_are_as_without_a_key(api: Any) -> None:
    person = newcomer(api, "符海燕")
    qualified = {"kind": "first_aid", "valid_from": "2026-09-01"}
    for status, path, more in (
        (200, "/v1/imports/people/preview", {"content": SHEET.encode()}),
        (204, f"/v1/people/{person}/qualifications", {"json": qualified}),
    ):
        without, with_key = (
            api.call("POST", path, by="officer", headers=headers, **more)
            for headers in ({}, {KEY: f"as-without-a-key-{status}"})
        )
        assert without.status_code == status, without.text
        assert alike(without, with_key)


@pytest.mark.parametrize(
    "key", ["", "x" * 15, "x" * 101, "a space within it", "tab\tbetween-words", "编号" * 8]
)
def test_what_is_no_key(api: Any, key: str) -> None:
    body = {"code": "NONE", "name": "新社区"}
    answer = api.call("POST", "/v1/communities", by="officer", json=body, headers={KEY: key.encode()})
    problem = refused(answer, 400, "invalid_request")
    assert (problem["source"], problem["field"]) == ("header", KEY)


def test_two_keys(api: Any) -> None:
    headers = [(KEY, "one-key-of-many-1"), (KEY, "one-key-of-many-2")]
    headers.append(("Authorization", f"Bearer {api.secrets['officer']}"))
    body = {"code": "TWO", "name": "新社区"}
    answer = api.client.post("/v1/communities", json=body, headers=headers)
    assert refused(answer, 400, "invalid_request")["field"] == KEY


def test_the_shortest_and_the_longest_key(api: Any) -> None:
    for code, key in (("SHORT", "!" * 16), ("LONG", "~" * 100)):
        assert done(add(api, code, key), 201) == done(add(api, code, key), 201)


def test_a_key_names_one_request(api: Any) -> None:
    key = "names-one-request"
    first = done(add(api, "ONE", key), 201)
    refused(add(api, "ONE", key, name="老社区"), 422, "idempotency_key_reused")
    other_path = api.call(
        "POST",
        "/v1/teams",
        by="officer",
        json={"code": "ONE", "name": "新社区"},
        headers={KEY: key},
    )
    refused(other_path, 422, "idempotency_key_reused")
    sheet = "/v1/imports/people/preview?file={}.csv"
    done(upload(api, sheet.format("a"), "names-one-request-2"))
    refused(upload(api, sheet.format("b"), "names-one-request-2"), 422, "idempotency_key_reused")
    assert done(add(api, "ONE", key), 201) == first


def upload(api: Any, path: str, key: str) -> Any:
    return api.call("POST", path, by="officer", content=SHEET.encode(), headers={KEY: key})


def test_keys_of_others_are_theirs(api: Any) -> None:
    key = "a-key-of-somebody"
    done(add(api, "MINE", key), 201)
    refused(add(api, "MINE", key, by="coordinator"), 403, "not_allowed")
    answer = api.client.post("/v1/communities", json={"code": "MINE", "name": "新社区"}, headers={KEY: key})
    refused(answer, 401, "sign_in_needed")


def test_a_refusal_is_not_kept(api: Any) -> None:
    key = "refused-at-first!"
    done(add(api, "TAKEN", "another-key-of-it"), 201)
    for _ in range(2):
        refused(add(api, "TAKEN", key), 409, "code_taken")
    assert REPLAYED not in add(api, "FREE", key).headers  # even the request may be another one
    assert add(api, "FREE", key).headers[REPLAYED] == "true"


def test_what_takes_several_steps_is_known_at_the_first(api: Any) -> None:
    """The tenth calendar is the last: sent again, it is answered before anybody asks for room."""
    path = f"/v1/people/{newcomer(api, '符大姐')}/busy-calendars?label=手机"
    for number in range(11):
        sent = {"by": "符大姐", "content": CALENDAR.encode()}
        answer = api.call("POST", path, headers={KEY: f"calendar-number-{min(number, 9)}"}, **sent)
        done(answer, 201)
        assert (REPLAYED in answer.headers) is (number == 10)
    refused(api.call("POST", path, **sent), 422, "too_many_calendars")


def test_what_is_shown_once_is_not_kept(api: Any) -> None:
    person = newcomer(api, "王小敏")
    path = f"/v1/people/{person}/tokens"
    sent = {"by": "officer", "json": {"label": "手机"}, "headers": {KEY: "shows-a-secret-once"}}
    secret = done(api.call("POST", path, **sent), 201)["secret"]
    refused(api.call("POST", path, **sent), 409, "already_answered")
    assert done(api.call("GET", path, by="officer"))["total"] == 2  # the newcomer's, and this one
    with api.office.read(by=SETUP) as work:
        answers = work.scalars(select(RepeatableRequest.answer)).all()
    assert None in answers
    assert not any(secret.encode() in answer for answer in answers if answer is not None)


def test_what_fails_after_it_was_written_is_undone(api: Any) -> None:
    """A handler's last work is committed with its answer: without an answer it has not happened."""

    @post("/broken", operation="places.change", asks=None, answers=None)
    def break_down(opened: Opened) -> dict[str, str]:
        """Break down."""
        with opened.write() as work:
            directory.add_community(work, code="BROKEN", name="新社区")
        raise ZeroDivisionError

    app = Litestar(
        [break_down],
        dependencies={"opened": Provide(provide_opened)},
        exception_handlers={Exception: problems.respond},
        openapi_config=None,
        logging_config=None,
        state=State({"database": api.office}),
    )
    headers = {KEY: "fails-after-writing", "Authorization": f"Bearer {api.secrets['officer']}"}
    with TestClient(app, raise_server_exceptions=False) as client:
        refused(client.post("/broken", headers=headers), 500, "internal_error")
    done(add(api, "BROKEN", "fails-after-writing"), 201)


def test_nothing_of_an_answer_is_logged(api: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    for _ in range(2):
        done(add(api, "LOGGED", "logged-or-not-logged", name="不记入日志"), 201)
    logged = [str(record.__dict__) for record in caplog.records if record.name.startswith("volunteer")]
    assert logged
    assert not [line for line in logged if "不记入日志" in line or "logged-or-not" in line]


def test_answers_are_kept_for_two_days(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "kept-for-two-days"
    done(add(api, "KEPT", key), 201)
    monkeypatch.setattr(api.office, "clock", lambda: NOW + timedelta(hours=48))
    assert tick.run(api.office).answers_forgotten == 0
    assert add(api, "KEPT", key).headers[REPLAYED] == "true"
    monkeypatch.setattr(api.office, "clock", lambda: NOW + timedelta(hours=48, seconds=1))
    assert tick.run(api.office).answers_forgotten > 0
    refused(add(api, "KEPT", key), 409, "code_taken")


def test_only_posts_take_keys(api: Any) -> None:
    site, key = f"/v1/sites/{api.site_id}", {KEY: "only-posts-take-it"}
    for address in ("凤翔东路 12 号", "凤翔东路 14 号"):
        changed = api.call("PATCH", site, by="officer", json={"address": address}, headers=key)
        assert done(changed)["address"] == address
    done(api.call("GET", site, headers={KEY: "short"}))
