#!/bin/sh
# Merge and sync against tools that do a part of the same: GNU sort, sha256sum, cp, SQLite, DuckDB. Prints one line a run:
# seconds of wall time and KiB resident. Nothing else should be at work on the machine.
#
#   cargo build --release && benches/rivals/merge.sh FOLDER [RUNS] [two] [many] [sync]
#
# two    two files of BYTES (500,000,000), two thirds in common, and on top of their union     room: 8 times BYTES
# many   FILES (50) files of RECORDS (10,000) records, a quarter of them saved twice          room: 9 KiB a record
# sync   100 new revisions, a central file of LINES (1,000,000) revisions of 12 answers       room: 6 KiB a line
#
# Sizes come from the environment. Without a name all three run. What each made is removed behind it, unless KEEP is set.
# DuckDB is taken from a virtual environment FOLDER/venv where there is one (python3 -m venv FOLDER/venv;
# FOLDER/venv/bin/pip install duckdb).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=${KHUYENCONG:-$here/../../target/release/khuyencong}
folder=$1
runs=${2:-5}
shift
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- two many sync
mkdir -p "$folder"
cd "$folder"

# NAME COMMAND: one run, what it writes removed before
timed() {
    name=$1
    shift
    rm -f out.jsonl out.jsonl.bak out.jsonl.zst out.body out.db out.db-wal out.db-shm
    [ "$name" != "merge, adds nothing" ] || ln -f union.jsonl out.jsonl
    sync
    /usr/bin/time -f "$name: %e s, %U user, %S system, %M KiB" "$@" >/dev/null
}

# All that is measured takes turns: a machine that slows down meanwhile slows all of it.
turns() {
    run=0
    while [ $run -lt "$runs" ]; do
        "$@"
        run=$((run + 1))
    done
}

done_with() {
    rm -rf out.jsonl out.jsonl.bak out.jsonl.zst out.body out.db
    [ -n "${KEEP:-}" ] || rm -rf "$@"
}

two() {
    bytes=${BYTES:-500000000}
    echo "# two files of $bytes bytes, two thirds in common"
    [ -e A.jsonl ] && [ -e B.jsonl ] || python3 "$here/central.py" two "$bytes" A.jsonl B.jsonl
    for name in A B; do [ -e $name.body ] || sed '1d;$d' $name.jsonl >$name.body; done
    turns of_two
    rm -f out.jsonl.zst out.body A.body B.body
    echo "# files that add nothing"
    [ -e union.jsonl ] || "$program" merge union.jsonl A.jsonl B.jsonl >/dev/null
    turns of_nothing
    done_with A.jsonl B.jsonl union.jsonl
}

of_two() {
    timed "merge" "$program" merge out.jsonl A.jsonl B.jsonl
    timed "sort -mu" env LC_ALL=C sort -mu -o out.body A.body B.body
    timed "sort -mu, then fsync" sh -c 'LC_ALL=C sort -mu -o out.body A.body B.body && sync out.body'
    timed "merge, packed" "$program" merge out.jsonl.zst A.jsonl B.jsonl
}

of_nothing() {
    timed "merge, adds nothing" "$program" merge out.jsonl A.jsonl B.jsonl
    timed "sha256sum of the same" sha256sum union.jsonl A.jsonl B.jsonl
}

many() {
    files=${FILES:-50} records=${RECORDS:-10000}
    echo "# $files files of $records records"
    [ -d many ] || { mkdir many && python3 "$here/central.py" many "$files" "$records" many; }
    [ -d bodies ] || { mkdir bodies && for file in many/*.jsonl; do sed '1d;$d' "$file" >"bodies/$(basename "$file")"; done; }
    turns of_many
    done_with many bodies
}

of_many() {
    timed "merge of $files" "$program" merge out.jsonl many/*.jsonl
    timed "sort -mu of $files" env LC_ALL=C sort -mu -o out.body bodies/*.jsonl
    if command -v sqlite3 >/dev/null; then
        { echo "PRAGMA journal_mode=WAL; CREATE TABLE lines(id TEXT PRIMARY KEY, line TEXT) WITHOUT ROWID; CREATE TEMP TABLE raw(line TEXT);"
          printf '.mode ascii\n.separator "\\001" "\\n"\n'
          for file in bodies/*.jsonl; do echo ".import $file raw"; done
          echo "INSERT OR IGNORE INTO lines SELECT substr(line, 89, 64), line FROM raw;"; } >import.sql
        timed "SQLite INSERT OR IGNORE of $files" sh -c 'sqlite3 out.db <import.sql'
        rm -f import.sql
    fi
    if [ -x venv/bin/python ]; then
        # Once as records, once as whole lines, which is quicker and leaves every byte as it is.
        timed "DuckDB read_json, distinct, of $files" venv/bin/python -c "
import duckdb
duckdb.sql('''COPY (SELECT DISTINCT * FROM read_json('bodies/*.jsonl', format='newline_delimited', maximum_object_size=20000000) ORDER BY record, \"at\", id) TO 'out.body' (FORMAT json)''')"
        timed "DuckDB distinct lines of $files" venv/bin/python -c "
import duckdb
duckdb.sql(\"COPY (SELECT DISTINCT column0 FROM read_csv('bodies/*.jsonl', header=false, columns={'column0':'VARCHAR'}, delim='\x01', quote='', escape='', max_line_size=20000000) ORDER BY 1) TO 'out.body' (HEADER false, QUOTE '', DELIMITER '\x01')\")"
    fi
}

# The laptop syncs, records a hundred more, and syncs again: every run begins where the one before ended.
syncing() {
    lines=${LINES:-1000000}
    echo "# sync of 100 new revisions with a file of $lines that the laptop had synced with before"
    shop="--forms $here/../../tests/cli/forms"
    if [ ! -d laptop ]; then
        python3 "$here/central.py" one "$lines" central.jsonl 12
        "$program" $shop --data-dir laptop init --person "Người Thử" --device lt99 >/dev/null
        /usr/bin/time -f "first sync, everything is new: %e s, %U user, %S system, %M KiB" "$program" $shop --data-dir laptop sync central.jsonl >/dev/null
    fi
    turns of_syncing
    done_with laptop central.jsonl central.jsonl.bak central.jsonl.files copy.jsonl .central.jsonl.lock
}

of_syncing() {
    seq 100 | sed 's/.*/{"name":"Cơ sở &","workers":1}/' | "$program" $shop --data-dir laptop record add --form shop >/dev/null
    rm -f copy.jsonl central.jsonl.bak
    sync
    /usr/bin/time -f "cp, fsync, sha256sum: %e s, %U user, %S system" sh -c 'cp central.jsonl copy.jsonl && sync copy.jsonl && sha256sum copy.jsonl' >/dev/null
    rm -f copy.jsonl
    sync
    /usr/bin/time -f "sync: %e s, %U user, %S system, %M KiB" "$program" $shop --data-dir laptop sync central.jsonl >/dev/null
}

uname -srm
uptime
"$program" --version
sort --version | head -n 1
for what in "$@"; do
    case $what in
    two | many) "$what" ;;
    sync) syncing ;;
    *) echo "two, many or sync: $what" >&2 && exit 2 ;;
    esac
done
