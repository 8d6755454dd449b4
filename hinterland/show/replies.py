"""What a widget's page asks of the kernel, and the answers: a site's files in messages."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import cache
from typing import Any
from weakref import WeakValueDictionary

from hinterland.live import Live
from hinterland.scene import Files
from hinterland.show.built import PAGE
from hinterland.show.kept import Kept
from hinterland.types import HinterlandError, cited

# In one message: what brokers and proxies between a kernel and a far page let through.
PART = 4 * 2**20
# The wasm packs to a third at once; the best that there is saves a tenth more and takes seconds.
PACKING = 1

Reply = tuple[dict[str, Any], list[bytes]]


class Replies:
    """Answers the messages of a page (docs/formats.md). Safe in threads; knows no widget.

    files: path -> what makes its bytes (see `site.gather`). lives: who answers for a scene.
    """

    def __init__(self, files: Files, lives: Mapping[str, Live]) -> None:
        self._files, self._lives = Kept(files), lives

    def to(self, asked: Any) -> Iterator[Reply]:
        """The messages that answer one: nothing, where it was no question to us.

        Each is what is said and the bytes that go with it: parts of the whole, or an error.
        """
        if not isinstance(asked, dict) or not isinstance(asked.get("id"), str):
            return
        told = {"id": asked["id"]}
        try:
            whole = memoryview(self._answer(asked))
        except HinterlandError as error:
            yield {**told, "error": error.message, "hint": error.hint}, []
            return
        except OSError as error:
            fault = f"the file {asked.get('file')!r} cannot be read: {error.strerror}"
            yield {**told, "error": fault, "hint": "restore it from a copy"}, []
            return
        parts = max(1, -(-len(whole) // PART))
        for part in range(parts):
            piece = bytes(whole[part * PART : (part + 1) * PART])
            yield {**told, "part": part, "parts": parts}, [piece]

    def _answer(self, asked: Mapping[str, Any]) -> bytes:
        if asked.get("runtime") is True:
            return runtime()
        if "question" in asked:
            return self._asked(asked)
        path = asked.get("file")
        if not isinstance(path, str) or path not in self._files:
            raise HinterlandError(f"there is no file {cited(path)} here")
        return self._files.bytes_of(path)

    def _asked(self, asked: Mapping[str, Any]) -> bytes:
        scene, question, told = (asked.get(name) for name in ("scene", "question", "told"))
        live = self._lives.get(scene) if isinstance(scene, str) else None
        if live is None or question not in live.questions or not isinstance(told, dict):
            raise HinterlandError(f"there is no question {cited(question)} here")
        return live.ask(str(question), told)


_SHARED: WeakValueDictionary[Hashable, Replies] = WeakValueDictionary()


def shared(key: Hashable, make: Callable[[], Replies]) -> Replies:
    """Those of that key as long as anybody has them: ten widgets of one run measure it once."""
    found = _SHARED.get(key)
    if found is None:
        found = _SHARED[key] = make()
    return found


@cache
def runtime() -> bytes:
    """The wasm of ONNX Runtime as the page has it, in zlib's form."""
    found = sorted((PAGE / "assets").glob("ort-wasm-*.wasm"))
    if not found:
        raise HinterlandError(
            "the page is not built: it has no decoder", "in a checkout: make page"
        )
    return zlib.compress(found[0].read_bytes(), PACKING)
