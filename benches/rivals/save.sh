#!/bin/sh
# One save made durable: this program, a bare append + fdatasync, and SQLite (WAL, synchronous=FULL) with the same bytes on
# the same disk, in one run. Needs python3 (its sqlite3 module is the rival). Usage: benches/rivals/save.sh [FOLDER]
set -eu
cd "$(dirname "$0")/../.."
folder=${1:-target}
mkdir -p "$folder"
out=$(cargo bench --quiet --bench save -- "$folder")
echo "$out"
bytes=$(echo "$out" | sed -n 's/^.* saves of \([0-9]*\) bytes.*/\1/p')
command -v python3 >/dev/null || { echo "skipped: SQLite needs python3"; exit 0; }
python3 - "$folder" "$bytes" <<'PY'
import os, sqlite3, statistics, sys, tempfile, time
folder, size = sys.argv[1], int(sys.argv[2])
with tempfile.TemporaryDirectory(dir=folder) as place:
    db = sqlite3.connect(os.path.join(place, "rival.db"), isolation_level=None)
    db.execute("pragma journal_mode=wal"); db.execute("pragma synchronous=full")
    db.execute("create table revisions (id blob primary key, line blob) without rowid")
    raw = os.open(os.path.join(place, "raw"), os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    line, saves, appends = os.urandom(size), [], []
    for number in range(420):
        begun = time.perf_counter()
        db.execute("insert into revisions values (?, ?)", (number.to_bytes(32, "big"), line))
        saved = time.perf_counter() - begun
        begun = time.perf_counter()
        os.write(raw, line); os.fdatasync(raw)
        appended = time.perf_counter() - begun
        if number >= 20:
            saves.append(saved); appends.append(appended)
    save, append = statistics.median(saves), statistics.median(appends)
    print(f"{'SQLite ' + sqlite3.sqlite_version + ', WAL, synchronous=FULL':40} median {save * 1e6:8.1f} µs")
    print(f"{'append + fdatasync beside it':40} median {append * 1e6:8.1f} µs")
    print(f"ratio of medians {save / append:.2f}")
PY
