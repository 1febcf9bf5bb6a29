"""The checks themselves: silence, grey and a mixture are nobody."""

import numpy as np
from av import VideoFrame

from lib.clip import EVERYBODY, HEIGHT, RATE, STEPS, WIDTH, WINDOW, picture, sound, whose_picture, whose_voice


def test_everybody_is_recognised_and_told_apart():
    for clip in EVERYBODY:
        assert [whose_picture(picture(clip, n)) for n in range(STEPS)] == [(clip.name, n) for n in range(STEPS)]
        assert whose_voice(sound(clip, 7, WINDOW)) == clip.name


def test_black_grey_and_a_mixture_are_nobodys_picture():
    for luma, u, v in [(0, 128, 128), (16, 128, 128), (128, 128, 128), (100, 130, 130)]:
        planes = np.full((HEIGHT * 3 // 2, WIDTH), luma, np.uint8)
        planes[HEIGHT : HEIGHT * 5 // 4], planes[HEIGHT * 5 // 4 :] = u, v
        assert whose_picture(VideoFrame.from_ndarray(planes, format="yuv420p"))[0] is None


def test_silence_noise_another_tone_and_two_voices_are_nobodys_voice():
    patient, nurse, _ = EVERYBODY
    noise = np.random.default_rng(1).normal(0, 5_000, WINDOW).astype(np.int16)
    other = (8_000 * np.sin(2 * np.pi * 550 * np.arange(WINDOW) / RATE)).astype(np.int16)
    both = sound(patient, 0, WINDOW) // 2 + sound(nurse, 0, WINDOW) // 2
    for samples in (np.zeros(WINDOW, np.int16), noise, other, both, sound(patient, 0, WINDOW) // 8):
        assert whose_voice(samples) is None
