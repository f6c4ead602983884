"""A small model server: `python -m tests.tour.server --version 1 --port 0`.

It trains its version, prints the port it listens on, and answers on loopback:

    POST /v1/models/fraud:predict  {"instances": [{"amount": 12.5, …}]}
                                -> {"predictions": [0.0312], "model": "fraud", "version": "1"}
    POST /v1/models/fraud:load     {"version": "2"}
                                -> {"version": "2"}: from now on it serves that one
    GET /healthz                -> {"status": "ok"}

A bad request gets 400 and {"error": "…"}, one that a faulty version fails on 500.
"""

import argparse
import json
import signal
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.tour.model import FEATURES, SLOW, TRAINED_AS, Model, Transaction, fails, train

MOST_BYTES = 1_000_000
SLOW_SECONDS = 0.4


class Fault(Exception):
    """A version fails on a payment."""


class ModelServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, model: Model, port: int) -> None:
        self.model = model
        super().__init__(("127.0.0.1", port), Conversation)

    def predict(self, body: bytes) -> dict[str, object]:
        """The answer to the body of a request; ValueError says what is wrong with it."""
        try:
            question = json.loads(body)
        except (UnicodeDecodeError, RecursionError, json.JSONDecodeError) as error:
            raise ValueError("the body is not JSON") from error
        if not isinstance(question, dict) or not isinstance(question.get("instances"), list):
            raise ValueError('the body has no list of instances')
        model = self.model
        if model.version == SLOW:
            time.sleep(SLOW_SECONDS)
        predictions = []
        for number, instance in enumerate(question["instances"]):
            try:
                transaction = Transaction.from_json(instance)
            except ValueError as error:
                raise ValueError(f"instances[{number}]: {error}") from error
            if fails(model.version, transaction):
                raise Fault("the age of the device is missing")
            predictions.append(model.score(transaction))
        return {"predictions": predictions, "model": "fraud", "version": model.version}

    def load(self, body: bytes) -> dict[str, object]:
        """Serves another version; ValueError says what is wrong with the request."""
        version = json.loads(body).get("version")
        if version not in FEATURES.keys() | TRAINED_AS.keys():
            raise ValueError(f"there is no version {version}")
        self.model = train(version)
        return {"version": version}


class Conversation(BaseHTTPRequestHandler):
    """One connection; it is kept open from request to request."""

    server: ModelServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # buffered: headers and body leave in one packet

    def do_GET(self) -> None:
        if self.path == "/healthz":
            self._answer(HTTPStatus.OK, {"status": "ok"})
        else:
            self._answer(HTTPStatus.NOT_FOUND, {"error": "not found"})

    def do_POST(self) -> None:
        length = self.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            self.close_connection = True  # where the next request starts is unknown
            self._answer(HTTPStatus.BAD_REQUEST, {"error": f"content-length is not a number up to {MOST_BYTES}"})
            return
        body = self.rfile.read(int(length))
        answers = {"/v1/models/fraud:predict": self.server.predict, "/v1/models/fraud:load": self.server.load}
        if self.path not in answers:
            self._answer(HTTPStatus.NOT_FOUND, {"error": "not found"})
            return
        try:
            self._answer(HTTPStatus.OK, answers[self.path](body))
        except Fault as error:
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, {"error": str(error)})
        except ValueError as error:
            self._answer(HTTPStatus.BAD_REQUEST, {"error": str(error)})

    def _answer(self, status: HTTPStatus, value: dict[str, object]) -> None:
        body = json.dumps(value).encode() + b"\n"
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the terminal belongs to the tour."""


def main() -> None:
    arguments = argparse.ArgumentParser(description="Serve one version of the fraud model.")
    arguments.add_argument("--version", choices=sorted(FEATURES), required=True)
    arguments.add_argument("--port", type=int, default=0, help="0 takes a free one")
    options = arguments.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        for version in TRAINED_AS:
            train(version)
        with ModelServer(train(options.version), options.port) as server:
            print(server.server_port, flush=True)
            server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
