"""Waiting for what happens, never for time to pass. One limit says when something counts as not happening."""

import asyncio
from collections.abc import Callable
from typing import Any

# Seconds. Generous on purpose: a loaded machine must not fail a test that is right.
PATIENCE = 60


class Happenings:
    """Something that changes. Whoever changes it calls `changed`; whoever waits looks again then."""

    def __init__(self) -> None:
        self.waiting: set[asyncio.Future[None]] = set()

    def changed(self) -> None:
        for future in self.waiting:
            if not future.done():
                future.set_result(None)
        self.waiting.clear()

    async def until(self, what: str, look: Callable[[], Any], now: Callable[[], Any] = lambda: "") -> Any:
        """The first true thing `look` gives. `now` tells in the failure how things stood."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not (found := look()):
                    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                    self.waiting.add(future)
                    await future
                return found
        except TimeoutError:
            raise AssertionError(f"did not happen: {what}; now {now()}") from None
