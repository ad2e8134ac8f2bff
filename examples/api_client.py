"""A client of the API: signs a volunteer up for an event and fetches their calendar, twice.

Start a server, for instance with ``make demo``, and hand over its address and a volunteer's token:
``.venv/bin/python examples/api_client.py http://127.0.0.1:8000 TOKEN``.
"""

import sys

import httpx


def main(base: str, token: str) -> None:
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}) as api:
        me = answer(api.get("/v1/me"))
        print(f"signed in as person {me['person_id']}")

        events = answer(api.get("/v1/events", params={"status": "published"}))["items"]
        event = answer(api.get(f"/v1/events/{events[-1]['id']}"))
        position = event["positions"][-1]
        print(
            f"{event['title']}, {position['name']}: {position['free']} of {position['capacity']} seats free"
        )

        signup = api.post(f"/v1/positions/{position['id']}/signups", json={"person_id": me["person_id"]})
        if signup.is_success:
            print(f"signed up: {signup.json()['status']}")
        else:  # a problem document (RFC 9457): a code for programs, a sentence for people
            print(f"refused: {signup.json()['code']}: {signup.json()['detail']}")

        wanted = {"kind": "person", "subject_id": me["person_id"], "label": "示例程序"}
        address = answer(api.post("/v1/subscriptions", json=wanted))["url"]

    # The address is a secret of its own: no token is sent.
    calendar = httpx.get(address)
    print(f"calendar: {calendar.status_code}, {calendar.text.count('BEGIN:VEVENT')} entries")
    again = httpx.get(address, headers={"If-None-Match": calendar.headers["ETag"]})
    print(f"the second time: {again.status_code}")


def answer(response: httpx.Response) -> dict:
    """The answer's JSON; a refusal ends the program with its sentence."""
    if not response.is_success:
        sys.exit(f"{response.status_code} {response.json()['code']}: {response.json()['detail']}")
    return response.json()


if __name__ == "__main__":
    main(*sys.argv[1:3])
