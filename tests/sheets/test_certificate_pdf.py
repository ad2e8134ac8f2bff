"""The paper says exactly what the certificate says, on as many pages as it needs."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import count
from typing import Any

import pytest
from pypdf import PageObject, PdfReader

from tests.hours.certificates.asking import ask
from tests.hours.served import LATER, close, serve
from tests.scanning import scanned
from tests.world import World
from volunteer_core.errors import NotAllowed
from volunteer_core.hours.activities import hours_of
from volunteer_core.hours.certificates.revoking import CertificateRevoked, revoke_certificate
from volunteer_core.hours.certificates.views import Activity, Contents
from volunteer_core.permissions import Actor
from volunteer_core.sheets import certificate_pdf as paper
from volunteer_core.sheets.certificate_pdf import CharacterMissing, certificate_pdf, drawn

FIRST = date(2026, 1, 1)
ADDRESS = "https://volunteers.example.org/certificates/2026-000123/7K2M-9QXR-4TBW"
MARKUP = '#panic("x") $x$ *粗* _斜_ `代码` <标签> @引 \\ "引号" = 标题'


def contents(number: int = 3, **facts: Any) -> Contents:
    activities = [
        Activity(FIRST + timedelta(days=day % 330), f"五点学堂（第{day}次）", f"三峰学堂{day}", 60 + day % 7)
        for day in range(number)
    ]
    minutes = sum(one.minutes for one in activities)
    known: dict[str, Any] = {
        "number": "2026-000123",
        "code": "7K2M-9QXR-4TBW",
        "recording_body": "凤翔街道办事处",
        "name": "张三丰",
        "id_number": "460***********1239",
        "first": FIRST,
        "last": date(2026, 11, 30),
        "activities": activities,
        "minutes": minutes,
        "hours": hours_of(minutes),
        "trainings": [Activity(date(2026, 9, 5), "急救培训", "综合服务中心", 120)],
        "head": "李主任",
        "contact": "0898-65812345",
        "issued_on": date(2026, 12, 3),
        "address": ADDRESS,
    }
    return Contents(**known | facts)


def pages(pdf: bytes) -> list[PageObject]:
    return list(PdfReader(BytesIO(pdf)).pages)


def said(pdf: bytes) -> str:
    """All its text without any spaces: typesetting puts some between Chinese and digits."""
    return _squeezed("".join(page.extract_text() for page in pages(pdf)))


def _squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b]+", "", text)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def rows(listed: list[Activity]) -> list[str]:
    return [
        _squeezed(f"{number}{_day(one.day)}{one.what}{one.place or '—'}{one.minutes}")
        for number, one in zip(count(1), listed, strict=False)
    ]


@pytest.mark.parametrize("number", [1, 3, 90])
def test_the_text_of_the_paper_is_what_the_certificate_says(number: int) -> None:
    given = contents(number)
    text = said(drawn(given))
    for row in (*rows(given.activities), *rows(given.trainings)):
        assert row in text
    for piece in (
        "志愿服务记录证明",
        f"编号：{given.number}",
        f"兹证明{given.name}（居民身份证号码：{given.id_number}）",
        f"于{_day(given.first)}至{_day(given.last)}期间",
        f"参加志愿服务活动{number}次，志愿服务时间合计{given.hours}小时",
        f"合计{number}次，{given.hours}小时",
        f"记录单位：{given.recording_body}",
        f"负责人：{given.head}",
        f"联系方式：{given.contact}",
        f"出具日期：{_day(given.issued_on)}",
        f"查验码{given.code}",
        "盖章处",
    ):
        assert _squeezed(piece) in text, piece
    assert str(given.minutes) in text


def test_what_is_not_on_the_certificate_leaves_no_trace_on_the_paper() -> None:
    text = said(drawn(contents(1, id_number="", trainings=[], head="", contact="", address="")))
    for piece in ("身份证", "培训", "扫码", "李主任"):
        assert piece not in text
    assert "负责人：" in text  # to be filled in by hand


def test_each_page_repeats_the_head_of_the_table_and_says_which_it_is() -> None:
    given = contents(90, trainings=[])
    found = [_squeezed(page.extract_text()) for page in pages(drawn(given))]
    assert len(found) > 2
    for number, text in enumerate(found, 1):
        assert f"第{number}页共{len(found)}页" in text
        assert f"编号2026-000123时间合计{given.hours}小时" in text  # so that no page stands for another paper
    assert all("序号日期服务内容地点" in text for text in found[:-1])
    assert [text.count("盖章处") for text in found] == [0] * (len(found) - 1) + [1]


def test_the_same_certificate_gives_the_same_bytes() -> None:
    first = drawn(contents())
    assert drawn(contents(4)) != first
    assert drawn(contents()) == first
    made = PdfReader(BytesIO(first)).metadata
    assert made is not None
    assert made.creation_date == datetime(2026, 12, 3, tzinfo=UTC)  # not when it is printed
    assert made.title == "志愿服务记录证明 2026-000123"


def test_texts_are_never_read_as_markup() -> None:
    activity = Activity(FIRST, MARKUP, MARKUP, 60)
    given = contents(name=MARKUP, recording_body=MARKUP[:30], activities=[activity])
    text = said(drawn(given))
    assert text.count(_squeezed(MARKUP)) == 3


def test_long_words_are_broken_into_lines_that_fit_their_cell() -> None:
    long = Activity(FIRST, "x" * 200, "很长的地点" * 20, 60)
    lines = [page.extract_text() for page in pages(drawn(contents(activities=[long])))]
    runs = re.findall("x+", "".join(lines).replace("\u200b", ""))
    assert sum(map(len, runs)) == 200
    assert max(map(len, runs)) <= 32  # the cell has room for as many


def test_the_code_on_the_paper_leads_to_its_page() -> None:
    assert scanned(paper.qr(ADDRESS)) == ADDRESS
    assert "扫码查验" in said(drawn(contents()))
    images = [len(page.images) for page in pages(drawn(contents()))]
    assert images == [0]  # drawn as a form of its own, not as pixels


def test_a_character_that_no_typeface_has_is_refused_and_named() -> None:
    with pytest.raises(CharacterMissing) as refusal:
        drawn(contents(name="张\U0003f000"))
    assert refusal.value.facts["characters"] == "\U0003f000"


@pytest.mark.parametrize("name", ["单䶮", "㼆玥", "𬱖", "María José", "阿卜杜热合曼·买买提", "ＡＢ１"])
def test_rare_characters_of_names_are_there(name: str) -> None:
    assert _squeezed(name) in said(drawn(contents(name=name)))


def test_who_may_open_it_may_print_it_until_it_is_revoked(world: World) -> None:
    person = world.person()
    serve(world, person, 95)
    close(world)
    issued = ask(world, person)
    printed = world.see(certificate_pdf, certificate_id=issued.id, by=Actor.person(person))
    assert printed == drawn(issued.contents)
    with pytest.raises(NotAllowed):
        world.see(certificate_pdf, certificate_id=issued.id, by=world.leader())
    world.do(revoke_certificate, certificate_id=issued.id, reason="时长有误", now=LATER)
    with pytest.raises(CertificateRevoked):
        world.see(certificate_pdf, certificate_id=issued.id)
