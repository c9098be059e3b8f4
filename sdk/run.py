"""Other people's SDKs against the running server, through a proxy that answers badly: every event that they send is in
the store with equal fields, and none is there twice.

    WEIR_BIN   the program (default ../target/debug/weir)
"""

import collections
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

import senders
from proxy import FAULTS, Proxy

HERE = pathlib.Path(__file__).resolve().parent
WEIR = os.environ.get("WEIR_BIN", str(HERE.parent / "target/debug/weir"))
OWN = ("$segment", "$sensors")


def weir(*args):
    return subprocess.run([WEIR, *args], check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, "WEIR_PASSWORD": "sdk-2026-sdk"}).stdout


def serve(data):
    """Starts the server on a free port; answers the process and its address."""
    server = subprocess.Popen([WEIR, "serve", "--data", data, "--port", "0"], stdout=subprocess.PIPE, text=True)
    for line in server.stdout:
        if line.startswith("listening "):
            return server, line.split()[1]
    sys.exit(f"the server ended before it listened, with status {server.wait()}")


def node(script, *args):
    """What a Node SDK says that it sent."""
    done = subprocess.run(["node", str(HERE / script), *map(str, args)], stdout=subprocess.PIPE, text=True, timeout=90)
    if done.returncode:
        sys.exit(f"{script} failed")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


class Store:
    """The events in the database file, as they are."""

    def __init__(self, data):
        self.db = sqlite3.connect(f"file:{data}/weir.db?mode=ro", uri=True)
        self.seen = 0

    def fresh(self):
        """Events of the SDKs since the last look."""
        sql = "select id, name, at, source, props, person_id from event where id > ? and dedupe is not null order by id"
        rows = self.db.execute(sql, (self.seen,)).fetchall()
        self.seen = max([self.seen, *(row[0] for row in rows)])
        return [{"name": r[1], "at": r[2], "source": r[3], "props": json.loads(r[4]), "person": r[5]} for r in rows]

    def quarantined(self):
        return self.db.execute("select reason, detail, raw from quarantine").fetchall()


def sealed(value):
    """The value with what lies sealed in the store, phones, only named; the keys to open it are the server's."""
    if isinstance(value, dict):
        return {key: sealed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [sealed(inner) for inner in value]
    if isinstance(value, str) and (value.startswith("~1.") or re.fullmatch(r"(\$identity_mobile\+)?1[3-9]\d{9}", value)):
        return "(sealed)"
    return value


def canonical(value):
    return json.dumps(sealed(value), sort_keys=True, ensure_ascii=False)


def compare(what, expected, found):
    """Exactly these, each once."""
    want, have = collections.Counter(map(canonical, expected)), collections.Counter(map(canonical, found))
    for text, n in (want - have).items():
        print(f"  missing {n}: {text}")
    for text, n in (have - want).items():
        print(f"  too many {n}: {text}")
    if want != have:
        sys.exit(f"{what}: the store does not hold what was sent")
    print(f"  {what}: {len(found)} events, each once")


def of_segment(rows, extra):
    """What Segment's clients said, out of the rows of the store."""
    out = []
    for row in rows:
        said = {k: v for k, v in row["props"].items() if k not in OWN}
        out.append({"name": row["name"], "properties": {k: v for k, v in said.items() if k not in extra}})
    return out


def of_sensors(rows):
    """Records as they were, out of the rows of the store."""
    out = []
    for row in rows:
        own = row["props"]["$sensors"]
        record = {"type": own["type"], "time": int(own["time"]), "lib": own["lib"]}
        record["properties"] = {k: v for k, v in row["props"].items() if k not in OWN}
        for key in ("distinct_id", "original_id", "identities", "item_type", "item_id"):
            if key in own:
                record[key] = own[key]
        if "_track_id" in own:
            record["_track_id"] = int(own["_track_id"])
        if not own["type"].startswith(("profile", "item")):
            record["event"] = row["name"]
        if row["at"] != record["time"]:
            sys.exit(f"time {record['time']} became {row['at']}")
        if own["type"].startswith("item") != (row["person"] is None):
            sys.exit(f"{own['type']}: about person {row['person']}")
        out.append(record)
    return out


def records(sent):
    """Records as an SDK made them, without what is no part of them."""
    out = []
    for record in sent:
        record = {k: v for k, v in record.items() if v is not None and k not in ("project", "token")}
        record.setdefault("properties", {})
        out.append(record)
    return out


def run(proxy, store, key):
    sa = f"/sa?project=default&token={key}"
    every, short = list(FAULTS), ["500", "lost", "429"]

    proxy.behave(every)
    sent = node("segment.mjs", proxy.address, key, 60)
    compare("@segment/analytics-node", sent, of_segment(store.fresh(), {"name", "category", "group_id"}))

    proxy.behave(every)
    sent = senders.segments(proxy.address, key, 40)
    compare("segment-analytics-python", sent, of_segment(store.fresh(), {"name", "category", "group_id"}))

    for gzip in (1, 0):
        proxy.behave(every)
        sent = node("sensors.cjs", proxy.address + sa, "again", gzip, 45)
        compare(f"sa-sdk-node, gzip {gzip}", records(sent), of_sensors(store.fresh()))
    for mode in ("debug", "dryRun"):
        sent = node("sensors.cjs", proxy.address + sa, mode, 1, 18)
        compare(f"sa-sdk-node, {mode}", records(sent) if mode == "debug" else [], of_sensors(store.fresh()))

    for kind, faults in {"default": every, "batch": every, "async": [], "debug": short, "dry": short}.items():
        proxy.behave(faults)
        sent = senders.sensors(proxy.address + sa, kind, 42)
        if kind == "async":
            time.sleep(1)
        compare(f"SensorsAnalyticsSDK, {kind}", records(sent) if kind != "dry" else [], of_sensors(store.fresh()))
    proxy.behave([])


def refused(address, key):
    """A damaged record is told in debug mode, and kept."""
    request = urllib.request.Request(f"{address}/debug?token={key}", b"data=e30%3D&ext=crc%3D1")
    try:
        urllib.request.urlopen(request)
    except urllib.error.HTTPError as answer:
        if answer.code == 400 and b"checksum" in answer.read():
            return
    sys.exit("a damaged record was not refused")


def main():
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="weir-sdk.") as folder:
        data = f"{folder}/data"
        weir("user", "add", "--data", data, "--email", "sdk@weir.test", "--name", "SDK", "--brand", "sdk", "--brand-name", "SDK")
        key = json.loads(weir("key", "create", "--data", data, "--scope", "ingest", "--brand", "sdk", "--json"))["secret"]
        server, address = serve(data)
        try:
            proxy, store = Proxy(address.removeprefix("http://")), Store(data)
            run(proxy, store, key)
            if store.quarantined():
                sys.exit(f"in quarantine: {store.quarantined()}")
            refused(address, key)
            if [row[0] for row in store.quarantined()] != ["corrupt"]:
                sys.exit(f"in quarantine: {store.quarantined()}")
        finally:
            server.terminate()
            server.wait(timeout=30)
    print(f"faults met: {dict(proxy.done)}; in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
