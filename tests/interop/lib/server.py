"""The real program on free loopback ports, with a folder of its own."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from .waiting import PATIENCE


class Server:
    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="yoban-interop-"))
        self.log = self.folder / "log"
        ready = self.folder / "ready"
        # What the person who runs the tests has set for their own server must not reach this one.
        env = {k: v for k, v in os.environ.items() if not k.startswith("YOBAN_")}
        command = [os.environ["YOBAN_BIN"], "serve", "--demo", "--listen", "none"]
        command += ["--port", "0", "--http-port", "0", "--ready-file", str(ready), "--data", str(self.folder / "data")]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT)
        try:
            end = time.monotonic() + PATIENCE
            while not ready.exists():
                assert self.process.poll() is None, "the server ended before it was ready"
                assert time.monotonic() < end, "the server did not get ready"
                time.sleep(0.02)
            self.ports = json.loads(ready.read_text())
        except BaseException:
            self.stop()
            raise

    @property
    def http(self) -> int:
        return self.ports["http"]

    def stop(self) -> None:
        """Ends it in order and shows its log; pytest prints that for a failed test alone."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = "none: it did not stop at SIGTERM"
        print(f"--- log of the server ---\n{self.log.read_text(errors='replace')}--- exit status {status}")
        shutil.rmtree(self.folder, ignore_errors=True)
        assert status == 0, f"exit status {status}"
