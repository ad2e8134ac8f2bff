"""From data to tally in one script: import the sample office, roster a week, mark it, tally it.

Run it from the checkout: ``.venv/bin/python examples/office_to_tally.py``. It works on a database
in a temporary folder and leaves nothing behind. The people of the sample are synthetic.
"""

import tempfile
from datetime import date, time
from pathlib import Path

from volunteer_core.database import Paging
from volunteer_core.hours import tallies
from volunteer_core.hours.dimensions import Dimension
from volunteer_core.migrations import upgrade
from volunteer_core.opening import open_office
from volunteer_core.permissions import Actor
from volunteer_core.places import directory
from volunteer_core.rosters import assigning, attendance, candidates, coverage, generating, publishing
from volunteer_core.sheets.office import import_folder
from volunteer_core.teams import programmes
from volunteer_core.timespans import at, parse_week

SAMPLE = Path(__file__).parent / "fengxiang"
SCRIPT = Actor.system("示例脚本 office_to_tally")  # the audit log will say so
WEEK = parse_week("2026-W41")  # after the National Day holiday: Thursday, Friday, and a make-up Saturday
BEFORE, AFTER = at(date(2026, 9, 1), time(9)), at(date(2026, 10, 12), time(9))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        office = open_office(f"sqlite:///{folder}/office.sqlite3")
        upgrade(office)

        with office.write(by=SCRIPT, now=BEFORE) as work:
            for imported in import_folder(work, folder=SAMPLE):
                print(f"{imported.file}: {imported.added} added")
            found = programmes.list_programmes(work).items
            school = next(programme.id for programme in found if programme.code == "school")
            sites = directory.list_sites(work).items
            made = generating.generate(work, programme_id=school, first=WEEK.monday, last=WEEK.sunday)
            print(f"{WEEK}: {len(made.added)} shifts at {len(sites)} sites")

        with office.write(by=SCRIPT, now=BEFORE) as work:
            for shift in coverage.week_coverage(work, programme_id=school, week=str(WEEK)).shifts:
                free = [
                    one for one in candidates.candidates(work, shift_id=shift.shift_id) if not one.obstacles
                ]
                leads = [one for one in free if one.lead][: shift.leads]
                others = [one for one in free if one not in leads][: shift.minimum - len(leads)]
                for one in [*leads, *others]:
                    assigning.assign(work, shift_id=shift.shift_id, person_id=one.person_id)
            for site in sites:
                publishing.publish_week(work, programme_id=school, site_id=site.id, week=str(WEEK))

        with office.write(by=SCRIPT, now=AFTER) as work:
            for shift in coverage.week_coverage(work, programme_id=school, week=str(WEEK)).shifts:
                attendance.mark_all_attended(work, shift_id=shift.shift_id)

        with office.read(by=SCRIPT, now=AFTER) as work:
            tally = tallies.tally(work, by=Dimension.COMMUNITY, first=WEEK.monday, last=WEEK.sunday)
            for row in tally.rows:
                print(f"{row.label}: 志愿 {row.service_minutes} 分钟，值班 {row.paid_duty_minutes} 分钟")
            print(f"合计: 志愿 {tally.service_minutes} 分钟，值班 {tally.paid_duty_minutes} 分钟")
            assert directory.list_grids(work, paging=Paging(limit=1)).total == 45  # noqa: S101 - an example
        office.dispose()


if __name__ == "__main__":
    main()
