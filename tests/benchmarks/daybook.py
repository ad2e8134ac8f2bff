"""What the days of a term cost once the day book is loaded: ``python -m tests.benchmarks.daybook``."""

from __future__ import annotations

from datetime import date
from timeit import repeat

from volunteer_core.timespans import days
from volunteer_core.workdays.daybook import DayBook, DayRule, TermRule

TERM = list(days(date(2026, 9, 1), date(2027, 1, 31)))
BOOK = DayBook(terms=[TermRule(TERM[0], TERM[-1], "秋季学期", tentative=True)])
PLAIN = dict.fromkeys(TERM, True)
ROUNDS = 200


def seconds(rule: DayRule) -> float:
    return min(repeat(lambda: [BOOK.runs(rule, day) for day in TERM], number=ROUNDS)) / ROUNDS


def main() -> None:
    BOOK.runs(DayRule.BOTH, TERM[0])  # expands the year
    look_up = min(repeat(lambda: [PLAIN[day] for day in TERM], number=ROUNDS)) / ROUNDS
    print(f"{len(TERM)} days of a term; a dict look-up of each takes {look_up * 1e6:.0f} µs")
    for rule in DayRule:
        taken = seconds(rule)
        print(f"{rule:<12} {taken * 1e6:6.0f} µs = {taken / look_up:5.1f} × a dict look-up")


if __name__ == "__main__":
    main()
