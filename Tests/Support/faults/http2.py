"""HTTP/2 (RFC 9113), as much of it as it takes to give a client its bodies back and then leave.

What the headers of a request say makes no difference here, and so there is no HPACK.
"""

import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
ACK = END_STREAM = 1
END_HEADERS = 4
NO_ERROR, INTERNAL_ERROR = 0, 2
CANCEL = 8
# The entry `:status: 200` of HPACK's static table.
STATUS_200 = b"\x88"
# The name of that entry, and that of `content-length`, with a value that follows.
STATUS, CONTENT_LENGTH = b"\x08", b"\x0f\x0d"
ANSWERS = 10


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


async def read_frame(reader):
    head = await reader.readexactly(9)
    kind, flags, stream = struct.unpack(">BBI", head[3:])
    return kind, flags, stream, await reader.readexactly(int.from_bytes(head[:3], "big"))


async def serve(reader, writer, note, drops):
    """Answers ten requests of a connection, and then says GOAWAY.

    What came behind them is left out; what came before is answered yet. Where the server `drops`
    the connection, the eleventh was begun, and there is no answer to it.
    """
    await reader.readexactly(len(PREFACE))
    writer.write(frame(SETTINGS, 0, 0))
    bodies, answered, last, leaves = {}, 0, 0, False
    while answered <= ANSWERS or not drops:
        kind, flags, stream, payload = await read_frame(reader)
        if leaves and stream > last:
            continue
        if kind == SETTINGS and not flags & ACK:
            writer.write(frame(SETTINGS, ACK, 0))
        elif kind == PING and not flags & ACK:
            writer.write(frame(PING, ACK, 0, payload))
        elif kind == RST_STREAM:
            bodies.pop(stream, None)
        elif kind == HEADERS:
            bodies[stream] = b""
        elif kind == DATA and stream in bodies:
            bodies[stream] += payload
            writer.write(frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", max(1, len(payload)))))
        if kind in (DATA, HEADERS) and flags & END_STREAM and stream in bodies:
            body = bodies.pop(stream)
            answered += 1
            if answered <= ANSWERS or leaves:
                last = max(last, stream)
                note(body)
                writer.write(
                    frame(HEADERS, END_HEADERS, stream, STATUS_200)
                    + frame(DATA, END_STREAM, stream, body))
            elif drops:
                last = max(last, stream)
        if answered == ANSWERS and not drops and not leaves:
            leaves = True
            writer.write(frame(GOAWAY, 0, 0, struct.pack(">II", last, NO_ERROR)))
        await writer.drain()
    writer.write(frame(GOAWAY, 0, 0, struct.pack(">II", last, INTERNAL_ERROR)))
    await writer.drain()


def literal(name, value):
    """A header with a value that is in no table (RFC 7541 section 6.2.2)."""
    return name + bytes([len(value)]) + value


async def serve_early(reader, writer, note):
    """Answers each request as soon as something of its body has come, and resets its stream.

    The body begins with how: a status; `done` or `cancel`, the reason for the reset, or `open` for
    none; and `length`, where the answer says how long it is.
    """
    await reader.readexactly(len(PREFACE))
    writer.write(frame(SETTINGS, 0, 0))
    while True:
        kind, flags, stream, payload = await read_frame(reader)
        if kind == SETTINGS and not flags & ACK:
            writer.write(frame(SETTINGS, ACK, 0))
        elif kind == DATA and payload.startswith(b'"'):
            note(payload[:20])
            status, reason, *rest = payload[1:30].split(b" ")
            head = literal(STATUS, status)
            if rest[:1] == [b"length"]:
                head += literal(CONTENT_LENGTH, b"7")
            writer.write(frame(HEADERS, END_HEADERS, stream, head)
                         + frame(DATA, END_STREAM, stream, b'"early"'))
            if reason != b"open":
                code = CANCEL if reason == b"cancel" else NO_ERROR
                writer.write(frame(RST_STREAM, 0, stream, struct.pack(">I", code)))
        if kind == DATA and payload:
            # Room on the connection, not for the stream.
            writer.write(frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", len(payload))))
        await writer.drain()
