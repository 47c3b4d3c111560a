#!/usr/bin/env python3
"""Writes synthetic central files: canonical lines, true hashes, unbroken chains, true seals. docs/format.md says what is in them.

central.py two BYTES A B        two files of about BYTES each, two thirds of the revisions of each in common
central.py many N RECORDS DIR   N files of RECORDS records each, one laptop each
central.py one LINES FILE N     one file of so many revisions with N answers each
"""
import hashlib
import json
import sys
import uuid

ZEROS = "0" * 64
START = 1_793_000_000_000  # 2026-10-26
WORDS = "cơ sở sản xuất chế biến thủy sản khô tôm cá nước mắm Năm Căn Đầm Dơi Ngọc Hiển Thới Bình mới đổi máy sấy".split()


def dump(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def stamp(millis):
    seconds, ms = divmod(millis, 1000)
    days, rest = divmod(seconds, 86400)
    z = days + 719468  # days to date, as in the well-known civil calendar arithmetic
    era, doe = divmod(z, 146097)
    yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    day, month = doy - (153 * mp + 2) // 5 + 1, mp + 3 if mp < 10 else mp - 9
    year = yoe + era * 400 + (month <= 2)
    return f"{year:04}-{month:02}-{day:02}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}.{ms:03}Z-0000"


class Central:
    def __init__(self, path):
        self.out, self.hash, self.lines, self.bytes, self.devices = open(path, "wb", 1 << 20), hashlib.sha256(), 0, 0, {}
        self.line('{"!":"khuyencong/1","programme":"ca-mau-2026-2030"}')
        source = open(__file__.rsplit("/", 3)[0] + "/forms/establishment.toml" if "/" in __file__ else "../../forms/establishment.toml", encoding="utf-8").read()
        self.line(dump({"form": "workshop", "version": 1, "hash": hashlib.sha256(source.encode()).hexdigest(), "source": source}))

    def line(self, text):
        data = (text + "\n").encode() if isinstance(text, str) else text
        self.out.write(data)
        self.hash.update(data)
        self.lines += 1
        self.bytes += len(data)

    def revision(self, device, seq, rid, data):
        self.line(data)
        low, high, total = self.devices.get(device, (seq, seq, 0))
        self.devices[device] = (low, seq, (total + int(rid, 16)) % (1 << 256))

    def close(self):
        devices = {d: {"seqs": [[low, high]], "ids": f"{total:064x}"} for d, (low, high, total) in sorted(self.devices.items())}
        seal = {"~": "khuyencong/1", "lines": self.lines, "sha256": self.hash.hexdigest(), "devices": devices}
        self.out.write((dump(seal) + "\n").encode())
        self.out.close()


class Laptops:
    def __init__(self, questions=38):
        self.ends, self.made, self.questions = {}, 0, questions

    def revision(self, device, record, parents, act, answers, wrote):
        seq, prev = self.ends.get(device, (0, ""))
        self.made += 1
        line = dump({"record": record, "at": stamp(START + self.made * 977), "id": ZEROS, "device": device, "seq": seq + 1, "prev": prev, "person": f"Người Thử {device[2:4]}",
                     "of": "workshop@1@3f2a9c0d1e4b", "parents": parents, "act": act, "args": {}, "wrote": wrote, "answers": answers, "notes": {}})
        rid = hashlib.sha256(line.encode()).hexdigest()
        self.ends[device] = (seq + 1, rid)
        return seq + 1, rid, (line.replace(ZEROS, rid, 1) + "\n").encode()

    def record(self, device):
        """A record, of about 1.6 KiB with 38 answers; every fourth was saved once more."""
        n = self.made
        record = str(uuid.UUID(int=(START + n) << 80 | 0x7 << 76 | (n * 2654435761 % 4096) << 64 | 0x9 << 60 | n))
        text = lambda k: " ".join(WORDS[(n * 7 + k * 3 + i) % len(WORDS)] for i in range(4))
        answers = {f"q{k:02}": (n * k % 100000 if k % 3 == 0 else text(k)) for k in range(self.questions)}
        answers["name"], answers["tax_code"] = text(1).capitalize(), f"20{n:08}"
        answers = dict(sorted(answers.items()))
        made = [self.revision(device, record, [], "submit", answers, sorted(answers))]
        if n % 4 == 0:
            made.append(self.revision(device, record, [made[0][1]], "save", dict(sorted({**answers, "workers": n % 300}.items())), ["workers"]))
        return made


def main():
    laptops = Laptops()
    match sys.argv[1:]:
        case ["two", size, a, b]:
            files = Central(a), Central(b)
            turn = 0
            while files[0].bytes < int(size):
                device = f"lt{turn % 16:02}-aaaaaa"
                for seq, rid, data in laptops.record(device):
                    if turn % 16 < 12:
                        files[0].revision(device, seq, rid, data)
                    if turn % 16 >= 4:
                        files[1].revision(device, seq, rid, data)
                turn += 1
        case ["many", count, records, folder]:
            files = [Central(f"{folder}/field{at:02}.jsonl") for at in range(int(count))]
            for _ in range(int(records)):
                for at, file in enumerate(files):
                    for seq, rid, data in laptops.record(f"lt{at:02}-aaaaaa"):
                        file.revision(f"lt{at:02}-aaaaaa", seq, rid, data)
        case ["one", lines, path, questions]:
            laptops = Laptops(int(questions))
            files = [Central(path)]
            while laptops.made < int(lines):
                device = f"lt{laptops.made % 15:02}-aaaaaa"
                for made in laptops.record(device):
                    files[0].revision(device, *made)
        case _:
            sys.exit(__doc__)
    for file in files:
        file.close()


main()
