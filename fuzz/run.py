"""Throws generated requests at every route of the OpenAPI document, as each kind of caller that Weir knows,
and asks that no answer is a server error, that every answer is what the document says, and that the money
still adds up afterwards.

Needs WEIR_BIN, the program to test; schemathesis is in requirements.txt. Same seed, same requests:
FUZZ_SEED and FUZZ_EXAMPLES (requests a route) change them.
"""

import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid

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


class Caller:
    """Somebody who asks the server, by a token."""

    def __init__(self, base, token=None):
        self.base, self.token = base, token

    def ask(self, path, body=None, raw=None):
        """POSTs `body` as JSON or `raw` as it is, GETs without either; answers the JSON."""
        data = raw if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"})
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        if data is not None:
            request.add_header("Idempotency-Key", uuid.uuid4().hex)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def first(self, path):
        return self.ask(path)["items"][0]


def customer(base):
    """Signs in as a customer; the demo's brand is a sandbox, so the code comes back in the answer."""
    guest = Caller(base)
    address = "fuzz@example.com"
    code = guest.ask("/mall/v1/login/code", {"address": address})["sandbox_code"]
    login = {"address": address, "code": code, "marketing_consent": True}
    return Caller(base, guest.ask("/mall/v1/login", login)["token"])


def bought(buyer):
    """An order that waits to be paid, and the sku that is in it."""
    item = buyer.first("/mall/v1/products?sort=popular")["id"]
    sku = next(one for one in buyer.ask(f"/mall/v1/products/{item}")["skus"] if one["available"] > 0)["id"]
    for store in buyer.ask("/mall/v1/stores")["items"]:
        want = {"items": [{"sku_id": sku, "quantity": 1}], "store_id": store["id"], "delivery": "pickup"}
        quote = buyer.ask("/mall/v1/quote", want)
        if not quote["short"]:
            return buyer.ask("/mall/v1/orders", {**want, "quote_hash": quote["hash"]}), sku
    sys.exit("no store has the best-selling product")


def staff_ids(staff, order):
    """A thing that exists for each kind of path; made for the run where a change could be in the way of others."""
    draft = {"name": "fuzz", "channel": "inbox", "subject": "s", "body": "b", "audience": {"stages": ["prospect"]}}
    guide = {"name": "Fuzz", "email": "fuzz@weir.test", "role": "guide", "password": "fuzz-2026-fuzz", "store_ids": []}
    csv = "/api/v1/imports?kind=persons&name=fuzz.csv"
    touchpoint = staff.ask("/api/v1/touchpoints", {"kind": "store_poster", "name": "Fuzz"})["id"]
    cost = {"kind": "fixed", "amount_fen": 100, "from_day": "2026-01-01"}
    return {
        "campaigns": staff.ask("/api/v1/campaigns", draft)["id"],
        "imports": staff.ask(csv, raw="phone,name\n13800000000,Fuzz\n".encode())["id"],
        "orders": order["id"],
        "persons": staff.first("/api/v1/persons?stage=repurchase")["id"],
        "products": order["lines"][0]["product_id"],
        "skus": order["lines"][0]["sku_id"],
        "staff": staff.ask("/api/v1/staff", guide)["id"],
        "stores": order["store"]["id"],
        "touchpoints": touchpoint,
        "cost": staff.ask(f"/api/v1/touchpoints/{touchpoint}/costs", cost)["id"],
    }


def config(folder, name, known):
    """Writes the settings of one run: what it leaves out, and ids that exist for paths that match."""
    text = [(HERE / "schemathesis.toml").read_text()]
    for path, parameters in known.items():
        values = ", ".join(f'"path.{key}" = "{value}"' for key, value in parameters.items())
        text.append(f"[[operations]]\ninclude-path-regex = '{path}'\nparameters = {{ {values} }}\n")
    file = pathlib.Path(folder, f"{name}.toml")
    file.write_text("\n".join(text))
    return str(file)


def fuzz(folder, caller, who, paths, known=None):
    """One schemathesis run over the routes that match `paths`, leaving its notes in `folder`; was it clean?"""
    base, token = who.base, who.token
    command = [
        str(pathlib.Path(sys.executable).parent / "schemathesis"),
        "--config-file", config(folder, caller.replace(" ", "-"), known or {}),
        "run", f"{base}/api/openapi.json",
        "--header", f"Authorization: Bearer {token}",
        "--include-path-regex", paths,
        "--checks", CHECKS,
        "--phases", "examples,coverage,fuzzing",
        "--max-examples", EXAMPLES,
        "--seed", SEED,
        "--workers", "1",
        "--request-timeout", "20",
        "--warnings", "off",
        "--continue-on-failure",
    ]  # fmt: skip
    print(f"\n— as {caller}", flush=True)
    return subprocess.run(command, cwd=folder).returncode == 0


def counted(base):
    """How many answers of each class the server gave, by its own count: {"2xx": 1234, …}."""
    classes = collections.Counter()
    with urllib.request.urlopen(f"{base}/metrics") as text:
        for line in text.read().decode().splitlines():
            found = re.match(r'weir_http_requests_total\{.*status="(\d)\d\d".*\} (\d+)', line)
            if found:
                classes[f"{found[1]}xx"] += int(found[2])
    return dict(sorted(classes.items()))


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
            staff, buyer, sender = Caller(base, keys["admin"]), customer(base), Caller(base, keys["ingest"])
            order, sku = bought(buyer)
            ids = staff_ids(staff, order)
            theirs = {f"^/api/v1/{kind}/": {"id": one} for kind, one in ids.items() if kind != "cost"}
            theirs["/costs/"] = {"cost_id": ids["cost"]}
            own = {"^/mall/v1/orders/": {"id": order["id"]}, "^/mall/v1/cart/": {"sku_id": sku}}
            own["^/mall/v1/products/"] = {"id": ids["products"]}
            clean = [
                fuzz(folder, "staff", staff, "^/api/v1/"),
                fuzz(folder, "staff, of things that exist", staff, r"^/api/v1/(?!keys).*\{", theirs),
                fuzz(folder, "customer", buyer, "^/(mall/v1|c|u)/"),
                fuzz(folder, "customer, of things that exist", buyer, r"^/mall/v1/.*\{", own),
                fuzz(folder, "sender of events", sender, "^/(v1/|batch/|sa|debug)"),
            ]
            alive = server.poll() is None
            answers = counted(base)
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
    print(f"answers by class: {answers}")
    if "5xx" in answers:
        sys.exit("the server counted answers of its own failure")
    if not all(clean):
        sys.exit("schemathesis found answers that should not be: see above")
    print(f"clean in {time.monotonic() - began:.0f} s; the ledger balances")


if __name__ == "__main__":
    main()
