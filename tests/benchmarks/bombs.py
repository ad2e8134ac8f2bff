"""Calendars that are bombs, uploaded to a served office: each stopped how and in how long, and what other
requests feel of it beside the same requests without bombs: ``python -m tests.benchmarks.bombs``."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median, quantiles
from threading import Event, Thread
from time import perf_counter, sleep

import httpx

from tests.clients.served import Served, serve
from tests.commitments.busy.calendar_text import calendar, event

QUIET_SECONDS = 8.0
AT_ONCE = 3
"""Bombs that are uploaded at the same time, again and again, while other requests are measured."""
PAUSE_SECONDS = 0.01

HOUR = ("DTSTART:20261207T090000", "DURATION:PT1H")


def repeated(rule: str, start: str = "20261207T090000Z", times: int = 1) -> bytes:
    return calendar(*event(f"DTSTART:{start}", "DURATION:PT1H", f"RRULE:{rule}") * times)


BOMBS = {
    "SECONDLY": repeated("FREQ=SECONDLY"),
    "MINUTELY from 1970": repeated("FREQ=MINUTELY", "19700101T000000Z"),
    "SECONDLY that never matches": repeated("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=31"),
    "HOURLY × BYMINUTE × BYSECOND": repeated("FREQ=HOURLY;BYMINUTE=0,1,2,3,4;BYSECOND=0,1,2,3,4"),
    "100 × MINUTELY": repeated("FREQ=MINUTELY", times=100),
    "INTERVAL=0": repeated("FREQ=DAILY;INTERVAL=0"),
    "10,000 days long": calendar(*event("DTSTART:20200101T090000", "DURATION:P10000D")),
    "10,000 days long, every day": calendar(
        *event("DTSTART:20200101T090000", "DURATION:P10000D", "RRULE:FREQ=DAILY")
    ),
    "DAILY that never matches × 100": repeated("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31", times=100),
    "YEARLY that never matches × 1,000": repeated("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", times=1000),
    "6,000 events": calendar(*event(*HOUR) * 6000),
    "nested 10,000 deep": calendar(*["BEGIN:VEVENT"] * 10_000),
    "a line of a megabyte": calendar(*event(*HOUR, "SUMMARY:" + "x" * 1_000_000)),
    "HTML": b"<!DOCTYPE html><html><body>" + b"<div>" * 100_000,
    "cut off": calendar(*event(*HOUR) * 4000)[:-30],
    "UTF-16 without a mark": calendar(*event(*HOUR)).decode().encode("utf-16-le"),
    "packed, 50 MB in 50 kB": gzip.compress(bytes(50_000_000)),
    "50 MB": bytes(50_000_000),
}


class Client:
    """The officer, who uploads to their own calendars and asks for other things."""

    def __init__(self, served: Served) -> None:
        headers = {"Authorization": f"Bearer {served.secrets['officer']}"}
        self._client = httpx.Client(base_url=served.base, headers=headers, trust_env=False, timeout=120)
        self._own = f"/v1/people/{self._client.get('/v1/me').json()['person_id']}/busy-calendars"

    def upload(self, data: bytes) -> str:
        """What came of it: the code of the refusal, or how many spans are kept."""
        headers = {"Content-Type": "text/calendar"}
        try:
            answer = self._client.post(self._own, params={"label": "x"}, content=data, headers=headers)
        except httpx.TransportError as error:  # hung up while we were sending
            return type(error).__name__
        told = answer.json()
        if answer.status_code == 201:
            self._client.post(f"{self._own}/{told['id']}/remove")
            return f"{told['spans']} spans"
        return f"{answer.status_code} {told['code']}"

    def ask(self) -> float:
        """The seconds that another request takes."""
        started = perf_counter()
        answer = self._client.get("/v1/sites")
        assert answer.status_code == 200, answer.text
        return perf_counter() - started

    def ask_until(self, ended: Callable[[], bool]) -> Iterator[float]:
        while not ended():
            yield self.ask()
            sleep(PAUSE_SECONDS)


def describe(name: str, taken: list[float], beside: list[float]) -> str:
    p50, p99 = median(taken), quantiles(taken, n=100)[98]
    quiet50, quiet99 = median(beside), quantiles(beside, n=100)[98]
    return (
        f"{name:<34} p50 {p50 * 1000:6.1f} ms (× {p50 / quiet50:4.1f})   "
        f"p99 {p99 * 1000:6.1f} ms (× {p99 / quiet99:4.1f})   {len(taken)} requests"
    )


def measure(served: Served) -> None:
    client = Client(served)
    list(client.ask_until(after(2.0)))  # warm
    quiet = list(client.ask_until(after(QUIET_SECONDS)))
    print(describe("other requests, no bombs", quiet, quiet))
    print()
    print(f"{'a calm calendar':<34} {client.upload(calendar(*event(*HOUR)))}")
    everything: list[float] = []
    for name, data in BOMBS.items():
        code, seconds, meanwhile = one(served, client, data)
        everything += meanwhile
        print(
            f"{name:<34} {code:<32} {seconds:6.2f} s   slowest other request {max(meanwhile) * 1000:6.1f} ms"
        )
    print()
    print(describe("other requests, one bomb at a time", everything, quiet))
    crowded, codes = many(served, client, repeated("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31", times=100))
    print(describe(f"other requests, {AT_ONCE} bombs at a time", crowded, quiet))
    print(f"{'':<34} the bombs: {', '.join(f'{number} × {code}' for code, number in sorted(codes.items()))}")


def one(served: Served, client: Client, data: bytes) -> tuple[str, float, list[float]]:
    """Uploads a bomb: what came of it, in how long, and how long other requests took meanwhile."""
    came: list[tuple[str, float]] = []

    def throw() -> None:
        started = perf_counter()
        code = Client(served).upload(data)
        came.append((code, perf_counter() - started))

    thread = Thread(target=throw)
    thread.start()
    meanwhile = list(client.ask_until(lambda: not thread.is_alive())) or [client.ask()]
    thread.join()
    return *came[0], meanwhile


def many(served: Served, client: Client, data: bytes) -> tuple[list[float], dict[str, int]]:
    """Several people upload bombs again and again."""
    ended = Event()
    codes: dict[str, int] = {}

    def throw() -> None:
        thrower = Client(served)
        while not ended.is_set():
            code = thrower.upload(data)
            codes[code] = codes.get(code, 0) + 1

    threads = [Thread(target=throw) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    taken = list(client.ask_until(after(3 * QUIET_SECONDS)))
    ended.set()
    for thread in threads:
        thread.join()
    return taken, codes


def after(seconds: float) -> Callable[[], bool]:
    until = perf_counter() + seconds
    return lambda: perf_counter() > until


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder)) as office:
        measure(office)
