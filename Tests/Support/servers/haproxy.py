"""haproxy, which answers by itself; what closes a connection is GOAWAY over HTTP/2."""

from servers.base import PLAIN, PRIOR, TLS, Server, program


class HAProxy(Server):
    name = "haproxy"

    def command(self):
        return [program("haproxy"), "-db", "-f", str(self.directory / "configuration")]

    def configuration(self):
        return f"""
global
  tune.bufsize 65536
defaults
  mode http
  timeout client 30s
  timeout server 30s
  timeout connect 5s
frontend echo
  bind {self.address}:{PLAIN}
  bind {self.address}:{TLS} ssl crt {self.directory}/both.pem alpn h2,http/1.1
  bind {self.address}:{PRIOR} proto h2
  option http-buffer-request
  http-after-response set-header Connection close if {{ capture.req.uri -m beg /close/ }}
  http-request return status 429 if {{ path_beg /429/ }}
  http-request return status 503 if {{ path_beg /503/ }}
  http-request return status 200 content-type application/json lf-string %[req.body]
"""
