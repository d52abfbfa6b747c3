"""nginx, which ends each connection after so many requests: with GOAWAY over HTTP/2."""

import os

from servers.base import PLAIN, PRIOR, TLS, Server, program


class Nginx(Server):
    name = "nginx"

    def command(self):
        # As root, its worker would become a user who may not enter our directory.
        user = ["-g", "user root;"] if os.geteuid() == 0 else []
        return [program("nginx"), "-p", str(self.directory), "-c",
                str(self.directory / "configuration"), "-e", "error.log", *user]

    def configuration(self):
        address, directory = self.address, self.directory
        kinds = "\n".join(f"  {kind}_temp_path {directory}/{kind};" for kind in (
            "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return f"""
daemon off;
worker_processes 2;
pid {directory}/nginx.pid;
error_log {directory}/error.log warn;
events {{ worker_connections 1024; }}
http {{
{kinds}
  access_log off;
  default_type application/json;
  client_body_buffer_size 64k;
  client_body_in_single_buffer on;
  large_client_header_buffers 4 128k;
  keepalive_requests 150;
  ssl_certificate server.pem;
  ssl_certificate_key server.key;
  # nginx can't answer with the body of a request, but with one of its headers.
  upstream echo {{ server unix:{directory}/echo.sock; keepalive 16; }}
  server {{
    listen {address}:{PLAIN};
    listen {address}:{TLS} ssl http2;
    listen {address}:{PRIOR} http2;
    location / {{
      proxy_pass http://echo/;
      proxy_http_version 1.1;
      proxy_method GET;
      proxy_pass_request_headers off;
      proxy_pass_request_body off;
      proxy_set_header Content-Length '';
      proxy_set_header Connection '';
      proxy_set_header X-Body $request_body;
    }}
    location /429/ {{ return 429; }}
    location /503/ {{ return 503; }}
    location /close/ {{
      keepalive_timeout 0;
      proxy_pass http://echo/;
      proxy_http_version 1.1;
      proxy_method GET;
      proxy_pass_request_headers off;
      proxy_pass_request_body off;
      proxy_set_header Content-Length '';
      proxy_set_header Connection '';
      proxy_set_header X-Body $request_body;
    }}
  }}
  server {{
    listen unix:{directory}/echo.sock;
    location / {{ return 200 $http_x_body; }}
  }}
}}
"""
