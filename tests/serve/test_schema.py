"""schemathesis against the OpenAPI document of the own protocol: what it says holds."""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, settings

from boxtrail.serve.app import create_app
from boxtrail.serve.limits import Limits
from boxtrail.serve.served_model import ServedModel
from square_video import square_detector

APPLICATION = create_app(ServedModel(square_detector), Limits(max_sessions=100_000))
OWN = schemathesis.openapi.from_asgi("/openapi.json", APPLICATION).include(
    path_regex="^/(v1/|healthz|readiness|metrics)"
)


@OWN.parametrize()
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_the_document_says(case: schemathesis.Case) -> None:
    case.call_and_validate()
