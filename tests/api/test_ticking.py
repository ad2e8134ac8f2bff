"""The pass over what is due by time, as every worker of ``volunteer serve`` runs it."""

from __future__ import annotations

import asyncio
import signal
import threading
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from litestar import Litestar

from api.logs import JsonLines
from api.planners import Planners
from tests.api.conftest import NOW
from volunteer_core.opening import open_office
from volunteer_core.people.models import CheckResult
from volunteer_core.people.registry import register
from volunteer_core.people.vouching import record_check
from volunteer_core.permissions import Actor


@pytest.fixture
def serving() -> ModuleType:
    """The module that workers load; it sets their signals, which are not ours."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    from api import serving

    for number, handler in kept.items():
        signal.signal(number, handler)
    return serving


def test_every_worker_ticks(
    office_url: str,
    serving: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What is due by time is done while the application runs, also after a pass that failed."""
    office = open_office(office_url, clock=lambda: NOW)
    with office.write(by=Actor.system("test")) as work:
        person = register(work, name="王阿姨").id
        checked = (NOW - timedelta(days=360)).date()
        record_check(work, person_id=person, checked_on=checked, result=CheckResult.CLEAR)
    run, warned, done = serving.tick.run, [], threading.Event()

    def fail_first(database: Any) -> Any:
        if not warned:
            warned.append(None)
            raise RuntimeError("王阿姨")
        ticked = run(database)
        warned.append(ticked.expiry_warnings)
        if len(warned) == 3:
            done.set()
        return ticked

    monkeypatch.setattr(serving, "TICK_SECONDS", 0)
    monkeypatch.setattr(serving.tick, "run", fail_first)

    async def serve() -> None:
        async with serving._ticking(office, Planners(0))(Litestar([], logging_config=None)):
            await asyncio.to_thread(done.wait, 30)

    asyncio.run(serve())
    office.dispose()
    assert warned[:3] == [None, 1, 0]
    (failure,) = (record for record in caplog.records if record.name == "volunteer.api.tick")
    line = JsonLines().format(failure)
    assert "RuntimeError" in line
    assert "王阿姨" not in line
