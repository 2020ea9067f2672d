"""Bodies of requests: read within their limit, small ones into memory."""

from __future__ import annotations

from starlette.requests import Request

from boxtrail.serve.errors import RefusedError


async def read(request: Request, limit: int) -> bytes:
    """The whole body.

    Raises:
        RefusedError: 413 if it has more than ``limit`` bytes, whatever its header says.
    """
    said = request.headers.get("content-length")
    if said is not None and said.isdecimal() and int(said) > limit:
        raise RefusedError(413, f"the body has {said} bytes; at most {limit} are taken")
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise RefusedError(413, f"the body has more than {limit} bytes")
        parts.append(part)
    return b"".join(parts)


__all__ = ["read"]
