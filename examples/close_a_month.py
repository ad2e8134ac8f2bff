"""November is closed over HTTP: by a team's leader, the communities' coordinators and the street office.

Start the demo (``make demo``) and hand over its address, the tokens of the officer (in the tally's command),
the leader (队长凭证) and the volunteer (志愿者凭证), and a folder for the workbook and the certificate:
``.venv/bin/python examples/close_a_month.py http://127.0.0.1:8000 OFFICER LEADER VOLUNTEER .``.
"""

import sys
from pathlib import Path

import httpx

MONTH, FIRST, LAST = "2026-11", "2026-11-01", "2026-11-30"
DATES = {"first": FIRST, "last": LAST}


def main(base: str, officer: str, leader: str, volunteer: str, folder: str) -> None:
    office, team, person = (client(base, token) for token in (officer, leader, volunteer))
    me = answer(person.get("/v1/me"))["person_id"]
    communities = answer(office.get("/v1/communities"))["items"]
    coordinators = {
        role["community_id"]: client(base, issue(office, role["person_id"]))
        for role in answer(office.get("/v1/roles"))["items"]
        if role["role"] == "community_coordinator"
    }

    claim = answer(
        person.post(
            f"/v1/people/{me}/claims",
            json={
                "starts_at": "2026-11-21T15:00:00+08:00",
                "ends_at": "2026-11-21T17:00:00+08:00",
                "what": "帮独居老人采购",
                "evidence": "老人可以证明",
                "place": "凤翔路",
                "community_id": communities[0]["id"],
            },
        )
    )
    print(f"claimed: {claim['civil_date']} {claim['what']}, late: {claim['late']}")

    for community in communities:
        month = f"/v1/communities/{community['id']}/months/{MONTH}"
        coordinator = coordinators[community["id"]]
        found = answer(coordinator.get(month))
        print(
            f"{community['name']}: {found['unmarked']} unmarked, {found['claims']} claims, "
            f"{found['objections']} objections, {found['overdue']} overdue"
        )
        refused = coordinator.post(f"{month}/report")
        print(f"  the coordinator closes it: {refused.status_code} {refused.json().get('code', '')}")
        for item in found["items"]:
            settle(item, coordinator, team)
        if refused.status_code != httpx.codes.OK:
            answer(coordinator.post(f"{month}/report"))
        closed = answer(office.post(f"{month}/close"))
        print(f"  closed by the community, then by the street office: {closed['state']}")

    by_community = answer(office.get("/v1/tally", params={"by": "community", "then": "team", **DATES}))
    for row in by_community["by_key"]:
        print(f"{row['label']}: {row['service_minutes']} minutes by {row['people']} people")
    by_team = answer(office.get("/v1/tally", params={"by": "team", **DATES}))
    print(f"in all {by_team['service_minutes']} minutes by {by_team['people']} people, by either way:",
          by_team["service_minutes"] == by_community["service_minutes"])  # fmt: skip
    book = office.get("/v1/hours/book", params=DATES)
    Path(folder, "2026-11.xlsx").write_bytes(book.content)
    print(f"workbook: {book.status_code}")

    certificate = answer(person.post(f"/v1/people/{me}/certificates", json=DATES))
    contents = certificate["contents"]
    print(f"certificate {contents['number']}: {contents['hours']} hours, {certificate['open_minutes']} open")
    pdf = person.get(f"/v1/certificates/{certificate['id']}/pdf")
    Path(folder, "certificate.pdf").write_bytes(pdf.content)
    page = httpx.get(contents["address"])
    print(f"anybody reads: {page.status_code}, the number {contents['number'] in page.text}")

    entry = answer(person.get(f"/v1/people/{me}/hours/entries", params=DATES))["items"][0]
    objection = answer(
        person.post(f"/v1/hours/entries/{entry['id']}/objections", json={"text": "晚走了十分钟"})
    )
    corrected = answer(
        office.post(
            f"/v1/objections/{objection['id']}/correct",
            json={"minutes": entry["minutes"] + 10, "reason": "签到表如此"},
        )
    )
    print(f"objected and answered: {corrected['state']}; November stays as it is:",
          answer(office.get("/v1/tally", params={"by": "team", **DATES}))["service_minutes"]
          == by_team["service_minutes"])  # fmt: skip


def settle(item: dict, coordinator: httpx.Client, team: httpx.Client) -> None:
    """The team's leader marks who is not marked; the coordinator what is not the team's, and decides."""
    if item["kind"] == "claim":
        review = answer(coordinator.get(f"/v1/claims/{item['id']}"))
        weight = review["approved_whole"]
        print(f"  the claim would credit {weight['minutes']} minutes, decided by the {weight['decider']}")
        answer(coordinator.post(f"/v1/claims/{item['id']}/approve"))
    else:
        mark = f"/v1/shifts/{item['shift_id']}/attendance"
        body = {"person_id": item["person_id"], "attendance": "attended"}
        marked = team.post(mark, json=body)
        if marked.status_code == httpx.codes.FORBIDDEN:
            marked = coordinator.post(mark, json=body)
        answer(marked)


def issue(office: httpx.Client, person: int) -> str:
    return str(answer(office.post(f"/v1/people/{person}/tokens", json={"label": "结账"}))["secret"])


def client(base: str, token: str) -> httpx.Client:
    return httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=60)


def answer(response: httpx.Response) -> dict:
    if response.is_error:
        sys.exit(f"{response.request.url}: {response.status_code} {response.text}")
    return dict(response.json())


if __name__ == "__main__":
    main(*sys.argv[1:])
