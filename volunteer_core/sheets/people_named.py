"""Finding the person whom a line means: by code, or by name and phone."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import select

from volunteer_core.database import Work
from volunteer_core.errors import Malformed
from volunteer_core.people.masking import checked_phone
from volunteer_core.people.models import Person
from volunteer_core.sheets.cells import plain
from volunteer_core.sheets.lookup import UNKNOWN_CODE
from volunteer_core.sheets.reading import Row


class PeopleNamed:
    """All people but visitors, who never served; read once. Problems repeat no name and no phone."""

    def __init__(self, work: Work) -> None:
        self._by_code: dict[str, Person] = {}
        self._by_name: dict[tuple[str, str], list[Person]] = defaultdict(list)
        for person in work.scalars(select(Person).where(~Person.visitor)):
            self._by_code[person.code] = person
            self._by_name[plain(person.name), person.phone].append(person)

    def of(self, row: Row[Any]) -> Person | None:
        """The person of a line; None if, noted as a problem, nobody or several could be meant.

        A name alone is not enough: two people may bear it, and one of them has yet to be registered.
        """
        code, name = row.text("code"), row.text("name")
        if code:
            person = row.read("code", self._of_code)
            if person is not None and name and plain(name) != plain(person.name):
                row.note("name", "与编号不是同一个人，请核对。")
                return None
            return person
        if not name:
            row.note("code", "请填写编号，或姓名和电话。")
            return None
        phone = row.need("phone", checked_phone)
        if not phone:
            return None
        people = self._by_name.get((plain(name), phone), [])
        if len(people) != 1:
            row.note(
                "name", "不止一人是这个姓名和电话，请填写编号。" if people else "没有这个姓名和电话的人员。"
            )
            return None
        return people[0]

    def _of_code(self, text: str) -> Person:
        person = self._by_code.get(plain(text))
        if person is None:
            raise Malformed("code", UNKNOWN_CODE)
        return person
