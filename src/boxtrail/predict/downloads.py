"""Images and videos at addresses: fetched only when asked, within limits, and never from the inside of a network."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from boxtrail.errors import SourceError, require

MAX_BYTES = 200 * 2**20
MAX_REDIRECTS = 3
SECONDS = 30.0
_CHUNK = 1 << 16


def fetch(url: str, *, max_bytes: int = MAX_BYTES, allow_private: bool = False) -> Path:
    """The file at ``url``, in a temporary file that the caller deletes.

    Only http and https, at most ``max_bytes``, at most :data:`MAX_REDIRECTS` redirects, each of which must lead to a
    public
    address too: a server that fetches what a stranger names would otherwise open its own network to him.

    Raises:
        SourceError: if the address is not allowed, or cannot be read in full.
        MissingExtraError: without ``httpx``.
    """
    httpx = require("httpx", "predict", "fetching an address")
    try:
        # A proxy of the environment would look the name up itself, and might find another address.
        with httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False) as client:
            for _ in range(MAX_REDIRECTS + 1):
                with _open(client, url, allow_private=allow_private) as answer:
                    if not answer.is_redirect:
                        return _save(answer, url, max_bytes)
                    url = urljoin(url, answer.headers["location"])
    except httpx.HTTPError as error:
        raise SourceError(f"cannot fetch {_shown(url)}: {error or type(error).__name__}") from error
    raise SourceError(f"cannot fetch {_shown(url)}: more than {MAX_REDIRECTS} redirects")


def _open(client: Any, url: str, *, allow_private: bool) -> Any:
    """The answer of the very address that was looked at: asked again, a name may lead elsewhere."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SourceError(f"cannot fetch {_shown(url)}: an address begins with http:// or https://")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _address(parts.hostname, port, allow_private=allow_private)
    host = f"[{address}]" if ":" in address else address
    return client.stream(
        "GET",
        urlunsplit((parts.scheme, f"{host}:{port}", parts.path or "/", parts.query, "")),
        headers={"Host": parts.netloc.rpartition("@")[2]},
        extensions={"sni_hostname": parts.hostname},
    )


def _address(name: str, port: int, *, allow_private: bool) -> str:
    """The first address behind a name, of which none may be private."""
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise SourceError(f"cannot fetch from {name}: no such host") from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not allow_private and not all(ipaddress.ip_address(address).is_global for address in addresses):
        raise SourceError(f"cannot fetch from {name}: it is a private address")
    return addresses[0]


def _save(answer: Any, url: str, max_bytes: int) -> Path:
    if answer.status_code != 200:
        raise SourceError(f"cannot fetch {_shown(url)}: the answer is {answer.status_code}")
    suffix = Path(urlsplit(url).path).suffix
    path: Path | None = None
    try:
        with NamedTemporaryFile(prefix="boxtrail-", suffix=suffix, delete=False) as file:
            path, size = Path(file.name), 0
            for chunk in answer.iter_bytes(_CHUNK):
                size += len(chunk)
                if size > max_bytes:
                    raise SourceError(f"cannot fetch {_shown(url)}: it has more than {max_bytes} bytes")
                file.write(chunk)
    except BaseException:
        if path is not None:
            path.unlink(missing_ok=True)
        raise
    return path


def _shown(url: str) -> str:
    """Without user, password and query, which may be secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}{parts.path}"


__all__ = ["MAX_BYTES", "MAX_REDIRECTS", "fetch"]
