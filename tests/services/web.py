"""A web server for tests: it serves a folder as static servers do, and misbehaves where a path asks for it.

web.py FOLDER LOG [CERTIFICATE KEY]: prints its port; LOG gets one line for each request: method, path, and the fields
Range, If-Range, If-None-Match and Authorization as far as they were sent.

/NAME            the file, with ETag (of its content), Last-Modified and ranges
/plain/NAME      the same without validators and ranges
/status/N        that status
/flaky/N/NAME    500 for the first N times, then the file
/later/S/NAME    429 with Retry-After: S once, then the file
/cut/NAME        the first half, then the connection ends; the rest is served to whom asks for it
/short/NAME      a Content-Length that is never reached
/gzip/NAME       the file in the coding gzip
/html            an error page with 200
/login           asks for ana:s3cret
/loop            leads to itself
/to?URL          leads there
/endless         never ends
/drip            a byte now and then
"""
import base64
import email.utils
import gzip
import hashlib
import os
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

folder, log = sys.argv[1], open(sys.argv[2], "a", buffering=1)
asked: dict[str, int] = {}
lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", **fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def times(self):
        with lock:
            asked[self.path] = asked.get(self.path, 0) + 1
            return asked[self.path]

    def content(self, name):
        path = os.path.join(folder, name)
        if not os.path.isfile(path):
            return None
        with open(path, "rb") as file:
            return file.read()

    def file(self, name, validators=True, upto=None):
        body = self.content(name)
        if body is None:
            return self.answer(404, b"<html>nothing here</html>", Content_Type="text/html")
        if not validators:
            return self.answer(200, body)
        etag = '"%s"' % hashlib.md5(body).hexdigest()
        fields = {"ETag": etag, "Accept_Ranges": "bytes",
                  "Last_Modified": email.utils.formatdate(os.path.getmtime(os.path.join(folder, name)), usegmt=True)}
        if self.headers.get("If-None-Match") == etag:
            self.send_response(304)
            self.send_header("ETag", etag)
            self.end_headers()
            return None
        wanted = self.headers.get("Range")
        if wanted and self.headers.get("If-Range", etag) == etag:
            first = int(wanted.removeprefix("bytes=").rstrip("-"))
            return self.answer(206, body[first:], Content_Range=f"bytes {first}-{len(body) - 1}/{len(body)}", **fields)
        if upto is None:
            return self.answer(200, body, **fields)
        self.send_response(200)
        for name_, value in fields.items():
            self.send_header(name_.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: int(len(body) * upto)])
        self.close_connection = True
        return None

    def do_GET(self):
        fields = [f"{name}: {self.headers[name]}" for name in ("Range", "If-Range", "If-None-Match", "Authorization")
                  if name in self.headers]
        log.write(" ".join(["GET", self.path, *fields]) + "\n")
        path, _, query = self.path.partition("?")
        if path.startswith("http://"):  # as a proxy is asked
            path = "/" + path.split("/", 3)[3]
        parts = path.strip("/").split("/")
        try:
            self.misbehave(parts, query) if len(parts) > 1 or parts[0] in ALONE else self.file(parts[0])
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def misbehave(self, parts, query):
        kind, name = parts[0], parts[-1]
        if kind == "plain":
            self.file(name, validators=False)
        elif kind == "status":
            self.answer(int(name), b"no")
        elif kind == "flaky":
            self.answer(500, b"no") if self.times() <= int(parts[1]) else self.file(name)
        elif kind == "later":
            self.answer(429, b"no", Retry_After=parts[1]) if self.times() == 1 else self.file(name)
        elif kind == "cut":
            self.file(name, upto=0.5)
        elif kind == "short":
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            self.wfile.write(self.content(name))
            self.close_connection = True
        elif kind == "gzip":
            self.answer(200, gzip.compress(self.content(name), mtime=0), Content_Encoding="gzip")
        elif kind == "html":
            self.answer(200, b"<!DOCTYPE html>\n<html><body>Please log in</body></html>", Content_Type="text/html")
        elif kind == "login":
            wanted = "Basic " + base64.b64encode(b"ana:s3cret").decode()
            good = self.headers.get("Authorization") == wanted
            self.file(name) if good else self.answer(401, b"no", WWW_Authenticate='Basic realm="x"')
        elif kind == "loop":
            self.answer(302, Location="/loop")
        elif kind == "to":
            self.answer(302, Location=query)
        elif kind in ("endless", "drip"):
            self.send_response(200)
            self.end_headers()
            self.close_connection = True
            while True:
                self.wfile.write(b"x" * 65536 if kind == "endless" else b"x")
                time.sleep(0 if kind == "endless" else 0.2)


ALONE = ("html", "loop", "to", "endless", "drip")
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
if len(sys.argv) > 4:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
