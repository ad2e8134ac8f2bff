"""The page of an entry, as the link in a calendar opens it in a phone's browser."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tests.api.lecture import announce
from tests.api.phone import entries, path_of, published_school, subscribe
from tests.api.story import School, done


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    return published_school(api)


def page(api: Any, uid: str, **more: Any) -> httpx.Response:
    found: httpx.Response = api.call("GET", f"/calendars/entries/{uid}", **more)
    assert found.headers["content-type"] == "text/html; charset=utf-8"
    return found


def paragraphs(answer: httpx.Response) -> list[str]:
    return re.findall(r"<(?:h1|p)>(.*?)</", answer.text, re.DOTALL)


def test_it_says_what_the_calendar_says_and_nothing_on_it_acts(api: Any, school: School) -> None:
    advice = {"bring": "红马甲", "contact": "张老师", "contact_phone": "0898-12345678"}
    path = f"/v1/programmes/{school.programme}/advice"
    assert done(api.call("PATCH", path, by="leader", json=advice))["contact_phone"] == "089812345678"
    feed = api.call("GET", path_of(done(subscribe(api, school.aunt), 201)))
    uid = str(entries(feed)[0]["UID"])
    shown = page(api, uid)
    assert shown.status_code == 200
    assert paragraphs(shown) == [
        "五点学堂",
        "2026年12月7日 星期一 17:00–18:00",
        "五点学堂",
        "请携带：红马甲\n联系人：张老师 0898-12345678",
    ]
    assert '<html lang="zh-CN">' in shown.text
    assert 'name="viewport"' in shown.text
    for absent in ("<script", "<a ", "<form", "<img", "<link", "src=", "href=", "//", "王阿姨", uid):
        assert absent not in shown.text
    headers = shown.headers
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert "set-cookie" not in headers
    looked = api.call("HEAD", f"/calendars/entries/{uid}?from=timeline")
    assert (looked.status_code, looked.content, looked.headers) == (200, b"", headers)


def test_it_says_what_the_person_is_asked(api: Any, school: School) -> None:
    path = f"/v1/programmes/{school.programme}/roster-rules"
    done(api.call("PUT", path, by="leader", json={"asks_confirmation": True}))
    feed = api.call("GET", path_of(done(subscribe(api, school.aunt), 201)))
    assert "待本人确认" in paragraphs(page(api, str(entries(feed)[0]["UID"])))


def test_whatever_is_typed_stays_text(api: Any, school: School) -> None:
    title = "<b>讲座</b> {title} & \"安全\" '消防'"
    text = "第一行\n</p><script>alert(1)</script>{rest}%s"
    event, _ = announce(api, school, title=title, description=text, contact="值班室")
    [entry] = entries(api.call("GET", f"/calendars/events/{event}.ics"))
    shown = page(api, str(entry["UID"]))
    assert paragraphs(shown)[0] == "&lt;b&gt;讲座&lt;/b&gt; {title} &amp; &quot;安全&quot; &#x27;消防&#x27;"
    assert paragraphs(shown)[-1].endswith("&lt;/script&gt;{rest}%s\n联系人：值班室")
    assert "<script" not in shown.text
    done(api.call("POST", f"/v1/events/{event}/call-off", by="leader", json={"reason": "台风"}))
    assert paragraphs(page(api, str(entry["UID"])))[0].startswith("【已取消】")


@pytest.mark.parametrize(
    "uid", ["x", "0b3c9f1e-6d0c-4a55-9a3b-2f6f4f0d7c11", "%ED%A0%80", "凤翔", "1", "x" * 3000]
)
def test_what_is_unknown_is_told_to_a_person(api: Any, school: School, uid: str) -> None:
    answer = page(api, uid)
    assert answer.status_code == 404
    assert paragraphs(answer) == ["没有找到", "没有这个日程，或者它已不再显示。"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
