"""Two stand-in model servers for a first try: blue on port 8081, green on port 8082.

    python3 models.py [BLUE_PORT GREEN_PORT]

Each answers every request with its name, and health checks (/healthz) with 200. Ctrl-C ends both.
Needs Python 3.8 or later and nothing else. In production your own model servers take their place.
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


def model(name: str, port: int) -> ThreadingHTTPServer:
    """A server on a loopback port; it does not serve yet."""

    class Model(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65536  # one packet for each answer

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            body = f'{{"model": "{name}"}}\n'.encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST

        def log_message(self, format: str, *arguments: object) -> None:
            """Envoy's access log says enough."""

    return ThreadingHTTPServer(("127.0.0.1", port), Model)


if __name__ == "__main__":
    blue_port, green_port = map(int, sys.argv[1:3] or (8081, 8082))
    blue, green = model("blue", blue_port), model("green", green_port)
    Thread(target=green.serve_forever, daemon=True).start()
    print(f"blue on 127.0.0.1:{blue_port}, green on 127.0.0.1:{green_port}", flush=True)
    try:
        blue.serve_forever()
    except KeyboardInterrupt:
        pass
