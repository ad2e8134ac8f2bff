"""The life of a subscription on a device: after each sync it shows exactly the truth."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.phone import subscribe
from tests.api.story import assign, done, found_school, plan_next_week, publish
from tests.clients.phone import Phone
from tests.clients.served import Served

GONE = "【已取消】五点学堂"


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    return Phone(tmp_path)


def test_after_each_sync_a_device_shows_the_truth(served: Served, phone: Phone) -> None:
    school = found_school(served)
    monday, tuesday, wednesday, *_ = plan_next_week(served, school)
    for shift in (monday, tuesday):
        done(assign(served, shift, school.aunt), 201)
    subscribed = done(subscribe(served, school.aunt), 201)

    def shows(step: str, *expected: str) -> None:
        print(f"{step}:")
        shown = phone.sync()
        print(*(f"    {line}" for line in shown or ["(nothing)"]), sep="\n")
        assert shown == list(expected), step

    def lead(method: str, path: str, **body: str) -> None:
        done(served.call(method, f"/v1/shifts/{path}", by="leader", json=body))

    phone.subscribe(subscribed["url"])
    shows("nothing is published yet")

    done(publish(served, school))
    mon, tue = "2026-12-07 17:00 18:00", "2026-12-08 17:00 18:00"
    shows("published", f"{mon} 五点学堂", f"{tue} 五点学堂")
    shows("nothing has changed", f"{mon} 五点学堂", f"{tue} 五点学堂")

    done(assign(served, wednesday, school.aunt), 201)
    wed = "2026-12-09 17:00 18:00"
    shows("a shift is added", f"{mon} 五点学堂", f"{tue} 五点学堂", f"{wed} 五点学堂")

    later = {"starts_at": "2026-12-07T16:15:00+08:00", "ends_at": "2026-12-07T17:45:00+08:00"}
    lead("PATCH", f"{monday}", **later)
    mon = "2026-12-07 16:15 17:45"
    shows("Monday is moved", f"{mon} 五点学堂", f"{tue} 五点学堂", f"{wed} 五点学堂")

    lead("POST", f"{tuesday}/call-off", reason="检修")
    shows("Tuesday is called off", f"{mon} 五点学堂", f"{tue} {GONE}", f"{wed} 五点学堂")

    lead("POST", f"{tuesday}/reinstate")
    shows("Tuesday is a draft again", f"{mon} 五点学堂", f"{tue} {GONE}", f"{wed} 五点学堂")
    done(assign(served, tuesday, school.aunt), 201)
    done(publish(served, school))
    shows("Tuesday is reinstated", f"{mon} 五点学堂", f"{tue} 五点学堂", f"{wed} 五点学堂")

    lead("POST", f"{wednesday}/assignments/{school.aunt}/release")
    shows("unassigned on Wednesday", f"{mon} 五点学堂", f"{tue} 五点学堂", f"{wed} {GONE}")
    done(assign(served, wednesday, school.aunt), 201)
    shows("assigned again", f"{mon} 五点学堂", f"{tue} 五点学堂", f"{wed} 五点学堂")

    for kept in (monday, tuesday, wednesday):
        lead("POST", f"{kept}/assignments/{school.aunt}/release")
    shows("the last shift is gone", f"{mon} {GONE}", f"{tue} {GONE}", f"{wed} {GONE}")
    done(assign(served, monday, school.aunt), 201)
    shows("assigned on Monday again", f"{mon} 五点学堂", f"{tue} {GONE}", f"{wed} {GONE}")

    rotated = done(served.call("POST", f"/v1/subscriptions/{subscribed['id']}/rotate", by="aunt"))
    shows("the address is replaced", "2026-12-03 此日历地址已更换，请重新订阅")
    phone.subscribe(rotated["url"])
    shows("subscribed to the new address", f"{mon} 五点学堂", f"{tue} {GONE}", f"{wed} {GONE}")

    done(served.call("POST", f"/v1/subscriptions/{rotated['id']}/revoke", by="aunt"), 204)
    print("the address is revoked:\n    (the device says that it is not found)")
    assert "Not Found" in phone.cannot_sync()
