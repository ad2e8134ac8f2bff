"""QR codes of new addresses, read by a decoder that knows nothing of what drew them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from api.qr_codes import qr_svg
from tests.api.phone import path_of, published_school, subscribe
from tests.api.story import School, done
from tests.scanning import SVG, scanned


@pytest.mark.parametrize("text", ["webcal://example.org/feeds/a.ics", "凤翔街道", "x" * 400])
def test_what_is_drawn_can_be_read(text: str) -> None:
    drawn = qr_svg(text)
    assert scanned(drawn) == text
    light = next(ET.fromstring(drawn).iter(f"{SVG}path"))
    assert light.attrib["fill"] == "#fff"  # also on dark pages


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    return published_school(api)


def test_a_new_address_comes_as_a_code_once(api: Any, school: School) -> None:
    issued = done(subscribe(api, school.aunt), 201)
    assert scanned(issued["qr_svg"]) == issued["webcal_url"]
    rotated = done(api.call("POST", f"/v1/subscriptions/{issued['id']}/rotate", by="aunt"))
    assert scanned(rotated["qr_svg"]) == rotated["webcal_url"] != issued["webcal_url"]
    listed = api.call("GET", f"/v1/people/{school.aunt}/subscriptions", by="aunt")
    for once in ("svg", "webcal", "download"):
        assert once not in listed.text


def test_a_phone_that_cannot_subscribe_gets_a_file(api: Any, school: School) -> None:
    issued = done(subscribe(api, school.aunt), 201)
    assert issued["download_url"] == f"{issued['url']}?download=1"
    path = path_of(issued)
    shown, kept = api.call("GET", path), api.call("GET", f"{path}?download=1")
    assert kept.content == shown.content
    assert kept.headers["content-disposition"] == 'attachment; filename="my-service.ics"'
    for other in ("", "?download=0", "?download", "?utm_source=x&download=2"):
        answer = api.call("GET", f"{path}{other}")
        assert answer.headers["content-disposition"] == 'inline; filename="my-service.ics"'
    public = api.call("GET", "/calendars/events.ics?download=1")
    assert public.headers["content-disposition"] == 'attachment; filename="events.ics"'
