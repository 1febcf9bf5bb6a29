"""`scripts/setup` on machines that are made of stubs: a system is what its commands say."""

import shutil
import subprocess
import tempfile
import unittest
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
