"""The peers of bench/olap: the same five questions asked of ClickHouse (chdb) and of DuckDB.

peer.py ENGINE load PARQUET DIR            makes a table in the engine's best layout, once
peer.py ENGINE ask DIR CASE PARAMETERS     asks one question in a new process; one JSON object

A question has several formulations. All are asked once; the fastest is then the one that counts:
`first_ms` is the time of the very first statement of this process, `ms` the median of five.
"""

import json
import statistics
import sys
import time


class ClickHouse:
    def __init__(self, folder, threads):
        from chdb.session import Session

        self.session = Session(folder)
        self.settings = f"max_threads = {threads}, optimize_aggregation_in_order = 1"

    def load(self, parquet):
        self.session.query("create database if not exists bench engine = Atomic")
        self.session.query(
            """create table bench.events (person UInt32, ts UInt64, name LowCardinality(String), touchpoint UInt16, value Int64)
               engine = MergeTree order by (person, ts)"""
        )
        self.session.query(f"insert into bench.events select person, ts, name, touchpoint, value from file('{parquet}', Parquet)")
        self.session.query("optimize table bench.events final")

    def rows(self, sql):
        text = self.session.query(sql + f" settings {self.settings} format JSONCompact").data()
        return json.loads(text)["data"]

    def questions(self, case, p):
        return getattr(self, case)(p)

    def funnel(self, p):
        a, b, c = p["steps"]
        level = f"windowFunnel({p['window']})(ts, name = '{a}', name = '{b}', name = '{c}')"
        counts = "countIf(l >= 1), countIf(l >= 2), countIf(l >= 3)"
        return [
            f"select {counts} from (select {level} as l from bench.events {where} group by person)"
            for where in ["", f"where name in ('{a}', '{b}', '{c}')", f"prewhere name in ('{a}', '{b}', '{c}')"]
        ]

    def segment(self, p):
        paid, viewed = f"name = '{p['paid']}'", f"name = '{p['viewed']}'"
        often = f"person from bench.events where {paid} and ts >= {p['paid_from']} group by person having count() >= {p['times']}"
        lately = f"select person from bench.events where {viewed} and ts >= {p['viewed_from']}"
        return [
            f"""select count() from (select person from bench.events
                where ts >= {p['paid_from']} and ({paid} or ({viewed} and ts >= {p['viewed_from']}))
                group by person having countIf({paid}) >= {p['times']} and countIf({viewed}) = 0)""",
            f"select count() from (select {often}) where person not in ({lately})",
            f"""select count() from (select person from bench.events group by person
                having countIf({paid} and ts >= {p['paid_from']}) >= {p['times']} and countIf({viewed} and ts >= {p['viewed_from']}) = 0)""",
        ]

    def rfm(self, p):
        bought = f"""select {p['today']} - intDiv(max(ts) + {p['zone']}, 86400000) as d, count() as n, sum(value) as m
                     from bench.events where name = '{p['paid']}' group by person"""
        cuts = "quantilesExact(0.2, 0.4, 0.6, 0.8)"
        score = """5 - arrayCount(x -> d > x, cuts.1) as r, 1 + arrayCount(x -> n >= x, cuts.2) as f,
                   1 + arrayCount(x -> m >= x, cuts.3) as s"""
        return [
            f"""with b as ({bought}), (select ({cuts}(d), {cuts}(n), {cuts}(m)) from b) as cuts
                select r, f, s, count(), sum(m) from (select d, n, m, {score} from b) group by r, f, s order by r, f, s""",
            f"""with all as (select groupArray((d, n, m)) as l, ({cuts}(d), {cuts}(n), {cuts}(m)) as cuts from ({bought}))
                select r, f, s, count(), sum(m) from
                  (select t.1 as d, t.2 as n, t.3 as m, {score} from (select arrayJoin(l) as t, cuts from all))
                group by r, f, s order by r, f, s""",
        ]

    def retention(self, p):
        day = f"intDiv(ts + {p['zone']}, 86400000)"
        paired = f"where name = '{p['name']}'"
        tail = f"between 1 and {p['periods']}"
        bits = f"groupBitOr(bitShiftLeft(toUInt256(1), {day} - {p['first_day']}))"
        counts = ", ".join(f"countIf(has(ds, c + {k}))" for k in range(1, p["periods"] + 1))
        tests = ", ".join(f"countIf(bitAnd(bitShiftRight(m, c + {k}), 1) = 1)" for k in range(1, p["periods"] + 1))
        return [
            f"""select c, count(), {counts} from
                (select min({day}) as c, groupUniqArray({day}) as ds from bench.events {paired} group by person)
                group by c order by c""",
            f"""select c, sum(k = 0), {", ".join(f"sum(k = {k})" for k in range(1, p["periods"] + 1))} from
                (select c, arrayJoin(arrayFilter(x -> x = 0 or x {tail}, arrayMap(x -> x - c, ds))) as k from
                (select min({day}) as c, groupUniqArray({day}) as ds from bench.events {paired} group by person))
                group by c order by c""",
            f"""select c + {p['first_day']}, count(), {tests} from
                (select min({day}) - {p['first_day']} as c, {bits} as m from bench.events {paired} group by person)
                group by c order by c""",
        ]

    def trend(self, p):
        day = f"intDiv(ts + {p['zone']}, 86400000)"
        zoned = f"toDate(fromUnixTimestamp64Milli(toInt64(ts)), '{p['zone_name']}')"
        return [
            f"select {day} as d, count() from bench.events where name = '{p['name']}' group by d order by d",
            f"select toInt64({zoned}) as d, count() from bench.events where name = '{p['name']}' group by d order by d",
            f"select toUInt16({day}) as d, count() from bench.events where name = '{p['name']}' group by d order by d",
        ]


class DuckDB:
    def __init__(self, folder, threads):
        import duckdb

        self.db = duckdb.connect(folder + "/events.duckdb")
        self.db.execute(f"set threads = {threads}")
        self.db.execute("set preserve_insertion_order = false")

    def load(self, parquet):
        self.db.execute("set preserve_insertion_order = true")
        self.db.execute("set memory_limit = '8GB'")
        names = [r[0] for r in self.db.execute(f"select distinct name from '{parquet}' order by 1").fetchall()]
        kinds = ", ".join(f"'{n}'" for n in names)
        self.db.execute(f"create type name_of as enum ({kinds})")
        self.db.execute(
            f"""create table events as select person::uinteger as person, ts::bigint as ts, name::name_of as name,
                touchpoint::usmallint as touchpoint, value::bigint as value from '{parquet}' order by person, ts"""
        )
        self.db.execute("checkpoint")

    def rows(self, sql):
        return [list(r) for r in self.db.execute(sql).fetchall()]

    def questions(self, case, p):
        return getattr(self, case)(p)

    def funnel(self, p):
        (a, b, c), w = p["steps"], p["window"]
        over = "over (partition by person order by ts rows between unbounded preceding and current row)"
        return [
            f"""with x as (select person, ts, name, last_value(case when name = '{a}' then ts end ignore nulls) {over} as t
                           from events where name in ('{a}', '{b}', '{c}')),
                     y as (select person, ts, name, last_value(case when name = '{b}' and ts - t <= {w} then t end ignore nulls) {over} as u
                           from x)
                select (select count(distinct person) from events where name = '{a}'),
                       count(distinct person) filter (name = '{b}' and u is not null),
                       count(distinct person) filter (name = '{c}' and ts - u <= {w}) from y""",
            f"""with b as materialized (select b.person, b.ts, a.ts as t
                           from (select person, ts from events where name = '{b}') b
                           asof join (select person, ts from events where name = '{a}') a on a.person = b.person and a.ts <= b.ts
                           where b.ts - a.ts <= {w})
                select (select count(distinct person) from events where name = '{a}'), (select count(distinct person) from b),
                       (select count(distinct c.person) from (select person, ts from events where name = '{c}') c
                        asof join b on b.person = c.person and b.ts <= c.ts where c.ts - b.t <= {w})""",
            f"""with a as materialized (select person, list(ts) as l from events where name = '{a}' group by person),
                     b as materialized (select b.person, b.ts, a.ts as t
                           from (select person, ts from events where name = '{b}') b
                           asof join (select person, unnest(l) as ts from a) a on a.person = b.person and a.ts <= b.ts
                           where b.ts - a.ts <= {w})
                select (select count(*) from a), (select count(distinct person) from b),
                       (select count(distinct c.person) from (select person, ts from events where name = '{c}') c
                        asof join b on b.person = c.person and b.ts <= c.ts where c.ts - b.t <= {w})""",
        ]

    def segment(self, p):
        paid, viewed = f"name = '{p['paid']}'", f"name = '{p['viewed']}'"
        return [
            f"""select count(*) from (select person from events
                where ts >= {p['paid_from']} and ({paid} or ({viewed} and ts >= {p['viewed_from']}))
                group by person having count(*) filter ({paid}) >= {p['times']} and count(*) filter ({viewed}) = 0)""",
            f"""select count(*) from (select person from events where {paid} and ts >= {p['paid_from']}
                group by person having count(*) >= {p['times']}) b
                anti join (select person from events where {viewed} and ts >= {p['viewed_from']}) v using (person)""",
        ]

    def rfm(self, p):
        def cut(x, k):
            # The value at place ⌊n·k/5⌋, as Weir and ClickHouse take it.
            return f"quantile_disc({x}, {k / 5} + 1e-9)"

        cuts = ", ".join(f"{cut(x, k)} as {x}{k}" for x in "dnm" for k in range(1, 5))
        r = " ".join(f"- (d > d{k})::int" for k in range(1, 5))
        f = " ".join(f"+ (n >= n{k})::int" for k in range(1, 5))
        s = " ".join(f"+ (m >= m{k})::int" for k in range(1, 5))
        return [
            f"""with b as materialized (select {p['today']} - (max(ts) + {p['zone']}) // 86400000 as d, count(*) as n, sum(value)::bigint as m
                     from events where name = '{p['paid']}' group by person),
                     cuts as materialized (select {cuts} from b)
                select 5 {r} as r, 1 {f} as f, 1 {s} as s, count(*), sum(m)::bigint from b, cuts group by all order by all""",
        ]

    def retention(self, p):
        day = f"(ts + {p['zone']}) // 86400000"
        counts = ", ".join(f"count(*) filter (list_contains(ds, c + {k}))" for k in range(1, p["periods"] + 1))
        joined = ", ".join(f"count(*) filter (k = {k})" for k in range(1, p["periods"] + 1))
        bits = ", ".join(
            f"count(*) filter (c + {k} < {p['days']} and get_bit(m, least(c + {k}, {p['days']} - 1)::int) = 1)"
            for k in range(1, p["periods"] + 1)
        )
        return [
            f"""select c, count(*), {counts} from
                (select min({day}) as c, list(distinct {day}) as ds from events where name = '{p['name']}' group by person)
                group by c order by c""",
            f"""with d as materialized (select distinct person, {day} as d from events where name = '{p['name']}'),
                     f as materialized (select person, min(d) as c from d group by person)
                select c, count(*) filter (k = 0), {joined} from (select c, d - c as k from d join f using (person))
                where k <= {p['periods']} group by c order by c""",
            f"""with d as (select distinct person, {day} as d from events where name = '{p['name']}')
                select c, count(*) filter (k = 0), {joined} from
                (select c, d - c as k from (select d, min(d) over (partition by person) as c from d))
                where k <= {p['periods']} group by c order by c""",
            f"""select c + {p['first_day']}, count(*), {bits} from
                (select (min({day}) - {p['first_day']}) as c, bitstring_agg({day} - {p['first_day']}, 0, {p['days']} - 1) as m
                 from events where name = '{p['name']}' group by person)
                group by c order by c""",
        ]

    def trend(self, p):
        day = f"(ts + {p['zone']}) // 86400000"
        return [
            f"select {day} as d, count(*) from events where name = '{p['name']}' group by d order by d",
            f"select ({day})::usmallint as d, count(*) from events where name = '{p['name']}' group by d order by d",
        ]


def numbers(rows):
    return [[int(x) for x in row] for row in rows]


def peak_mb():
    with open("/proc/self/status") as f:
        return next(int(line.split()[1]) // 1024 for line in f if line.startswith("VmHWM"))


def timed(engine, sql):
    begin = time.perf_counter()
    rows = engine.rows(sql)
    return (time.perf_counter() - begin) * 1000, numbers(rows)


def main():
    kind, verb, *rest = sys.argv[1:]
    engines = {"clickhouse": ClickHouse, "duckdb": DuckDB}
    if verb == "load":
        parquet, folder, threads = rest
        engines[kind](folder, threads).load(parquet)
        return
    folder, threads, case, parameters, verbose = rest
    engine = engines[kind](folder, threads)
    tried = []
    questions = engine.questions(case, json.loads(parameters))
    for sql in questions:
        first, answer = timed(engine, sql)
        # One warm run decides between formulations.
        tried.append((timed(engine, sql)[0] if len(questions) > 1 else first, first, answer, sql))
    if verbose == "true":
        for ms, _, answer, sql in tried:
            print(f"{kind} {case} {ms:.0f} ms: {' '.join(sql.split())}", file=sys.stderr)
    agree = all(t[2] == tried[0][2] for t in tried)
    _, _, answer, sql = min(tried)
    ms = statistics.median(timed(engine, sql)[0] for _ in range(5))
    print(json.dumps({"ms": ms, "first_ms": tried[0][1], "mb": peak_mb(), "answer": answer if agree else "formulations differ"}))


main()
