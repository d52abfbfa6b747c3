"""A request, and the means to answer it."""

import socket
import struct
from urllib.parse import parse_qs, urlsplit

# What a handler returns to have the connection closed.
CLOSE = "close"

# What to do for the first part of a path, by that part; filled in by the modules beside this one.
handlers = {}


def path(name):
    """Declares a handler: what is done where a path begins with that name."""

    def declare(handler):
        handlers[name] = handler
        return handler

    return declare


class Exchange:
    def __init__(self, reader, writer, method, target, headers):
        self.reader, self.writer = reader, writer
        self.method, self.target, self.headers = method, target, headers
        self.body = b""
        # Writes an entry in the log that has this for its body, beside that of the request.
        self.note = lambda text: None
        url = urlsplit(target)
        self.path = url.path
        self.options = parse_qs(url.query, keep_blank_values=True)

    @property
    def parts(self):
        return self.path.removeprefix("/").split("/")

    def option(self, name, default=None):
        return self.options.get(name, [default])[0]

    def number(self, name, default=0):
        return int(self.option(name, default))

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name), None)

    async def write(self, data):
        self.writer.write(data)
        await self.writer.drain()

    async def begin(self, *headers, status=200, version="1.1"):
        """Sends the head of an answer."""
        lines = "".join(f"{line}\r\n" for line in headers)
        await self.write(f"HTTP/{version} {status} Whatever\r\n{lines}\r\n".encode("latin-1"))

    async def send(self, body=None, *headers, status=200, length=None):
        """Sends an answer; without a body, the request's, as if it had that length."""
        body = self.body if body is None else body
        length = len(body) if length is None else length
        await self.begin(f"Content-Length: {length}", *headers, status=status)
        if self.method != "HEAD" and status not in (204, 304):
            await self.write(body)

    def reset(self):
        """Has the connection end with a reset instead of an end of file."""
        self.writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
        return CLOSE


async def read_exchange(reader, writer):
    """Reads a request, but for its body; None at the connection's end."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    method, target, _ = first.split(" ")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    return Exchange(reader, writer, method, target, headers)


async def read_body(exchange):
    """Reads the body, and gives leave to send it where that is asked for."""
    if (exchange.header("expect") or "").lower() == "100-continue":
        await exchange.begin(status=100)
    exchange.body = await exchange.reader.readexactly(int(exchange.header("content-length") or 0))
