"""QR codes: an address on one screen, to be scanned with the phone that is to have it."""

from __future__ import annotations

from io import BytesIO

import segno


def qr_svg(text: str) -> str:
    """A text as a QR code (ISO/IEC 18004): a whole SVG image as large as there is room, black on white in
    light and in dark pages."""
    image = BytesIO()
    code = segno.make_qr(text, error="m")
    code.save(image, kind="svg", omitsize=True, light="#fff", xmldecl=False, nl=False, svgclass="")
    return image.getvalue().decode()
