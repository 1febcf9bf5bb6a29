"""`make run`, `make demo`, `make bench`, `make reset`: typed at a terminal, ended by Ctrl-C, and without a network."""

import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

from machines import Setup  # noqa: F401

ROOT = Path(__file__).resolve().parents[2]
# The tests' build.
BUILT = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"
PROGRAM = Path(os.environ.get("YOBAN_BIN", BUILT / "yoban"))
# Far beyond what anything takes, so that only a real failure meets it.
PATIENCE = 240


def dark():
    """Words before a command that cut it off from every network but its own loopback; None where that is forbidden."""
    words = ["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "dark"]
    tried = subprocess.run([*words, "true"], capture_output=True) if shutil.which("unshare") else None
    return words if tried and tried.returncode == 0 else None


def environment(**changed):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("YOBAN_")}
    return {**kept, "YOBAN_PROFILE": "dev", "CARGO_TERM_COLOR": "never", **changed}


class Terminal:
    """A command at a terminal of its own: what it shows, and keys typed into it."""

    def __init__(self, words, **changed):
        self.shown = ""
        self.child, self.master = pty.fork()
        if self.child == 0:
            os.chdir(ROOT)
            os.execvpe(words[0], words, environment(**changed))

    def until(self, text):
        give_up = time.monotonic() + PATIENCE
        while text not in self.shown:
            left = give_up - time.monotonic()
            ready = select.select([self.master], [], [], max(left, 0))[0]
            if not ready or not self._read():
                raise AssertionError(f"never shown: {text}\n{self.shown}")

    def press(self, keys):
        os.write(self.master, keys)

    def ends(self):
        """Waits for the end; gives the exit code."""
        while self._read():
            pass
        _, status = os.waitpid(self.child, 0)
        self.child = None
        return os.waitstatus_to_exitcode(status)

    def _read(self):
        try:
            came = os.read(self.master, 65536)
        except OSError:
            return False  # the terminal is gone with its last user
        self.shown += came.decode(errors="replace")
        return bool(came)

    def close(self):
        if self.child:
            os.kill(self.child, signal.SIGKILL)
            os.waitpid(self.child, 0)
        os.close(self.master)


class Run(unittest.TestCase):
    def test_a_second_start_builds_nothing_needs_no_network_and_ends_with_a_friendly_word(self):
        before = dark()
        if before is None:
            print("  (no network namespace here: cargo and npm are told to stay offline instead)")
        with tempfile.TemporaryDirectory() as folder:
            ready = Path(folder) / "ready.json"
            options = f"--port 0 --http-port 0 --listen none --data {folder}/data --ready-file {ready}"
            words = [*(before or []), "make", "run", f"ARGS={options}"]
            people = []
            for _ in range(2):
                terminal = Terminal(words, CARGO_NET_OFFLINE="true", npm_config_offline="true")
                self.addCleanup(terminal.close)
                terminal.until("Ctrl-C stops.")
                shown = terminal.shown.replace("\r", "")
                for work in ["Compiling", "Downloading", "web packages", "web build", "Updating"]:
                    self.assertNotIn(work, shown)
                for words_shown in ["三つの窓", "three windows", "患者タブレット", "窓口看護師", "当番医"]:
                    self.assertIn(words_shown, shown)
                links = re.findall(r"http://localhost:\d+/(\w+)#code=(\w+)", shown)
                self.assertEqual([app for app, _ in links], ["tablet", "desk", "phone"])
                people.append(links)
                if before is None:
                    port = json.loads(ready.read_text())["http"]
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/tablet") as page:
                        self.assertEqual(page.status, 200)
                ready.unlink()
                terminal.press(b"\x03")
                code = terminal.ends()
                self.assertIn("データは残っています", terminal.shown)
                self.assertIn("The data stays", terminal.shown)
                self.assertNotIn("panicked", terminal.shown)
                self.assertIn(code, [0, 2, 130, -2], terminal.shown)
            self.assertEqual(people[0], people[1], "printed links go on working")


class Reset(unittest.TestCase):
    """On a copy, since it deletes."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        shutil.copy(ROOT / "Makefile", self.root)
        shutil.copytree(ROOT / "scripts", self.root / "scripts")
        self.records = ["data/yoban.db", "data/recordings/a/track.ogg", "demo/summary.json", "bench/latest.json"]
        self.stays = ["data/tls/authority.pem", "tools/node/bin/node", "stamps/setup-run"]
        for name in self.records + self.stays:
            path = self.root / "var" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x")

    def reset(self, typed, **changed):
        made = subprocess.run(
            ["make", "reset"], cwd=self.root, env=environment(**changed), input=typed, text=True, capture_output=True
        )
        return made.returncode, made.stdout + made.stderr

    def there(self, names):
        return [name for name in names if (self.root / "var" / name).exists()]

    def test_nothing_goes_without_a_yes(self):
        for typed in ["", "no\n", "y\n", "YES\n", "はい\n"]:
            code, said = self.reset(typed)
            self.assertNotEqual(code, 0, said)
            self.assertIn("yes と入力", said)
            self.assertIn("Nothing was deleted", said)
            self.assertEqual(self.there(self.records + self.stays), self.records + self.stays)

    def test_a_yes_deletes_the_records_and_keeps_authority_and_tools(self):
        code, said = self.reset("yes\n")
        self.assertEqual((code, self.there(self.records)), (0, []), said)
        self.assertEqual(self.there(self.stays), self.stays)
        self.assertIn("Nothing to delete", self.reset("")[1])
        code, said = self.reset("", YES="1", ALL="1")
        self.assertEqual((code, self.there(["data/tls"])), (0, []), said)
        self.assertEqual(self.there(self.stays[1:]), self.stays[1:])


class Preflight(unittest.TestCase):
    """The program itself: whether it can start here, in both languages."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.data = Path(folder.name) / "data"
        self.held = [self.taken(socket.SOCK_STREAM), self.taken(socket.SOCK_STREAM)]
        self.ports = [held.getsockname()[1] for held in self.held]

    def taken(self, kind, port=0):
        """A port of loopback that somebody has."""
        held = socket.socket(socket.AF_INET, kind)
        self.addCleanup(held.close)
        held.bind(("127.0.0.1", port))
        if kind == socket.SOCK_STREAM:
            held.listen()
        return held

    def preflight(self, *options):
        words = [PROGRAM, "preflight", "--demo", "--data", self.data, "--port", self.ports[0], "--http-port", self.ports[1]]
        done = subprocess.run([str(w) for w in [*words, *options]], env=environment(), capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    def test_free_ports_are_ready_and_nothing_is_left_behind(self):
        for held in self.held:
            held.close()
        code, shown, said = self.preflight("--listen", "none")
        port, http = self.ports
        self.assertEqual(code, 0, shown + said)
        for line in ["始められます", "Ready", f"{port}/tcp 空いています", f"{port}/tcp is free", f"{port}/udp is free"]:
            self.assertIn(line, shown)
        self.assertIn(f"{http}/tcp is free", shown)
        self.assertNotIn("✗", shown)
        self.assertEqual(list(self.data.glob("**/*.db")), [], "it looks and does not start")

    def test_a_taken_tcp_port_is_named_with_a_next_step(self):
        self.held[0].close()
        code, shown, said = self.preflight("--listen", "none")
        port, http = self.ports
        self.assertEqual(code, 1, shown + said)
        self.assertIn(f"127.0.0.1:{http}/tcp 他のプログラムが使っています", shown)
        self.assertIn(f"127.0.0.1:{http}/tcp is taken by another program", shown)
        self.assertEqual(shown.count("→"), 2, shown)
        self.assertIn("Not ready: 1 must be repaired", shown)
        self.assertIn(f"127.0.0.1:{port}/tcp is free", shown)

    def test_a_taken_udp_port_is_named_with_a_next_step(self):
        port = self.ports[0]
        self.taken(socket.SOCK_DGRAM, port)
        for held in self.held:
            held.close()
        code, shown, said = self.preflight("--listen", "none")
        self.assertEqual(code, 1, shown + said)
        self.assertIn(f"127.0.0.1:{port}/udp 他のプログラムが使っています", shown)
        self.assertIn(f"127.0.0.1:{port}/udp is taken by another program", shown)
        self.assertIn(f"127.0.0.1:{port}/tcp is free", shown)
        self.assertIn("このままでは始められません", shown)

    def test_the_demo_does_not_listen_for_everybody(self):
        for held in self.held:
            held.close()
        code, shown, said = self.preflight("--listen", "0.0.0.0")
        self.assertEqual(code, 1, shown + said)
        self.assertIn("デモは全アドレス（0.0.0.0 / ::）では待ち受けません", said)
        self.assertIn("The demo does not listen on all addresses", said)
        self.assertNotIn("Ready", shown)


class Bench(unittest.TestCase):
    def test_a_bench_leaves_rows_with_what_they_promise(self):
        results = ROOT / "var/bench/dev/latest.json"
        results.unlink(missing_ok=True)
        real = ROOT / "var/bench/latest.json"
        before = real.read_bytes() if real.exists() else None
        terminal = Terminal(["make", "bench"], BENCH="ring size", RUNS="2", CARGO_NET_OFFLINE="true")
        self.addCleanup(terminal.close)
        self.assertEqual(terminal.ends(), 0, terminal.shown)
        self.assertNotIn("Compiling", terminal.shown)
        self.assertIn("var/bench/dev/latest.json", terminal.shown)
        self.assertEqual(real.read_bytes() if real.exists() else None, before, "figures of the release build stay")

        rows = json.loads(results.read_text())
        self.assertEqual({row["name"].split(".")[0] for row in rows}, {"ring", "size"})
        always = {"name", "what", "value", "unit", "runs", "lo", "hi", "commit", "at"}
        beside = {"peer", "peer_value", "ratio"}
        for row in rows:
            self.assertIn(set(row) - always, [set(), beside], row)
            self.assertLessEqual(always, set(row), row)
            self.assertGreater(row["value"], 0, row)
            self.assertTrue(row["lo"] <= row["value"] <= row["hi"], row)
            self.assertRegex(row["at"], r"^\d{4}-\d\d-\d\dT")
        times = [row for row in rows if row["name"].startswith("ring")]
        self.assertGreaterEqual(len(times), 3, times)
        self.assertEqual({(row["unit"], row["runs"]) for row in times}, {("ms", 2)})
        for row in (row for row in rows if beside <= set(row)):
            self.assertAlmostEqual(row["ratio"], row["value"] / row["peer_value"], 6, row)
        program = next(row for row in rows if row["name"] == "size.program")
        self.assertEqual((program["unit"], round(program["value"], 1)), ("MB", round(PROGRAM.stat().st_size / 1e6, 1)))
        self.assertLess(program["peer_value"], program["value"], "without symbols")

    def test_every_bench_still_measures(self):
        """One run of each: what breaks a bench is seen here, not by who needs its figures."""
        # `ring` and `size` are above. `build` is out: it compiles everything twice, in the release build.
        wanted = ["reading", "answer", "screen", "sfu", "record", "idle"]
        results = ROOT / "var/bench/dev/latest.json"
        results.unlink(missing_ok=True)
        terminal = Terminal(["make", "bench"], BENCH=" ".join(wanted), RUNS="1", CARGO_NET_OFFLINE="true")
        self.addCleanup(terminal.close)
        self.assertEqual(terminal.ends(), 0, terminal.shown)
        self.assertNotIn("Compiling", terminal.shown)
        print("", *re.findall(r"^── \w+: \d+ s", terminal.shown, re.M), sep="\n")
        rows = {row["name"]: row for row in json.loads(results.read_text())}
        self.assertEqual({name.split(".")[0] for name in rows}, set(wanted))
        for name, row in rows.items():
            # A busy machine may lose packets; whatever else is measured is more than nothing. Three kinds of sensor are
            # read in one call.
            self.assertGreaterEqual(row["value"], 0 if name.endswith(".loss") else 1e-9, row)
            self.assertEqual(row["runs"], 3 if name.startswith("screen.reading.") else 1, row)
        peers = {name for name, row in rows.items() if "peer" in row}
        self.assertLessEqual({"reading.p50", "sfu.rooms-of-3.rate", "idle.memory"}, peers)

    def test_an_unknown_bench_and_figures_for_the_docs_are_refused_with_words(self):
        for name, words in [("ring nothing", 'no bench "nothing". There are: ring'), ("docs", "do not go into docs")]:
            terminal = Terminal(["make", "bench"], BENCH=name, CARGO_NET_OFFLINE="true")
            self.addCleanup(terminal.close)
            self.assertNotEqual(terminal.ends(), 0, terminal.shown)
            self.assertIn(words, terminal.shown)


class Demo(unittest.TestCase):
    def test_a_demo_that_cannot_go_on_says_where_why_and_what_next(self):
        with tempfile.TemporaryDirectory() as folder:
            broken = Path(folder) / "yoban"
            broken.write_text("#!/bin/sh\necho 'the disk is on fire' >&2\nexit 3\n")
            broken.chmod(0o755)
            done = subprocess.run(
                [BUILT / "yoban-demo"], cwd=ROOT, env=environment(YOBAN_BIN=str(broken)), capture_output=True, text=True
            )
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        for words in [
            "デモは途中で止まりました",
            "止まった所：サーバーを起動します",
            "Stopped at: The server starts",
            "the disk is on fire",
            "var/demo/failure.txt",
            "var/demo/server.log",
            "もう一度 make demo",
            "try make demo again",
        ]:
            self.assertIn(words, done.stderr)
        for noise in ["panicked", "RUST_BACKTRACE", "stack backtrace"]:
            self.assertNotIn(noise, done.stdout + done.stderr)
        self.assertIn("the disk is on fire", (ROOT / "var/demo/server.log").read_text())
        self.assertIn("tests/harness/server.rs", (ROOT / "var/demo/failure.txt").read_text())

    def test_the_demo_tells_where_it_is_and_leaves_what_it_promises(self):
        # Once built, it needs no network either.
        terminal = Terminal([*(dark() or []), "make", "demo"], CARGO_NET_OFFLINE="true")
        self.addCleanup(terminal.close)
        terminal.until("✓ Done in")
        self.assertEqual(terminal.ends(), 0, terminal.shown)
        shown = terminal.shown.replace("\r", "")
        self.assertNotIn("Compiling", shown)
        # What the demo promises, and more than twice what it takes.
        took = re.search(r"✓ Done in (\d+) s", shown)
        self.assertLess(int(took[1]), 120, shown)
        progress = re.findall(r"^ +\d+\.\d s  .*", shown, re.M)
        print("", *progress, sep="\n")
        self.assertGreater(len(progress), 8, "progress is told")

        summary = json.loads((ROOT / "var/demo/summary.json").read_text())
        self.assertEqual(sorted(summary), sorted(["tracks", "mix", "fhir", "page", "facts", "figures"]))
        files = [*summary["tracks"], *(summary[key] for key in ["mix", "fhir", "page", "facts"])]
        for name in files:
            self.assertFalse(Path(name).is_absolute(), name)
            self.assertIn(name, shown)
            self.assertGreater((ROOT / name).stat().st_size, 1_000, name)
        # Patient and nurse, and the doctor who was let in: sound and picture of each.
        kinds = sorted(Path(name).suffix for name in summary["tracks"])
        self.assertGreaterEqual(kinds.count(".ogg"), 3, kinds)
        self.assertGreaterEqual(kinds.count(".webm"), 3, kinds)
        for name in [*summary["tracks"], summary["mix"]]:
            self.plays(ROOT / name)
        page = (ROOT / summary["page"]).read_text()
        for part in ["<svg", "NEWS2", "</html>"]:
            self.assertIn(part, page)
        # The oximeter was worn all the time: its two plots are curves, not dots.
        curves = [path for path in re.findall(r' d="([^"]*)"', page) if path.count("L") >= 5]
        self.assertGreaterEqual(len(curves), 2, page.count("<path"))
        facts = json.loads((ROOT / summary["facts"]).read_text())
        numbers = [fact["seq"] for fact in facts]
        self.assertEqual(numbers, sorted(set(numbers)))
        for fact in facts:
            self.assertTrue(fact["text"] and fact["textEn"] and fact["at"], fact)
        told = {fact["fact"] for fact in facts}
        self.assertTrue({"caseOpened", "sessionRequested", "recordingStarted", "signed", "ended"} <= told, told)
        for figure in summary["figures"]:
            self.assertGreater(figure["value"], 0, figure)
            self.assertEqual(figure["unit"], "ms")
        gate = subprocess.run(
            [ROOT / "tests/fhir/gate", ROOT / summary["fhir"]], cwd=ROOT, capture_output=True, text=True
        )
        self.assertEqual(gate.returncode, 0, gate.stdout + gate.stderr)

    def plays(self, path):
        """Decodes to the end without complaint, and holds seconds of something."""
        decoded = subprocess.run(
            ["ffmpeg", "-v", "error", "-i", path, "-f", "null", "-"], capture_output=True, text=True
        )
        self.assertEqual((decoded.returncode, decoded.stderr), (0, ""), path)
        asked = ["ffprobe", "-v", "error", "-show_entries", "packet=pts_time", "-of", "csv=p=0", path]
        times = subprocess.run(asked, capture_output=True, text=True).stdout.split()
        self.assertGreater(float(times[-1].strip(",")), 1.0, path)


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    unittest.main(verbosity=2)
