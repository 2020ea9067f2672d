"""Routes whose bodies FastAPI validates, with JSON as the standard has it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from boxtrail.errors import InvalidInputError
from boxtrail.serve.body import parse_json


class StrictRequest(Request):
    """A request that takes no NaN, no half of a character and no number that is none to others."""

    async def json(self) -> Any:
        """The value of the body.

        Raises:
            HTTPException: 400 if it is no JSON.
        """
        try:
            return parse_json(await self.body())
        except InvalidInputError as error:
            raise HTTPException(400, str(error)) from error


class StrictRoute(APIRoute):
    """A route that reads its body so."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """As FastAPI's own, over another request."""
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handle(StrictRequest(request.scope, request.receive))

        return strict


__all__ = ["StrictRoute"]
