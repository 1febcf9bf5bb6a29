"""A tablet that answers the server's offer, and a nurse by WHIP and WHEP: each has the other's picture and sound."""

from lib.clip import NURSE, PATIENT
from lib.peer import SDP
from lib.story import Story


class Call(Story):
    async def test_tablet_by_offer_and_nurse_by_whip_and_whep(self) -> None:
        nurse = await self.on_duty("desk")
        tablet = await self.person("tablet")
        session = await tablet.tap()
        await nurse.until_rung(session)

        # Nobody answered yet: the tablet already sends, and there is nobody whom the server would give it to.
        bed = self.peer()
        await bed.answer(tablet, session)
        early = self.peer()
        for way, offer in (("whip", early.offer_to_send(NURSE)), ("whep", self.peer().offer_to_receive(1))):
            got = await nurse.rest("POST", f"/api/v1/{way}/{session}", (await offer).encode(), SDP)
            assert (got.status, got.json()["code"]) == (403, "not-in-call"), got.body
        await bed.until_sent(video=15, audio=50)
        assert bed.frames() == {"audio": 0, "video": 0}

        await nurse.say("accept", session=session)
        desk_sends, desk_receives = self.peer(), self.peer()
        await desk_sends.publish(nurse, session)
        await desk_receives.receive(nurse, session, others=1)
        await desk_receives.until_people(PATIENT)
        await bed.until_people(NURSE)

        # The map says in which stream the nurse is; nothing is in the others.
        leg = tablet.leg_in(session, nurse)["leg"]
        slots = await tablet.until("a map", lambda: leg in (m := tablet.maps.get(bed.connection, [])) and m)
        streams = bed.streams()
        assert set(streams) == {f"s{n}" for n in range(len(slots))}
        for n, who in enumerate(slots):
            audio, video = streams[f"s{n}"]
            assert (audio.names(), video.names()) == (({NURSE.name},) * 2 if who == leg else (set(), set()))
            assert who == leg or (audio.frames, video.frames) == (0, 0)

        # Both directions stand for everybody.
        for person in (tablet, nurse):
            for about in (tablet, nurse):
                state = await person.until_leg(
                    session, about, "somebody joined", lambda leg: leg["legState"]["state"] == "joined"
                )
                assert state["gateOpen"] is True
