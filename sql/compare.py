"""Runs counts.sql in DuckDB over an exported data set and compares every figure with the one that khuyencong counted.

    python compare.py DATA_SET_FOLDER

Prints the figures that differ, then `equal N` or `different N of M`. Needs the Python package duckdb.
"""

import math
import pathlib
import sys

import duckdb


def main() -> int:
    folder = pathlib.Path(sys.argv[1])
    base = duckdb.connect()
    for table in ("records", "answers", "indicators", "counted"):
        path = str(folder / f"{table}.parquet").replace("'", "''")
        base.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{path}')")
    sql = (pathlib.Path(__file__).parent / "counts.sql").read_text(encoding="utf-8")
    again = {row[:3]: row[3] for row in base.execute(sql).fetchall()}
    ours = {row[:3]: row[3] for row in base.execute("SELECT period, target, reading, done FROM indicators").fetchall()}
    wrong = 0
    for key in sorted(ours.keys() | again.keys()):
        a, b = ours.get(key), again.get(key)
        same = key in ours and key in again and ((a is None and b is None) or (a is not None and b is not None and math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)))
        if not same:
            wrong += 1
            print(*key, "ours", a, "again", b)
    print(f"different {wrong} of {len(ours)}" if wrong else f"equal {len(ours)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
