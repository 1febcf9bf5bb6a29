"""A doctor by WHIP and WHEP: nothing passes before the patient agreed, everything after."""

from lib.clip import DOCTOR, NURSE, PATIENT
from lib.peer import SDP
from lib.story import Story


class Consent(Story):
    async def test_nothing_of_the_doctor_and_nothing_for_the_doctor_before_consent(self) -> None:
        tablet, nurse, session = await self.answered()
        bed, desk_sends, desk_receives = self.peer(), self.peer(), self.peer()
        await bed.answer(tablet, session)
        await desk_sends.publish(nurse, session)
        await desk_receives.receive(nurse, session, others=2)
        await bed.until_people(NURSE)
        await desk_receives.until_people(PATIENT)

        doctor = await self.on_duty("phone")
        await nurse.say("invite", session=session, role="dutyDoctor", person=doctor.me["who"]["card"]["person"])
        await doctor.until_rung(session)
        await doctor.say("accept", session=session)
        asked = await tablet.until_leg(
            session, doctor, "the question about the doctor", lambda leg: leg["join"]["consent"] == "asked"
        )
        assert asked["gateOpen"] is False
        sends, receives = self.peer(), self.peer()
        await sends.publish(doctor, session)
        await receives.receive(doctor, session, others=2)

        # The doctor's packets leave, and the others' connections live; still nothing crosses.
        await sends.until_sent(video=30, audio=100)
        await bed.until_more(video=15, audio=50)
        await desk_receives.until_more(video=15, audio=50)
        assert receives.frames() == {"audio": 0, "video": 0}
        assert bed.people() == {"audio": {NURSE.name}, "video": {NURSE.name}}, bed.told()
        assert desk_receives.people() == {"audio": {PATIENT.name}, "video": {PATIENT.name}}, desk_receives.told()
        # Not one frame of the doctor, be it too little to recognise somebody by.
        assert len([i for i in bed.incoming if i.frames]) == 2, bed.told()
        assert len([i for i in desk_receives.incoming if i.frames]) == 2, desk_receives.told()

        await tablet.say("answerJoin", session=session, leg=asked["leg"], yes=True)
        await receives.until_people(PATIENT, NURSE)
        await bed.until_people(NURSE, DOCTOR)
        await desk_receives.until_people(PATIENT, DOCTOR)

    async def test_a_doctor_whom_the_patient_refuses_gets_nothing(self) -> None:
        tablet, nurse, session = await self.answered()
        bed = self.peer()
        await bed.answer(tablet, session)
        doctor = await self.on_duty("phone")
        await nurse.say("invite", session=session, role="dutyDoctor", person=doctor.me["who"]["card"]["person"])
        await doctor.until_rung(session)
        await doctor.say("accept", session=session)
        asked = await tablet.until_leg(session, doctor, "the question", lambda leg: leg["join"]["consent"] == "asked")
        receives = self.peer()
        await receives.receive(doctor, session, others=2)
        await tablet.say("answerJoin", session=session, leg=asked["leg"], yes=False)
        await tablet.until_leg(session, doctor, "their own refusal", lambda leg: leg["join"]["consent"] == "refused")

        # The patient's picture flows, as the nurse can see; none of it came to the doctor.
        desk = self.peer()
        await desk.receive(nurse, session, others=2)
        await desk.until_people(PATIENT)
        assert receives.frames() == {"audio": 0, "video": 0}
        # Nor is there another way in.
        again = await self.peer().offer_to_receive(2)
        got = await doctor.rest("POST", f"/api/v1/whep/{session}", again.encode(), SDP)
        assert (got.status, got.json()["code"]) == (404, "not-found"), got.body
