"""Transport: AES-GCM or nothing, all of it in one exchange of descriptions, on one loopback port."""

from unittest import mock

from aiortc import RTCSessionDescription, rtcdtlstransport
from aiortc.sdp import SessionDescription

from lib.clip import NURSE
from lib.peer import SDP
from lib.story import Story


class Security(Story):
    async def test_aes_gcm_is_chosen_though_the_older_cipher_is_offered_too(self) -> None:
        offered = [profile.openssl_profile for profile in rtcdtlstransport.SRTP_PROFILES]
        assert b"SRTP_AES128_CM_SHA1_80" in offered
        tablet, nurse, session = await self.answered()
        bed, sends, receives = self.peer(), self.peer(), self.peer()
        await bed.answer(tablet, session)
        await sends.publish(nurse, session)
        await receives.receive(nurse, session, others=1)
        for peer in (bed, sends, receives):
            ciphers = peer.ciphers()
            assert len(ciphers) == 1 and ciphers <= {"SRTP_AEAD_AES_128_GCM", "SRTP_AEAD_AES_256_GCM"}, ciphers

    async def test_who_offers_only_the_older_cipher_is_not_connected(self) -> None:
        tablet, nurse, session = await self.answered()
        bed = self.peer()
        await bed.answer(tablet, session)
        older_first = sorted(rtcdtlstransport.SRTP_PROFILES, key=lambda p: b"GCM" in p.openssl_profile)
        with mock.patch.object(rtcdtlstransport, "SRTP_PROFILES", older_first[:1]):
            old = self.peer()
            sdp = await old.offer_to_send(NURSE)
        got = await nurse.rest("POST", f"/api/v1/whip/{session}", sdp.encode(), SDP)
        # The description does not tell ciphers; the handshake does.
        assert got.status == 201
        await old.pc.setRemoteDescription(RTCSessionDescription(got.body.decode(), "answer"))
        await old.until_over()

        # A client that would rather have the older one gets AES-GCM all the same.
        with mock.patch.object(rtcdtlstransport, "SRTP_PROFILES", older_first):
            sends = self.peer()
            await sends.publish(nurse, session)
        assert {"GCM" in cipher for cipher in sends.ciphers()} == {True}, sends.ciphers()
        await bed.until_people(NURSE)
        # One stream of each kind: nothing came by the first connection.
        assert len([i for i in bed.incoming if i.frames]) == 2, bed.told()

    async def test_one_exchange_of_complete_descriptions_is_enough(self) -> None:
        tablet, nurse, session = await self.answered()
        bed = self.peer()
        await bed.answer(tablet, session)
        sends = self.peer()
        got = await sends.publish(nurse, session)
        await bed.until_people(NURSE)
        for sdp in (tablet.offers[-1]["sdp"], got.body.decode()):
            description = SessionDescription.parse(sdp)
            for media in description.media:
                found = [(c.ip, c.port, c.type, c.protocol) for c in media.ice_candidates]
                assert found == [("127.0.0.1", self.server.ports["udp"], "host", "udp")], found
                assert {f.algorithm for f in media.dtls.fingerprints} == {"sha-256"}
            bundles = [group.items for group in description.group if group.semantic == "BUNDLE"]
            assert bundles == [[media.rtp.muxId for media in description.media]]
