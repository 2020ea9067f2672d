"""``boxtrail serve``: tracking for other programs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from boxtrail.cli.failures import one_line_errors
from boxtrail.cli.track import tracker_options
from boxtrail.errors import ConfigError, require

if TYPE_CHECKING:
    from boxtrail.serve.limits import Limits
    from boxtrail.serve.served_model import ServedModel

_model = partial(typer.Option, rich_help_panel="Model")
_server = partial(typer.Option, rich_help_panel="Server")
_limits = partial(typer.Option, rich_help_panel="Limits")


def serve(
    detector: Annotated[
        str, _model(help="As `boxtrail detectors` lists them: motion, onnx:PATH …")
    ] = "motion",
    tracker: Annotated[
        str, _model(help="A name of `boxtrail trackers`, where clients name none.")
    ] = "bytetrack",
    option: Annotated[
        list[str] | None,
        _model("--option", "-o", metavar="KEY=VALUE", help="One tracker option; repeatable."),
    ] = None,
    reid: Annotated[str | None, _model(help="Appearance: histogram, or the path of a model.")] = None,
    device: Annotated[str, _model(help="auto, cpu, cuda, cuda:1.")] = "auto",
    host: Annotated[str, _server(help="Address to listen at; 0.0.0.0 for all of them.")] = "127.0.0.1",
    port: Annotated[int, _server(min=0, max=65535, help="Port; 0 for a free one.")] = 8000,
    token: Annotated[
        str | None, _server(envvar="BOXTRAIL_TOKEN", help="What clients must show; health needs none.")
    ] = None,
    workflows: Annotated[
        Path | None, _server(metavar="DIR", help="Roboflow workflows with a name: DIR/WORKSPACE/ID.json.")
    ] = None,
    video_root: Annotated[
        list[Path] | None, _server(metavar="DIR", help="Folder whose videos pipelines may open; repeatable.")
    ] = None,
    allow_urls: Annotated[
        bool, _server("--allow-urls", help="Clients may name addresses and cameras for the server to open.")
    ] = False,
    max_sessions: Annotated[int, _limits(help="Tracking sessions at once.")] = 256,
    idle_seconds: Annotated[float, _limits(help="An unused session is closed after so long.")] = 600.0,
    max_upload_mb: Annotated[float, _limits(help="Largest request, in megabytes.")] = 512.0,
    workers: Annotated[
        int | None, _limits(help="Threads that decode, detect and track; default: the cores.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Serve tracking over HTTP: to Supervisely's and Roboflow's clients, and by a protocol of its own.

    A live page shows the streams at the server's address; /docs lists the calls there are. Clients that cannot show a
    token may have it in the address: http://HOST:PORT/t/TOKEN.
    """
    with one_line_errors(debug=debug):
        for module in ("uvicorn", "fastapi", "httptools", "PIL"):
            require(module, "serve", "boxtrail serve")
        from boxtrail.serve.limits import Limits
        from boxtrail.serve.served_model import ServedModel

        for folder in [*([workflows] if workflows is not None else []), *(video_root or [])]:
            if not folder.is_dir():
                raise ConfigError(f"no such folder: {folder}")
        limits = Limits(
            max_sessions=max_sessions, idle_seconds=idle_seconds, max_upload_bytes=int(max_upload_mb * 2**20),
            **({} if workers is None else {"workers": workers}),
        )  # fmt: skip
        model = ServedModel(
            detector, tracker, device=device, reid=reid, tracker_options=tracker_options(option or []),
            allow_urls=allow_urls, workflows=workflows, video_roots=video_root or (),
        )  # fmt: skip
        _run(model, limits, host, port, token)


def _run(model: ServedModel, limits: Limits, host: str, port: int, token: str | None) -> None:
    """Listen and answer until somebody stops it."""
    from boxtrail.serve.app import create_app
    from boxtrail.serve.running import bind, make_server, settle

    if token is None and host not in ("127.0.0.1", "localhost", "::1"):
        typer.echo("no --token: everybody who reaches this address may use it", err=True)
    listening = bind(host, port)
    address = f"http://{host}:{listening.getsockname()[1]}"
    typer.echo(f"boxtrail at {address} · {model.spec} · {model.tracker} · Ctrl-C stops", err=True)
    server = make_server(create_app(model, limits, token=token), limits)
    settle()
    server.run(sockets=[listening])


__all__ = ["serve"]
