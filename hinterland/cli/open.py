"""`hinterland open`: runs in the browser."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

import click

from hinterland.cli.given import the_runs
from hinterland.cli.out import Out, speaks
from hinterland.types import HinterlandError


@click.command("open", short_help="Explore a RUN, or several, in the browser.")
@the_runs
@click.option("--port", type=int, help="Default: 8420, or the next that is free.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--url", metavar="URL", help="Where a proxy or a hub has it; {port} is filled in.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.option(
    "--allow-write",
    is_flag=True,
    help="Let the page start, stop and resume trainings; new runs go beside the first RUN.",
)
@click.option(
    "--runs",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where new runs go instead; with --allow-write.",
)
@click.option(
    "--images",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="Images that the page may train on, besides the named data sets; with --allow-write.",
)
@speaks
def open_run(
    runs: tuple[Path, ...],
    port: int | None,
    host: str,
    url: str | None,
    no_browser: bool,
    allow_write: bool,
    folder: Path | None,
    images: tuple[Path, ...],
    out: Out,
) -> None:
    """Explore a RUN in the browser: hover anywhere on the map and see it decoded.

    Of several runs the page shows a list first, and any two side by side. A RUN that is still in
    training is followed: each new epoch appears on the page.

    The address holds a token; who has it can look. Ctrl-C ends the server, and saves and stops what
    it trains. Each start has a new token, unless HINTERLAND_TOKEN holds one.
    """
    if not allow_write and (folder or images):
        raise HinterlandError(
            f"{'--runs' if folder else '--images'} is for trainings from the page",
            "add --allow-write",
        )
    writes = (folder or runs[0].absolute().parent, images) if allow_write else None
    explore(runs, port, host, not no_browser, out, writes, url)


def explore(
    paths: Sequence[Path],
    port: int | None,
    host: str,
    browser: bool,
    out: Out,
    writes: tuple[Path, Sequence[Path]] | None = None,
    url: str | None = None,
) -> None:
    """Chart what is not charted yet, and serve the scenes until a signal ends it.

    writes: where trainings from the page go, and what images they may use besides data sets. url:
    where a proxy has the page.
    """
    from hinterland.run import Run
    from hinterland.show import server
    from hinterland.show.built import PAGE
    from hinterland.show.living import Living, status
    from hinterland.show.outside import hint, outside
    from hinterland.show.site import names_of
    from hinterland.show.training import TrainingRoutes, Trainings

    token = _token() or server.new_token()
    public = outside(url, port) if url else None
    living = Living(dict(zip(names_of(paths), [Run.open(path) for path in paths], strict=True)))
    trainings = Trainings(living, *_allowed(*writes)) if writes else None
    application = server.app(
        living,
        living.lives,
        token,
        PAGE,
        hosts=server.hosts_of(host) | ({public.host} if public else set()),
        origins=[public.origin] if public else [],
        status=lambda: status(living, trainings.status() if trainings else None),
        training=TrainingRoutes(trainings) if trainings else None,
    )

    def announce(url: str, bound: int) -> None:
        address = f"{public.at(bound) if public else url}#token={token}"
        out.tell({"url": address, "port": bound, "pid": os.getpid()}, address)
        sys.stdout.flush()
        if host not in ("127.0.0.1", "localhost", "::1"):
            out.say(f"note: {host} can be reached from other machines, and plain HTTP can be read")
            if writes:
                out.say("note: with --allow-write whoever reads the token there can train here too")
        if not public and (better := hint(os.environ)):
            out.say(f"where this machine is reached through a hub: {better}")
        elif not public and os.environ.get("SSH_CONNECTION"):
            out.say(f"from your own machine: ssh -N -L {bound}:127.0.0.1:{bound} THIS_MACHINE")
        out.say("Ctrl-C ends it")
        if browser and _can_show():
            webbrowser.open(address)

    try:
        server.serve(application, host=host, port=port, announce=announce)
    finally:
        if trainings:
            trainings.close(out.say)


def _token() -> str | None:
    """The token that the environment holds, so that a page stays open while the server restarts."""
    from hinterland.show.security import is_token

    told = os.environ.get("HINTERLAND_TOKEN")
    if told and not is_token(told):
        raise HinterlandError(
            "HINTERLAND_TOKEN is no token: at least 22 letters, digits, - and _",
            'python -c "import secrets; print(secrets.token_urlsafe())"',
        )
    return told or None


def _allowed(folder: Path, images: Sequence[Path]) -> tuple[Path, dict[str, Path]]:
    """The folder of new runs, made where there is none, and the images by the names they go by."""
    from hinterland.show.site import names_of

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HinterlandError(
            f"{folder} cannot be made: {error.strerror}", "choose another --runs"
        ) from None
    return folder.absolute(), dict(
        zip(names_of(images), [path.absolute() for path in images], strict=True)
    )


def _can_show() -> bool:
    """True where a browser would open before the person's eyes."""
    if os.environ.get("SSH_CONNECTION") or not sys.stderr.isatty():
        return False
    graphical = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return sys.platform != "linux" or bool(graphical)
