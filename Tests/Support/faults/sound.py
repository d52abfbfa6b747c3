"""Answers that are as they should be, though not all of them are usual."""

import asyncio
import json

from .exchange import CLOSE, path
from .flow import count_try


@path("status")
async def status(exchange):
    """/status/NNN       with that status"""
    await exchange.send(status=int(exchange.parts[1]))


@path("headers")
async def headers(exchange):
    """/headers          the body is {"method":…,"target":…,"headers":[[name,value],…],"body":…}"""
    seen = {"method": exchange.method, "target": exchange.target, "headers": exchange.headers,
            "body": exchange.body.decode()}
    await exchange.send(json.dumps(seen).encode())


@path("text")
async def text(exchange):
    """/text             plain text"""
    await exchange.send(b'plain "text"\n', "Content-Type: text/plain")


@path("binary")
async def binary(exchange):
    """/binary           bytes that are not UTF-8"""
    await exchange.send(b"\xff\xfe\x00\x01")


@path("empty")
async def empty(exchange):
    """/empty            no body"""
    await exchange.send(b"")


@path("lines")
async def lines(exchange):
    """/lines            JSON over several lines"""
    await exchange.send(b'\n{\r\n  "id": 12345678901234567890,\n  "a": [\n    1.0\n  ]\n}\n')


@path("typed")
async def typed(exchange):
    """/typed?hex=BYTES these bytes, with the Content-Type of &type=TYPE and the Content-Encoding of
                    &coding=NAME, and on every second try of a body the body itself with &torn"""
    tries = count_try(exchange) if "torn" in exchange.options else 1
    body = bytes.fromhex(exchange.option("hex")) if tries % 2 else exchange.body
    coding = [f"Content-Encoding: {exchange.option('coding')}"] if "coding" in exchange.options else []
    await exchange.send(
        body, f"Content-Type: {exchange.option('type', 'application/json')}", *coding)


@path("chunked")
async def chunked(exchange):
    """/chunked          the body in chunks of one byte, and a header behind it"""
    await exchange.begin("Transfer-Encoding: chunked")
    pieces = b"".join(b"1\r\n%c\r\n" % byte for byte in exchange.body)
    await exchange.write(pieces + b"0\r\nX-Behind: 1\r\n\r\n")


@path("cookies")
async def cookies(exchange):
    """/cookies          headers that come twice, and one that is folded"""
    await exchange.send(
        None, "Set-Cookie: a=1; Path=/, b", "X-Two: one", "set-cookie: b=2", "x-two: two",
        "X-Folded: one\r\n  two", "X-Latin: gr\xfcn")


@path("big")
async def big(exchange):
    """/big?bytes=N      a JSON string of N bytes; without Content-Length with &chunked"""
    body = b'"%s"' % (b"x" * (exchange.number("bytes") - 2))
    if "chunked" not in exchange.options:
        return await exchange.send(body)
    await exchange.begin("Transfer-Encoding: chunked")
    await exchange.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))


@path("slow")
async def slow(exchange):
    """/slow?ms=N        after that time"""
    await asyncio.sleep(exchange.number("ms") / 1000)
    await exchange.send()


@path("old")
async def old(exchange):
    """/old              HTTP/1.0: no Content-Length, the connection's end is the body's"""
    await exchange.begin(version="1.0")
    await exchange.write(exchange.body)
    return CLOSE


@path("interim")
async def interim(exchange):
    """/interim          behind 100, 103 with a header of its own, and 100 again"""
    await exchange.begin(status=100)
    await exchange.begin("Link: </style.css>; rel=preload", status=103)
    await exchange.begin(status=100)
    await exchange.send()


@path("redirect")
async def redirect(exchange):
    """/redirect?to=URL  a redirect with status 302, or &status=NNN"""
    await exchange.send(
        b"", f"Location: {exchange.option('to')}", status=exchange.number("status", 302))


@path("loop")
async def loop(exchange):
    """/loop             a redirect to itself"""
    await exchange.send(b"", f"Location: {exchange.target}", status=307)
