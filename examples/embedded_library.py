"""The library inside another program, without the API: one volunteer, one shift, one calendar.

Run it from the checkout: ``.venv/bin/python examples/embedded_library.py``. All names are made up.
"""

import tempfile
from datetime import UTC, date, datetime

from volunteer_core.calendars import feeds
from volunteer_core.errors import Refused
from volunteer_core.migrations import upgrade
from volunteer_core.opening import open_office
from volunteer_core.people import registry
from volunteer_core.permissions import Actor
from volunteer_core.places import directory
from volunteer_core.rosters import assigning, publishing, shifts
from volunteer_core.teams import membership, programmes
from volunteer_core.workdays.daybook import DayRule

ME = Actor.system("嵌入示例")
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        office = open_office(f"sqlite:///{folder}/office.sqlite3", clock=lambda: NOW)
        upgrade(office)

        with office.write(by=ME) as work:  # one transaction: all of it, or nothing
            community = directory.add_community(work, code="demo", name="示例社区")
            site = directory.add_site(work, community_id=community.id, code="hall", name="社区大堂")
            team = membership.found_team(work, code="tidy", name="清洁队")
            programme = programmes.set_up_programme(
                work, code="tidy", name="文明美家园", day_rule=DayRule.EVERY_DAY, team_id=team.id
            )
            person = registry.register(
                work,
                name="欧阳示例",
                phone="138 0000 0000",
                birth_date=date(1985, 3, 1),
                community_id=community.id,
            )
            membership.join(work, team_id=team.id, person_id=person.id, on=date(2026, 11, 1))
            shift = shifts.add_shift(
                work,
                programme_id=programme.id,
                site_id=site.id,
                starts_at=datetime(2026, 11, 28, 1, tzinfo=UTC),
                ends_at=datetime(2026, 11, 28, 3, tzinfo=UTC),
                minimum=1,
                maximum=5,
            )
            assigning.assign(work, shift_id=shift.id, person_id=person.id)
            publishing.publish_week(work, programme_id=programme.id, site_id=site.id, week="2026-W48")

        try:
            with office.write(by=ME) as work:
                assigning.assign(work, shift_id=shift.id, person_id=person.id)
        except Refused as refusal:  # a stable code for programs, a sentence for people
            print(f"{refusal.code}: {refusal.message}")

        with office.read(by=ME) as work:
            print(feeds.person_feed(work, person_id=person.id).body.decode())
        office.dispose()


if __name__ == "__main__":
    main()
