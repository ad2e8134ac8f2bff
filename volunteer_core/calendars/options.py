"""What a subscriber chooses for one address: alarms, what is kept, our words' language. Pure."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from volunteer_core.errors import Malformed

LONGEST_PAST_DAYS = 366
LONGEST_ALARM_MINUTES = 7 * 24 * 60
PAST_DAYS_EVER = 36_500
"""``past_days`` of a look at all there ever was, what was cancelled too. Nobody can choose it."""


class Language(StrEnum):
    """The language of the words that come from us. Titles and places stay as they were typed."""

    CHINESE = "zh"
    ENGLISH = "en"


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How one address shows its calendar.

    ``alarm_minutes``: an alarm so many minutes before each start (0 to 10,080), or none.
    ``past_days``: how long what is over stays (1 to 366 days). A client that sees a feed empty itself
    keeps stale entries, so the default is long.
    """

    alarm_minutes: int | None = None
    show_cancelled: bool = True
    past_days: int = 90
    language: Language = Language.CHINESE


def check_options(options: Options) -> Options:
    """Refuses an alarm or a number of days out of bounds."""
    if options.alarm_minutes is not None and not 0 <= options.alarm_minutes <= LONGEST_ALARM_MINUTES:
        raise Malformed("alarm_minutes", f"应在 0 至 {LONGEST_ALARM_MINUTES} 之间。")
    if not 1 <= options.past_days <= LONGEST_PAST_DAYS:
        raise Malformed("past_days", f"应在 1 至 {LONGEST_PAST_DAYS} 之间。")
    return options


class Words(msgspec.Struct, frozen=True):
    """Our own words in a calendar."""

    cancelled: str
    """What the title of a cancelled entry begins with."""
    service: str
    """What something discreet is called, and so a calendar of it."""
    own: str
    """What one's own calendar is called."""
    family: str
    """What a guardian's calendar is called."""
    event: str
    """The category of an event that belongs to no programme."""
    nothing: str
    """What stands where everything has left a calendar that had something."""
    replaced: str
    """All that a replaced address says."""
    bring: str
    """What stands before what to bring."""
    contact: str
    """What stands before whom to call."""


_WORDS = {
    Language.CHINESE: Words(
        "【已取消】",
        "志愿服务",
        "我的志愿服务",
        "家庭日历",
        "活动",
        "暂无安排",
        "此日历地址已更换，请重新订阅",
        "请携带：",
        "联系人：",
    ),
    Language.ENGLISH: Words(
        "[Cancelled] ",
        "Volunteering",
        "My volunteering",
        "Family calendar",
        "Event",
        "Nothing planned",
        "This calendar has a new address: please subscribe again",
        "Please bring: ",
        "Contact: ",
    ),
}


def words(language: Language) -> Words:
    """Our words in a language."""
    return _WORDS[language]
