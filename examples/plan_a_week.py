"""A team leader plans a week over HTTP, covers a place by the suggested change, and repairs a drop-out.

Start the demo (``make demo``) and hand over its address and the leader's token (队长凭证):
``.venv/bin/python examples/plan_a_week.py http://127.0.0.1:8000 TOKEN``.
"""

import sys
import time

import httpx

WEEK, FIRST_DAY, LAST_DAY = "2026-W51", "2026-12-14", "2026-12-20"


def main(base: str, token: str) -> None:
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=60) as api:
        school = next(
            one["id"] for one in answer(api.get("/v1/programmes"))["items"] if one["code"] == "school"
        )

        plan = planned(api, school)
        say("planned", plan)
        place = next(one for one in plan["shifts"] if one["missing"] and one["fixes"])
        print(f"  {place['reason']}")

        fix = place["fixes"][0]
        print(f"  suggested: {fix['text']}")
        for step in fix["steps"]:  # here: a day more; the leader has phoned
            wish = {"first_day": step["day"], "last_day": step["day"], "kind": "can"}
            answer(api.post(f"/v1/people/{step['person_id']}/availability/dates", json=wish))
        better = planned(api, school)
        say("planned again", better)

        applied = answer(api.post(f"/v1/drafts/{better['draft']['id']}/apply"))
        print(f"applied: {len(applied['put_on'])} people put on shifts, {len(applied['left_out'])} left out")
        weeks = {"first_week": WEEK, "last_week": WEEK}
        published = answer(api.post(f"/v1/programmes/{school}/publish", json=weeks))
        told = sum(one["people_told"] for one in published)
        print(f"published: {sum(len(one['shift_ids']) for one in published)} shifts, {told} notices")

        shift, best = next(
            (one, first)
            for one in better["shifts"]
            if not one["missing"]
            for first in answer(api.get(f"/v1/shifts/{one['shift_id']}/substitutes"))["people"][:1]
            if not first["obstacles"] and not first["not_said"]
        )
        gone = next(one for one in shift["people"] if not one["lead"])
        answer(
            api.post(
                f"/v1/shifts/{shift['shift_id']}/cannot-come",
                json={"person_id": gone["person_id"], "reason": "生病"},
            )
        )
        wish = {"first_day": shift["civil_date"], "last_day": shift["civil_date"], "kind": "cannot"}
        answer(api.post(f"/v1/people/{gone['person_id']}/availability/dates", json=wish))
        print(f"dropped out: {gone['code']}; first substitute: {best['code']} {best['reason']}")

        repaired = planned(api, school)
        say("repaired", repaired)
        changes = repaired["changes"]
        added = sum(len(one["added"]) for one in changes)
        dropped = sum(len(one["dropped"]) for one in changes)
        print(f"  of what is published: {added} added, {dropped} dropped")
        answer(api.post(f"/v1/drafts/{repaired['draft']['id']}/apply"))


def planned(api: httpx.Client, school: int) -> dict:
    """Has the week planned, and waits until it is."""
    dates = {"first_day": FIRST_DAY, "last_day": LAST_DAY, "seconds": 30}
    draft = answer(api.post(f"/v1/programmes/{school}/drafts", json=dates))
    while draft["status"] in ("waiting", "running"):
        time.sleep(0.2)
        draft = answer(api.get(f"/v1/drafts/{draft['id']}"))["draft"]
    if draft["status"] != "ready":
        sys.exit(draft["failure"])
    return answer(api.get(f"/v1/drafts/{draft['id']}"))


def missing(plan: dict) -> int:
    """How many people are still to be found."""
    return sum(shift["missing"] for shift in plan["shifts"])


def say(what: str, plan: dict) -> None:
    draft, people = plan["draft"], sum(len(shift["people"]) for shift in plan["shifts"])
    proof = "proven best" if draft["proven"] else f"proven: {draft['bounds']}"
    print(
        f"{what} in {draft['seconds_taken']:.1f} s: {people} places filled, {missing(plan)} missing "
        f"({draft['levels']}; {proof})"
    )


def answer(response: httpx.Response) -> dict:
    """The answer's JSON; a refusal ends the program with its sentence."""
    if not response.is_success:
        sys.exit(f"{response.status_code} {response.json()['code']}: {response.json()['detail']}")
    return response.json()


if __name__ == "__main__":
    main(*sys.argv[1:3])
