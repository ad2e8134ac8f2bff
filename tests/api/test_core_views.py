"""The API takes views of the core, never rows: no module of it touches a table."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import api as package
from volunteer_core.tables import Table

FILES = sorted(Path(package.__file__).parent.rglob("*.py"))


def taken_from_core(source: str) -> Iterator[tuple[str, Any]]:
    """What a module takes from the core: by importing it, or as an attribute of a module of it."""
    tree = ast.parse(source)
    modules: dict[str, ModuleType] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("volunteer_core"):
            for name in node.names:
                module = import_module(node.module or "")
                if not hasattr(module, name.name):
                    import_module(f"{module.__name__}.{name.name}")
                value = getattr(module, name.name)
                if isinstance(value, ModuleType):
                    modules[name.asname or name.name] = value
                yield name.name, value
        elif isinstance(node, ast.Import):
            for name in node.names:
                assert not name.name.startswith("volunteer_core"), (
                    "from volunteer_core... import is read here"
                )
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            yield f"{node.value.id}.{node.attr}", getattr(modules[node.value.id], node.attr, None)


def rows_in(source: str) -> list[str]:
    return [
        name
        for name, value in taken_from_core(source)
        if isinstance(value, type) and issubclass(value, Table)
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(FILES[0].parent)))
def test_no_module_of_the_api_uses_a_row(file: Path) -> None:
    assert rows_in(file.read_text()) == []


def test_a_row_would_be_found() -> None:
    assert rows_in("from volunteer_core.people.models import Person as P") == ["Person"]
    assert rows_in("from volunteer_core.events import listing\nlisting.Event.title") == ["listing.Event"]
