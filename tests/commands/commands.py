"""`make run`, `make demo`, `make reset`: typed at a terminal, ended by Ctrl-C, and without a network."""

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
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


class Demo(unittest.TestCase):
    def test_the_demo_tells_where_it_is_and_leaves_what_it_promises(self):
        terminal = Terminal(["make", "demo"], CARGO_NET_OFFLINE="true")
        self.addCleanup(terminal.close)
        terminal.until("✓ Done in")
        self.assertEqual(terminal.ends(), 0, terminal.shown)
        shown = terminal.shown.replace("\r", "")
        self.assertNotIn("Compiling", shown)
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
