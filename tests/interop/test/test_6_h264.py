"""A tablet whose encoder has H.264 alone: everybody who can gets it, and the recording holds it as it came."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

from lib.clip import DOCTOR, NURSE, PATIENT
from lib.peer import Peer
from lib.person import Person
from lib.story import Story
from lib.waiting import PATIENCE


def codecs(peer: Peer) -> set[str]:
    """Codecs of all pictures this connection negotiated, as its own description names them."""
    lines = peer.pc.localDescription.sdp.splitlines()
    names = (line.split(" ")[1] for line in lines if line.startswith("a=rtpmap:"))
    return {name for name in names if name.endswith("/90000")}


class Pictures(Story):
    async def test_a_call_in_h264_is_seen_by_everybody_and_recorded(self) -> None:
        tablet, nurse, session = await self.answered()
        bed, desk = self.peer(), self.peer()
        await bed.answer(tablet, session, "h264")
        await desk.answer(nurse, session, "vp8", "h264")
        await bed.until_people(NURSE)
        await desk.until_people(PATIENT)
        assert codecs(bed) == codecs(desk) == {"H264/90000"}

        doctor = await self.on_duty("phone")
        await nurse.say("invite", session=session, role="dutyDoctor", person=doctor.me["who"]["card"]["person"])
        await doctor.until_rung(session)
        await doctor.say("accept", session=session)
        asked = await tablet.until_leg(session, doctor, "the question", lambda leg: leg["join"]["consent"] == "asked")
        await tablet.say("answerJoin", session=session, leg=asked["leg"], yes=True)
        # By WHIP and WHEP the offer says what the client can.
        sends, receives = self.peer(), self.peer()
        await sends.publish(doctor, session)
        await receives.receive(doctor, session, others=2)
        await receives.until_people(PATIENT, NURSE)
        await bed.until_people(NURSE, DOCTOR)
        assert (await tablet.until_leg(session, doctor, "no reason", lambda leg: leg["gateOpen"]))["audioOnly"] is None

        await nurse.say("askRecording", session=session)
        for person in (tablet, doctor):
            await person.say("answerRecording", session=session, yes=True)
        await nurse.until("a running recording", lambda: nurse.calls[session]["recording"] == {"phase": "on"})
        await receives.until_more(video=90, audio=100)
        await nurse.say("end", session=session)
        manifest = await self.finished(nurse, session)
        folder = self.server.folder / "data" / "recordings" / manifest["folder"]
        pictures = [track for track in manifest["tracks"] if track["kind"] == "video"]
        assert len({track["leg"] for track in pictures}) == 3, manifest
        for track in pictures:
            assert (track["codec"], Path(track["file"]).suffix) == ("h264", ".mkv")
            self.decodes(folder / track["file"])

    async def finished(self, nurse: Person, session: str) -> dict[str, Any]:
        """The manifest, once the end cannot be taken back any more. Nobody tells when: asking again is the only way."""
        async with asyncio.timeout(PATIENCE):
            while not (found := (await nurse.rest("GET", f"/api/v1/encounters/{session}/recordings")).json()):
                await asyncio.sleep(0.2)
        return found[0]

    def decodes(self, track: Path) -> None:
        """One picture stream of H.264 that is decoded without a word of complaint, from its first frame on."""
        look = ["ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=codec_name,nb_read_frames"]
        found = subprocess.run([*look, "-of", "json", track], capture_output=True, text=True, check=True)
        (stream,) = json.loads(found.stdout)["streams"]
        assert stream["codec_name"] == "h264" and int(stream["nb_read_frames"]) >= 15, stream
        run = subprocess.run(["ffmpeg", "-v", "error", "-i", track, "-f", "null", "-"], capture_output=True, text=True)
        assert (run.returncode, run.stderr) == (0, ""), run.stderr

    async def test_a_doctor_without_h264_is_shown_as_sound_alone(self) -> None:
        tablet, nurse, session = await self.answered()
        bed, desk = self.peer(), self.peer()
        await bed.answer(tablet, session, "h264")
        await desk.answer(nurse, session, "h264", "vp8")
        await bed.until_people(NURSE)
        doctor = await self.on_duty("phone")
        await nurse.say("invite", session=session, role="dutyDoctor", person=doctor.me["who"]["card"]["person"])
        await doctor.until_rung(session)
        await doctor.say("accept", session=session)
        await doctor.say("connect", session=session, video=["vp8"])
        for person in (tablet, nurse, doctor):
            reason = lambda leg: leg["audioOnly"]
            assert (await person.until_leg(session, doctor, "why", reason))["audioOnly"] == "codec"
        assert nurse.leg_in(session)["audioOnly"] is None
