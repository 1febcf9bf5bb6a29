"""The stage of every story: one server, the demo people, and the steps that stories share."""

import json
import unittest
from typing import Any

from .clip import DOCTOR, NURSE, PATIENT, Clip
from .peer import Peer
from .person import Person, request
from .server import Server

# Each app's person in the demo district and what they look and sound like.
APPS = {"tablet": PATIENT, "desk": NURSE, "phone": DOCTOR}


class Story(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.server = Server()
        self.addCleanup(self.server.stop)
        got = await request(self.server.http, "GET", "/api/v1/demo/people")
        self.demo_people: list[dict[str, Any]] = json.loads(got.body)

    def peer(self) -> Peer:
        peer = Peer()
        self.addAsyncCleanup(peer.close)
        return peer

    async def person(self, app: str, number: int = 0, clip: Clip | None = None) -> Person:
        """Somebody signed in, with a socket."""
        codes = [p["code"] for p in self.demo_people if p["app"] == app]
        person = await Person.sign_in(self.server.http, codes[number], clip or APPS[app])
        await person.connect()
        self.addAsyncCleanup(person.close)
        return person

    async def device(self, number: int, clip: Clip) -> Person:
        """A camera or display signed in; it has no socket."""
        codes = [p["code"] for p in self.demo_people if p["app"] == "equipment"]
        return await Person.sign_in(self.server.http, codes[number], clip)

    async def on_duty(self, app: str, number: int = 0) -> Person:
        person = await self.person(app, number)
        await person.say("duty", ready=True)
        return person

    async def answered(self, number: int = 0) -> tuple[Person, Person, str]:
        """The patient tapped and the nurse accepted; no media yet. Tablet, nurse and session."""
        nurse = await self.on_duty("desk")
        tablet = await self.person("tablet", number)
        session = await tablet.tap()
        await nurse.until_rung(session)
        await nurse.say("accept", session=session)
        return tablet, nurse, session
