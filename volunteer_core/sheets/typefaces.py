"""Which characters typefaces have. Pure, save that it reads their files."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from pathlib import Path
from struct import unpack_from

Spans = list[tuple[int, int]]
"""Code points, both included, ascending."""


def missing(characters: set[str], path: Path, index: int = 0) -> set[str]:
    """Those of the characters for which a typeface (OpenType §cmap, format 12) has no picture."""
    spans = _spans(path, index)
    starts = [first for first, _ in spans]
    return {
        character
        for character in characters
        if not (at := bisect_right(starts, ord(character))) or ord(character) > spans[at - 1][1]
    }


@lru_cache(16)
def _spans(path: Path, index: int) -> Spans:
    font = path.read_bytes()
    start: int = unpack_from(">I", font, 12 + 4 * index)[0] if font[:4] == b"ttcf" else 0
    for number in range(unpack_from(">H", font, start + 4)[0]):
        tag, _, cmap, _ = unpack_from(">4sIII", font, start + 12 + 16 * number)
        if tag == b"cmap":
            return _of_map(font, cmap)
    return []


def _of_map(font: bytes, cmap: int) -> Spans:
    for number in range(unpack_from(">H", font, cmap + 2)[0]):
        _, _, offset = unpack_from(">HHI", font, cmap + 4 + 8 * number)
        at = cmap + offset
        if unpack_from(">H", font, at)[0] == 12:
            groups = unpack_from(">I", font, at + 12)[0]
            return [unpack_from(">II", font, at + 16 + 12 * group) for group in range(groups)]
    return []
