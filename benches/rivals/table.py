"""Puts the figures of several engines side by side: medians, and in brackets the ratio of the best that each reached.

Usage: table.py FIGURES.jsonl
"""
import json
import statistics
import sys

OURS = "khuyencong"
figures = {}
with open(sys.argv[1], encoding="utf-8") as lines:
    for figure in map(json.loads, lines):
        key = (figure["form"], figure["what"], figure["unit"])
        figures.setdefault(key, {}).setdefault(figure["engine"], []).append(figure)


def median(runs):
    return statistics.median(run["median"] for run in runs)


def bound(runs, unit):
    """The best that was seen: on a busy machine it tells more than the median."""
    return max(run["high"] for run in runs) if unit == "/s" else min(run["low"] for run in runs)


def shown(runs, unit):
    low, high = min(run["low"] for run in runs), max(run["high"] for run in runs)
    if unit == "/s":
        return f"{median(runs):,.0f} /s ({low:,.0f}–{high:,.0f})"
    return f"{median(runs):.4g} ms ({low:.3g}–{high:.3g})"


engines = sorted({engine for row in figures.values() for engine in row} - {OURS})
print("| form | what | " + OURS + " | " + " | ".join(f"{engine} | ×" for engine in engines) + " |")
print("|---" * (3 + 2 * len(engines)) + "|")
for (form, what, unit), row in figures.items():
    if OURS not in row:
        continue
    cells = [form, what, shown(row[OURS], unit)]
    for engine in engines:
        if engine not in row:
            cells += ["", ""]
            continue
        ratio = median(row[OURS]) / median(row[engine])
        cut = [run["cut_off_at"] for run in row[engine] if "cut_off_at" in run]
        best = bound(row[OURS], unit) / bound(row[engine], unit)
        times = f"{ratio if unit == '/s' else 1 / ratio:.3g} ({best if unit == '/s' else 1 / best:.3g})"
        cells += [shown(row[engine], unit), f"> {times}, cut off at {min(cut)}" if cut else times]
    print("| " + " | ".join(cells) + " |")
