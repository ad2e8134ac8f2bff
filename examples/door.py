"""A door that works without the network: loads the list of an event once, then reads codes, a line each.

Start a server, and hand over its address, the token of who organises the event, the event, and a file for
what is to be reported: ``.venv/bin/python examples/door.py http://127.0.0.1:8000 TOKEN 3 door.jsonl``.
A scanner that types what it reads will do. ``out CODE`` is for who leaves, ``undo CODE`` for a mistake, and
``#12`` for sign-up 12 on the name list. What is scanned is in the file before the door says a word; it is
sent when the network is there, as often as it takes, and counts once.
"""

import json
import sys
import time
from base64 import b64decode
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from volunteer_core.errors import Refused
from volunteer_core.events.door.admission import refuse_untimely
from volunteer_core.events.door.codes import refuse_other, verify
from volunteer_core.events.door.models import Direction

PATIENCE_SECONDS = 3
AT_ONCE = 200


class Door:
    """What this door knows, and what it still has to report."""

    def __init__(self, api: httpx.Client, event: str, journal: Path) -> None:
        self.api, self.event, self.journal = api, event, journal
        self.pending: dict[str, dict] = {}
        self.positions: dict[int, dict] = {}
        self.again = 0.0
        self.cut_off = journal.exists() and not journal.read_bytes().endswith(b"\n")
        for line in journal.read_text(encoding="utf-8").splitlines() if journal.exists() else []:
            with suppress(ValueError):  # cut off in a fall to the floor, before the door said a word
                self._recall(json.loads(line))
        if (door := self._ask("GET", "door")) is not None:
            self._write({"door": door})
            for report in list(self.pending.values()):  # what the office does not know yet
                self._recall(report)
        if not self.positions:
            sys.exit("the list has to be loaded once, with the network")
        print(f"{len(self.expected)} expected, {len(self.pending)} still to report", flush=True)

    def read(self, line: str) -> str:
        """What to say to somebody: told without the network, by what this door knows."""
        verb, _, rest = line.partition(" ")
        now = datetime.now(UTC)
        try:
            direction, text = (Direction(verb), rest) if rest else (Direction.IN, line)
            if text.startswith("#"):
                what = {"signup_id": int(text[1:])}
                guest = self.expected[what["signup_id"]]
            else:
                what = {"code": text}
                ticket = verify(text, self.keys)
                guest = self.expected.get(ticket.signup_id, {})
                refuse_other(ticket, event_id=int(self.event), serial=guest.get("serial"))
            position = self.positions[guest["position_id"]]
            opens_at, ends_at = (datetime.fromisoformat(position[name]) for name in ("opens_at", "ends_at"))
            refuse_untimely(direction, now, opens_at=opens_at, ends_at=ends_at, by_ticket="code" in what)
        except Refused as refusal:
            return f"no: {refusal.code}: {refusal.message}"
        except (KeyError, ValueError):
            return "no: 名单上没有。"
        since = inside(guest)
        report = {"key": uuid4().hex, "direction": direction, "scanned_at": now.isoformat(), **what}
        self._write({"of": guest["signup_id"], "report": report})
        if direction is Direction.IN and since:
            return f"already in since {since}: {guest['name']}"
        said = {Direction.IN: "admitted", Direction.OUT: "left", Direction.UNDO: "undone"}[direction]
        more = f" and {guest['companions']} more" if guest["companions"] else ""
        return f"{said}: {guest['name']}{more}, {position['name']}"

    def send(self) -> bool:
        """Sends what is still to be reported; whether all of it has arrived. Asks a dead network seldom."""
        while self.pending and time.monotonic() >= self.again:
            some = [line["report"] for line in islice(self.pending.values(), AT_ONCE)]
            answer = self._ask("POST", "scans", json={"reports": some})
            if answer is None:
                self.again = time.monotonic() + PATIENCE_SECONDS
                return False
            for scan in answer:
                self._write({"answered": scan["key"], "outcome": scan["outcome"], "refusal": scan["refusal"]})
                print(f"reported: {scan['refusal'] or scan['outcome']}", flush=True)
        return not self.pending

    def _ask(self, method: str, what: str, **more: Any) -> Any:
        """The answer; None without the network, or from a busy server: the same again changes nothing."""
        try:
            answer = self.api.request(method, f"/v1/events/{self.event}/{what}", **more)
        except httpx.TransportError:
            return None
        if answer.is_server_error or answer.status_code == httpx.codes.CONFLICT:
            return None
        if "json" not in answer.headers.get("content-type", ""):  # a network that wants people to sign in
            return None
        if not answer.is_success:
            sys.exit(f"{answer.status_code} {answer.json()['code']}: {answer.json()['detail']}")
        return answer.json()

    def _write(self, line: dict) -> None:
        """Keeps a line for ever, and knows it from now on."""
        with self.journal.open("a", encoding="utf-8") as file:
            file.write("\n" * self.cut_off + json.dumps(line, ensure_ascii=False) + "\n")
        self.cut_off = False
        self._recall(line)

    def _recall(self, line: dict) -> None:
        if "door" in line:
            door = line["door"]
            self.keys = {key["number"]: b64decode(key["public_key"]) for key in door["keys"]}
            self.positions = {position["id"]: position for position in door["positions"]}
            self.expected = {one["signup_id"]: one for one in door["expected"]}
        elif "answered" in line:
            self.pending.pop(line["answered"], None)
        else:
            self.pending[line["report"]["key"]] = line
            guest, at = self.expected.get(line["of"], {}), line["report"]["scanned_at"]
            match Direction(line["report"]["direction"]):
                case Direction.IN if not inside(guest):
                    guest.update(arrived_at=at, left_at=None)
                case Direction.OUT:
                    guest.update(left_at=at)
                case Direction.UNDO:
                    guest.update(arrived_at=None if inside(guest) else guest.get("arrived_at"), left_at=None)


def inside(guest: dict) -> str | None:
    """Since when somebody is in."""
    return guest.get("arrived_at") if guest.get("left_at") is None else None


def main(base: str, token: str, event: str, journal: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=base, headers=headers, timeout=PATIENCE_SECONDS) as api:
        door = Door(api, event, Path(journal))
        door.send()
        for line in map(str.strip, sys.stdin):
            if line:
                print(door.read(line), flush=True)
                door.send()
        while not door.send():
            print(f"no network: {len(door.pending)} still to report", flush=True)
            time.sleep(1)


if __name__ == "__main__":
    main(*sys.argv[1:5])
