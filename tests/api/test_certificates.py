"""A certificate from asking to the page behind the code on the paper, as the people concerned do it."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from tests.api.conftest import NOW, SETUP
from tests.api.story import done, nothing_changes, refused
from volunteer_core.access.tokens import issue_token
from volunteer_core.hours.entering import enter
from volunteer_core.hours.models import EntryKind, EntrySource
from volunteer_core.people.registry import register

MONTH = "/v1/communities/{community}/months/2026-11"
NOVEMBER = {"first": "2026-11-01", "last": "2026-11-30"}
OF_THE_PERSON = ("小敏", "五点学堂", "广场", "460", "2026-11")
OF_OTHER_PLACES = ("<script", "href=", "src=", "//")
ID = "46010619880402109X"


@pytest.fixture(scope="module")
def person(api: Any) -> int:
    """Somebody with 155 minutes in November, which the coordinator and the office have closed."""
    with api.office.write(by=SETUP, now=NOW) as work:
        born = date(1988, 4, 2)
        person = register(work, name="单小敏", birth_date=born, community_id=api.community_id).id
        api.secrets["person"] = issue_token(work, person_id=person, label="手机").secret
        for day, what, minutes in ((2, "五点学堂", 60), (21, "消防讲座", 95)):
            enter(
                work,
                person_id=person,
                kind=EntryKind.SERVICE,
                minutes=minutes,
                day=date(2026, 11, day),
                community_id=api.community_id,
                source=EntrySource.IMPORT,
                what=what,
                place="凤翔广场",
            )
    month = MONTH.format(community=api.community_id)
    for by, verb in (("coordinator", "report"), ("officer", "close")):
        done(api.call("POST", f"{month}/{verb}", by=by))
    return person


@pytest.fixture(scope="module")
def issued(api: Any, person: int) -> Any:
    asked = {**NOVEMBER, "id_number": ID.lower()}
    return done(api.call("POST", f"/v1/people/{person}/certificates", by="person", json=asked), 201)


def facts(answer: httpx.Response) -> dict[str, str]:
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", answer.text))


def page(api: Any, number: str, code: str) -> httpx.Response:
    found: httpx.Response = api.call("GET", f"/certificates/{number}/{code}")
    return found


def test_the_person_asks_for_it_and_reads_what_it_says(api: Any, person: int, issued: Any) -> None:
    said = issued["contents"]
    assert (said["name"], said["id_number"], said["minutes"], said["hours"]) == (
        "单小敏", "460***********109X", 155, "2.5"
    )  # fmt: skip
    assert [one["what"] for one in said["activities"]] == ["五点学堂", "消防讲座"]
    for by in ("person", "coordinator", "officer"):
        assert done(api.call("GET", f"/v1/certificates/{issued['id']}", by=by)) == issued
    [row] = done(api.call("GET", f"/v1/people/{person}/certificates", by="person"))["items"]
    assert (row["number"], row["minutes"], row["revoked_at"]) == (said["number"], 155, None)


def test_the_paper_says_the_same(api: Any, issued: Any) -> None:
    answer = api.call("GET", f"/v1/certificates/{issued['id']}/pdf", by="person")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith('attachment; filename="certificate-')
    assert answer.headers["cache-control"] == "private, no-store"
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    text = re.sub(r"\s", "", text)
    said = issued["contents"]
    pieces = [said[field] for field in ("number", "code", "name", "id_number")]
    for piece in (*pieces, "2.5小时", "消防讲座凤翔广场95"):
        assert piece in text
    again = api.call("GET", f"/v1/certificates/{issued['id']}/pdf", by="person")
    assert again.content == answer.content


def test_the_page_confirms_it_to_anybody_and_says_nothing_of_the_person(api: Any, issued: Any) -> None:
    said = issued["contents"]
    found = page(api, said["number"], said["code"])
    assert found.status_code == 200
    assert "证明有效" in found.text
    assert facts(found) == {
        "编号": said["number"],
        "记录单位": "街道办事处",
        "志愿服务时间合计": "2.5 小时",
        "出具日期": "2026-12-03",
    }
    for absent in (*OF_THE_PERSON, said["code"], *OF_OTHER_PLACES):
        assert absent not in found.text
    headers = found.headers
    assert headers["content-security-policy"].endswith("form-action 'none'; frame-ancestors 'none'")
    assert headers["cache-control"] == "no-store"
    assert headers["x-robots-tag"] == "noindex, nofollow"


def test_number_and_code_can_be_typed_too(api: Any, issued: Any) -> None:
    said = issued["contents"]
    form = api.call("GET", "/certificates")
    assert re.findall(r'name="(\w+)" required', form.text) == ["number", "code"]
    assert "form-action 'self'" in form.headers["content-security-policy"]
    typed = {"number": said["number"].replace("-", ""), "code": said["code"].lower()}
    found = api.call("GET", "/certificates", params=typed, headers={"Authorization": "Basic eA=="})
    assert facts(found) == facts(page(api, said["number"], said["code"]))


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("2026-000001", "0000-0000-0000"),
        ("2026-000099", "0000-0000-0000"),
        ("<script>", "<b>"),
        ("%ED%A0%80", "凤翔"),
        ("x" * 2000, "y" * 2000),
    ],
)
def test_what_is_unknown_is_told_in_the_same_words(api: Any, issued: Any, number: str, code: str) -> None:
    for answer in (
        page(api, number, code),
        api.call("GET", "/certificates", params={"number": number, "code": code}),
    ):
        assert answer.status_code == 404
        assert "没有这份证明：请核对编号和查验码。" in answer.text
        assert "<b>" not in answer.text


def test_others_neither_ask_for_it_nor_read_it(api: Any, person: int, issued: Any) -> None:
    with nothing_changes(api):
        for by in ("volunteer", "neighbour"):
            for method, path, more in (
                ("POST", f"/v1/people/{person}/certificates", {"json": NOVEMBER}),
                ("GET", f"/v1/people/{person}/certificates", {}),
                ("GET", f"/v1/certificates/{issued['id']}", {}),
                ("GET", f"/v1/certificates/{issued['id']}/pdf", {}),
                ("GET", f"/v1/people/{person}/record", {"params": NOVEMBER}),
                ("POST", f"/v1/certificates/{issued['id']}/revoke", {"json": {"reason": "核对"}}),
            ):
                refused(api.call(method, path, by=by, **more), 403, "not_allowed")


def test_what_cannot_be_certified_is_refused(api: Any, person: int) -> None:
    path = f"/v1/people/{person}/certificates"
    with nothing_changes(api):
        for asked, status, code in (
            ({**NOVEMBER, "id_number": "460106198804021234"}, 422, "malformed"),
            ({"first": "2026-11-03", "last": "2026-11-04"}, 422, "nothing_to_certify"),
            ({"first": "2026-11-30", "last": "2026-11-01"}, 422, "span_invalid"),
            ({**NOVEMBER, "recording_body": "别的单位"}, 422, "nothing_to_certify"),
            ({"first": "2026-11-01"}, 400, "invalid_request"),
        ):
            problem = refused(api.call("POST", path, by="person", json=asked), status, code)
            assert "198804" not in str(problem)


def test_the_record_is_the_persons(api: Any, person: int) -> None:
    found = done(api.call("GET", f"/v1/people/{person}/record", by="person", params=NOVEMBER))
    assert (found["volunteer"]["birth_date"], found["hours"]) == ("1988-04-02", "2.5")
    assert [one["day"] for one in found["activities"]] == ["2026-11-02", "2026-11-21"]


def test_a_revoked_one_says_so_on_its_page_and_is_not_printed(api: Any, person: int, issued: Any) -> None:
    path = f"/v1/certificates/{issued['id']}"
    refused(api.call("POST", f"{path}/revoke", by="person", json={"reason": "遗失"}), 403, "not_allowed")
    row = done(api.call("POST", f"{path}/revoke", by="coordinator", json={"reason": "时长有误"}))
    assert row["revoked_at"] is not None
    again = {"json": {"reason": "再来"}}
    refused(api.call("POST", f"{path}/revoke", by="officer", **again), 409, "certificate_revoked")
    found = page(api, issued["contents"]["number"], issued["contents"]["code"])
    assert "证明已作废" in found.text
    assert facts(found)["作废日期"] == "2026-12-03"
    assert "时长有误" not in found.text
    refused(api.call("GET", f"{path}/pdf", by="person"), 409, "certificate_revoked")
    assert done(api.call("GET", path, by="person"))["contents"] == issued["contents"]
