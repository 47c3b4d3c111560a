"""Runs counts.sql and progress.sql over an exported data set and compares every figure with the one that khuyencong counted.

    python compare.py DATA_SET_FOLDER [duckdb|spark]

Prints the figures that differ, then `equal N` or `different N of M`: N figures of readings, plans, years, the programme so far, and
percentages. On stderr it says how long the engine took for the counts.
Needs the Python package duckdb, or pyspark with a Java 17 or later.
"""

import math
import pathlib
import sys
import time

TABLES = ("records", "answers", "indicators", "lists")
PROGRESS = ("plan", "year_done", "cumulative", "percent_of_plan", "percent_of_programme")
OURS = "SELECT period, target, reading, done FROM indicators"
OUR_PROGRESS = f"SELECT period, target, {', '.join(PROGRESS)} FROM indicators WHERE reading = ''"


def duckdb_engine(folder: pathlib.Path):
    import duckdb

    base = duckdb.connect()
    for table in TABLES:
        path = str(folder / f"{table}.parquet").replace("'", "''")
        base.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{path}')")

    def keep(name, sql):
        base.execute(f"CREATE TABLE {name} AS {sql}")

    return lambda sql: base.execute(sql).fetchall(), keep


def spark_engine(folder: pathlib.Path):
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.master("local[*]").config("spark.sql.shuffle.partitions", "4").config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    for table in TABLES:
        spark.read.parquet(str(folder / f"{table}.parquet")).createOrReplaceTempView(table)

    def keep(name, sql):
        kept = spark.sql(sql).cache()
        kept.count()
        kept.createOrReplaceTempView(name)

    return lambda sql: [tuple(row) for row in spark.sql(sql).collect()], keep


def same(a: float | None, b: float | None) -> bool:
    return a is b or (a is not None and b is not None and math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9))


def figures(rows, names) -> dict[tuple, float | None]:
    """By period, target and what it is: the reading's name, or what of the progress."""
    return {(*row[:2], name): value for row in rows for name, value in zip(names, row[2:])}


def main() -> int:
    folder, here = pathlib.Path(sys.argv[1]), pathlib.Path(__file__).parent
    run, keep = spark_engine(folder) if sys.argv[2:] == ["spark"] else duckdb_engine(folder)
    begun = time.monotonic()
    keep("counts", (here / "counts.sql").read_text(encoding="utf-8"))
    counted = run("SELECT c.period, c.target, c.reading, c.done FROM counts c JOIN (SELECT DISTINCT period FROM indicators) p ON p.period = c.period")
    progress = run((here / "progress.sql").read_text(encoding="utf-8"))
    print(f"{time.monotonic() - begun:.2f} s", file=sys.stderr)
    again = {(*row[:2], f"reading {row[2]}"): row[3] for row in counted} | figures(progress, PROGRESS)
    ours = {(*row[:2], f"reading {row[2]}"): row[3] for row in run(OURS)} | figures(run(OUR_PROGRESS), PROGRESS)
    wrong = [key for key in sorted(ours.keys() | again.keys()) if key not in ours or key not in again or not same(ours[key], again[key])]
    for key in wrong:
        print(*key, "ours", ours.get(key, "missing"), "again", again.get(key, "missing"))
    print(f"different {len(wrong)} of {len(ours)}" if wrong else f"equal {len(ours)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
