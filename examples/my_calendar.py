"""A volunteer's calendar in both directions: subscribed to with options, and busy times handed in.

Start a server, for instance with ``make demo``, and hand over its address, a volunteer's token and where the
QR code goes: ``.venv/bin/python examples/my_calendar.py http://127.0.0.1:8000 TOKEN qr.svg``.
"""

import sys
from pathlib import Path

import httpx

BUSY = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//example//EN
BEGIN:VEVENT
UID:gymnastics@example.org
DTSTAMP:20260101T000000Z
SUMMARY:nobody learns of this
DTSTART;TZID=Asia/Shanghai:20260105T170000
DTEND;TZID=Asia/Shanghai:20260105T183000
RRULE:FREQ=WEEKLY;BYDAY=MO
END:VEVENT
END:VCALENDAR
"""


def main(base: str, token: str, qr_file: str) -> None:
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=60) as api:
        me = answer(api.get("/v1/me"))["person_id"]

        wanted = {"kind": "person", "subject_id": me, "label": "手机", "alarm_minutes": 60, "past_days": 30}
        address = answer(api.post("/v1/subscriptions", json=wanted))
        Path(qr_file).write_text(address["qr_svg"], encoding="utf-8")
        print(f"scan {qr_file} with the phone, or open {address['webcal_url'][:20]}…")

        # The address is a secret of its own: no token is sent.
        calendar = httpx.get(address["url"])
        shown = calendar.text
        print(f"{shown.count('BEGIN:VEVENT')} entries, {shown.count('TRIGGER:-PT1H')} with an alarm")
        for _ in range(2):
            again = httpx.get(address["url"], headers={"If-None-Match": calendar.headers["ETag"]})
            print(f"asked again: {again.status_code}")

        file = {"content": BUSY.encode(), "headers": {"Content-Type": "text/calendar"}}
        busy = answer(api.post(f"/v1/people/{me}/busy-calendars", params={"label": "体操"}, **file))
        print(f"busy: {busy['spans']} spans until {busy['until']}. {busy['says']}")
        answer(api.post(f"/v1/people/{me}/busy-calendars/{busy['id']}/remove"))

        changed = {"alarm_minutes": None, "language": "en"}
        answer(api.put(f"/v1/subscriptions/{address['id']}/options", json=changed))
        name = next(line for line in httpx.get(address["url"]).text.splitlines() if line.startswith("NAME:"))
        print(f"in English: {name}")

        answer(api.post(f"/v1/subscriptions/{address['id']}/revoke"))
        print(f"revoked: {httpx.get(address['url']).status_code}")


def answer(response: httpx.Response) -> dict:
    """The answer's JSON, if there is one; a refusal ends the program with its sentence."""
    if not response.is_success:
        sys.exit(f"{response.status_code} {response.json()['code']}: {response.json()['detail']}")
    return response.json() if response.content else {}


if __name__ == "__main__":
    main(*sys.argv[1:4])
