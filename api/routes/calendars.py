"""Calendars: subscriptions, a person's commitments, and invitations."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, Router
from litestar.params import FromQuery, JSONBody
from msgspec import Meta

from api.incoming import Body, Id, Paged, PathId
from api.operations import act, get, patch, post, put
from api.qr_codes import qr_svg
from api.routes.feeds import CALENDAR
from api.work import Opened
from volunteer_core.calendars import agenda, invitations, subscriptions
from volunteer_core.calendars.agenda import AgendaItem
from volunteer_core.calendars.models import FeedKind
from volunteer_core.calendars.options import LONGEST_ALARM_MINUTES, LONGEST_PAST_DAYS, Language, Options
from volunteer_core.calendars.subscriptions import SubscriptionView
from volunteer_core.commitments.models import CommitmentStatus
from volunteer_core.database import Page

CREATED = datetime(2026, 12, 3, 4, tzinfo=UTC)
SECRET = "0O2wVdJ0xk1Yt5m3nJr4b8wqkP2Zs7uEo9cH6aXfLgQ"  # noqa: S105 - an example
SUBSCRIPTION = SubscriptionView(4, FeedKind.PERSON, 42, "手机", Options(), CREATED, None, None, None)
ITEM = AgendaItem(
    commitment_id=77,
    civil_date=date(2026, 12, 7),
    starts_at=datetime(2026, 12, 7, 9, tzinfo=UTC),
    ends_at=datetime(2026, 12, 7, 10, tzinfo=UTC),
    status=CommitmentStatus.PROMISED,
    attendance=None,
    title="五点学堂",
    bring="红马甲",
    contact="张老师",
    contact_phone="089812345678",
    site="三峰社区五点学堂",
    site_id=1,
    shift_id=31,
    event_id=None,
    position_id=None,
    programme_id=1,
    team_id=1,
)


class Subscribed(msgspec.Struct, frozen=True):
    """A new address of a calendar, shown this once, and as links that phones open."""

    id: int
    kind: FeedKind
    subject_id: int
    label: str
    options: Options
    url: str
    """For what subscribes by address. Opened in a browser it gives a copy that never changes again."""
    webcal_url: str
    qr_svg: str
    """``webcal_url`` as a QR code, an SVG image to scan with the phone."""
    download_url: str
    """A copy as a file, for phones that cannot subscribe: it does not follow changes."""
    google_url: str
    """Opens Google's calendar with the address filled in; it fetches every 8 to 24 hours."""
    outlook_url: str
    """Opens Outlook on the web with the address filled in; it fetches about every 3 hours."""


SUBSCRIBED = Subscribed(
    4,
    FeedKind.PERSON,
    42,
    "手机",
    Options(),
    f"https://example.org/feeds/{SECRET}.ics",
    f"webcal://example.org/feeds/{SECRET}.ics",
    qr_svg(f"webcal://example.org/feeds/{SECRET}.ics"),
    f"https://example.org/feeds/{SECRET}.ics?download=1",
    f"https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2Fexample.org%2Ffeeds%2F{SECRET}.ics",
    "https://outlook.live.com/calendar/0/addfromweb?"
    f"url=https%3A%2F%2Fexample.org%2Ffeeds%2F{SECRET}.ics&name=%E6%89%8B%E6%9C%BA",
)


INVITATION = CALENDAR.replace("NAME:我的志愿服务", "METHOD:REQUEST")


class ChooseOptions(Body, kw_only=True):
    """How an address shows its calendar. What is left out has its default."""

    alarm_minutes: Annotated[int, Meta(ge=0, le=LONGEST_ALARM_MINUTES)] | None = None
    show_cancelled: bool = True
    past_days: Annotated[int, Meta(ge=1, le=LONGEST_PAST_DAYS)] = Options().past_days
    language: Language = Language.CHINESE


class Subscribe(ChooseOptions, kw_only=True):
    """Whose calendar is subscribed to, for which device, and how it is shown."""

    kind: FeedKind
    subject_id: Id
    label: str


class Rename(Body):
    """What the address is called in the list."""

    label: str


@post(
    "/subscriptions",
    operation="calendars.subscribe.person",
    asks=Subscribe(kind=FeedKind.PERSON, subject_id=42, label="手机"),
    answers=SUBSCRIBED,
    shown_once=True,
)
def subscribe(request: Request[Any, Any, Any], opened: Opened, data: JSONBody[Subscribe]) -> Subscribed:
    """Make a secret address for a calendar.

    One's own calendar is for oneself, and a family's for the guardian of an enrolled child
    (`no_child_enrolled`): it says when and where the child is expected, and nothing of it. A team's or
    programme's is for its leaders and the office, a site's for its coordinators and the office.
    """
    with opened.write() as work:
        issued = subscriptions.subscribe(
            work, kind=data.kind, subject_id=data.subject_id, label=data.label, options=_options(data)
        )
    return _subscribed(request, issued)


@get(
    "/people/{person_id:int}/subscriptions",
    operation="calendars.list",
    answers=Page([SUBSCRIPTION], 1, 50, 0),
)
def list_subscriptions(opened: Opened, paging: Paged, person_id: PathId) -> Page[SubscriptionView]:
    """List the addresses a person has made, without their secrets."""
    with opened.read() as work:
        return subscriptions.list_subscriptions(work, person_id=person_id, paging=paging)


@patch(
    "/subscriptions/{subscription_id:int}",
    operation="calendars.rename",
    asks=Rename(label="家里的屏幕"),
    answers=SUBSCRIPTION,
)
def rename_subscription(opened: Opened, subscription_id: PathId, data: JSONBody[Rename]) -> SubscriptionView:
    """Give an address another label."""
    with opened.write() as work:
        return subscriptions.rename(work, subscription_id=subscription_id, label=data.label)


@put(
    "/subscriptions/{subscription_id:int}/options",
    operation="calendars.choose",
    asks=ChooseOptions(alarm_minutes=60),
    answers=SUBSCRIPTION,
)
def choose_options(
    opened: Opened, subscription_id: PathId, data: JSONBody[ChooseOptions]
) -> SubscriptionView:
    """Set how an address shows its calendar: all options at once. The address stays the same."""
    with opened.write() as work:
        return subscriptions.choose_options(work, subscription_id=subscription_id, options=_options(data))


@act(
    "/subscriptions/{subscription_id:int}/rotate",
    operation="calendars.rotate",
    answers=SUBSCRIBED,
    shown_once=True,
)
def rotate_subscription(
    request: Request[Any, Any, Any], opened: Opened, subscription_id: PathId
) -> Subscribed:
    """Replace an address by a new one; the old one then only says that it was replaced."""
    with opened.write() as work:
        issued = subscriptions.rotate(work, subscription_id=subscription_id)
    return _subscribed(request, issued)


@act("/subscriptions/{subscription_id:int}/revoke", operation="calendars.revoke")
def revoke_subscription(opened: Opened, subscription_id: PathId) -> None:
    """End an address at once."""
    with opened.write() as work:
        subscriptions.revoke(work, subscription_id=subscription_id)


@get("/people/{person_id:int}/commitments", operation="commitments.list", answers=Page([ITEM], 1, 50, 0))
def list_commitments(
    opened: Opened, paging: Paged, person_id: PathId, first: FromQuery[date], last: FromQuery[date]
) -> Page[AgendaItem]:
    """List what a person has promised between two dates: shifts and events."""
    with opened.read() as work:
        return agenda.agenda(work, person_id=person_id, first=first, last=last, paging=paging)


@get(
    "/commitments/{commitment_id:int}/invitation",
    operation="calendars.invite",
    answers=INVITATION,
    media_type="text/calendar",
)
def read_invitation(opened: Opened, commitment_id: PathId) -> Response[bytes]:
    """What a person has promised as an .ics to attach to a mail or a chat message.

    Its method is REQUEST while the promise stands and CANCEL afterwards; UID and SEQUENCE are those
    of the person's feed.
    """
    with opened.read() as work:
        made = invitations.invitation(work, commitment_id=commitment_id)
    return Response(
        made.body,
        media_type=f"text/calendar; method={made.method}",
        headers={"Content-Disposition": f'attachment; filename="invitation-{commitment_id}.ics"'},
    )


def _options(chosen: ChooseOptions) -> Options:
    return Options(**{name: getattr(chosen, name) for name in Options.__struct_fields__})


def _subscribed(request: Request[Any, Any, Any], issued: subscriptions.IssuedSubscription) -> Subscribed:
    url = f"{request.app.state.settings.links_base}/feeds/{issued.secret}.ics"
    webcal = f"webcal://{url.partition('://')[2]}"
    return Subscribed(
        issued.id,
        issued.kind,
        issued.subject_id,
        issued.label,
        issued.options,
        url,
        webcal,
        qr_svg(webcal),
        f"{url}?download=1",
        f"https://calendar.google.com/calendar/r?{urlencode({'cid': webcal})}",
        f"https://outlook.live.com/calendar/0/addfromweb?{urlencode({'url': url, 'name': issued.label})}",
    )


router = Router(
    "/",
    tags=["calendars"],
    route_handlers=[
        subscribe,
        list_subscriptions,
        rename_subscription,
        choose_options,
        rotate_subscription,
        revoke_subscription,
        list_commitments,
        read_invitation,
    ],
)
