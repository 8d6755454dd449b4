"""Messages in the wire format of protocol buffers, taken apart without their schema."""

from __future__ import annotations

from collections.abc import Iterator

BYTES = 2  # the wire type of text, bytes and messages
FIXED = {1: 8, 5: 4}  # wire types of numbers of so many bytes


def fields(message: bytes) -> Iterator[tuple[int, bytes | int]]:
    """(number, value) of each field that holds bytes or a whole number of no fixed size."""
    for number, value, _ in parts(message):
        if value is not None:
            yield number, value


def parts(message: bytes) -> Iterator[tuple[int, bytes | int | None, bytes]]:
    """(number, value, the field as it stands there) of each field."""
    at = 0
    while at < len(message):
        start = at
        key, at = _read(message, at)
        kind = key & 7
        value: bytes | int | None = None
        if kind == 0:
            value, at = _read(message, at)
        elif kind == BYTES:
            size, at = _read(message, at)
            value, at = message[at : at + size], at + size
        else:
            at += FIXED[kind]
        yield key >> 3, value, message[start:at]


def field(number: int, value: bytes) -> bytes:
    """A field that holds text, bytes or a message."""
    return _varint(number << 3 | BYTES) + _varint(len(value)) + value


def _read(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def _varint(value: int) -> bytes:
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    return bytes(made) + bytes([value])
