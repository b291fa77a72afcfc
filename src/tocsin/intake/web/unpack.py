"""A body's Content-Encoding undone, a piece at a time, under bounds."""

import zlib
from collections.abc import Callable, Iterator
from typing import Any

import zstandard

from tocsin.intake.web.refusing import Refused
from tocsin.ports.input import Refusal

FREE_BYTES = 1 << 20
"""So much may come out of a body at any ratio: small bodies of like records compress very well."""
MAX_MEMBERS = 10_000
"""gzip members or zstd frames of one body."""
MAX_WINDOW = 8 << 20
"""Memory that a zstd frame may ask for: what RFC 9659 allows on the web."""
PIECE = 64 << 10
ZSTD_PIECE = 1024
"""Compressed bytes at a time: zstd gives all that is in them at once, some 32 MiB at the worst."""
OUT = 1 << 20

CODINGS = ("gzip", "x-gzip", "deflate", "zstd", "identity")


def unpack(body: bytes, coding: str, *, most: int, ratio: int, take: Callable[[int], bool]) -> bytes:
    """Return what was packed. take: counts memory, and says whether there is any. Raises Refused."""
    pieces, made = [], 0
    allowed = min(most, max(FREE_BYTES, ratio * len(body)))
    for piece in _pieces(body, coding):
        made += len(piece)
        if made > allowed:
            text = f"the body decompresses to over {allowed} bytes (limits.unpacked, limits.ratio); send less in one request"
            raise Refused(413, "unpacked_too_large", text, Refusal.BOMB)
        if not take(len(piece)):
            raise Refused.busy()
        pieces.append(piece)
    return b"".join(pieces)


def _pieces(body: bytes, coding: str) -> Iterator[bytes]:
    try:
        if coding == "zstd":
            yield from _unzstd(memoryview(body))
        elif coding == "deflate":
            yield from _inflate(body, zlib.MAX_WBITS if _has_zlib_head(body) else -zlib.MAX_WBITS)
        else:
            yield from _inflate(body, zlib.MAX_WBITS | 16)
    except (zlib.error, zstandard.ZstdError):
        text = f"the body is not {coding}, or is damaged; say in Content-Encoding what it is"
        raise Refused(400, "bad_encoding", text) from None


def _has_zlib_head(body: bytes) -> bool:
    """`deflate` should be zlib, and is often sent without its head."""
    return len(body) > 1 and body[0] & 15 == 8 and (body[0] << 8 | body[1]) % 31 == 0


def _inflate(body: bytes, window: int) -> Iterator[bytes]:
    stream, members = zlib.decompressobj(window), 1
    for start in range(0, len(body), PIECE):
        piece = body[start : start + PIECE]
        while piece:
            if stream.eof:
                members = _next(members, last=window != zlib.MAX_WBITS | 16)
                stream = zlib.decompressobj(window)
            yield stream.decompress(piece, OUT)
            piece = stream.unused_data if stream.eof else stream.unconsumed_tail
            if stream.eof and not piece.strip(b"\0"):
                piece = b""  # padding
    # What the last piece held may be more than came out of it.
    while not stream.eof and (rest := stream.decompress(b"", OUT)):
        yield rest
    _check_end(stream.eof)


def _unzstd(body: memoryview) -> Iterator[bytes]:
    one = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW)
    stream: Any = one.decompressobj()
    members = 1
    for start in range(0, len(body), ZSTD_PIECE):
        piece = bytes(body[start : start + ZSTD_PIECE])
        while piece:
            if stream.eof:
                members = _next(members, last=False)
                stream = one.decompressobj()
            yield stream.decompress(piece)
            piece = stream.unused_data if stream.eof else b""
    _check_end(bool(stream.eof))


def _next(members: int, *, last: bool) -> int:
    if last or members >= MAX_MEMBERS:
        raise Refused(400, "bad_encoding", "something stands behind the compressed body; send only that")
    return members + 1


def _check_end(whole: bool) -> None:  # noqa: FBT001 (one value, one meaning)
    if not whole:
        raise Refused(400, "bad_encoding", "the compressed body ends too early; send all of it")
