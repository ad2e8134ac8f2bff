"""The application with a route that only inserts a row, to compare others with.

``python -m tests.events.bare_rows --port … --workers …`` serves it as ``volunteer serve`` would.
"""

from __future__ import annotations

from typing import Any

from litestar import Litestar, Request
from litestar import post as bare_post
from litestar.params import JSONBody
from sqlalchemy import create_engine, text

from api import logs
from api.app import create_app
from api.incoming import Body
from api.settings import read_settings
from tests.running import serve_app
from volunteer_core.database import Database
from volunteer_core.opening import open_office
from volunteer_core.permissions import Actor

PATH = "/bare-rows"
SCRIPT = Actor.system("test")


class BareRow(Body):
    """What the row holds."""

    person_id: int


@bare_post(PATH, sync_to_thread=True, opt={"operation": None, "query_names": frozenset(), "methods": "POST"})
def insert_row(request: Request[Any, Any, Any], data: JSONBody[BareRow]) -> BareRow:
    """The least that a request can write."""
    insert_one(request.app.state.database, data.person_id)
    return data


def insert_one(office: Database, number: int) -> None:
    """The least that a transaction can write."""
    with office.write(by=SCRIPT) as work:
        work.connection().execute(text("INSERT INTO bare_rows VALUES (:n)"), {"n": number})


def make_table(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE bare_rows (n INTEGER NOT NULL)"))
    engine.dispose()


def app() -> Litestar:
    """What a worker serves."""
    settings = read_settings()
    logs.configure(settings.log_level)
    office = open_office(settings.database_url, clock=settings.clock, pool_size=settings.threads)
    served = create_app(office, settings)
    served.register(insert_row)
    return served


if __name__ == "__main__":
    serve_app("tests.events.bare_rows:app")
