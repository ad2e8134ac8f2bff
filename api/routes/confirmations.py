"""The public page that confirms a certificate to whoever holds it, and says nothing of the person.

The code on the paper leads to it; number and check code can be typed as well.
"""

from __future__ import annotations

from html import escape

from litestar import Response, Router
from litestar.di import Provide
from litestar.enums import MediaType
from litestar.params import FromPath, FromQuery

from api.operations import get
from api.pages import page
from api.work import Opened, provide_unsigned
from volunteer_core.hours.certificates import confirming
from volunteer_core.hours.certificates.confirming import CertificateUnknown
from volunteer_core.hours.certificates.issuing import PATH
from volunteer_core.hours.certificates.views import Confirmation

FORM = """<form method="get">
<label>编号<input name="number" required maxlength="40" autocomplete="off" placeholder="2026-000123"></label>
<label>查验码<input name="code" required maxlength="40" autocomplete="off"></label>
<button>查验</button>
</form>"""
_HIDDEN = {"include_in_schema": False, "media_type": MediaType.HTML, "opt": {"any_query": True}}


@get(PATH.rstrip("/"), operation="hours.certificates.confirm", answers=None, **_HIDDEN)
def confirm_certificate(
    opened: Opened, number: FromQuery[str] = "", code: FromQuery[str] = ""
) -> Response[str]:
    """Show a form for number and check code, and what the office says of the certificate."""
    if not number and not code:
        return page("查验志愿服务记录证明", FORM, asks=True)
    return _answer(opened, number, code)


@get(f"{PATH}{{number:str}}/{{code:str}}", operation="hours.certificates.confirm", answers=None, **_HIDDEN)
def show_certificate(opened: Opened, number: FromPath[str], code: FromPath[str]) -> Response[str]:
    """Show what the office says of the certificate whose code was scanned."""
    return _answer(opened, number, code)


def _answer(opened: Opened, number: str, code: str) -> Response[str]:
    try:
        with opened.read() as work:
            found = confirming.confirm(work, number=number, code=code)
    except CertificateUnknown as refusal:
        return page("没有找到", f"<p>{escape(refusal.message)}</p>", status=404)
    holds = found.revoked_on is None
    rows = "\n".join(f"<dt>{name}</dt><dd>{escape(said)}</dd>" for name, said in _said(found))
    return page(f"证明{'有效' if holds else '已作废'}", f"<dl>\n{rows}\n</dl>")


def _said(found: Confirmation) -> list[tuple[str, str]]:
    said = [
        ("编号", found.number),
        ("记录单位", found.recording_body),
        ("志愿服务时间合计", f"{found.hours} 小时"),
        ("出具日期", f"{found.issued_on:%Y-%m-%d}"),
    ]
    if found.revoked_on is not None:
        said.append(("作废日期", f"{found.revoked_on:%Y-%m-%d}"))
    return said


router = Router(
    "/",
    tags=["certificates"],
    route_handlers=[confirm_certificate, show_certificate],
    dependencies={"opened": Provide(provide_unsigned, sync_to_thread=False)},
)
