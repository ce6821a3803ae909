"""Whole programs, from start to exit: ffmpeg and SoX against `swiftlet process`, and how long one second takes."""

import array
import os
import random
import shutil
import subprocess
import tempfile
import time
import wave
from pathlib import Path

SAMPLE_RATE = 48_000
PAIRS = 4
PEAKS = [62.5, 125, 250, 500, 1_000, 2_000, 4_000, 8_000]
GAIN = 3
# Ratio that is binding; what we aim for is 20 and 15. ffmpeg counts as people type it; held to one thread it stands beside, for its filter
# threads slow one another down.
FLOORS = {"ffmpeg": 15, "ffmpeg -threads 1": None, "sox": 12}


def write_noise(path: Path, seconds: int):
    """A stereo 16-bit WAV of noise at -20 dB: one random second, repeated."""
    generator = random.Random(1)
    second = array.array("h", (generator.randint(-3_276, 3_276) for _ in range(2 * SAMPLE_RATE))).tobytes()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        for _ in range(seconds):
            file.writeframesraw(second)


def memory_folder() -> Path | None:
    """A folder in memory, where there is one, so that no disk is measured."""
    folder = Path("/dev/shm")
    return folder if folder.is_dir() and os.access(folder, os.W_OK) else None


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def commands(tool: str, source: Path, folder: Path) -> dict[str, list[str]]:
    """Each program's command for eight peaks with Double inside, 16 bits in and out."""
    ours = " | ".join(f"peak:{frequency:g},gain={GAIN},q=1" for frequency in PEAKS)
    ffmpeg = ",".join(f"equalizer=f={frequency}:t=q:w=1:g={GAIN}:precision=f64" for frequency in PEAKS)
    quiet = ["-nostdin", "-v", "error", "-y"]
    sox = [word for frequency in PEAKS for word in ("equalizer", str(frequency), "1q", str(GAIN))]
    return {
        "swiftlet": [tool, "process", str(source), str(folder / "swiftlet.wav"), "-e", ours],
        "ffmpeg": ["ffmpeg", *quiet, "-i", str(source), "-af", ffmpeg, str(folder / "ffmpeg.wav")],
        "ffmpeg -threads 1": ["ffmpeg", *quiet, "-threads", "1", "-filter_threads", "1", "-i", str(source), "-af", ffmpeg,
                              str(folder / "ffmpeg.wav")],
        # Without dither, as none of the others adds any.
        "sox": ["sox", "-V1", "-D", str(source), str(folder / "sox.wav"), *sox],
    }


def measure(tool: str, absent: dict[str, str]):
    """Yields the rows for `bench.Row`, and names the programs that are not here in `absent`."""
    with tempfile.TemporaryDirectory(dir=memory_folder()) as name:
        folder = Path(name)
        long, short = folder / "long.wav", folder / "short.wav"
        write_noise(long, 600)
        write_noise(short, 1)
        programs = commands(tool, long, folder)
        for peer, floor in FLOORS.items():
            if shutil.which(peer.split()[0]) is None:
                absent[peer] = "it is not on the PATH"
                continue
            pairs = [(seconds(programs["swiftlet"]), seconds(programs[peer])) for _ in range(PAIRS)]
            ours, theirs = (min(column) for column in zip(*pairs))
            yield {
                "shape": "whole program: 8 peaks, 10 min stereo WAV", "peer": peer, "ours_seconds": ours,
                "peer_seconds": theirs, "floor": floor,
            }
        one_second = commands(tool, short, folder)["swiftlet"]
        start_to_exit = min(seconds(one_second) for _ in range(21))
        yield {
            "shape": "whole program: one second, start to exit", "peer": "60 ms", "ours_seconds": start_to_exit,
            "peer_seconds": 0.06, "is_share": True, "ceiling": 1,
        }
