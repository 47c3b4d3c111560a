#!/bin/sh
# Merge and sync against tools that do a part of the same: GNU sort, sha256sum, cp, SQLite, DuckDB. Prints one line a run:
# seconds of wall time and KiB resident. Nothing else should be at work on the machine.
#
#   cargo build --release && benches/rivals/merge.sh FOLDER [RUNS] [BYTES]
#
# FOLDER needs room for ten times BYTES (500 MB where not said) and is made; what it holds already is used again. DuckDB is
# taken from a virtual environment FOLDER/venv where there is one (python3 -m venv FOLDER/venv; FOLDER/venv/bin/pip install duckdb).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=${KHUYENCONG:-$here/../../target/release/khuyencong}
folder=$1
runs=${2:-5}
bytes=${3:-500000000}
mkdir -p "$folder"
cd "$folder"

make_files() {
    [ -e A.jsonl ] && [ -e B.jsonl ] || python3 "$here/central.py" two "$bytes" A.jsonl B.jsonl
    [ -d many ] || { mkdir many && python3 "$here/central.py" many 50 $((bytes / 150000)) many; }
    for name in A B; do [ -e $name.body ] || sed '1d;$d' $name.jsonl >$name.body; done
    [ -d bodies ] || { mkdir bodies && for file in many/*.jsonl; do sed '1d;$d' "$file" >"bodies/$(basename "$file")"; done; }
}

# NAME COMMAND: so many runs, what they write removed before each
timed() {
    name=$1
    shift
    run=0
    while [ $run -lt "$runs" ]; do
        rm -f out.jsonl out.jsonl.bak out.body out.db
        [ "$name" != "merge, adds nothing" ] || ln -f union.jsonl out.jsonl
        sync
        /usr/bin/time -f "$name: %e s, %U user, %S system, %M KiB" "$@" >/dev/null
        run=$((run + 1))
    done
}

make_files
uname -srm
uptime
"$program" --version
sort --version | head -n 1
[ -e union.jsonl ] || "$program" merge union.jsonl A.jsonl B.jsonl >/dev/null

echo "# two files of $bytes bytes, two thirds in common"
timed "merge" "$program" merge out.jsonl A.jsonl B.jsonl
timed "sort -mu" env LC_ALL=C sort -mu -o out.body A.body B.body
timed "sort -mu, then fsync" sh -c 'LC_ALL=C sort -mu -o out.body A.body B.body && sync out.body'
timed "merge, packed" "$program" merge out.jsonl.zst A.jsonl B.jsonl
rm -f out.jsonl.zst out.jsonl.zst.bak
echo "# files that add nothing"
timed "merge, adds nothing" "$program" merge out.jsonl A.jsonl B.jsonl
timed "sha256sum of the same" sha256sum union.jsonl A.jsonl B.jsonl
echo "# fifty files"
timed "merge of 50" "$program" merge out.jsonl many/*.jsonl
timed "sort -mu of 50" env LC_ALL=C sort -mu -o out.body bodies/*.jsonl
if command -v sqlite3 >/dev/null; then
    run=0
    while [ $run -lt "$runs" ]; do
        rm -f out.db
        { echo "PRAGMA journal_mode=WAL; CREATE TABLE lines(id TEXT PRIMARY KEY, line TEXT) WITHOUT ROWID; CREATE TEMP TABLE raw(line TEXT);"
          printf '.mode ascii\n.separator "\\001" "\\n"\n'
          for file in bodies/*.jsonl; do echo ".import $file raw"; done
          echo "INSERT OR IGNORE INTO lines SELECT substr(line, 89, 64), line FROM raw;"; } >import.sql
        /usr/bin/time -f "SQLite INSERT OR IGNORE of 50: %e s, %U user, %S system, %M KiB" sqlite3 out.db <import.sql >/dev/null
        run=$((run + 1))
    done
fi
if [ -x venv/bin/python ]; then
    timed "DuckDB distinct of 50" venv/bin/python -c "
import duckdb
duckdb.sql(\"COPY (SELECT DISTINCT column0 FROM read_csv('bodies/*.jsonl', header=false, columns={'column0':'VARCHAR'}, delim='\\x01', quote='', escape='', max_line_size=20000000) ORDER BY 1) TO 'out.body' (HEADER false, QUOTE '', DELIMITER '\\x01')\")"
fi

echo "# sync of 100 new revisions with a file that the laptop had synced with before"
shop="--forms $here/../../tests/cli/forms"
[ -e one.jsonl ] || python3 "$here/central.py" one $((bytes / 1700)) one.jsonl
if [ ! -d synced ]; then
    "$program" $shop --data-dir synced init --person "Người Thử" --device lt99 >/dev/null
    cp one.jsonl central.jsonl
    "$program" $shop --data-dir synced sync central.jsonl >/dev/null
    seq 100 | sed 's/.*/{"name":"Cơ sở &","workers":1}/' | "$program" $shop --data-dir synced record add --form shop >/dev/null
fi
run=0
while [ $run -lt "$runs" ]; do
    rm -rf laptop out.jsonl copy.jsonl
    cp -r synced laptop
    cp central.jsonl out.jsonl
    sync
    /usr/bin/time -f "sync: %e s, %U user, %S system, %M KiB" "$program" $shop --data-dir laptop sync out.jsonl >/dev/null
    sync
    /usr/bin/time -f "cp, fsync, sha256sum: %e s, %U user, %S system" sh -c 'cp central.jsonl copy.jsonl && sync copy.jsonl && sha256sum copy.jsonl' >/dev/null
    run=$((run + 1))
done
