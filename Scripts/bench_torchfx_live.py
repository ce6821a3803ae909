"""TorchFX's live processor on a device without hardware, which calls it as often as `swiftlet bench live` is called."""

import threading
import time

from bench_peers import load


def backend(torch, realtime):
    """A device that calls once a block from a thread of its own, by the clock, and reads and plays nothing."""

    class Clocked(realtime.AudioBackend):
        def __init__(self):
            self.thread, self.stopping, self.calls = None, threading.Event(), 0

        name = "clock"
        is_available = True

        def get_devices(self):
            return []

        def get_default_device(self, direction):
            return None

        def open_stream(self, config, callback=None):
            self.config, self.callback = config, callback
            self.input = 0.1 * torch.rand(config.channels_in, config.buffer_size)
            self.output = torch.zeros(config.channels_out, config.buffer_size)

        def start(self):
            self.thread = threading.Thread(target=self.run, daemon=True)
            self.thread.start()

        def run(self):
            block = self.config.buffer_size / self.config.sample_rate
            due = time.perf_counter()
            while not self.stopping.is_set():
                self.callback(self.input, self.output, self.config.buffer_size, realtime.BackendStatus())
                self.calls += 1
                due += block
                time.sleep(max(0, due - time.perf_counter()))

        def stop(self):
            self.stopping.set()
            if self.thread:
                self.thread.join()

        def close(self):
            pass

        def read(self, frames):
            return self.input

        def write(self, data):
            pass

        @property
        def state(self):
            return realtime.StreamState.RUNNING

    return Clocked()


def latency(callbacks: int) -> dict:
    """Milliseconds of its callback through a Butterworth of five sections: 256 frames, 48 kHz, stereo."""
    torch, realtime, filters = load("torch"), load("torchfx.realtime"), load("torchfx.filter")
    torch.set_num_threads(1)
    config = realtime.StreamConfig(sample_rate=48_000, buffer_size=256, channels_in=2, channels_out=2)
    device = backend(torch, realtime)
    processor = realtime.RealtimeProcessor([filters.HiButterworth(80, order=10, fs=48_000)], device, config)
    with torch.no_grad(), processor:
        while device.calls < callbacks:
            time.sleep(0.05)
        statistics = dict(processor.latency_stats_ms())
        statistics["xruns"] = processor.xrun_count
    return statistics
