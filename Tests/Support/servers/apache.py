"""Apache, whose processes end after a few connections, and end those that they have."""

import pathlib

from servers.base import PLAIN, PRIOR, TLS, Server, program

# What gives bodies back; mod_reflector has none over HTTP/2.
ECHO = """
function handle(r)
  r.content_type = "application/json"
  r:write(r:requestbody() or "")
  return apache2.OK
end
"""
MODULES = pathlib.Path("/usr/lib/apache2/modules")


class Apache(Server):
    name = "apache2"

    def command(self):
        return [program("apache2"), "-D", "FOREGROUND", "-d", str(self.directory), "-f",
                str(self.directory / "configuration")]

    def configuration(self):
        (self.directory / "echo.lua").write_text(ECHO)
        modules = "\n".join(
            f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in (
                "mpm_event", "authz_core", "alias", "headers", "lua", "http2", "ssl"))
        return f"""
{modules}
ServerName localhost
PidFile apache.pid
DefaultRuntimeDir .
ErrorLog error.log
User nobody
Group nogroup
StartServers 2
ThreadsPerChild 16
MaxRequestWorkers 64
MaxConnectionsPerChild 500
MaxKeepAliveRequests 150
Protocols h2c http/1.1
Listen {self.address}:{PLAIN}
Listen {self.address}:{TLS}
Listen {self.address}:{PRIOR}
LuaMapHandler ^/(ok|close)/ {self.directory}/echo.lua handle
RedirectMatch 429 ^/429/
RedirectMatch 503 ^/503/
<VirtualHost *:{TLS}>
  Protocols h2 http/1.1
  SSLEngine on
  SSLCertificateFile server.pem
  SSLCertificateKeyFile server.key
</VirtualHost>
<LocationMatch ^/close/>
  Header set Connection close
</LocationMatch>
"""
