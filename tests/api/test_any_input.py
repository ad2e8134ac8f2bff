"""Requests that nobody would write: schemathesis makes them from the description."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from typing import Any

import msgspec
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode

BASE = "http://testserver.local"
Request = tuple[dict[str, Any], frozenset[str]]
"""What is sent, and the statuses of the answers that the description names."""
EXAMPLES = int(os.environ.get("ANY_INPUT_EXAMPLES", "2"))
"""For each operation and way of making them: few in the daily suite, 200 for a thorough search."""


@cache
def requests(description: bytes) -> list[Request]:
    """Making them takes much longer than answering them: they are made once, and sent to both engines."""
    made: list[Request] = []
    schema = schemathesis.openapi.from_dict(msgspec.json.decode(description))
    for found in schema.get_all_operations():
        for mode in GenerationMode:

            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=found.ok().as_strategy(generation_mode=mode))
            def make(case: Case) -> None:
                sent = case.as_transport_kwargs(base_url=BASE)
                sent.pop("cookies", None)
                if isinstance(sent.get("data"), bytes | str):
                    sent["content"] = sent.pop("data")
                made.append((sent, frozenset(case.operation.definition.raw["responses"])))

            with suppress(Unsatisfiable):  # nothing can be wrong where nothing is asked for
                make()
    return made


def test_whatever_fits_the_description_or_nearly_fits(api: Any) -> None:
    """Sent by the street officer, who may do the most: the answer is one of those described."""
    made = requests(api.call("GET", "/openapi.json").content)
    assert len(made) > 500
    for sent, described in made:
        signed_in = {**sent["headers"], "Authorization": f"Bearer {api.secrets['officer']}"}
        answer = api.client.request(**{**sent, "headers": signed_in})
        told = f"{sent}: {answer.status_code} {answer.text[:300]}"
        assert answer.status_code < 500, told
        assert str(answer.status_code) in described, told
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json", told
