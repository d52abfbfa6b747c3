"""Bodies in gzip, sound and not."""

import gzip
import zlib

from .exchange import CLOSE, path

ENCODED = "Content-Encoding: gzip"
GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
MEGABYTE = 1 << 20
# Behind a full flush, a stream of deflate goes on as if it began there: one piece does for all.
PIECE = 10


def raw(body):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def corrupt(packed):
    """The same with one bit of the checksum turned over."""
    return packed[:-8] + bytes([packed[-8] ^ 1]) + packed[-7:]


# What becomes of a body, by the option.
PACKINGS = {
    "none": lambda body: body,
    "cut": lambda body: gzip.compress(body)[:-len(body) // 2],
    "untailed": lambda body: gzip.compress(body)[:-1],
    "corrupt": lambda body: corrupt(gzip.compress(body)),
    "garbage": lambda body: gzip.compress(body) + b"garbage",
    "members": lambda body: gzip.compress(body[:3]) + gzip.compress(b"") + gzip.compress(body[3:]),
    "twice": lambda body: gzip.compress(gzip.compress(body)),
    "twice-cut": lambda body: gzip.compress(gzip.compress(body)[:-1]),
}
DEFLATIONS = {
    "raw": raw,
    "raw-cut": lambda body: raw(body)[:-1],
    "cut": lambda body: zlib.compress(body)[:-1],
    "garbage": lambda body: zlib.compress(body) + b"garbage",
}


async def send_packed(exchange, default, packings, encoding):
    pack = next((packings[name] for name in exchange.options if name in packings), default)
    size = exchange.number("bytes")
    body = pack(b'"%s"' % (b"x" * (size - 2)) if size else exchange.body)
    step = exchange.number("step", len(body)) or 1
    await exchange.begin(f"Content-Encoding: {encoding}", f"Content-Length: {len(body)}")
    for start in range(0, len(body), step):
        await exchange.write(body[start:start + step])


@path("gzip")
async def gzipped(exchange):
    """/gzip             the body in gzip, or N bytes with ?bytes=N, S bytes at a time with &step=S;
                    with ?none, ?cut, ?untailed, ?corrupt, ?garbage, ?members, ?twice or
                    ?twice-cut not quite so"""
    encoding = "gzip, GZIP" if exchange.options.keys() & {"twice", "twice-cut"} else "x-gzip"
    await send_packed(exchange, gzip.compress, PACKINGS, encoding)


@path("deflate")
async def deflated(exchange):
    """/deflate          the same in deflate, with a zlib header or ?raw; with ?cut, ?raw-cut or
                    ?garbage not quite so"""
    await send_packed(exchange, zlib.compress, DEFLATIONS, "deflate")


@path("brotli")
async def brotli(exchange):
    """/brotli           an encoding that nobody asked for"""
    await exchange.send(None, "Content-Encoding: br")


@path("bomb")
async def bomb(exchange):
    """/bomb             10 GB of zeros in gzip, 10 MB; with ?twice that in gzip again, 17 kB; with
                    ?thrice once more; with ?hollow 10 GB in a few kB of which nothing comes: gzip
                    of nothing, over and over, in gzip twice, or once with &once"""
    if "hollow" in exchange.options:
        return await send_hollow(exchange)
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    piece = packer.compress(bytes(PIECE * MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    # The end, with a checksum and a size that nobody gets to see, is left out.
    pieces = [GZIP_HEAD] + [piece] * (10 * 1024 // PIECE)
    if "twice" in exchange.options:
        packer = zlib.compressobj(9, wbits=31)
        pieces = [packer.compress(piece) for piece in pieces] + [packer.flush()]
    encoding = ENCODED + ", gzip" * ("twice" in exchange.options)
    if "thrice" in exchange.options:
        pieces, encoding = [gzip.compress(gzip.compress(b"".join(pieces)))], ENCODED + ", gzip, gzip"
    await exchange.begin(encoding, f"Content-Length: {sum(map(len, pieces))}")
    for piece in pieces:
        await exchange.write(piece)
    return CLOSE


async def send_hollow(exchange):
    """Answers with a body that is nothing, packed so that finding that out takes long."""
    nothing = gzip.compress(b"", mtime=0)
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    members = nothing * (PIECE * MEGABYTE // len(nothing))
    piece = packer.compress(members) + packer.flush(zlib.Z_FULL_FLUSH)
    body = GZIP_HEAD + piece * 1024
    times = 2
    if "once" not in exchange.options:
        body, times = gzip.compress(body), 3
    await exchange.begin(
        "Content-Encoding: " + ", ".join(["gzip"] * times), f"Content-Length: {len(body)}")
    await exchange.write(body)
    return CLOSE
