#!/usr/bin/env python3
"""Start, one filter and memory of the program beside VisiData, on the same records, through a pseudo-terminal; and the search
beside `fzf --filter` on the same lines. Usage: visidata.py FOLDER [RECORDS] [TIMES]

`KHUYENCONG_PROGRAM` names another build to measure; the search is then left out.

Installs VisiData and pyte (a terminal in Python, which knows what stands on the screen) into a venv in FOLDER, makes synthetic
records, writes them as CSV with the program itself, and measures every program TIMES times in turn.

A time ends when the bytes that complete the picture have been read: looking for the picture in them is not counted.
"""

import os, pathlib, pty, re, select, shutil, signal, statistics, struct, subprocess, sys, termios, time, fcntl

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = pathlib.Path(os.environ.get("KHUYENCONG_PROGRAM") or ROOT / "target/release/khuyencong")
ROWS, COLUMNS = 24, 80
PATIENCE = 600


def prepare(folder, records):
    venv = folder / "venv"
    if not venv.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([venv / "bin/pip", "-q", "install", "visidata==3.3", "pyte==0.8.2"], check=True)
    inside = str(venv / "bin/python")
    if sys.prefix != str(venv):
        os.execv(inside, [inside, __file__, str(folder), *sys.argv[2:]])
    if "KHUYENCONG_PROGRAM" not in os.environ:
        subprocess.run(["cargo", "build", "--quiet", "--release"], cwd=ROOT, check=True)
    store, table = folder / f"store{records}", folder / f"records{records}.csv"
    if not (store / "clean").exists():
        shutil.rmtree(store, ignore_errors=True)
        subprocess.run([PROGRAM, "--data-dir", store, "demo", "--quiet", "--records", str(records)], check=True)
    if not table.exists():
        with open(table, "w") as out:
            subprocess.run([PROGRAM, "--data-dir", store, "record", "list", "--format", "csv"], stdout=out, check=True)
    return store, table


class Terminal:
    """A program in a terminal, and what stands on it."""

    def __init__(self, command):
        import pyte
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        surroundings = dict(os.environ, TERM="xterm-256color", LANG="C.UTF-8", NO_COLOR="1")
        self.begun = time.perf_counter()
        self.child = subprocess.Popen([str(part) for part in command], stdin=slave, stdout=slave, stderr=slave, env=surroundings, start_new_session=True)
        os.close(slave)
        self.master = master

    def until(self, so, begun=None):
        """Milliseconds from `begun` until the screen is so."""
        deadline = time.perf_counter() + PATIENCE
        seen = time.perf_counter()
        while not so("\n".join(self.screen.display)):
            left = deadline - time.perf_counter()
            if left <= 0 or not select.select([self.master], [], [], left)[0]:
                raise SystemExit("waited in vain; the screen:\n" + "\n".join(self.screen.display))
            part = os.read(self.master, 65536)
            seen = time.perf_counter()
            self.stream.feed(part)
        return (seen - (begun or self.begun)) * 1000

    def types(self, keys):
        begun = time.perf_counter()
        os.write(self.master, keys.encode())
        return begun

    def memory(self):
        """What it holds now and held at most, in MB."""
        status = pathlib.Path(f"/proc/{self.child.pid}/status").read_text()
        return [int(re.search(rf"{name}:\s+(\d+)", status)[1]) / 1000 for name in ("VmRSS", "VmHWM")]

    def leave(self):
        """Ends it by its own key, so that it closes its store."""
        self.types("\x11")
        try:
            while os.read(self.master, 65536):
                pass
        except OSError:
            pass
        self.child.wait()
        os.close(self.master)

    def end(self):
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()
        os.close(self.master)


def ours(store, records):
    shown = f"{records:,}".replace(",", ".")
    terminal = Terminal([PROGRAM, "--data-dir", store])
    figures = {"first frame": terminal.until(lambda text: "Khuyến" in text)}
    terminal.until(lambda text: "Đang chờ" in text)
    begun = terminal.types("\t\t")
    terminal.until(lambda text: re.search(rf"\b{records}\b", text), begun)
    figures["list usable"] = (time.perf_counter() - terminal.begun) * 1000
    figures["memory, list usable"], _ = terminal.memory()
    terminal.types("ba")
    terminal.until(lambda text: " ba " in text)
    # One key more, to the frame in which fewer are counted.
    before = count(terminal)
    begun = terminal.types("n")
    figures["a filter key"] = terminal.until(lambda text: "ban" in text and count(terminal) < before, begun)
    terminal.types("\x15\x1b[Z\x1b[Z")
    terminal.until(lambda text: shown in text)
    figures["memory, desk counted"], figures["memory at most"] = terminal.memory()
    terminal.end()
    figures["after a kill, the records shown"] = after_a_kill(store)
    return figures


def after_a_kill(store):
    """What says that the store was closed is taken away, as it is while a program has it open for writing."""
    (store / "clean").unlink(missing_ok=True)
    terminal = Terminal([PROGRAM, "--data-dir", store])
    shown = terminal.until(lambda text: "Đang chờ" in text)
    terminal.leave()
    return shown


def count(terminal):
    numbers = re.findall(r"(\d+)\s*$", terminal.screen.display[2])
    return int(numbers[-1]) if numbers else 10**9


def visidata(table, records, folder):
    terminal = Terminal([folder / "venv/bin/vd", "--config", "/dev/null", "--visidata-dir", folder / "vd", table])
    figures = {"first frame": terminal.until(lambda text: "record" in text)}
    figures["list usable"] = terminal.until(lambda text: re.search(rf"\b{records}\s+rows", text))
    figures["memory, list usable"], _ = terminal.memory()
    # Its filter: go to the column of names, select the rows in which it holds a text, then open a sheet of those. In all columns
    # at once (g|) it takes many times as long.
    terminal.types("cname\r")
    terminal.until(lambda text: "go-col-regex" in text)
    begun = terminal.types("|ban\r")
    terminal.until(lambda text: "select-col-regex" in text and "processing" not in text, begun)
    terminal.types('"')
    figures["a filter key"] = terminal.until(lambda text: "selectedref" in text and re.search(r"\d+\s+rows", text), begun)
    _, figures["memory at most"] = terminal.memory()
    terminal.end()
    return figures


def search(folder, times):
    """The search of the lists beside fzf's, over the same folded lines."""
    lines = folder / "lines.txt"
    surroundings = dict(os.environ, KHUYENCONG_LINES=str(lines))
    subprocess.run(["cargo", "bench", "--quiet", "--bench", "filter"], cwd=ROOT, env=surroundings, check=True)
    print(f"\nsearch among {sum(1 for _ in open(lines))} lines; fzf reads and filters, its time without a query taken off")
    fzf = shutil.which("fzf")
    if not fzf:
        print("skipped: fzf is not installed (Debian: apt-get install fzf)")
    for query in ("c", "co so 0991", "tam dat mui", "zzz"):
        if fzf:
            def timed(asked):
                begun = time.perf_counter()
                with open(lines) as source:
                    subprocess.run([fzf, "--exact", "--no-sort", "--filter", asked], stdin=source, stdout=subprocess.DEVNULL)
                return (time.perf_counter() - begun) * 1000
            told = statistics.median(timed(query) for _ in range(times)), statistics.median(timed("") for _ in range(times))
            print(f"fzf {query!r:16} {told[0]:8.1f} ms, without a query {told[1]:.1f} ms")
    subprocess.run(["cargo", "bench", "--quiet", "--bench", "filter", "--", "pasted_in_establishments", "a_key_in_establishments"], cwd=ROOT, check=True)


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    folder = pathlib.Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    records, times = (int(sys.argv[at]) if len(sys.argv) > at else otherwise for at, otherwise in ((2, 100_000), (3, 7)))
    store, table = prepare(folder, records)
    print(f"{records} records; CSV of {table.stat().st_size / 1e6:.0f} MB; {times} times each", *os.getloadavg())
    all_figures = {"khuyencong": [], "VisiData": []}
    for _ in range(times):
        all_figures["khuyencong"].append(ours(store, records))
        all_figures["VisiData"].append(visidata(table, records, folder))
    print("| what | khuyencong | VisiData | × |\n|---|---|---|---|")
    for what in all_figures["khuyencong"][0]:
        cells, medians = [], []
        for name in all_figures:
            found = [figures[what] for figures in all_figures[name] if what in figures]
            if found:
                medians.append(statistics.median(found))
                cells.append(f"{medians[-1]:.1f} ({min(found):.1f}–{max(found):.1f}) {'MB' if 'memory' in what else 'ms'}")
            else:
                cells.append("–")
        print(f"| {what} | {cells[0]} | {cells[1]} | {medians[1] / medians[0]:.1f} |" if len(medians) == 2 else f"| {what} | {cells[0]} | {cells[1]} | |")
    if "KHUYENCONG_PROGRAM" not in os.environ:
        search(folder, times)


if __name__ == "__main__":
    main()
