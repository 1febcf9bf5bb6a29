"""What cameras and microphones deliver, and how it is recognised after a foreign encoder, the server and a decoder.

Each person has one colour (chroma) and one tone. Brightness counts the frames, so a frozen picture is no picture.
"""

import asyncio
import time
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from aiortc import MediaStreamTrack
from av import AudioFrame, VideoFrame

WIDTH, HEIGHT, FPS = 160, 120, 15
RATE = 48_000
SAMPLES = RATE // 50
# About -12 dBFS: loud enough that Opus spends its bits on it, far from clipping.
AMPLITUDE = 8_000
# Steps of brightness; VP8 at our size errs by less than half a step.
STEPS, STEP, DARKEST = 8, 20, 40
# Half a second: long enough to tell 440 Hz from 700 Hz by far, short enough that a wait for it is short.
WINDOW = RATE // 2


@dataclass(frozen=True)
class Clip:
    name: str
    u: int
    v: int
    hertz: int


PATIENT = Clip("patient", 70, 190, 440)
NURSE = Clip("nurse", 190, 70, 700)
DOCTOR = Clip("doctor", 70, 70, 1_100)
EVERYBODY = (PATIENT, NURSE, DOCTOR)


def picture(clip: Clip, number: int) -> VideoFrame:
    """One frame in 4:2:0: luma plane above, then both chroma planes."""
    planes = np.empty((HEIGHT * 3 // 2, WIDTH), np.uint8)
    planes[:HEIGHT] = DARKEST + STEP * (number % STEPS)
    planes[HEIGHT : HEIGHT * 5 // 4] = clip.u
    planes[HEIGHT * 5 // 4 :] = clip.v
    return VideoFrame.from_ndarray(planes, format="yuv420p")


def whose_picture(frame: VideoFrame) -> tuple[str | None, int]:
    """Whose colour this is, and the step of brightness; `None` for black, grey or a mixture."""
    planes = frame.reformat(format="yuv420p").to_ndarray()
    height = frame.height
    luma = float(planes[:height].mean())
    u = float(planes[height : height * 5 // 4].mean())
    v = float(planes[height * 5 // 4 :].mean())
    step = round((luma - DARKEST) / STEP)
    found = [clip.name for clip in EVERYBODY if max(abs(u - clip.u), abs(v - clip.v)) < 15]
    return (found[0] if found else None, step)


def sound(clip: Clip, start: int, count: int) -> np.ndarray:
    at = np.arange(start, start + count)
    return (AMPLITUDE * np.sin(2 * np.pi * clip.hertz * at / RATE)).astype(np.int16)


def mono(frame: AudioFrame) -> np.ndarray:
    """Left channel at 48 kHz."""
    samples = frame.to_ndarray()
    return samples[0, :: len(frame.layout.channels)] if frame.format.is_packed else samples[0]


def whose_voice(samples: np.ndarray) -> str | None:
    """Whose tone fills these samples; `None` for silence, a wrong level, noise or two at once."""
    values = samples.astype(np.float64)
    level = float(np.sqrt(np.mean(values**2)))
    sent = AMPLITUDE / np.sqrt(2)
    if not sent / 2 < level < sent * 2:
        return None
    power = np.abs(np.fft.rfft(values * np.hanning(len(values)))) ** 2
    hertz = np.fft.rfftfreq(len(values), 1 / RATE)
    for clip in EVERYBODY:
        if power[np.abs(hertz - clip.hertz) < 12].sum() > 0.8 * power.sum():
            return clip.name
    return None


class Pace:
    """Turns of a fixed length; a late one is not made up for by a burst."""

    def __init__(self, seconds: float):
        self.seconds, self.next = seconds, time.monotonic()

    async def turn(self) -> None:
        now = time.monotonic()
        if self.next < now - 1:
            self.next = now
        await asyncio.sleep(max(0.0, self.next - now))
        self.next += self.seconds


class Camera(MediaStreamTrack):
    kind = "video"

    def __init__(self, clip: Clip):
        super().__init__()
        self.clip, self.number, self.pace = clip, 0, Pace(1 / FPS)

    async def recv(self) -> VideoFrame:
        await self.pace.turn()
        frame = picture(self.clip, self.number)
        frame.pts, frame.time_base = self.number * 90_000 // FPS, Fraction(1, 90_000)
        self.number += 1
        return frame


class Microphone(MediaStreamTrack):
    kind = "audio"

    def __init__(self, clip: Clip):
        super().__init__()
        self.clip, self.at, self.pace = clip, 0, Pace(SAMPLES / RATE)

    async def recv(self) -> AudioFrame:
        await self.pace.turn()
        frame = AudioFrame.from_ndarray(sound(self.clip, self.at, SAMPLES)[None], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self.at, Fraction(1, RATE)
        self.at += SAMPLES
        return frame
