"""Settings come from the environment, and bad ones are told by the variable's name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from api.settings import Settings, SettingsInvalid, read_settings, settings_table


def test_defaults() -> None:
    assert read_settings({}) == Settings()
    assert read_settings({"VOLUNTEER_PORT": " ", "PATH": "x"}) == Settings()
    assert Settings().links_base == "http://127.0.0.1:8000"


def test_values() -> None:
    settings = read_settings(
        {
            "VOLUNTEER_PORT": "9000",
            "VOLUNTEER_THREADS": "2",
            "VOLUNTEER_BASE_URL": "https://volunteer.example.cn/",
            "VOLUNTEER_NOW": "2026-12-03T12:00:00+08:00",
        }
    )
    assert (settings.port, settings.threads) == (9000, 2)
    assert settings.links_base == "https://volunteer.example.cn"
    assert settings.clock() == datetime(2026, 12, 3, 4, tzinfo=UTC)
    assert (datetime.now(UTC) - Settings().clock()).total_seconds() < 5


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VOLUNTEER_PORT", "http"),
        ("VOLUNTEER_PORT", "70000"),
        ("VOLUNTEER_THREADS", "40"),
        ("VOLUNTEER_WORKERS", "0"),
        ("VOLUNTEER_LOG_LEVEL", "loud"),
        ("VOLUNTEER_PROXIES", "6"),
        ("VOLUNTEER_PROXIES", "all"),
        ("VOLUNTEER_NOW", "2026"),
        ("VOLUNTEER_DATABASE_URL", "office.db"),
        ("VOLUNTEER_NOW", "2026-12-03T12:00:00"),
        ("VOLUNTEER_BASE_URL", "volunteer.example.cn"),
        ("VOLUNTEER_MAX_BODY_BYTES", "1e6"),
    ],
)
def test_bad_values(name: str, value: str) -> None:
    with pytest.raises(SettingsInvalid, match=f"^环境变量 {name} 有误：."):
        read_settings({name: value})


def test_the_table_names_every_setting() -> None:
    table = settings_table().splitlines()
    assert len(table) == 2 + len(Settings.__struct_fields__)
    assert "| `VOLUNTEER_PORT` | `8000` | Port to listen at |" in table
