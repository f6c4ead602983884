"""Metrics as text, for Prometheus to scrape."""

import threading
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.harness.service import Service


class Exporter(Service):
    """Serves `text`, which may be changed at any time, at `address`."""

    def __init__(self) -> None:
        self.text = ""

    def _start(self, running: ExitStack) -> None:
        exporter = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = exporter.text.encode()
                self.send_response(200)
                self.send_header("content-type", "text/plain; version=0.0.4")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:
                """Nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.address = f"127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, name="exporter", daemon=True)
        thread.start()
        running.callback(thread.join)
        running.callback(server.server_close)
        running.callback(server.shutdown)
