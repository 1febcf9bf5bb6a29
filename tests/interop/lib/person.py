"""One person on one device: REST with a bearer token, and the socket `yoban.v1`."""

import asyncio
import http.client
import json
import uuid
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from .clip import Clip
from .waiting import PATIENCE, Happenings


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def kind(self) -> str:
        return self.headers.get_content_type()

    def json(self) -> Any:
        return json.loads(self.body)


def _request(port: int, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        wire.request(method, path, body, headers)
        got = wire.getresponse()
        return Answer(got.status, got.headers, got.read())
    finally:
        wire.close()


async def request(
    port: int, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> Answer:
    return await asyncio.to_thread(_request, port, method, path, body, headers or {})


class Refused(Exception):
    """The server's `problem` on the socket."""

    def __init__(self, problem: dict[str, Any]):
        super().__init__(problem["code"])
        self.problem = problem


class Person(Happenings):
    def __init__(self, port: int, clip: Clip, token: str, me: dict[str, Any]):
        super().__init__()
        self.port, self.clip, self.token, self.me = port, clip, token, me
        self.calls: dict[str, dict[str, Any]] = {}
        self.maps: dict[str, list[str | None]] = {}
        self.gone: dict[str, dict[str, Any]] = {}
        self.offers: list[dict[str, Any]] = []
        self.answers: dict[int, dict[str, Any] | None] = {}
        self.closed: int | None = None
        self.said = 0
        self.tasks: list[asyncio.Task[None]] = []
        self.socket: Any = None

    @classmethod
    async def sign_in(cls, port: int, code: str, clip: Clip) -> "Person":
        body = json.dumps({"code": code, "device": str(uuid.uuid4())}).encode()
        got = await request(port, "POST", "/api/v1/sign-in", body, {"content-type": "application/json"})
        assert got.status == 200, got.body
        signed = got.json()
        return cls(port, clip, signed["accessToken"], signed["me"])

    async def rest(self, method: str, path: str, body: bytes | None = None, kind: str | None = None) -> Answer:
        headers = {"authorization": f"Bearer {self.token}"}
        if kind is not None:
            headers["content-type"] = kind
        return await request(self.port, method, path, body, headers)

    async def connect(self) -> "Person":
        """Opens the socket and waits for `welcome`."""
        url = f"ws://127.0.0.1:{self.port}/api/v1/signal"
        self.socket = await connect(url, subprotocols=["yoban.v1"], proxy=None)
        assert self.socket.subprotocol == "yoban.v1"
        await self.send("hello", token=self.token, protocol=1)
        welcome = json.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE))["message"]
        assert welcome["type"] == "welcome" and welcome["me"] == self.me, welcome
        self.tasks = [
            asyncio.create_task(self._listen()),
            asyncio.create_task(self._beat(welcome["heartbeatMs"] / 2_000)),
        ]
        return self

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        if self.socket is not None:
            await self.socket.close()

    async def send(self, kind: str, **rest: Any) -> int:
        """Says something without waiting. Gives its number."""
        self.said += 1
        number = self.said
        await self.socket.send(json.dumps({"id": number, "message": {"type": kind, **rest}}))
        return number

    async def _beat(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self.send("ping")

    async def _listen(self) -> None:
        try:
            async for text in self.socket:
                self._heard(json.loads(text)["message"])
                self.changed()
        except ConnectionClosed:
            pass
        self.closed = self.socket.close_code
        self.changed()

    def _heard(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "ack":
                self.answers[message["id"]] = None
            case "problem":
                self.answers[message.get("id", 0)] = message["problem"]
            case "call":
                self.calls[message["call"]["session"]] = message["call"]
            case "calls":
                self.calls = {call["session"]: call for call in message["calls"]}
            case "offer":
                self.offers.append(message)
            case "map":
                self.maps[message["connection"]] = message["slots"]
            case "connectionGone":
                self.gone[message["connection"]] = message

    async def say(self, kind: str, **rest: Any) -> None:
        """Says something and waits until it is acknowledged.

        Raises `Refused` with the server's problem."""
        number = await self.send(kind, **rest)
        await self.until(f"an answer to {kind}", lambda: number in self.answers or self.closed)
        assert number in self.answers, f"closed with {self.closed} at {kind}"
        if (problem := self.answers.pop(number)) is not None:
            raise Refused(problem)

    async def tap(self) -> str:
        """The patient calls. Gives the session."""
        got = await self.rest("POST", "/api/v1/sessions")
        assert got.status == 201, got.body
        return got.json()["session"]

    def leg_in(self, session: str, who: "Person | None" = None) -> dict[str, Any] | None:
        """The participant as this person sees them; themself when nobody is named."""
        call = self.calls.get(session)
        if call is None:
            return None
        if who is None:
            wanted = lambda p: p["leg"] == call["you"]
        elif who.me["who"]["kind"] == "equipment":
            wanted = lambda p: (e := p["equipment"]) and e["device"] == who.me["device"]
        elif (card := who.me["who"].get("card")) is None:
            wanted = lambda p: p["role"] == "patient"
        else:
            wanted = lambda p: p["card"] and p["card"]["person"] == card["person"]
        return next((p for p in call["people"] if wanted(p)), None)

    async def until_leg(self, session: str, who: "Person | None", what: str, look: Any) -> dict[str, Any]:
        """Waits for something about somebody in the call."""
        found = lambda: (leg := self.leg_in(session, who)) and look(leg) and leg
        return await self.until(f"{self.clip.name} sees {what}", found, lambda: self.leg_in(session, who))

    async def until_rung(self, session: str) -> None:
        await self.until_leg(session, None, "a ring", lambda leg: leg["legState"]["state"] in ("invited", "ringing"))
