"""Ways to type a name: characters, pinyin in every likely reading, and initials. Pure."""

from __future__ import annotations

import os
from functools import lru_cache
from itertools import islice, product

from volunteer_core.people.masking import surname

SURNAME_READINGS = {
    "单": ("shan",),
    "曾": ("zeng",),
    "仇": ("qiu",),
    "解": ("xie",),
    "任": ("ren",),
    "查": ("zha",),
    "区": ("ou",),
    "华": ("hua",),
    "朴": ("piao", "pu"),
    "盖": ("ge", "gai"),
    "翟": ("zhai", "di"),
    "乐": ("yue", "le"),
    "覃": ("qin", "tan"),
    "种": ("chong",),
    "繁": ("po",),
    "秘": ("bi",),
    "员": ("yun",),
    "黑": ("he",),
    "晟": ("cheng", "sheng"),
    "尉迟": ("yu chi",),
    "万俟": ("mo qi",),
    "澹台": ("tan tai",),
}
"""Surnames that are read otherwise than the character elsewhere; the usual reading is kept too."""

MOST_READINGS = 16


def name_keys(name: str) -> set[str]:
    """Lower-case keys under which a name is found: ``单晓明`` gives 单晓明, shanxiaoming, sxm and,
    as some will type it, danxiaoming, dxm."""
    plain = "".join(name.split()).lower()
    keys = {plain}
    family, given = surname(plain), plain[len(surname(plain)) :]
    families = {tuple(reading) for reading in product(*(_readings(character) for character in family))}
    families |= {tuple(reading.split()) for reading in SURNAME_READINGS.get(family, ())}
    for first in sorted(families):
        for rest in islice(product(*(_readings(character) for character in given)), MOST_READINGS):
            syllables = (*first, *rest)
            keys.add("".join(syllables))
            keys.add("".join(syllable[0] for syllable in syllables))
    return {key[:120] for key in keys if key}


@lru_cache(maxsize=8192)
def _readings(character: str) -> tuple[str, ...]:
    """Every toneless reading of one character, ü written v as people type it."""
    # Its table of phrases costs every process 46 MB and is not needed for single characters.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="default")
    return tuple(dict.fromkeys(reading.lower() for reading in found[0] if reading)) if found else (character,)
