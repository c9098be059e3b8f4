"""Stands between an SDK and Weir and behaves badly, by plan."""

import collections
import http.client
import http.server
import threading
import time

#: What may happen to a request. `lost`: it arrives, its answer does not. `hang`: it arrives, the answer takes for ever.
FAULTS = ("500", "429", "429 with Retry-After", "lost", "hang")


class Proxy:
    """Forwards POSTs; the faults of `plan` befall every other request until they are used up."""

    def __init__(self, upstream):
        self.plan, self.done, self.turn, self.lock = collections.deque(), collections.Counter(), 0, threading.Lock()
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                """Says nothing."""

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                fault = proxy.next()
                if fault in ("500", "429", "429 with Retry-After"):
                    more = {"Retry-After": "1"} if fault.endswith("After") else {}
                    return self.answer(int(fault[:3]), more, b"not now")
                there = http.client.HTTPConnection(upstream, timeout=30)
                headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
                there.request("POST", self.path, body, headers)
                answer = there.getresponse()
                text = answer.read()
                there.close()
                if fault == "hang":
                    time.sleep(2.5)
                if fault in ("lost", "hang"):
                    self.close_connection = True
                    return self.connection.close()
                return self.answer(answer.status, {}, text)

            def answer(self, status, more, text):
                self.send_response(status)
                for key, value in {**more, "Content-Length": str(len(text)), "Content-Type": "text/plain"}.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(text)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                """A client that hung up is what is wanted here."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self):
        """The fault of this request, or none."""
        with self.lock:
            self.turn += 1
            if self.turn % 2 and self.plan:
                fault = self.plan.popleft()
                self.done[fault] += 1
                return fault
            return None

    def behave(self, faults):
        """Sets the plan; whatever is left of the one before is a mistake of the test."""
        if self.plan:
            raise SystemExit(f"faults that no request met: {list(self.plan)}")
        self.plan.extend(faults)
