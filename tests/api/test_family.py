"""The calendar of a family, as a guardian's phone fetches it and opens its links."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.care import CHILD, STRANGERS, add_child, staffed_school
from tests.api.phone import entries, path_of, subscribe
from tests.api.story import School, done, nothing_changes, person, refused


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    found = staffed_school(api)
    add_child(api, found)
    return found


def test_a_guardian_sees_when_and_where_and_nothing_of_the_child(api: Any, school: School) -> None:
    mother = person(api, "妈妈")
    issued = done(subscribe(api, mother, by="妈妈", kind="family"), 201)
    assert (issued["kind"], issued["subject_id"]) == ("family", mother)
    fetched = api.call("GET", path_of(issued))
    assert fetched.headers["content-disposition"] == 'inline; filename="family.ics"'
    shown = entries(fetched)
    assert {str(entry["SUMMARY"]) for entry in shown} == {"五点学堂"}
    page = api.call("GET", f"/calendars/entries/{shown[0]['UID']}")
    assert "2026年12月7日 星期一 17:00–18:00" in page.text
    for private in (CHILD, "妈妈", "王阿姨", "母亲"):
        assert private not in fetched.text + page.text
    again = api.call("GET", path_of(issued), headers={"If-None-Match": fetched.headers["etag"]})
    assert again.status_code == 304


def test_it_is_for_the_guardian_alone(api: Any, school: School) -> None:
    mother = person(api, "妈妈")
    with nothing_changes(api):
        for by in (*STRANGERS, "coordinator", "奶奶"):
            refused(subscribe(api, mother, by=by, kind="family"), 403, "not_allowed")
        refused(subscribe(api, person(api, "奶奶"), by="奶奶", kind="family"), 422, "no_child_enrolled")
