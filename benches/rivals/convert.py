"""Converts every XLSForm of a folder to an XForm with pyxform; with `time`, prints how long that takes instead.

Usage: convert.py FOLDER [time]
"""
import glob
import json
import os
import statistics
import sys
import time

from pyxform.xls2xform import convert

folder, timed = sys.argv[1], len(sys.argv) > 2
for path in sorted(glob.glob(os.path.join(folder, "*.xlsx"))):
    name = os.path.splitext(os.path.basename(path))[0]
    if not timed:
        xform = convert(xlsform=path, warnings=[], pretty_print=False).xform
        with open(path[:-4] + "xml", "w", encoding="utf-8") as out:
            out.write(xform)
        continue
    samples, begun = [], time.perf_counter()
    for _ in range(8):
        start = time.perf_counter()
        convert(xlsform=path, warnings=[])
        samples.append((time.perf_counter() - start) * 1000)
        if time.perf_counter() - begun > 60:
            break
    samples = samples[1:] or samples
    figure = {"median": statistics.median(samples), "low": min(samples), "high": max(samples), "n": len(samples)}
    print(json.dumps({"engine": "pyxform", "form": name, "what": "load from .xlsx", "unit": "ms", **figure}), flush=True)
