"""The bytes of a site's files, made when they are asked for and kept for whoever asks next."""

from __future__ import annotations

import threading
from collections import OrderedDict

from hinterland.scene import Files, Maker

KEPT_BYTES = 128 * 2**20


class Kept:
    """Gives files by their paths; those given last are kept, up to KEPT_BYTES. Safe in threads."""

    def __init__(self, files: Files) -> None:
        self._files = files
        # With what made them: a site may grow, and a file is another one where its maker is.
        self._kept: OrderedDict[str, tuple[Maker, bytes]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def __contains__(self, path: object) -> bool:
        return path in self._files

    def bytes_of(self, path: str) -> bytes:
        """A file that there is. Raises whatever its maker does."""
        make = self._files[path]
        with self._lock:
            kept = self._kept.get(path)
            if kept and kept[0] is make:
                self._kept.move_to_end(path)
                return kept[1]
        body = make()
        with self._lock:
            before = self._kept.pop(path, None)
            self._size += len(body) - (len(before[1]) if before else 0)
            self._kept[path] = make, body
            while self._size > KEPT_BYTES:
                self._size -= len(self._kept.popitem(last=False)[1][1])
        return body
