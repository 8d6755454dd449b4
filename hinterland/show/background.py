"""A run in the browser while a program goes on: served by a thread of its own."""

from __future__ import annotations

import threading
import webbrowser
from pathlib import Path
from typing import Any, Self

from hinterland.live import Live
from hinterland.recorder import as_autoencoder
from hinterland.run import Run
from hinterland.show import listen, server
from hinterland.show.built import PAGE
from hinterland.show.living import Living, status
from hinterland.show.site import names_of
from hinterland.types import HinterlandError

START_SECONDS = 10


class Opened:
    """A run that is served until `close`, or until the program ends.

    url: the address of the page, with its token.
    """

    def __init__(self, stop: threading.Event, thread: threading.Thread, url: str) -> None:
        self.url = url
        self._stop, self._thread = stop, thread

    def close(self) -> None:
        """End the server."""
        self._stop.set()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Opened({self.url!r})"


def open_run(
    run: Run | Path | str,
    *,
    encode: Any = None,
    decode: Any = None,
    model: Any = None,
    port: int | None = None,
    browser: bool = True,
) -> Opened:
    """Serve a run to this machine's browser, and go on.

    encode and decode, or model: what the run was recorded from. It answers under the cursor at the
    last epoch, where the run holds no graphs of its model.
    """
    recording = run if isinstance(run, Run) else Run.open(Path(run))
    asked = any(part is not None for part in (encode, decode, model))
    live = Live(
        recording, as_autoencoder(recording, encode, decode, model=model) if asked else None
    )
    token = server.new_token()
    (name,) = names_of([recording.path])
    living = Living({name: recording}, {name: live})
    application = server.app(living, living.lives, token, PAGE, status=lambda: status(living, None))
    told: list[str] = []
    fault: list[BaseException] = []
    ready, stop = threading.Event(), threading.Event()

    def announce(url: str, _: int) -> None:
        told.append(f"{url}#token={token}")
        ready.set()

    def work() -> None:
        try:
            listen.serve(application, port=port, announce=announce, stop=stop)
        except HinterlandError as error:
            fault.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=work, name="hinterland", daemon=True)
    thread.start()
    ready.wait(START_SECONDS)
    if fault:
        raise fault[0]
    if not told:
        raise HinterlandError("the server did not start", "try another port", exit_code=5)
    if browser:
        webbrowser.open(told[0])
    return Opened(stop, thread, told[0])
