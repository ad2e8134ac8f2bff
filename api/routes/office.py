"""The office's dated settings and its audit log."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from litestar import Router
from litestar.params import FromPath, FromQuery, JSONBody

from api.incoming import Body, OptionalQueryId, OptionalQueryText, Paged, given
from api.operations import get, put
from api.work import Opened
from volunteer_core import audit
from volunteer_core.audit import Action, AuditView
from volunteer_core.database import Page
from volunteer_core.office import settings
from volunteer_core.office.settings import OfficeSettings, SettingView
from volunteer_core.permissions import ActorKind
from volunteer_core.timespans import civil_date

SETTINGS = OfficeSettings(office_name="凤翔街道办事处", recording_body="凤翔街道办事处")
CHANGE = SettingView(
    name="weekly_target_minutes",
    valid_from=date(2027, 1, 1),
    value=150,
    changed_at=datetime(2026, 12, 3, 4, 0, tzinfo=UTC),
)
ENTRY = AuditView(
    id=31,
    at=datetime(2026, 12, 3, 4, 0, tzinfo=UTC),
    actor_kind=ActorKind.PERSON,
    actor_id=7,
    reason="",
    action=Action.CHANGED,
    subject="sites",
    subject_id=2,
    changes={"address": ["凤翔东路 12 号", "凤翔东路 14 号"]},
)


class ChangeSetting(Body):
    """The value a setting takes, and the date from which it holds."""

    value: Any
    valid_from: date


@get("/office/settings", operation="office.settings.read", answers=SETTINGS)
def read_office_settings(opened: Opened, day: FromQuery[date | None] = None) -> OfficeSettings:
    """Read the settings that hold on a date, or today."""
    with opened.read() as work:
        return settings.read_settings(work, day=day or civil_date(work.now))


@get("/office/settings/changes", operation="office.settings.read", answers=Page([CHANGE], 1, 50, 0))
def list_setting_changes(opened: Opened, paging: Paged, name: OptionalQueryText = None) -> Page[SettingView]:
    """List dated changes of settings, oldest first; of one setting if asked."""
    with opened.read() as work:
        return settings.list_changes(work, name=name, paging=paging)


@put(
    "/office/settings/{name:str}",
    operation="office.settings.change",
    asks=ChangeSetting(value=150, valid_from=date(2027, 1, 1)),
    answers=SETTINGS,
)
def change_office_setting(
    opened: Opened, name: FromPath[str], data: JSONBody[ChangeSetting]
) -> OfficeSettings:
    """Let a setting take a value from a date on; the same date again replaces it.

    Refused: a name that is no setting, a value of the wrong kind or size.
    """
    with opened.write() as work:
        return settings.change_setting(work, name=name, **given(data))


@get("/audit", operation="audit.read", answers=Page([ENTRY], 1, 50, 0))
def list_audit_entries(
    opened: Opened,
    paging: Paged,
    subject: OptionalQueryText = None,
    subject_id: OptionalQueryId = None,
) -> Page[AuditView]:
    """List who changed what, newest first; of one table or one row if asked.

    Fields that hold personal data are named without their values.
    """
    with opened.read() as work:
        return audit.entries(work, subject=subject, subject_id=subject_id, paging=paging)


router = Router(
    "/",
    route_handlers=[read_office_settings, list_setting_changes, change_office_setting, list_audit_entries],
    tags=["office"],
)
