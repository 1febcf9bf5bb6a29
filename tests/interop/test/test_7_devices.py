"""Devices without a person: a camera at the bedside by WHIP, a display on a wall by WHEP."""

from lib.clip import DOCTOR, NURSE, PATIENT
from lib.peer import SDP, Peer
from lib.person import Person, Refused, request
from lib.story import Story

# Places in the demo district's list of devices.
CAMERA, H264_CAMERA, DISPLAY = range(3)
# What the camera films and hears; the doctor of the clips is in none of these calls.
BEDSIDE = DOCTOR


class Devices(Story):
    async def refused(self, device: Person, way: str, peer: Peer, status: int, code: str) -> None:
        offer = peer.offer_to_send(BEDSIDE) if way == "whip" else peer.offer_to_receive(1)
        got = await device.rest("POST", f"/api/v1/{way}", (await offer).encode(), SDP)
        assert (got.status, got.json()["code"]) == (status, code), got.body

    async def brought(self, nurse: Person, tablet: Person, session: str, device: Person) -> str:
        """The nurse brings it in, the patient is asked. Gives its leg."""
        await nurse.say("bringEquipment", session=session, device=device.me["device"])
        asked = lambda leg: leg["join"]["consent"] == "asked"
        leg = await tablet.until_leg(session, device, "the question about a device", asked)
        assert leg["role"] == "device" and leg["gateOpen"] is False and leg["equipment"] == device.me["who"]["card"]
        return leg["leg"]

    async def test_a_bedside_camera_is_seen_once_the_patient_agreed_and_until_it_hangs_up(self) -> None:
        tablet, nurse, session = await self.answered()
        bed, desk = self.peer(), self.peer()
        await bed.answer(tablet, session, "vp8", "h264")
        await desk.answer(nurse, session, "vp8", "h264")
        await bed.until_people(NURSE)
        await desk.until_people(PATIENT)
        camera, others_camera = await self.device(CAMERA, BEDSIDE), await self.device(H264_CAMERA, BEDSIDE)

        listed = (await nurse.rest("GET", f"/api/v1/sessions/{session}/equipment")).json()
        assert [e["name"] for e in listed] == ["ベッドサイドカメラ", "窓口の壁面ディスプレイ"] or [
            e["name"] for e in listed
        ] == ["窓口の壁面ディスプレイ", "ベッドサイドカメラ"], listed
        assert (await tablet.rest("GET", f"/api/v1/sessions/{session}/equipment")).status == 404
        await self.refused(camera, "whip", self.peer(), 403, "not-in-call")
        with self.assertRaises(Refused) as no:
            await nurse.say("bringEquipment", session=session, device=others_camera.me["device"])
        assert no.exception.problem["code"] == "equipment-elsewhere"

        leg = await self.brought(nurse, tablet, session, camera)
        sends = self.peer()
        got = await sends.publish(camera)
        joined = lambda seen: seen["legState"]["state"] == "joined"
        await nurse.until_leg(session, camera, "that the camera is connected", joined)
        await sends.until_sent(video=30, audio=100)
        await desk.until_more(video=15, audio=50)
        assert desk.people() == {"audio": {PATIENT.name}, "video": {PATIENT.name}}, desk.told()
        await tablet.say("answerJoin", session=session, leg=leg, yes=True)
        await desk.until_people(PATIENT, BEDSIDE)

        # A camera only sends; another camera and anybody else have no way to its place.
        await self.refused(camera, "whep", self.peer(), 409, "equipment-direction")
        await self.refused(others_camera, "whip", self.peer(), 403, "not-in-call")
        await self.refused(nurse, "whip", self.peer(), 404, "not-found")
        assert (await others_camera.rest("DELETE", got.headers["location"])).status == 404
        # Its token opens nothing else: no list, no socket.
        assert (await camera.rest("GET", "/api/v1/cases")).status == 404
        assert (await camera.rest("POST", "/api/v1/sessions")).status == 404

        assert (await camera.rest("DELETE", got.headers["location"])).status == 204
        await sends.until_over()
        away = lambda seen: seen["legState"]["state"] == "away"
        await nurse.until_leg(session, camera, "that the camera is away", away)
        # It may come back by itself, and a clinician takes it out.
        again = self.peer()
        await again.publish(camera)
        await nurse.until_leg(session, camera, "the camera again", joined)
        await nurse.say("withdrawInvite", session=session, leg=leg)
        await again.until_over()
        await self.refused(camera, "whip", self.peer(), 403, "not-in-call")

    async def test_a_wall_display_shows_the_call_once_the_patient_agreed(self) -> None:
        tablet, nurse, session = await self.answered()
        bed, desk = self.peer(), self.peer()
        await bed.answer(tablet, session, "vp8", "h264")
        await desk.answer(nurse, session, "vp8", "h264")
        await desk.until_people(PATIENT)
        display = await self.device(DISPLAY, BEDSIDE)
        leg = await self.brought(nurse, tablet, session, display)
        await self.refused(display, "whip", self.peer(), 409, "equipment-direction")
        shows = self.peer()
        await shows.receive(display, "", others=2)
        await desk.until_more(video=15, audio=50)
        assert shows.frames() == {"audio": 0, "video": 0}
        await tablet.say("answerJoin", session=session, leg=leg, yes=True)
        await shows.until_people(PATIENT, NURSE)
        # A no later ends it at once.
        await tablet.say("answerJoin", session=session, leg=leg, yes=False)
        await shows.until_over()

    async def test_a_camera_with_h264_alone_is_seen_because_its_bedside_was_known(self) -> None:
        tablet, nurse, session = await self.answered(1)
        bed, desk = self.peer(), self.peer()
        await bed.answer(tablet, session, "vp8", "h264")
        await desk.answer(nurse, session, "vp8", "h264")
        await desk.until_people(PATIENT)
        camera = await self.device(H264_CAMERA, BEDSIDE)
        leg = await self.brought(nurse, tablet, session, camera)
        await tablet.say("answerJoin", session=session, leg=leg, yes=True)
        sends = self.peer()
        await sends.publish(camera, video="H264")
        await desk.until_people(PATIENT, BEDSIDE)
        assert nurse.leg_in(session, camera)["audioOnly"] is None

    async def test_an_endpoint_says_what_may_be_posted(self) -> None:
        for path in ("whip", "whep", "whip/x", "whep/x"):
            got = await request(self.server.http, "OPTIONS", f"/api/v1/{path}")
            assert (got.status, got.headers["accept-post"]) == (204, SDP), path
