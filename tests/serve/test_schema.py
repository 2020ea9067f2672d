"""schemathesis against the OpenAPI document of the own protocol: what it says holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from boxtrail.serve import Client
from boxtrail.serve.app import create_app
from boxtrail.serve.limits import Limits
from boxtrail.serve.served_model import ServedModel
from served_sockets import Running, running

# A document cannot say which options a tracker has, or that bytes are rows of six numbers: 400 is right for those.
INHERENT = [positive_data_acceptance]
OWN = "^/(v1/|healthz|readiness|metrics)"
FEW = settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


LIMITS = Limits(max_sessions=100_000)
APPLICATION = create_app(ServedModel(lambda image: []), LIMITS)
SCHEMA = schemathesis.openapi.from_dict(APPLICATION.api.openapi())


@schemathesis.serializer("application/msgpack")
def as_it_is(context: schemathesis.SerializationContext, value: Any) -> bytes:
    """The document says no more of it than that it is bytes."""
    return value.encode() if isinstance(value, str) else bytes(value)


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running(APPLICATION, LIMITS) as server:
        yield server


@SCHEMA.include(path_regex=OWN).parametrize()
@FEW
def test_every_answer_is_as_the_document_says(case: schemathesis.Case, server: Running) -> None:
    case.call_and_validate(base_url=server.url, excluded_checks=INHERENT)


@SCHEMA.include(path_regex="^/v1/.*{id}").parametrize()
@FEW
def test_every_answer_about_an_open_session_is_too(case: schemathesis.Case, server: Running) -> None:
    with Client(server.url) as client:
        case.path_parameters["id"] = client.open().id
    case.call_and_validate(base_url=server.url, excluded_checks=INHERENT)
