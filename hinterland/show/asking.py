"""What a page asks with: a JSON object, neither long nor deep."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import Response

from hinterland.show.faults import fault
from hinterland.types import HinterlandError

__all__ = ["asked_in", "object_in"]

QUESTION_BYTES = 2 * 1024 * 1024
QUESTION_DEPTH = 16


async def asked_in(request: Request) -> bytes | Response:
    """The JSON that a request brings, or the reply that refuses it."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return fault(415, "a question is asked in JSON", "send Content-Type: application/json")
    body = await _body(request)
    if body is None:
        return fault(413, "the question is longer than 2 MiB", "ask for fewer at once")
    return body


async def _body(request: Request) -> bytes | None:
    """The request's body; None as soon as it is too long."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > QUESTION_BYTES:
            return None
    return bytes(body)


def object_in(body: bytes) -> dict[str, object]:
    """The JSON object of a question. HinterlandError where it is none, or nests too deep."""
    try:
        said = json.loads(body.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise HinterlandError(
            "the question is not JSON", "NaN and Infinity are not either"
        ) from None
    if not isinstance(said, dict):
        raise HinterlandError("the question is not a JSON object", 'such as {"epoch": 7}')
    level: list[object] = [said]
    for _ in range(QUESTION_DEPTH):
        inner = [
            each.values() if isinstance(each, dict) else each
            for each in level
            if isinstance(each, dict | list)
        ]
        level = [part for each in inner for part in each if isinstance(part, dict | list)]
    if level:
        raise HinterlandError(f"the question nests deeper than {QUESTION_DEPTH} levels")
    return said


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not a number")
