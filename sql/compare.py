"""Runs counts.sql over an exported data set and compares every figure with the one that khuyencong counted.

    python compare.py DATA_SET_FOLDER [duckdb|spark]

Prints the figures that differ, then `equal N` or `different N of M`, and on stderr how long the engine took for the counts.
Needs the Python package duckdb, or pyspark with a Java 17 or later.
"""

import math
import pathlib
import sys
import time

TABLES = ("records", "answers", "indicators", "lists")
OURS = "SELECT period, target, reading, done FROM indicators"


def duckdb_engine(folder: pathlib.Path):
    import duckdb

    base = duckdb.connect()
    for table in TABLES:
        path = str(folder / f"{table}.parquet").replace("'", "''")
        base.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{path}')")
    return lambda sql: base.execute(sql).fetchall()


def spark_engine(folder: pathlib.Path):
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.master("local[*]").config("spark.sql.shuffle.partitions", "4").config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    for table in TABLES:
        spark.read.parquet(str(folder / f"{table}.parquet")).createOrReplaceTempView(table)
    return lambda sql: [tuple(row) for row in spark.sql(sql).collect()]


def same(a: float | None, b: float | None) -> bool:
    return a is b or (a is not None and b is not None and math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9))


def main() -> int:
    folder = pathlib.Path(sys.argv[1])
    run = spark_engine(folder) if sys.argv[2:] == ["spark"] else duckdb_engine(folder)
    sql = (pathlib.Path(__file__).parent / "counts.sql").read_text(encoding="utf-8")
    begun = time.monotonic()
    again = {row[:3]: row[3] for row in run(sql)}
    print(f"{time.monotonic() - begun:.2f} s", file=sys.stderr)
    ours = {row[:3]: row[3] for row in run(OURS)}
    wrong = [key for key in sorted(ours.keys() | again.keys()) if key not in ours or key not in again or not same(ours[key], again[key])]
    for key in wrong:
        print(*key, "ours", ours.get(key, "missing"), "again", again.get(key, "missing"))
    print(f"different {len(wrong)} of {len(ours)}" if wrong else f"equal {len(ours)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
