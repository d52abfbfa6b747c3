"""Answers that end too early, too late or never, or are no answers at all."""

import asyncio

from .exchange import CLOSE, path


@path("silent")
async def silent(exchange):
    """/silent           never"""
    await exchange.reader.read()
    return CLOSE


@path("drip")
async def drip(exchange):
    """/drip?ms=N        a byte each N milliseconds, headers and all"""
    body = exchange.body
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body):
        await exchange.write(bytes([byte]))
        await asyncio.sleep(exchange.number("ms") / 1000)


@path("close")
async def close(exchange):
    """/close            the connection is closed instead"""
    return CLOSE


@path("bye")
async def bye(exchange):
    """/bye              the connection is closed after the answer, which doesn't say so"""
    await exchange.send()
    return CLOSE


@path("once")
async def once(exchange):
    """/once             the connection is closed as its next request arrives, noted as lost in the
                    log; reset with ?reset"""
    await exchange.send()
    if await exchange.reader.read(1):
        exchange.note(b"lost")
    return exchange.reset() if "reset" in exchange.options else CLOSE


@path("reset")
async def reset(exchange):
    """/reset            the connection is reset instead; with ?behind=N behind N bytes of a body"""
    if behind := exchange.number("behind"):
        await exchange.begin(f"Content-Length: {behind * 2}")
        await exchange.write(b"x" * behind)
    return exchange.reset()


@path("partial")
async def partial(exchange):
    """/partial          a Content-Length of more than there is, then a close; with ?stay none"""
    await exchange.send(length=len(exchange.body) + 100)
    return await silent(exchange) if "stay" in exchange.options else CLOSE


@path("excess")
async def excess(exchange):
    """/excess           a Content-Length of a byte less than there is"""
    # At once, for in HTTP/1.1 a byte that comes later is the beginning of the next answer.
    body = exchange.body
    await exchange.write(
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body) - 1, body))


@path("chunks")
async def chunks(exchange):
    """/chunks/FAULT     chunks with a size that is none, or huge; cut off, or endless"""
    await exchange.begin("Transfer-Encoding: chunked")
    sound = b"%x\r\n%s\r\n" % (len(exchange.body), exchange.body)
    pieces = {"none": b"size\r\n" + sound, "huge": b"f" * 20 + b"\r\n", "cut": sound[:-3],
              "endless": sound}
    await exchange.write(pieces[exchange.parts[1]])
    return CLOSE


@path("head")
async def head(exchange):
    """/head?bytes=N     N bytes of headers; all in one of them with &one"""
    await exchange.write(b"HTTP/1.1 200 OK\r\n")
    line = b"X-Filler: " + b"x" * 988 + b"\r\n"
    count = exchange.number("bytes") // len(line)
    if "one" in exchange.options:
        await exchange.write(b"X-Filler: ")
    for _ in range(count):
        await exchange.write(b"x" * len(line) if "one" in exchange.options else line)
    if "one" in exchange.options:
        await exchange.write(b"\r\n")
    await exchange.write(b"Content-Length: %d\r\n\r\n%s" % (len(exchange.body), exchange.body))


@path("raw")
async def raw(exchange):
    """/raw?hex=BYTES   these bytes, and nothing else; then a close"""
    await exchange.write(bytes.fromhex(exchange.option("hex")))
    return CLOSE


@path("garbage")
async def garbage(exchange):
    """/garbage          something that isn't HTTP"""
    await exchange.write(b"\x16\x03 220 welcome to something else\r\n\r\n")
    return CLOSE


@path("twice")
async def twice(exchange):
    """/twice            the answer, and a second one, "surplus"; at once, or with ?late behind the
                    first by 50 ms; in chunks with ?chunked; with N spaces around each answer
                    with &pad=N; noted in the log when both are sent"""
    padding = b" " * exchange.number("pad")
    body = padding + exchange.body + padding
    first = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    if "chunked" in exchange.options:
        first = (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
                 % (len(body), body))
    second = b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"surplus"'
    if "late" in exchange.options:
        await exchange.write(first)
        await asyncio.sleep(0.05)
        await exchange.write(second)
    else:
        await exchange.write(first + second)
    exchange.note(b"sent")


@path("early")
async def early(exchange):
    """/early/STATUS      answers before it has read the body, and closes; ?reset: with a reset"""
    await exchange.send(b'"early"', "Connection: close", status=int(exchange.parts[1]))
    if exchange.option("reset") is not None:
        return exchange.reset()
    # A close with something unread would be a reset, which may overtake the answer; servers linger.
    exchange.writer.write_eof()
    while await exchange.reader.read(1 << 16):
        pass
    return CLOSE


@path("trailers")
async def trailers(exchange):
    """/trailers         the body in a chunk, and trailers without end behind it; with ?bytes=N no more
                    than so many, in lines of 100"""
    body = exchange.body
    await exchange.begin("Transfer-Encoding: chunked")
    await exchange.write(b"%x\r\n%s\r\n0\r\n" % (len(body), body))
    line = b"X-Behind: %s\r\n" % (b"x" * 88)
    if size := exchange.number("bytes"):
        return await exchange.write(line * (size // 100) + b"\r\n")
    while True:
        await exchange.write(line * 1000)


@path("hints")
async def hints(exchange):
    """/hints            interim answers without end"""
    while True:
        await exchange.begin(f"X-Hint: {'x' * 1000}", status=103)
