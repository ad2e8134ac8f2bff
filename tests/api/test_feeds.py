"""Feeds as a phone fetches them: what they say, and that nothing is sent twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from api.conditional import not_modified
from tests.api.conftest import NOW
from tests.api.phone import entries, path_of, published_school, subscribe
from tests.api.story import MONDAY, School, done, newcomer, refused

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    return published_school(api)


@pytest.fixture
def address(api: Any, school: School) -> str:
    """The path of a new address of the aunt's calendar."""
    return path_of(done(subscribe(api, school.aunt), 201))


def test_a_phone_gets_the_shifts_and_what_it_needs_to_ask_again(api: Any, address: str) -> None:
    plainly = {"Accept-Encoding": "identity"}
    fetched = api.call("GET", address, headers=plainly)
    assert [entry["SUMMARY"] for entry in entries(fetched)] == ["五点学堂"] * 5
    assert all(str(entry["STATUS"]) == "CONFIRMED" for entry in entries(fetched))
    headers = fetched.headers
    assert headers["content-type"] == "text/calendar; charset=utf-8"
    assert headers["content-disposition"] == 'inline; filename="my-service.ics"'
    assert headers["cache-control"] == "private, no-cache"
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in headers
    assert len(fetched.content) == int(headers["content-length"])
    assert fetched.content.endswith(b"END:VCALENDAR\r\n")
    looked = api.call("HEAD", address, headers=plainly)
    assert (looked.status_code, looked.content) == (200, b"")
    assert looked.headers == headers


def test_what_one_has_is_not_sent_again(api: Any, address: str) -> None:
    known = api.call("GET", address).headers
    tag = known["etag"]
    opaque = tag.strip('"')
    for sent in (tag, f"W/{tag}", f'"other", {tag}', f'"a",W/{tag} ,"b"', "*", " * "):
        for method in ("GET", "HEAD"):
            answer = api.call(method, address, headers={"If-None-Match": sent})
            assert (answer.status_code, answer.content) == (304, b""), sent
            for name in ("etag", "last-modified", "cache-control"):  # RFC 9110 §15.4.5
                assert answer.headers[name] == known[name]
            assert "content-type" not in answer.headers
            assert "content-length" not in answer.headers
    for sent in ('"other"', opaque, opaque.upper(), "", "garbage", f"w/{tag}", f'"{opaque}x"', "**", ","):
        answer = api.call("GET", address, headers={"If-None-Match": sent})
        assert answer.status_code == 200, sent


def test_it_is_compressed_only_for_who_asks(api: Any, address: str) -> None:
    plain = api.call("GET", address, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "Accept-Encoding"
    for wish in ("gzip", "br, GZIP;q=0.5", "x-gzip", "deflate,gzip ; q=1.0"):
        packed = api.call("GET", address, headers={"Accept-Encoding": wish})
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.headers["vary"] == "Accept-Encoding"
        assert packed.content == plain.content  # the client has unpacked it
        assert int(packed.headers["content-length"]) < len(plain.content)
        assert packed.headers["etag"] != plain.headers["etag"]
        for tag in (packed.headers["etag"], plain.headers["etag"]):
            again = api.call("GET", address, headers={"Accept-Encoding": wish, "If-None-Match": tag})
            assert (again.status_code, again.headers["etag"]) == (304, packed.headers["etag"])
    for wish in ("", "*", "br", "gzip;q=0", "gzip;q=0.000", "gzipped", "identity;q=0"):
        answer = api.call("GET", address, headers={"Accept-Encoding": wish})
        assert answer.headers["etag"] == plain.headers["etag"], wish


def test_a_calendar_that_is_at_hand_is_answered_without_a_transaction_and_as_ever(
    api: Any, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A parameter that asks for a download goes the long way."""
    etag = api.call("GET", address).headers["etag"]
    begun: list[Any] = []
    begin = begun.append
    event.listen(api.office.engine, "begin", begin)
    caplog.set_level("INFO", "volunteer.api.requests")
    for path in (address, "/calendars/events.ics", "/calendars/workdays.ics"):
        api.call("GET", path)
        for asked in (
            {},
            {"Accept-Encoding": "gzip"},
            {"If-None-Match": etag},
            {"Accept-Encoding": "identity"},
        ):
            for method in ("GET", "HEAD"):
                begun.clear()
                at_hand = api.call(method, path, headers=asked)
                assert len(begun) == (0 if api.office.is_sqlite else 1)  # there the look-up counts as one
                long_way = api.call(method, f"{path}?download=0", headers=asked)
                assert len(begun) > 1 or api.office.is_sqlite
                assert begun
                assert at_hand.status_code == long_way.status_code
                assert at_hand.content == long_way.content
                assert dict(at_hand.headers) == dict(long_way.headers)
    event.remove(api.office.engine, "begin", begin)
    routes = {record.route for record in caplog.records}
    assert routes == {"/feeds/{name}", "/calendars/events.ics", "/calendars/workdays.ics"}


def test_dates_count_where_no_tag_is_sent(api: Any, address: str) -> None:
    known = api.call("GET", address).headers
    modified = known["last-modified"]
    earlier = http_date(NOW - HOUR)
    for sent in (
        modified,
        http_date(NOW + HOUR),
        modified.replace("GMT", "-0000"),
        "Fri, 01 Jan 2100 00:00:00 GMT",
    ):
        for method in ("GET", "HEAD"):
            answer = api.call(method, address, headers={"If-Modified-Since": sent})
            assert (answer.status_code, answer.content) == (304, b""), sent
    for sent in (
        earlier,
        "",
        "garbage",
        "Fri, 32 Jan 2100 00:00:00 GMT",
        "2100-01-01",
        f"Fri, 01 Jan {10**20} 00:00:00 GMT",
    ):
        answer = api.call("GET", address, headers={"If-Modified-Since": sent})
        assert answer.status_code == 200, sent
    both = {"If-None-Match": '"other"', "If-Modified-Since": modified}
    assert api.call("GET", address, headers=both).status_code == 200
    both = {"If-None-Match": known["etag"], "If-Modified-Since": earlier}
    assert api.call("GET", address, headers=both).status_code == 304


def http_date(instant: datetime) -> str:
    return instant.strftime("%a, %d %b %Y %H:%M:%S GMT")


def test_a_date_counts_to_the_second() -> None:
    def unchanged(since: str) -> bool:
        return not_modified({"if-modified-since": since}, etag='"x"', last_modified=NOW)

    assert unchanged("Thu, 03 Dec 2026 04:00:00 GMT")
    assert unchanged("Thu, 03 Dec 2026 04:00:01 GMT")
    assert not unchanged("Thu, 03 Dec 2026 03:59:59 GMT")


def test_a_changed_shift_changes_the_calendar(
    api: Any, school: School, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = api.call("GET", address)
    friday = done(api.call("GET", "/v1/shifts?first=2026-12-11&last=2026-12-11", by="leader"))["items"][0][
        "id"
    ]
    monkeypatch.setattr(api.office, "clock", lambda: NOW + timedelta(minutes=5))
    moved = {"starts_at": "2026-12-11T16:30:00+08:00", "ends_at": "2026-12-11T17:30:00+08:00"}
    done(api.call("PATCH", f"/v1/shifts/{friday}", by="leader", json=moved))
    after = api.call(
        "GET",
        address,
        headers={"If-None-Match": before.headers["etag"]},
    )
    assert after.headers["etag"] != before.headers["etag"]
    assert after.headers["last-modified"] == http_date(NOW + timedelta(minutes=5))
    since = {"If-Modified-Since": before.headers["last-modified"]}
    assert api.call("GET", address, headers=since).status_code == 200
    old, new = (by_uid(answer) for answer in (before, after))
    assert old.keys() == new.keys()
    changed = [uid for uid in old if old[uid].to_ical() != new[uid].to_ical()]
    (uid,) = changed
    assert new[uid]["SEQUENCE"] > old[uid]["SEQUENCE"]
    assert new[uid]["DTSTART"].dt == datetime.fromisoformat("2026-12-11T16:30:00+08:00")


def by_uid(answer: httpx.Response) -> dict[str, Any]:
    return {str(entry["UID"]): entry for entry in entries(answer)}


def test_public_events_need_no_address(api: Any, school: School) -> None:
    empty = api.call("GET", "/calendars/events.ics")
    assert entries(empty) == []
    event = {
        "title": "消防安全知识讲座",
        "site_id": school.site,
        "team_id": school.team,
        "starts_at": "2026-12-05T15:00:00+08:00",
        "ends_at": "2026-12-05T16:30:00+08:00",
    }
    made = [
        done(api.call("POST", "/v1/events", by="leader", json={**event, "public": public}), 201)["id"]
        for public in (True, True, False)
    ]
    for one in (made[0], made[2]):  # the second stays a draft
        done(api.call("POST", f"/v1/events/{one}/publish", by="leader"))
    fetched = api.call("GET", "/calendars/events.ics")
    (entry,) = (one for one in entries(fetched) if one["SUMMARY"] == "消防安全知识讲座")
    assert str(entry["STATUS"]) == "CONFIRMED"
    assert fetched.headers["content-disposition"] == 'inline; filename="events.ics"'
    assert api.call("HEAD", "/calendars/events.ics").headers == fetched.headers
    tag = {"If-None-Match": fetched.headers["etag"]}
    assert api.call("GET", "/calendars/events.ics", headers=tag).status_code == 304
    done(api.call("POST", f"/v1/events/{made[0]}/call-off", by="leader", json={"reason": "台风"}))
    (entry,) = entries(api.call("GET", "/calendars/events.ics", headers=tag))
    assert str(entry["STATUS"]) == "CANCELLED"


def test_team_and_programme_have_calendars_too(api: Any, school: School) -> None:
    for kind, subject in (("team", school.team), ("programme", school.programme)):
        issued = done(subscribe(api, subject, by="leader", kind=kind), 201)
        assert (issued["kind"], issued["subject_id"]) == (kind, subject)
        fetched = api.call("GET", path_of(issued))
        assert len(entries(fetched)) >= 5
        assert fetched.headers["content-disposition"] == f'inline; filename="{kind}-{subject}.ics"'
        for by in ("aunt", "volunteer", "coordinator"):
            refused(subscribe(api, subject, by=by, kind=kind), 403, "not_allowed")


def test_commitments_between_two_dates(api: Any, school: School) -> None:
    def asked(by: str, first: str, last: str, **more: Any) -> Any:
        path = f"/v1/people/{school.aunt}/commitments"
        return api.call("GET", path, by=by, params={"first": first, "last": last, **more})

    week = done(asked("aunt", MONDAY, "2026-12-13"))
    assert [item["title"] for item in week["items"]] == ["五点学堂"] * 5
    assert done(asked("leader", MONDAY, MONDAY))["total"] == 1
    page = done(asked("aunt", MONDAY, "2026-12-13", limit=1, offset=4))
    assert (page["total"], page["items"][0]["civil_date"]) == (5, "2026-12-11")
    newcomer(api, "路人")
    refused(asked("路人", MONDAY, MONDAY), 403, "not_allowed")
    refused(asked("aunt", "2026-12-13", MONDAY), 422, "span_invalid")
    refused(asked("aunt", "gestern", MONDAY), 400, "invalid_request")
    unknown = "/v1/people/999/commitments?first=2026-12-01&last=2026-12-02"
    refused(api.call("GET", unknown, by="officer"), 404, "not_found")


def test_a_promise_can_be_had_as_an_invitation(api: Any, school: School) -> None:
    path = f"/v1/people/{school.aunt}/commitments?first={MONDAY}&last={MONDAY}"
    promise = done(api.call("GET", path, by="aunt"))["items"][0]["commitment_id"]
    made = api.call("GET", f"/v1/commitments/{promise}/invitation", by="aunt")
    assert made.headers["content-type"] == "text/calendar; method=REQUEST; charset=utf-8"
    assert made.headers["content-disposition"] == f'attachment; filename="invitation-{promise}.ics"'
    assert made.headers["cache-control"] == "no-store"
    assert [str(entry["SUMMARY"]) for entry in entries(made)] == ["五点学堂"]
    refused(api.call("GET", "/v1/commitments/999/invitation", by="aunt"), 404, "not_found")
    refused(api.call("GET", f"/v1/commitments/{promise}/invitation"), 401, "sign_in_needed")


def test_calendars_for_everybody_have_numbers_not_secrets(api: Any, school: School) -> None:
    planned = {
        "title": "道德讲堂",
        "site_id": school.site,
        "team_id": school.team,
        "starts_at": "2026-12-12T15:00:00+08:00",
        "ends_at": "2026-12-12T16:30:00+08:00",
    }
    event = done(api.call("POST", "/v1/events", by="officer", json=planned), 201)["id"]
    done(api.call("POST", f"/v1/events/{event}/publish", by="officer"))
    for path, name in (
        ("communities/1.ics", "community-1.ics"),
        (f"events/{event}.ics", f"event-{event}.ics"),
        ("workdays.ics", "workdays.ics"),
    ):
        fetched = api.call("GET", f"/calendars/{path}")
        assert entries(fetched), path
        assert fetched.headers["content-disposition"] == f'inline; filename="{name}"'
        again = api.call("GET", f"/calendars/{path}", headers={"If-None-Match": fetched.headers["etag"]})
        assert again.status_code == 304
    for unknown in ("communities/999.ics", "events/0.ics"):
        refused(api.call("GET", f"/calendars/{unknown}"), 404, "not_found")
    for none in ("communities/x.ics", "events/-1.ics", f"events/{10**30}.ics", "events/１.ics"):
        refused(api.call("GET", f"/calendars/{none}"), 404, "route_unknown")


def test_passwords_that_programs_send_along_are_not_looked_at(api: Any, school: School, address: str) -> None:
    uid = str(entries(api.call("GET", address))[0]["UID"])
    fresh = path_of(done(subscribe(api, school.aunt), 201))
    for sent in ("Basic dTpw", "Bearer wrong", "garbage"):
        for path in (
            fresh,
            f"{fresh}?download=1",
            "/calendars/communities/1.ics",
            f"/calendars/entries/{uid}",
        ):
            assert api.call("GET", path, headers={"Authorization": sent}).status_code == 200, (sent, path)
