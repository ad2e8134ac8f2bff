"""A device that subscribes: vdirsyncer fetches a feed into a folder of files, khal shows what is there."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

BIN = Path(__file__).parent / ".venv" / "bin"

VDIRSYNCER = """
[general]
status_path = "{folder}/status/"

[pair shifts]
a = "device"
b = "feed"
collections = null
conflict_resolution = "b wins"

[storage device]
type = "filesystem"
path = "{folder}/calendar/"
fileext = ".ics"

[storage feed]
type = "http"
url = "{url}"
"""
KHAL = """
[calendars]
[[shifts]]
path = {folder}/calendar/
readonly = True

[locale]
local_timezone = Asia/Shanghai
default_timezone = Asia/Shanghai
timeformat = %H:%M
dateformat = %m-%d
longdateformat = %Y-%m-%d
datetimeformat = %m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M

[sqlite]
path = {folder}/khal.db
"""


class Phone:
    """Keeps everything in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "calendar").mkdir()
        (folder / "khal.conf").write_text(KHAL.format(folder=folder), encoding="utf-8")
        homes = {f"XDG_{name}_HOME": str(folder / name) for name in ("CONFIG", "DATA", "CACHE", "STATE")}
        self._environment = {
            **os.environ,
            **homes,
            "HOME": str(folder),
            "NO_PROXY": "127.0.0.1",
            "PYTHONUTF8": "1",
        }

    def subscribe(self, url: str) -> None:
        """From now on the calendar is that of an address."""
        config = VDIRSYNCER.format(folder=self._folder, url=url)
        (self._folder / "vdirsyncer.conf").write_text(config, encoding="utf-8")
        self._run("vdirsyncer", "discover")

    def sync(self) -> list[str]:
        """Fetches the feed; what is shown afterwards from December to January, by time."""
        self._run("vdirsyncer", "sync")
        fields = ("start-long", "end-time", "title")
        asked = [word for field in fields for word in ("--json", field)]
        days = ("2026-12-01", "2027-01-31")
        said = self._run("khal", "list", *asked, *days)
        # One list for each day that has any.
        shown = [event for line in said.splitlines() for event in json.loads(line)]
        assert len(shown) == len(list((self._folder / "calendar").iterdir())), "not every file is shown once"
        return [" ".join(filter(None, map(event.get, fields))) for event in shown]

    def cannot_sync(self) -> str:
        """Fetches the feed in vain; what the device says."""
        ran = self._try("vdirsyncer", "sync")
        assert ran.returncode != 0
        return ran.stderr

    def _run(self, command: str, *arguments: str) -> str:
        ran = self._try(command, *arguments)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def _try(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        config = self._folder / f"{command}.conf"
        return subprocess.run(
            [BIN / command, "--config", config, *arguments],
            capture_output=True,
            text=True,
            env=self._environment,
            check=False,
        )
