"""Throws generated requests at every route of the OpenAPI document, as each kind of caller that Weir knows,
and asks that no answer is a server error, that every answer is what the document says, and that the money
still adds up afterwards.

Needs WEIR_BIN, the program to test; schemathesis is in requirements.txt. Same seed, same requests:
FUZZ_SEED and FUZZ_EXAMPLES (requests a route) change them.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).parent
WEIR = os.environ["WEIR_BIN"]
SEED = os.environ.get("FUZZ_SEED", "20250601")
EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "20")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"



def weir(*args):
    done = subprocess.run([WEIR, *args], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def serve(data):
    """Starts the server on a free port; answers the process and its address."""
    server = subprocess.Popen([WEIR, "serve", "--data", data, "--port", "0"], stdout=subprocess.PIPE, text=True)
    for line in server.stdout:
        if line.startswith("listening "):
            return server, line.split()[1]
    sys.exit(f"the server ended before it listened, with status {server.wait()}")


def post(url, body, headers=None):
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def buyer_token(base):
    """Signs in as a customer; the demo's brand is a sandbox, so the code comes back in the answer."""
    address = "fuzz@example.com"
    code = post(f"{base}/mall/v1/login/code", {"address": address})["sandbox_code"]
    login = {"address": address, "code": code, "marketing_consent": True}
    return post(f"{base}/mall/v1/login", login)["token"]


def fuzz(folder, base, caller, paths, token):
    """One schemathesis run over the routes that match `paths`, leaving its notes in `folder`; was it clean?"""
    command = [
        str(pathlib.Path(sys.executable).parent / "schemathesis"),
        "--config-file", str(HERE / "schemathesis.toml"),
        "run", f"{base}/api/openapi.json",
        "--header", f"Authorization: Bearer {token}",
        "--include-path-regex", paths,
        "--checks", CHECKS,
        "--phases", "examples,coverage,fuzzing",
        "--max-examples", EXAMPLES,
        "--seed", SEED,
        "--workers", "2",
        "--request-timeout", "20",
        "--warnings", "off",
        "--continue-on-failure",
    ]  # fmt: skip
    print(f"\n— as {caller}", flush=True)
    return subprocess.run(command, cwd=folder).returncode == 0


def main():
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="weir-fuzz.") as folder:
        data = f"{folder}/data"
        weir("demo", "--data", data, "--panel-only", "--no-serve")
        keys = {
            scope: json.loads(weir("key", "create", "--data", data, "--scope", scope, "--json"))["secret"]
            for scope in ("admin", "ingest")
        }
        server, base = serve(data)
        try:
            clean = [
                fuzz(folder, base, "staff", "^/api/v1/", keys["admin"]),
                fuzz(folder, base, "customer", "^/(mall/v1|c)/", buyer_token(base)),
                fuzz(folder, base, "a sender of events", "^/v1/", keys["ingest"]),
            ]
            alive = server.poll() is None
        finally:
            server.terminate()
            server.wait(timeout=30)
        balanced = json.loads(weir("status", "--data", data, "--json"))["ledger"]["balanced"]

    if not alive:
        sys.exit("the server ended during the run")
    if server.returncode != 0:
        sys.exit(f"the server did not shut down cleanly: status {server.returncode}")
    if not balanced:
        sys.exit("the ledger no longer balances")
    if not all(clean):
        sys.exit("schemathesis found answers that should not be: see above")
    print(f"clean in {time.monotonic() - began:.0f} s; the ledger balances")


if __name__ == "__main__":
    main()
