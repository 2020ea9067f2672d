"""Who may come in: a token, shown in any of the ways the clients know; and paths as clients write them."""

from __future__ import annotations

import hmac
import re
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import parse_qs

from boxtrail.serve.body import App, Message, Receive, Send
from boxtrail.serve.errors import error_response

# Roboflow's client shows no key to /info, and none with these two unless told to use headers.
OPEN = frozenset({"/healthz", "/readiness", "/info", "/model/remove", "/model/clear"})
IN_PATH = re.compile(r"/t/([^/]+)(/.*)?")
# Where the key may be in the JSON body instead; whoever reads the body looks at it.
IN_BODY = re.compile(
    r"/infer/|/workflows/run$|/[^/]+/workflows/[^/]+$|/inference_pipelines/|/model/add$|/[^/]+/[0-9]+$"
)


class Access:
    """Checks the token before anything else is done.

    A token may come as ``Authorization: Bearer``, ``x-api-key``, ``?api_key=`` or ``?token=``, in the body of
    Roboflow's requests, or in the address: ``http://host:8000/t/TOKEN``, for clients that can show none.
    """

    def __init__(self, app: App, token: str | None) -> None:
        self._app, self._token = app, token

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Let a request in, or answer 401."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if "//" in path:
            path = re.sub(r"/{2,}", "/", path)  # a base address with a slash at its end gives two
        shown = [] if self._token is None else _shown(scope)
        if path.startswith("/t/") and (match := IN_PATH.fullmatch(path)) is not None:
            shown.append(match[1])
            path = match[2] or "/"
        if path != scope["path"]:
            scope["path"], scope["raw_path"] = path, path.encode("utf-8", "surrogatepass")
        known = self._token is None or any(_same(given, self._token) for given in shown)
        known = known or path in OPEN
        scope.setdefault("state", {})["token"] = None if known else self._token
        if known or (scope["type"] == "http" and IN_BODY.match(path)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4401, "reason": "unauthorized"})
        else:
            await error_response(401, "Unauthorized: the token is missing or wrong")(scope, receive, send)


def may(state: MutableMapping[str, Any] | Any, key: Any) -> bool:
    """Whether a request that was let in on trust shows the right key in its body."""
    wanted = getattr(state, "token", None)
    return wanted is None or (isinstance(key, str) and _same(key, wanted))


def _same(given: str, wanted: str) -> bool:
    """In a time that tells nothing of how much of it is right."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted.encode())


def _shown(scope: Message) -> list[str]:
    found = []
    for name, value in scope["headers"]:
        if name not in (b"authorization", b"x-api-key"):
            continue
        text = value.decode("utf-8", "replace")
        if name == b"authorization" and text[:7].lower() == "bearer ":
            found.append(text[7:].strip())
        elif name == b"x-api-key":
            found.append(text)
    if query := scope.get("query_string"):
        said = parse_qs(query.decode("latin-1"))
        found += said.get("api_key", []) + said.get("token", [])
    return found


__all__ = ["Access", "may"]
