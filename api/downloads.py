"""Files to save: under their Chinese names, and large ones from the disk."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from typing import BinaryIO
from urllib.parse import quote

from litestar import Response
from litestar.response import Stream

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
PIECE = 256 * 1024


def download(content: bytes, name: str, *, plain: str) -> Response[bytes]:
    """A workbook under its name, and under a plain one for who cannot read that."""
    return Response(content, media_type=XLSX, headers=_headers(name, plain))


def stream(file: BinaryIO, name: str, *, plain: str, media_type: str) -> Stream:
    """A file that was written, piece by piece. It is gone when it is closed, read to its end or not."""
    headers = _headers(name, plain) | {"Content-Length": str(file.seek(0, 2))}
    file.seek(0)
    return Stream(_pieces(file), media_type=media_type, headers=headers)


def written(write: Callable[[BinaryIO], None]) -> BinaryIO:
    """A file without a name on the disk, with what was written to it. If that is refused it is gone."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it is read later
    try:
        write(file)
    except BaseException:
        file.close()
        raise
    return file


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece


def _headers(name: str, plain: str) -> dict[str, str]:
    """The name as RFC 6266 §4.3 has it."""
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
