# SPDX-License-Identifier: Apache-2.0
"""Architectures: everything that the toolchain must know about one is in its row.

ARCHITECTURES has the nine that everything is built for and tested on; KIN the ABIs that the
system-call layer has beside them. ALL is both.
"""

def _architecture(
        triple,
        cpu,
        runs_natively = False,
        compile_flags = [],
        link_flags = [],
        size_percent = 160):
    return struct(
        triple = triple,
        cpu = Label(cpu if ":" in cpu else "@platforms//cpu:" + cpu),
        runs_natively = runs_natively,
        compile_flags = compile_flags,
        link_flags = link_flags,
        # The most that a program may take, compared with x86_64.
        size_percent = size_percent,
    )

# Folds equal instruction sequences into functions, where that makes programs smaller.
_OUTLINER = ["-Wl,-mllvm,-enable-machine-outliner=always"]

# The key names the platform (//platforms:linux_KEY), the test tag, --config and qemu's program.
ARCHITECTURES = {
    "x86_64": _architecture(
        "x86_64-unknown-linux-gnu",
        "x86_64",
        link_flags = _OUTLINER,
        runs_natively = True,
        size_percent = 100,
    ),
    # Outlined atomics would call into a compiler runtime.
    "aarch64": _architecture("aarch64-unknown-linux-gnu", "aarch64", compile_flags = [
        "-mno-outline-atomics",
    ]),
    "riscv64": _architecture("riscv64-unknown-linux-gnu", "riscv64", compile_flags = [
        "-march=rv64gc",
        "-mabi=lp64d",
    ]),
    "arm": _architecture(
        "armv7a-unknown-linux-gnueabihf",
        "arm",
        compile_flags = ["-mthumb"],
        link_flags = _OUTLINER,
    ),
    "i386": _architecture("i686-unknown-linux-gnu", "x86_32", runs_natively = True),
    "ppc64le": _architecture("powerpc64le-unknown-linux-gnu", "ppc64le", size_percent = 170),
    "s390x": _architecture("s390x-unknown-linux-gnu", "s390x"),
    # qemu-user 7.2 has no LSX.
    "loongarch64": _architecture(
        "loongarch64-unknown-linux-gnu",
        "//platforms:loongarch64",
        compile_flags = [
            "-march=loongarch64",
            "-msimd=none",
        ],
    ),
    # A static program needs neither the global offset table's calls nor small data.
    "mips64el": _architecture(
        "mips64el-unknown-linux-gnuabi64",
        "mips64",
        compile_flags = [
            "-mno-abicalls",
            "-G0",
        ],
        # The header of the object that LTO makes does not follow its functions' attributes.
        link_flags = ["-Wl,-mllvm,-mattr=+noabicalls"],
        size_percent = 190,
    ),
}

# Static programs: no calls over the global offset table, no small data.
_MIPS_COMPILE = [
    "-mno-abicalls",
    "-G0",
]
_MIPS_LINK = ["-Wl,-mllvm,-mattr=+noabicalls"]

# ABIs of the system-call layer alone: the other byte order or word of an architecture of the nine.
# They have a platform, a toolchain and an emulator; what is not about system calls is not built for
# them.
KIN = {
    "mips": _architecture(
        "mips-unknown-linux-gnu",
        "//platforms:mips",
        compile_flags = _MIPS_COMPILE + ["-march=mips32r2"],
        link_flags = _MIPS_LINK,
    ),
    "mips64": _architecture(
        "mips64-unknown-linux-gnuabi64",
        "//platforms:mips64",
        compile_flags = _MIPS_COMPILE,
        link_flags = _MIPS_LINK,
    ),
    "mipsel": _architecture(
        "mipsel-unknown-linux-gnu",
        "//platforms:mipsel",
        compile_flags = _MIPS_COMPILE + ["-march=mips32r2"],
        link_flags = _MIPS_LINK,
    ),
    "ppc": _architecture("powerpc-unknown-linux-gnu", "//platforms:ppc"),
    # The linker knows no function descriptors; without libc any ABI of functions will do.
    "ppc64": _architecture(
        "powerpc64-unknown-linux-gnu",
        "//platforms:ppc64",
        compile_flags = ["-mabi=elfv2"],
        # Objects for LTO do not carry it.
        link_flags = ["-Wl,-mllvm,-target-abi=elfv2"],
    ),
    "riscv32": _architecture("riscv32-unknown-linux-gnu", "//platforms:riscv32", compile_flags = [
        "-march=rv32gc",
        "-mabi=ilp32d",
    ]),
}

ALL = dict(ARCHITECTURES.items() + KIN.items())
