"""WHIP (RFC 9725) and WHEP as HTTP: what is made, ended and refused."""

import uuid

from lib.clip import NURSE, PATIENT
from lib.peer import SDP, Peer
from lib.person import Answer, Person, request
from lib.story import Story


class Protocol(Story):
    def refused(self, got: Answer, status: int, code: str) -> None:
        """A problem of RFC 9457 with a next step in both languages."""
        assert (got.status, got.kind) == (status, "application/problem+json"), (got.status, got.kind, got.body)
        problem = got.json()
        assert (problem["status"], problem["code"]) == (status, code), problem
        assert problem["type"] == f"urn:yoban:problem:{code}"
        assert all(problem[text] for text in ("title", "titleEn", "next", "nextEn"))

    async def created(self, got: Answer, peer: Peer, nurse: Person, tablet: Person) -> None:
        """201 with a place of its own, which only its owner may end, and once."""
        location, tag = got.headers["location"], got.headers["etag"]
        assert got.status == 201 and location == f"/api/v1/connections/{peer.connection}"
        # Nothing trickles, and no ICE server is needed: neither is offered.
        assert "accept-patch" not in got.headers and "link" not in got.headers
        assert uuid.UUID(peer.connection) and tag.startswith('"') and tag.endswith('"') and len(tag) > 2
        self.refused(await tablet.rest("DELETE", location), 404, "not-found")
        bare = await request(self.server.http, "DELETE", location)
        self.refused(bare, 401, "sign-in-needed")
        assert peer.pc.connectionState == "connected"
        # RFC 9725: methods a session has no use for are answered 405; PATCH is one, since nothing trickles.
        for method in ("GET", "POST", "PUT", "PATCH"):
            assert (await nurse.rest(method, location, b"", SDP)).status == 405, method

    async def test_a_connection_has_a_place_and_ends_by_delete(self) -> None:
        tablet, nurse, session = await self.answered()
        bed, sends, receives = self.peer(), self.peer(), self.peer()
        await bed.answer(tablet, session)
        whip = await sends.publish(nurse, session)
        whep = await receives.receive(nurse, session, others=1)
        await bed.until_people(NURSE)
        await receives.until_people(PATIENT)
        await self.created(whip, sends, nurse, tablet)
        await self.created(whep, receives, nurse, tablet)
        assert whip.headers["etag"] != whep.headers["etag"]

        gone = await nurse.rest("DELETE", whip.headers["location"])
        assert (gone.status, gone.body) == (204, b"")
        await sends.until_over()
        # What was under way is decoded while the other direction goes on; then nothing more comes.
        await receives.until_more(video=15, audio=50)
        before = bed.frames()
        await receives.until_more(video=15, audio=50)
        assert bed.frames() == before

        gone = await nurse.rest("DELETE", whep.headers["location"])
        assert (gone.status, gone.body) == (204, b"")
        await receives.until_over()
        before = receives.frames()
        sent = await bed.sent()
        await bed.until_sent(video=sent["video"] + 15, audio=sent["audio"] + 50)
        assert receives.frames() == before
        for way in (whip, whep):
            self.refused(await nurse.rest("DELETE", way.headers["location"]), 404, "not-found")
        unknown = f"/api/v1/connections/{uuid.uuid4()}"
        self.refused(await nurse.rest("DELETE", unknown), 404, "not-found")

        # The nurse has no connection any more: the others see that, and a new one heals it.
        away = lambda leg: leg["legState"]["state"] == "away"
        await tablet.until_leg(session, nurse, "that the nurse is away", away)
        again = self.peer()
        await again.publish(nurse, session)
        joined = lambda leg: leg["legState"]["state"] == "joined"
        await tablet.until_leg(session, nurse, "the nurse again", joined)
        await bed.until_more(video=15, audio=50)

    async def test_what_is_wrong_is_refused_with_a_problem_and_changes_nothing(self) -> None:
        tablet, nurse, session = await self.answered()
        bed = self.peer()
        await bed.answer(tablet, session)
        stranger = await self.person("desk", 1)
        good = {
            "whip": (await self.peer().offer_to_send(NURSE)).encode(),
            "whep": (await self.peer().offer_to_receive(1)).encode(),
        }
        for way, sdp in good.items():
            path = f"/api/v1/{way}/{session}"
            for kind in ("application/json", "text/plain", "application/sdpx", None):
                self.refused(await nurse.rest("POST", path, sdp, kind), 415, "sdp-needed")

            bare = await request(self.server.http, "POST", path, sdp, {"content-type": SDP})
            self.refused(bare, 401, "sign-in-needed")
            forged = {"content-type": SDP, "authorization": f"Bearer {nurse.token[:-3]}AAA"}
            self.refused(await request(self.server.http, "POST", path, sdp, forged), 401, "sign-in-needed")

            # Garbage, a cut before the credentials, nothing, no fingerprint, the other direction, only
            # codecs we do not speak, no sections, and far too much.
            other = good["whep" if way == "whip" else "whip"]
            unsigned = b"\r\n".join(line for line in sdp.split(b"\r\n") if not line.startswith(b"a=fingerprint"))
            foreign = sdp.replace(b"VP8/90000", b"VP7/90000")
            cut = sdp.split(b"a=ice-ufrag")[0]
            for bad in (b"hello", cut, b"", unsigned, other, foreign, b"v=0\r\n" * 4, sdp + b"a=x:y\r\n" * 8_000):
                self.refused(await nurse.rest("POST", path, bad, SDP), 409, "sdp-refused")
            self.refused(await nurse.rest("POST", path, b"v=0\r\n\xff\xfe", SDP), 400, "invalid-request")

            self.refused(await nurse.rest("POST", f"/api/v1/{way}/{uuid.uuid4()}", sdp, SDP), 404, "not-found")
            self.refused(await nurse.rest("POST", f"/api/v1/{way}/nonsense", sdp, SDP), 400, "invalid-request")
            self.refused(await stranger.rest("POST", path, sdp, SDP), 403, "not-in-call")
            neighbour = await self.person("tablet", 1)
            self.refused(await neighbour.rest("POST", path, sdp, SDP), 404, "not-found")
            # RFC 9725: other methods on an endpoint are answered 405.
            for method in ("GET", "PUT", "PATCH", "DELETE"):
                assert (await nurse.rest(method, path)).status == 405, method

        assert bed.frames() == {"audio": 0, "video": 0}
        assert nurse.leg_in(session)["legState"]["state"] == "accepted"
        # After all that the same nurse gets in.
        sends = self.peer()
        await sends.publish(nurse, session)
        await bed.until_people(NURSE)
