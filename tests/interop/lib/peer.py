"""One aiortc connection on loopback: answers the server's offer, or offers itself by WHIP or WHEP."""

import asyncio
from collections import Counter
from typing import Any
from unittest import mock

import numpy as np
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.sdp import SessionDescription

from .clip import WINDOW, Camera, Clip, Microphone, mono, whose_picture, whose_voice
from .person import Answer, Person
from .waiting import PATIENCE, Happenings

SDP = "application/sdp"
# Different brightnesses of one colour before the picture counts as moving.
MOVING = 4
# Windows of half a second before a tone counts as heard.
HEARD = 2


class Incoming:
    """What was decoded of one received track."""

    def __init__(self, peer: "Peer", track: MediaStreamTrack):
        self.kind, self.frames = track.kind, 0
        self.seen: dict[str | None, set[int]] = {}
        self.heard: Counter[str | None] = Counter()
        self.peer, self.track = peer, track
        self.buffer = np.empty(0, np.int16)

    async def run(self) -> None:
        try:
            while True:
                frame = await self.track.recv()
                self.frames += 1
                if self.kind == "video":
                    name, step = whose_picture(frame)
                    self.seen.setdefault(name, set()).add(step)
                else:
                    self.buffer = np.concatenate([self.buffer, mono(frame)])
                    while len(self.buffer) >= WINDOW:
                        self.heard[whose_voice(self.buffer[:WINDOW])] += 1
                        self.buffer = self.buffer[WINDOW:]
                self.peer.changed()
        except MediaStreamError:
            self.peer.changed()

    def names(self) -> set[str]:
        """Who was seen moving or heard long enough."""
        if self.kind == "video":
            return {name for name, steps in self.seen.items() if name and len(steps) >= MOVING}
        return {name for name, windows in self.heard.items() if name and windows >= HEARD}


class Peer(Happenings):
    def __init__(self) -> None:
        super().__init__()
        # No STUN server: aiortc would ask a public one. One bundle: a second transport would wait for candidates of
        # its own when it answers an offer.
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.incoming: list[Incoming] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.connection: str | None = None
        self.pc.on("track", self._track)
        self.pc.on("connectionstatechange", self.changed)

    def _track(self, track: MediaStreamTrack) -> None:
        incoming = Incoming(self, track)
        self.incoming.append(incoming)
        self.tasks.append(asyncio.create_task(incoming.run()))

    @staticmethod
    async def gather(pc: RTCPeerConnection, description: RTCSessionDescription) -> str:
        """Our own description with all candidates; loopback is the only one."""
        with mock.patch("aioice.ice.get_host_addresses", lambda **_: ["127.0.0.1"]):
            await pc.setLocalDescription(description)
        return pc.localDescription.sdp

    async def answer(self, person: Person, session: str, *video: str) -> None:
        """Asks on the socket for a connection, saying which codecs the device has, answers the offer, and waits until
        it stands."""
        before = len(person.offers)
        await person.say("connect", session=session, **({"video": video} if video else {}))
        await person.until("an offer", lambda: len(person.offers) > before)
        offer = person.offers[-1]
        assert offer["session"] == session
        self.connection = offer["connection"]
        await self.pc.setRemoteDescription(RTCSessionDescription(offer["sdp"], "offer"))
        for transceiver in self.pc.getTransceivers():
            track = {"0": Microphone, "1": Camera}.get(transceiver.mid)
            if track is not None:
                transceiver.sender.replaceTrack(track(person.clip))
                transceiver.direction = "sendonly"
        sdp = await self.gather(self.pc, await self.pc.createAnswer())
        await person.say("answer", connection=self.connection, sdp=sdp)
        await self.until_connected()

    async def offer_to_send(self, clip: Clip, video: str | None = None) -> str:
        for track in (Microphone(clip), Camera(clip)):
            transceiver = self.pc.addTransceiver(track, "sendonly")
            if video is not None and track.kind == "video":
                known = RTCRtpSender.getCapabilities("video").codecs
                transceiver.setCodecPreferences([c for c in known if c.mimeType == f"video/{video}"])
        return await self.gather(self.pc, await self.pc.createOffer())

    async def offer_to_receive(self, others: int) -> str:
        for _ in range(others):
            for kind in ("audio", "video"):
                self.pc.addTransceiver(kind, "recvonly")
        return await self.gather(self.pc, await self.pc.createOffer())

    async def accepted(self, answer: Answer) -> None:
        """Takes the answer of WHIP or WHEP."""
        assert (answer.status, answer.kind) == (201, SDP), answer.body
        self.connection = answer.headers["location"].rsplit("/", 1)[-1]
        await self.pc.setRemoteDescription(RTCSessionDescription(answer.body.decode(), "answer"))
        await self.until_connected()

    async def publish(self, person: Person, session: str = "", video: str | None = None) -> Answer:
        """WHIP; a device needs no session. With `video` no other codec is offered. Gives the HTTP answer."""
        sdp = await self.offer_to_send(person.clip, video)
        got = await person.rest("POST", f"/api/v1/whip/{session}".rstrip("/"), sdp.encode(), SDP)
        await self.accepted(got)
        return got

    async def receive(self, person: Person, session: str, others: int) -> Answer:
        """WHEP, with room for so many others; a device needs no session. Gives the HTTP answer."""
        sdp = await self.offer_to_receive(others)
        got = await person.rest("POST", f"/api/v1/whep/{session}".rstrip("/"), sdp.encode(), SDP)
        await self.accepted(got)
        return got

    async def until_connected(self) -> None:
        state = lambda: self.pc.connectionState
        await self.until("a connection", lambda: state() not in ("new", "connecting"), state)
        assert state() == "connected", state()

    async def until_over(self) -> None:
        state = lambda: self.pc.connectionState
        await self.until("the end of a connection", lambda: state() in ("closed", "failed"), state)

    async def close(self) -> None:
        await self.pc.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    # ---- what came in ----

    def frames(self) -> Counter[str]:
        """Decoded frames by kind."""
        total: Counter[str] = Counter(audio=0, video=0)
        for incoming in self.incoming:
            total[incoming.kind] += incoming.frames
        return total

    def people(self) -> dict[str, set[str]]:
        """Who was recognised, by kind."""
        names: dict[str, set[str]] = {"audio": set(), "video": set()}
        for incoming in self.incoming:
            names[incoming.kind] |= incoming.names()
        return names

    def told(self) -> list[tuple[str, Any]]:
        return [(i.kind, i.seen or dict(i.heard)) for i in self.incoming if i.frames]

    async def until_people(self, *clips: Clip) -> None:
        """Waits until exactly these are both seen and heard."""
        wanted = {clip.name for clip in clips}
        there = lambda: all(wanted <= names for names in self.people().values())
        await self.until(f"picture and sound of {sorted(wanted)}", there, self.told)
        assert self.people() == {"audio": wanted, "video": wanted}, self.told()

    async def until_more(self, video: int, audio: int) -> None:
        """Waits until so many more frames were decoded."""
        wanted = self.frames() + Counter(video=video, audio=audio)
        enough = lambda: self.frames() >= wanted
        await self.until(f"{video} more pictures and {audio} more pieces of sound", enough, self.frames)

    # ---- what goes out, and how ----

    async def sent(self) -> Counter[str]:
        """Packets sent, by kind."""
        total: Counter[str] = Counter(audio=0, video=0)
        for stat in (await self.pc.getStats()).values():
            if stat.type == "outbound-rtp":
                total[stat.kind] += stat.packetsSent
        return total

    async def until_sent(self, video: int, audio: int) -> None:
        """Waits until so many packets have left. aiortc tells nobody when it sends: looking again is the only way."""
        async with asyncio.timeout(PATIENCE):
            while (now := await self.sent())["video"] < video or now["audio"] < audio:
                await asyncio.sleep(0.05)

    def streams(self) -> dict[str, tuple[Incoming, Incoming]]:
        """Audio and video by the stream the remote description names (`s0`, `s1`, …)."""
        by_mid = {t.mid: t for t in self.pc.getTransceivers()}
        found: dict[str, dict[str, Incoming]] = {}
        for media in SessionDescription.parse(self.pc.remoteDescription.sdp).media:
            if media.msid is None:
                continue
            transceiver: RTCRtpTransceiver = by_mid[media.rtp.muxId]
            incoming = next(i for i in self.incoming if i.track is transceiver.receiver.track)
            found.setdefault(media.msid.split(" ")[0], {})[media.kind] = incoming
        return {stream: (pair["audio"], pair["video"]) for stream, pair in found.items()}

    def ciphers(self) -> set[str]:
        """SRTP profiles the handshakes ended with. aiortc keeps the TLS object to itself; nothing public tells."""
        transports = {t.sender.transport for t in self.pc.getTransceivers()}
        return {t._ssl.get_selected_srtp_profile().decode() for t in transports if t._ssl is not None}
