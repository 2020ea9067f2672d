"""What a Ray worker runs. It travels as source, not by name: a node without boxtrail can say so."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import ray


def run_on_node(call: bytes, expected: str, folder: str) -> tuple[str, str, str, bytes]:
    """Make the call if this node runs the code of the one who asks.

    Args:
        call: see :func:`boxtrail.execution.messages.request`.
        expected: the asker's code; see :func:`boxtrail.execution.code_version.code_version`.
        folder: where the asker runs; relative paths mean the same here if this node has it.

    Returns:
        id of the node, name of the node, its code, and the reply, empty where the code differs.
    """
    node = ray.get_runtime_context().get_node_id()
    name = f"{socket.gethostname()} ({ray.util.get_node_ip_address()})"
    try:
        from boxtrail.execution.code_version import code_version
        from boxtrail.execution.messages import answer
    except ImportError as error:
        return node, name, f"no boxtrail that can be used ({error})", b""
    found = code_version()
    if found != expected:
        return node, name, found, b""
    if Path(folder).is_dir():
        os.chdir(folder)
    return node, name, found, answer(call)
