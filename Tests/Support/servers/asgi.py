"""uvicorn and hypercorn, which are for programs in Python; one of those stands below."""

import pathlib
import sys

from servers.base import PLAIN, PRIOR, TLS, Server, program


async def app(scope, receive, send):
    """Gives a request's body back (https://asgi.readthedocs.io)."""
    if scope["type"] != "http":
        return
    body, is_whole = b"", False
    while not is_whole:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message.get("body", b"")
        is_whole = not message.get("more_body", False)
    what = scope["path"].split("/")[1]
    headers = [(b"content-type", b"application/json"),
               (b"content-length", str(len(body)).encode())]
    if what == "close" and scope["http_version"] == "1.1":
        headers.append((b"connection", b"close"))
    status = int(what) if what.isdigit() else 200
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class ASGI(Server):
    # Where the programs of PyPI are; see --venv. Without them, the system's are taken.
    programs = pathlib.Path(sys.prefix, "bin")

    def program(self):
        own = self.programs / self.name
        return own if own.exists() else program(self.name)

    def missing(self):
        return None if self.program() else f"{self.name} is not installed; see --venv"

    def environment(self):
        return {"PYTHONPATH": str(pathlib.Path(__file__).parent.parent),
                "PYTHONDONTWRITEBYTECODE": "1"}


class Uvicorn(ASGI):
    name = "uvicorn"
    protocols = ("h1",)

    def command(self):
        return [self.program(), "servers.asgi:app", "--host", self.address, "--port", str(PLAIN),
                "--no-access-log", "--log-level", "warning"]

    def ports(self):
        return (PLAIN,)


class Hypercorn(ASGI):
    name = "hypercorn"

    def configuration(self):
        return f"""
bind = ["{self.address}:{TLS}"]
insecure_bind = ["{self.address}:{PLAIN}", "{self.address}:{PRIOR}"]
certfile = "server.pem"
keyfile = "server.key"
keep_alive_max_requests = 5000
"""

    def command(self):
        return [self.program(), "-c", "configuration", "servers.asgi:app"]
