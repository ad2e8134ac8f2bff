"""Requests that nobody would write: schemathesis makes them from the description."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode

BASE = "http://testserver.local"
EXAMPLES = int(os.environ.get("ANY_INPUT_EXAMPLES", "4"))
"""For each operation and way of making them: few in the daily suite, 200 for a thorough search."""


def check(api: Any, case: Case) -> None:
    """Sends a request as the street officer, who may do the most: the answer is one of those described."""
    sent = case.as_transport_kwargs(base_url=BASE)
    sent.pop("cookies", None)
    if isinstance(sent.get("data"), bytes | str):
        sent["content"] = sent.pop("data")
    sent["headers"] = {**sent["headers"], "Authorization": f"Bearer {api.secrets['officer']}"}
    answer = api.client.request(**sent)
    told = f"{sent}: {answer.status_code} {answer.text[:300]}"
    assert answer.status_code < 500, told
    assert str(answer.status_code) in case.operation.definition.raw["responses"], told
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", told


def test_whatever_fits_the_description_or_nearly_fits(api: Any) -> None:
    schema = schemathesis.openapi.from_dict(api.call("GET", "/openapi.json").json())
    for found in schema.get_all_operations():
        for mode in GenerationMode:

            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=list(HealthCheck),
            )
            @given(case=found.ok().as_strategy(generation_mode=mode))
            def try_out(case: Case) -> None:
                check(api, case)

            with suppress(Unsatisfiable):  # nothing can be wrong where nothing is asked for
                try_out()
