"""See what your autoencoder knows.

Images become an autoencoder, a recording of every epoch, a map, and a page on which every spot of
the map decodes under the cursor. What was trained elsewhere is recorded in three lines:

>>> import hinterland, numpy as np
>>> images = hinterland.read("digits")                          # or an array, uint8 (n, h, w, c)
>>> encode = lambda x: x.reshape(len(x), -1)[:, [20, 28]]       # float32 (n, 8, 8, 1) -> (n, 2)
>>> decode = lambda z: np.repeat(z, 32, axis=1).reshape(-1, 8, 8, 1)
>>> run = hinterland.record("runs/mine", encode=encode, decode=decode, images=images)
>>> run.latents(0).shape
(1797, 2)

`Recorder` records every epoch of a loop of your own, of Lightning or of Keras (docs/record.md).
`load` opens any run to work with its latents, without a server and without torch (docs/python.md).
`explore` shows it in a notebook, selection and all (docs/notebook.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hinterland.data import read
    from hinterland.recorder import Recorder, record
    from hinterland.run import Run
    from hinterland.show.background import open_run as open  # noqa: A004  as the command is called
    from hinterland.show.reader import load
    from hinterland.show.widget import explore
    from hinterland.types import HinterlandError

__all__ = ["HinterlandError", "Recorder", "Run", "explore", "load", "open", "read", "record"]

_PLACES = {
    "HinterlandError": "types:HinterlandError",
    "Recorder": "recorder:Recorder",
    "Run": "run:Run",
    "explore": "show.widget:explore",
    "load": "show.reader:load",
    "open": "show.background:open_run",
    "read": "data:read",
    "record": "recorder:record",
}


def __getattr__(name: str) -> Any:
    """A public name, imported when it is first used: `import hinterland` loads nothing heavy."""
    if name not in _PLACES:
        raise AttributeError(f"module 'hinterland' has no attribute '{name}'")
    from importlib import import_module

    module, _, attribute = _PLACES[name].partition(":")
    found = getattr(import_module(f"hinterland.{module}"), attribute)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
