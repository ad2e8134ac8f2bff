"""What can be refused, and how a refusal is told to a person and to a program."""

from __future__ import annotations

from typing import ClassVar


class Refused(Exception):
    """The request was refused and nothing was changed.

    Every refusal is a subclass that stands next to the rule it guards. Its docstring says in
    English what is refused, ``code`` names it for programs and never changes, and ``sentence``
    tells the person in Chinese; braces in it are filled from the facts. Facts hold ids, dates
    and numbers, never a person's name, phone or reason, because they end up in logs.
    """

    code: ClassVar[str] = "refused"
    sentence: ClassVar[str] = "请求未被接受。"

    def __init_subclass__(cls, *, code: str | None = None, sentence: str | None = None) -> None:
        super().__init_subclass__()
        if code is not None:
            cls.code = code
        if sentence is not None:
            cls.sentence = sentence

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The Chinese sentence for the person, with the facts filled in."""
        return self.sentence.format_map(_Known(self.facts))

    @property
    def title(self) -> str:
        """The first line of the class's docstring: the same for every refusal of the kind."""
        return (self.__doc__ or self.code).strip().splitlines()[0]


class _Known(dict[str, object]):
    """Leaves a brace whose fact is missing as a dash: a refusal must never fail itself."""

    def __missing__(self, key: str) -> str:
        return "—"


class NotFound(Refused, code="not_found", sentence="没有找到编号为 {id} 的记录。"):
    """There is nothing with that id.

    ``what`` names its kind for programs.
    """

    def __init__(self, what: str, id: object) -> None:  # noqa: A002 - the fact is named id
        super().__init__(what=what, id=id)


class NotAllowed(Refused, code="not_allowed", sentence="您没有权限进行这项操作。"):
    """The caller has no right to this operation on this subject."""


class RuleBroken(Refused, code="rule_broken", sentence="这项操作不符合规则。"):
    """A rule of the domain stands against the request."""


class Conflict(RuleBroken, code="conflict", sentence="与已有的记录冲突，请刷新后再试。"):
    """The state of the subject stands against the request: it exists already, or has changed."""


class Malformed(RuleBroken, code="malformed", sentence="填写的内容有误：{field} {problem}"):
    """A value is not of the form that its field asks for."""

    def __init__(self, field: str, problem: str, **facts: object) -> None:
        super().__init__(field=field, problem=problem, **facts)


class TooOften(RuleBroken, code="too_often", sentence="操作过于频繁，请 {retry_after_seconds} 秒后再试。"):
    """The same was asked for too often in a short time."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(retry_after_seconds=retry_after_seconds)
        self.retry_after_seconds = retry_after_seconds
