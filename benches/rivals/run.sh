#!/bin/sh
# Installs the rivals into a folder, measures all engines on the same forms and prints one table. Usage: run.sh FOLDER [TIMES]
set -e
here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../.." && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
times=${2:-1}
forms="$folder/forms"

if [ ! -d "$folder/venv" ]; then
    python3 -m venv "$folder/venv"
    "$folder/venv/bin/pip" -q install pyxform==4.5.0 openpyxl
fi
if [ ! -d "$folder/node_modules" ]; then
    (cd "$folder" && npm install --no-audit --no-fund --silent @getodk/xforms-engine@0.22.0 jsdom@27 temporal-polyfill@0.3.0)
fi
jar=$(find "$folder/venv" -name ODK_Validate.jar)
mkdir -p "$folder/classes"
javac -nowarn -cp "$jar" -d "$folder/classes" "$here/Rival.java"
cp "$here/web.mjs" "$folder/"
cargo build --quiet --release --manifest-path "$here/sxd/Cargo.toml" --target-dir "$folder/sxd"

cd "$project"
cargo bench --bench engine --no-run
cargo bench --quiet --bench engine -- --write "$forms"
"$folder/venv/bin/python" "$here/convert.py" "$forms"

cases=${KHUYENCONG_SHARED:-$project/../shared}/conformance/xpath_cases.jsonl
: > "$folder/figures.jsonl"
for _ in $(seq "$times"); do
    uptime >&2
    cargo bench --quiet --bench engine -- --json "$forms"/*.xml "$forms"/*.xlsx >> "$folder/figures.jsonl"
    java -cp "$folder/classes:$jar" Rival "$forms" >> "$folder/figures.jsonl"
    (cd "$folder" && node web.mjs "$forms") >> "$folder/figures.jsonl"
    "$folder/venv/bin/python" "$here/convert.py" "$forms" time >> "$folder/figures.jsonl"
    if [ -f "$cases" ]; then
        "$folder/sxd/release/sxd-bench" "$cases" "$folder/common.txt" >> "$folder/figures.jsonl"
        cargo bench --quiet --bench engine -- --json "$folder/common.txt" >> "$folder/figures.jsonl"
    else
        echo "skipped: no expression cases at $cases" >&2
    fi
done
uptime >&2
python3 "$here/table.py" "$folder/figures.jsonl"
