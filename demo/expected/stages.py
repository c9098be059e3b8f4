#!/usr/bin/env python3
"""The lifecycle stages that the demo merchant must show, computed apart from the product.

    stages.py                   from demo/data (standard library only), compares with stages.csv
    stages.py --write           the same, and writes stages.csv
    stages.py --parquet DIR     also from the Complete Journey Parquet files (needs pyarrow); both ways must agree

The rule. n is the number of orders of a household; every basket is an order, one with a total of 0.00 too. idle is the
number of civil days in New York from the day of the household's last order to today. Nobody in the panel is without an
order, so there are no prospects and no new customers in it.

    idle <= silent_days                  first_order when n = 1, repurchase when n > 1
    silent_days < idle <= churned_days   silent
    churned_days < idle                  churned

Moving the year by whole days moves last order and today alike. The counts therefore depend only on how many days lie
between the last day of the data and today: offset_days.
"""
import csv
import gzip
import pathlib
import sys
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

HERE = pathlib.Path(__file__).resolve().parent
NEW_YORK = ZoneInfo("America/New_York")
STAGES = ("first_order", "repurchase", "silent", "churned")
THRESHOLDS = ((28, 90), (30, 90), (60, 180), (90, 180))


def from_csv(path=HERE.parent / "data" / "orders.csv.gz"):
    """household → (number of orders, civil day of the last one)."""
    orders = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f):
            orders[row["order_no"]] = (int(row["person_key"]), date.fromisoformat(row["placed_at"][:10]))
    return fold(orders.values())


def from_parquet(directory):
    import pyarrow.parquet as parquet
    table = parquet.read_table(pathlib.Path(directory) / "transactions.parquet", columns=["basket_id", "household_id", "transaction_timestamp"])
    baskets = dict(zip(table["basket_id"].to_pylist(), zip(table["household_id"].to_pylist(), table["transaction_timestamp"].to_pylist())))
    return fold((h, civil_day(at)) for h, at in baskets.values())


def civil_day(at):
    utc = datetime(at.year, at.month, at.day, at.hour, at.minute, at.second, tzinfo=timezone.utc)
    return utc.astimezone(NEW_YORK).date()


def fold(orders):
    seen = {}
    for household, day in orders:
        n, last = seen.get(household, (0, day))
        seen[household] = (n + 1, max(last, day))
    return seen


def stages(households, today, shift, silent_days, churned_days):
    """Persons by stage on the civil day `today`, with every order moved by `shift` days."""
    counts = dict.fromkeys(STAGES, 0)
    for n, last in households.values():
        idle = (today - (last + timedelta(days=shift))).days
        if idle <= silent_days:
            counts["first_order" if n == 1 else "repurchase"] += 1
        else:
            counts["silent" if idle <= churned_days else "churned"] += 1
    return counts


def table(households):
    end = max(last for _, last in households.values())
    yield ("idle_base_day", "silent_days", "churned_days", "offset_days", *STAGES)
    for silent, churned in THRESHOLDS:
        for offset in (0, 1, 2):
            counts = stages(households, end + timedelta(days=offset), 0, silent, churned)
            moved = stages(households, end + timedelta(days=offset + 3000), 3000, silent, churned)
            assert counts == moved and sum(counts.values()) == len(households) == 2469
            yield (end.isoformat(), silent, churned, offset, *(counts[s] for s in STAGES))


def main(args):
    rows = [",".join(map(str, r)) for r in table(from_csv())]
    if "--parquet" in args:
        assert rows == [",".join(map(str, r)) for r in table(from_parquet(args[args.index("--parquet") + 1]))]
    path = HERE / "stages.csv"
    if "--write" in args:
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert path.read_text(encoding="utf-8").splitlines() == rows, "stages.csv is not what the data gives"
    print("\n".join(rows))


if __name__ == "__main__":
    main(sys.argv[1:])
