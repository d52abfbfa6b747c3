"""Bodies in gzip, sound and not."""

import gzip
import zlib

from .exchange import CLOSE, path

ENCODED = "Content-Encoding: gzip"
GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
MEGABYTE = 1 << 20
# Behind a full flush, a stream of deflate goes on as if it began there: one piece does for all.
PIECE = 10


@path("gzip")
async def packed(exchange):
    """/gzip             the body in gzip; the half of that with ?cut, no gzip at all with ?none"""
    body = gzip.compress(exchange.body)
    if "cut" in exchange.options:
        body = body[:len(body) // 2]
    await exchange.send(exchange.body if "none" in exchange.options else body, ENCODED)


@path("bomb")
async def bomb(exchange):
    """/bomb             10 GB of zeros in gzip, 10 MB; with ?twice that in gzip again, 17 kB"""
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    piece = packer.compress(bytes(PIECE * MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    # The end, with a checksum and a size that nobody gets to see, is left out.
    pieces = [GZIP_HEAD] + [piece] * (10 * 1024 // PIECE)
    if "twice" in exchange.options:
        packer = zlib.compressobj(9, wbits=31)
        pieces = [packer.compress(piece) for piece in pieces] + [packer.flush()]
    encoding = ENCODED + ", gzip" * ("twice" in exchange.options)
    await exchange.begin(encoding, f"Content-Length: {sum(map(len, pieces))}")
    for piece in pieces:
        await exchange.write(piece)
    return CLOSE
