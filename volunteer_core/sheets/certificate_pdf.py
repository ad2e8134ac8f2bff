"""A certificate as a PDF to print and seal: A4, typeset by Typst (certificate.typ).

Texts go in as JSON and are never read as markup. The same certificate gives the same bytes, made of
the typeface that is installed with this package. Making one takes 10 ms, one of 500 activities 200 ms;
Typst keeps its last ten documents in memory, which are 400 MB if all are as long as that.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import segno
from pylopdf_fonts_zh_cn import serif_path

from volunteer_core.database import Work
from volunteer_core.errors import RuleBroken
from volunteer_core.hours.certificates import reading
from volunteer_core.hours.certificates.revoking import CertificateRevoked
from volunteer_core.hours.certificates.views import Activity, Contents
from volunteer_core.sheets.typefaces import missing

if TYPE_CHECKING:
    import typst

SERIF = "Noto Serif SC"
_UNBROKEN = re.compile(r"[!-~\u00a1-\u02ff]{16}")
_BREAK = "\u200b"
"""A zero-width space: without it long words and addresses would run out of their cell."""


class CharacterMissing(
    RuleBroken,
    code="character_missing",
    sentence="已安装的字体里没有“{characters}”，无法生成 PDF：请在服务器上安装含有它的字体"
    "（如 fonts-noto-cjk、fonts-hanazono），再重新下载；数据可先用 JSON 取得。",
):
    """No typeface has a character of the certificate: a paper with boxes in a name is none."""


def certificate_pdf(work: Work, *, certificate_id: int) -> bytes:
    """A certificate as a PDF file. Who may open it may print it.

    Refuses a revoked one, and one with characters that no installed typeface has.
    """
    view = reading.certificate(work, certificate_id=certificate_id)
    if view.revoked_at is not None:
        raise CertificateRevoked(certificate_id=view.id)
    return drawn(view.contents)


def drawn(contents: Contents) -> bytes:
    """What a certificate says, as PDF/A-2b, the form in which archives keep documents. Inner."""
    import typst

    given: dict[str, Any] = {
        **msgspec.to_builtins(contents),
        "first": _chinese(contents.first),
        "last": _chinese(contents.last),
        "issued_on": _chinese(contents.issued_on),
        "activities": [_row(activity) for activity in contents.activities],
        "trainings": [_row(training) for training in contents.trainings],
    }
    typefaces, fallback = _typefaces(_characters(given))
    given |= {"fonts": [SERIF, *fallback], "qr": qr(contents.address)}
    return typst.compile(
        _template(),
        font_paths=typefaces,
        ignore_system_fonts=True,
        sys_inputs={"certificate": msgspec.json.encode(given).decode()},
        timestamp=datetime.combine(contents.issued_on, time(), UTC),
        format="pdf",
        pdf_standards="a-2b",
    )


@cache
def _template() -> bytes:
    return files("volunteer_core.sheets").joinpath("certificate.typ").read_bytes()


def _row(activity: Activity) -> dict[str, Any]:
    return {
        "day": _chinese(activity.day),
        "what": _breakable(activity.what),
        "place": _breakable(activity.place),
        "minutes": activity.minutes,
    }


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _breakable(text: str) -> str:
    return _UNBROKEN.sub(lambda run: run[0] + _BREAK, text)


def qr(address: str) -> str:
    """An address as a QR code, an SVG image without a margin; nothing for none. Inner."""
    if not address:
        return ""
    image = BytesIO()
    segno.make_qr(address, error="m").save(image, kind="svg", border=0, omitsize=True, xmldecl=False)
    return image.getvalue().decode()


def _characters(given: Any) -> set[str]:
    """The characters that have to be drawn, of all the texts there are."""
    if isinstance(given, str):
        return {one for one in given if unicodedata.category(one) not in {"Cf", "Cc"}}
    inner = given.values() if isinstance(given, dict) else given if isinstance(given, list) else ()
    return set().union(*map(_characters, inner))


def _typefaces(characters: set[str]) -> tuple[typst.Fonts, list[str]]:
    """The typefaces to set with, and the families that are needed beside our own.

    Refuses (:class:`CharacterMissing`) what neither ours nor one of the machine's has.
    """
    absent = missing(characters, serif_path())
    if not absent:
        return _fonts(system=False), []
    found = _fonts(system=True)
    for font in found.fonts():
        if font.path and not missing(absent, Path(font.path), font.index):
            return found, [font.family]
    raise CharacterMissing(characters="".join(sorted(absent)))


@cache
def _fonts(*, system: bool) -> typst.Fonts:
    import typst

    return typst.Fonts(
        include_system_fonts=system, include_embedded_fonts=False, font_paths=[serif_path().parent]
    )
