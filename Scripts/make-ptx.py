#!/usr/bin/env python3
"""Compiles the kernels to PTX for NVIDIA, or assembles the committed PTX: make-ptx.py make | check

Needs no GPU: the wheels nvidia-cuda-nvrtc-cu12 (compiler) and nvidia-cuda-nvcc-cu12 (assembler), which `make ptx` installs.
"""
import ctypes
import os
import pathlib
import re
import subprocess
import sys
import sysconfig

ROOT = pathlib.Path(__file__).resolve().parent.parent / "Sources" / "CGPUKernels"
WHEELS = pathlib.Path(sysconfig.get_paths()["purelib"]) / "nvidia"
# What KernelModule.Shape.compiledForCUDA lists: name, double, sections, frames a thread, threads. The tests hold both to each other.
SHAPES = [("f32x1", False, 1, 32, 128), ("f32x2", False, 2, 32, 128), ("f32x4", False, 4, 32, 128),
          ("f64x1", True, 1, 16, 128), ("f64x2", True, 2, 16, 128), ("f32basic", False, 0, 0, 64), ("f64basic", True, 0, 0, 64)]
LOOK_BACK = 32
ARCHITECTURES = [75, 80, 86, 90, 100, 120]


def source(double, sections, per_thread, threads):
    """The same text as KernelSource.text(_:dialect: .cuda)."""
    read = lambda name: (ROOT / "Kernels" / f"{name}.h").read_text()
    text = f"#define REAL {'double' if double else 'float'}\n#define THREADS {threads}\n"
    text += read("dialect_cuda") + read("launch_control")
    kernel = lambda name, entry, phase=None: (
        f"#define NAME {entry}\n" + ("" if phase is None else f"#define PHASE {phase}\n") + read(name) + "#undef NAME\n"
        + ("" if phase is None else "#undef PHASE\n"))
    if sections == 0:
        names = ("mix", "gain", "fir", "compressor_envelope", "compressor_gain", "convolution", "echo", "self_test")
        return text + read("global_barrier") + read("compressor_math") + "".join(kernel(n, n + "_kernel") for n in names)
    text += f"#define SECTIONS {sections}\n#define PER_THREAD {per_thread}\n#define LOOK_BACK {LOOK_BACK}\n"
    return text + read("sos_tables") + kernel("sos_scan", "sos_scan", 0) + kernel("sos_sequential", "sos_sequential")


def fnv1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def compile_ptx(text):
    nvrtc = ctypes.CDLL(str(WHEELS / "cuda_nvrtc" / "lib" / "libnvrtc.so.12"))
    program = ctypes.c_void_p()

    def fetch(what):
        size = ctypes.c_size_t()
        getattr(nvrtc, f"nvrtcGet{what}Size")(program, ctypes.byref(size))
        memory = ctypes.create_string_buffer(size.value)
        getattr(nvrtc, f"nvrtcGet{what}")(program, memory)
        return memory.value.decode()

    nvrtc.nvrtcCreateProgram(ctypes.byref(program), text.encode(), b"kernels.cu", 0, None, None)
    options = [b"-default-device", b"--std=c++17", b"--gpu-architecture=compute_75"]
    if nvrtc.nvrtcCompileProgram(program, len(options), (ctypes.c_char_p * len(options))(*options)):
        sys.exit(fetch("ProgramLog"))
    return fetch("PTX")


def make():
    (ROOT / "PTX").mkdir(exist_ok=True)
    for name, *shape in SHAPES:
        text = source(*shape)
        ptx = re.sub(r"(?m)^//.*\n|^\s*\n", "", compile_ptx(text))
        # The compiler stamps its own version, which older drivers refuse; nothing in the code needs more than this one.
        ptx = re.sub(r"(?m)^\.version .*$", ".version 6.4", ptx, count=1)
        (ROOT / "PTX" / f"{name}.ptx").write_text(f"// source {fnv1a(text):016x}\n{ptx}")
        print(f"{name}: {len(ptx) // 1024} KiB")


def check():
    assembler = WHEELS / "cuda_nvcc" / "bin" / "ptxas"
    assembler.chmod(0o755)
    failed = False
    for name, *shape in SHAPES:
        path = ROOT / "PTX" / f"{name}.ptx"
        if f"// source {fnv1a(source(*shape)):016x}" not in path.read_text():
            print(f"{name}: the PTX was made from another source: run make ptx")
            failed = True
        for architecture in ARCHITECTURES:
            run = subprocess.run([assembler, "-v", f"-arch=sm_{architecture}", path, "-o", os.devnull],
                                 capture_output=True, text=True, check=False)
            spills = [int(n) for n in re.findall(r"(\d+) bytes (?:stack frame|spill stores|spill loads)", run.stderr)]
            registers = [int(n) for n in re.findall(r"Used (\d+) registers", run.stderr)]
            good = run.returncode == 0 and registers and not any(spills)
            failed |= not good
            print(f"{name} sm_{architecture}: {max(registers, default=0)} registers, {'good' if good else run.stderr}")
    sys.exit(failed)


if __name__ == "__main__":
    {"make": make, "check": check}[sys.argv[1]]()
