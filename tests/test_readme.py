"""What the README says is true: its settings, its dependencies, and its code runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from api.settings import settings_table

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_settings_is_the_real_one() -> None:
    assert settings_table() in README


def test_every_dependency_is_named_with_what_it_is_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = {re.split(r"[\[<>=~ ]", need)[0] for need in wanted} - {project["name"]}
    assert [name for name in sorted(names) if name not in README] == []


def test_the_library_in_a_few_lines(tmp_path: Path) -> None:
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert code
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code[1]],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert (done.stdout.split(), done.stderr) == (["1", "国庆节调休上班"], "")


def test_the_folders_it_names_are_there() -> None:
    for row in re.findall(r"^\| `… ([a-z ]+)`", README, re.MULTILINE):
        for folder in row.split():
            assert (ROOT / "volunteer_core" / folder).is_dir(), folder
