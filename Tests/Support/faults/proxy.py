"""A proxy: CONNECT, and requests for a whole URL."""

import asyncio
from urllib.parse import urlsplit, urlunsplit

from .exchange import read_exchange


async def serve(reader, writer, log):
    """Serves one request of a client, and what it makes of the connection then."""
    exchange = await read_exchange(reader, writer)
    log(exchange)
    if exchange.method == "CONNECT":
        host, _, port = exchange.target.rpartition(":")
        head = b""
    else:
        url = urlsplit(exchange.target)
        host, port = url.hostname, url.port or 80
        head = request_to_origin(exchange, url)
    try:
        upstream = await asyncio.open_connection(host, port)
    except OSError:
        return await exchange.send(b'"nobody there"', status=502)
    if exchange.method == "CONNECT":
        await exchange.begin()
    upstream[1].write(head)
    await asyncio.gather(relay(reader, upstream[1]), relay(upstream[0], writer))


def request_to_origin(exchange, url):
    """The head of the request as the server is to get it: one, and then no more."""
    target = urlunsplit(("", "", url.path or "/", url.query, ""))
    lines = [f"{exchange.method} {target} HTTP/1.1", "Connection: close", "Via: 1.1 faulty"]
    lines += [f"{name}: {value}" for name, value in exchange.headers
              if not name.lower().startswith("proxy-")]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


async def relay(reader, writer):
    """Passes on what comes, and its end."""
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
