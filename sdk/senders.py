"""What the Python SDKs are asked to send. Each sender answers what it sent, as the runner compares it."""

import contextlib
import io
import json
import time

import sensorsanalytics
import segment.analytics.client

TRIES = 12


def insist(send):
    """Does it again until it succeeds, as a program that must not lose anything would."""
    for tried in range(TRIES):
        try:
            return send()
        except Exception:  # noqa: BLE001 - whatever the SDK raises, the answer is to try again
            if tried == TRIES - 1:
                raise
            time.sleep(0.05)


def heard(consumer, records):
    """The consumer, with every record that the SDK gives it noted; what fails is sent again."""
    send, flush = consumer.send, consumer.flush

    def noting(message):
        records.append(json.loads(message))
        quiet = io.StringIO()
        with contextlib.redirect_stdout(quiet):
            if isinstance(consumer, sensorsanalytics.BatchConsumer):
                # It keeps what it could not send.
                with contextlib.suppress(Exception):
                    return send(message)
                return insist(flush)
            return insist(lambda: send(message))

    consumer.send = noting
    consumer.flush = lambda: insist(flush)
    return consumer


def consumers(address):
    """Every kind of consumer; the asynchronous one gives up at the first fault, so it gets none."""
    return {
        "default": sensorsanalytics.DefaultConsumer(address, 1.5),
        "batch": sensorsanalytics.BatchConsumer(address, 5, 1.5),
        "async": sensorsanalytics.AsyncBatchConsumer(address, 1, 6, request_timeout=10),
        "debug": sensorsanalytics.DebugConsumer(address, True, 1.5),
        "dry": sensorsanalytics.DebugConsumer(address, False, 1.5),
    }


def sensors(address, kind, count):
    """Records of every type through one consumer."""
    records = []
    sa = sensorsanalytics.SensorsAnalytics(heard(consumers(address)[kind], records))
    sa.register_super_properties({"from": kind})
    login, mobile = sensorsanalytics.SensorsAnalyticsIdentity.LOGIN_ID, sensorsanalytics.SensorsAnalyticsIdentity.MOBILE
    identity = sensorsanalytics.SensorsAnalyticsIdentity
    for n in range(count):
        who = f"sa-python-{kind}-{n % 5}"
        said = {"n": n, "sku": f"货品 {n}", "price": n + 0.5, "ok": n % 2 == 0, "tags": ["a", '"b"']}
        calls = [
            lambda: sa.track(who, "PythonTrack", dict(said), is_login_id=True),
            lambda: sa.track(who, "PythonTrack", dict(said), is_login_id=False),
            lambda: sa.track_signup(f"{who}-account", who, dict(said)),
            lambda: sa.profile_set(who, dict(said), is_login_id=True),
            lambda: sa.profile_set_once(who, dict(said), is_login_id=True),
            lambda: sa.profile_increment(who, {"visits": n}, is_login_id=True),
            lambda: sa.profile_append(who, {"likes": [str(n)]}, is_login_id=True),
            lambda: sa.profile_unset(who, [f"gone_{n}"], is_login_id=True),
            lambda: sa.profile_delete(f"{who}-{n}", is_login_id=True),
            lambda: sa.item_set("book", f"{kind}-{n}", dict(said)),
            lambda: sa.item_delete("book", f"{kind}-{n}", {}),
            lambda: sa.track_by_id("PythonById", dict(said), identity(login, who), identity("$identity_mp_wx12_openid", f"o-{who}")),
            lambda: sa.bind(identity(login, who), identity(mobile, f"1380013800{n % 10}")),
            lambda: sa.unbind(identity(mobile, f"1380013800{n % 10}")),
        ]
        calls[n % len(calls)]()
        time.sleep(0.002)
    sa.flush()
    sa.close()
    return records


def segments(address, key, count):
    """Calls of every kind with Segment's Python client, packed."""
    failed = []
    client = segment.analytics.client.Client(
        key, host=address, gzip=True, timeout=1.5, max_retries=10, upload_interval=0.1, upload_size=4,
        on_error=lambda error, _: failed.append(error),
    )  # fmt: skip
    sent = []
    for n in range(count):
        said = {"n": n, "sku": f"货品 {n}", "price": n + 0.5, "tags": ["a", '"b"']}
        who = f"python-{n % 7}"
        name, call = [
            ("Python Track", lambda: client.track(who, "Python Track", said)),
            ("page", lambda: client.page(who, name="Home", properties=said)),
            ("identify", lambda: client.identify(who, said)),
            ("group", lambda: client.group(who, "g1", said)),
        ][n % 4]
        call()
        sent.append({"name": name, "properties": said})
    client.flush()
    client.shutdown()
    if failed:
        raise SystemExit(f"segment-analytics-python gave up: {failed}")
    return sent
