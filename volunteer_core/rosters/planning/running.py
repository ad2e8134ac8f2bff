"""The course of a planning run: its time, whether somebody stops it, what it has found, whom it tells."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from volunteer_core.rosters.planning.ground import Duty, Ground
from volunteer_core.rosters.planning.problem import Bounds, Levels, Stage


class Report(msgspec.Struct, frozen=True):
    """How far a run is. ``seconds``: since it began."""

    stage: str
    levels: Levels
    bounds: Bounds
    seconds: float


class Run:
    """One run: the best roster so far, what is proven, and when to end."""

    def __init__(
        self,
        ground: Ground,
        *,
        seconds: float,
        progress: Callable[[Report], None] | None,
        stopped: Callable[[], bool] | None,
    ) -> None:
        self.ground = ground
        self.began = time.monotonic()
        self._ends = self.began + seconds
        self._progress = progress
        self._stopped = stopped
        self.stages: list[Stage] = []
        self.bounds: dict[str, int] = {}
        self.duties = set(ground.locked)
        self.levels = ground.levels(self.duties)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    @property
    def left(self) -> float:
        """Seconds until the limit; nothing once somebody has stopped the run."""
        if self._stopped is not None and self._stopped():
            self._ends = min(self._ends, time.monotonic())
        return max(self._ends - time.monotonic(), 0.0)

    def ended(self) -> bool:
        """Whether the time is over, or somebody has stopped the run."""
        return not self.left

    def value(self, level: str) -> int | None:
        """What the best roster costs on a level; None for ``hard``, which is no level of a roster."""
        found: int | None = getattr(self.levels, level, None)
        return found

    def offer(self, duties: set[Duty]) -> bool:
        """Keeps a roster if it is better than the best so far, and says whether."""
        levels = self.ground.levels(duties)
        if levels >= self.levels:
            return False
        self.duties, self.levels = duties, levels
        return True

    def restart(self, duties: set[Duty]) -> None:
        """Begins anew from a roster that breaks fewer rules than the best so far, whatever it costs."""
        self.duties, self.levels = duties, self.ground.levels(duties)

    def tell(self, stage: Stage) -> None:
        """Notes a stage, and reports it."""
        self.stages.append(stage)
        if self._progress is not None:
            self._progress(Report(stage.name, self.levels, Bounds(**self.bounds), round(self.seconds, 2)))
