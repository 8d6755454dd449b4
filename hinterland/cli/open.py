"""`hinterland open`: a run in the browser."""

from __future__ import annotations

import os
import sys
import webbrowser
from pathlib import Path

import click

from hinterland.cli.out import Out, speaks


@click.command("open")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--port", type=int, help="Default: 8420, or the next that is free.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@speaks
def open_run(run: Path, port: int | None, host: str, no_browser: bool, out: Out) -> None:
    """Explore a RUN in the browser: hover anywhere on the map and see it decoded.

    The address holds a token; who has it can look. Ctrl-C ends the server.
    """
    explore(run, port, host, not no_browser, out)


def explore(path: Path, port: int | None, host: str, browser: bool, out: Out) -> None:
    """Chart what is not charted yet, and serve the scene until a signal ends it."""
    from hinterland.chart import refresh
    from hinterland.live import Live
    from hinterland.run import Run
    from hinterland.scene import compose
    from hinterland.show import server

    run = Run.open(path)
    for _ in refresh(run):
        pass
    live = Live(run)
    scene = compose(run, live=live.questions)
    token = server.new_token()
    page = Path(server.__file__).parent / "static"
    application = server.app(
        scene.files, live.ask, live.questions, token, page, hosts=server.hosts_of(host)
    )

    def announce(url: str, bound: int) -> None:
        address = f"{url}#token={token}"
        out.tell({"url": address, "port": bound, "pid": os.getpid()}, address)
        sys.stdout.flush()
        if host not in ("127.0.0.1", "localhost", "::1"):
            out.say(f"note: {host} can be reached from other machines, and plain HTTP can be read")
        if os.environ.get("SSH_CONNECTION"):
            out.say(f"from your own machine: ssh -N -L {bound}:127.0.0.1:{bound} THIS_MACHINE")
        out.say("Ctrl-C ends it")
        if browser and _can_show():
            webbrowser.open(address)

    server.serve(application, host=host, port=port, announce=announce)


def _can_show() -> bool:
    """True where a browser would open before the person's eyes."""
    if os.environ.get("SSH_CONNECTION") or not sys.stderr.isatty():
        return False
    graphical = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return sys.platform != "linux" or bool(graphical)
