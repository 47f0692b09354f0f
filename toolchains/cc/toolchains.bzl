# SPDX-License-Identifier: Apache-2.0
"""The one place that sets compiler and linker flags.

llvm_toolchains() declares, in the repository that holds the compiler, one hosted toolchain and one
freestanding toolchain per architecture. Targets never carry flags of their own; what differs
between them is a feature declared here and switched on by a macro of //toolchains:defs.bzl.
"""

load("@rules_cc//cc:defs.bzl", "cc_toolchain")
load("//toolchains:architectures.bzl", "ALL")
load(":config.bzl", "clang_config")

_CC_TOOLCHAIN_TYPE = "@bazel_tools//tools/cpp:toolchain_type"

_BUILD_MACHINE = [
    "@platforms//cpu:x86_64",
    "@platforms//os:linux",
]

# Our own code; all else is built with -w.
_OWN_CODE = [
    "-Wall",
    "-Wextra",
    "-Werror",
    "--system-header-prefix=absl/",
    "--system-header-prefix=gmock/",
    "--system-header-prefix=gtest/",
]

_HOSTED_COMPILE = [
    "-resource-dir",
    "{llvm}/resource",
    "-fno-omit-frame-pointer",
    "-ffunction-sections",
    "-fdata-sections",
]

# Static: what is linked against the pinned sysroot must not run on another libc.
_HOSTED_LINK = [
    "-resource-dir",
    "{llvm}/resource",
    "-Wl,--gc-sections",
    "-lstdc++",
    "-lm",
    "-pthread",
]

# Not -ffreestanding: it would take away what the compiler knows of strlen and memcmp, and a length
# that could be a constant would be counted at run time. What it may call, memory_functions has; bcmp
# would only be memcmp once more.
_FREESTANDING_COMPILE = [
    "-resource-dir",
    "{llvm}/resource",
    "-nostdlibinc",
    "-DNDEBUG",
    "-Oz",
    "-g",
    "-flto",
    "-fno-pic",
    "-fno-pie",
    "-fno-builtin-bcmp",
    "-fno-ident",
    "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables",
    "-fno-unwind-tables",
    "-fomit-frame-pointer",
    "-ffunction-sections",
    "-fdata-sections",
    "-fmerge-all-constants",
    "-fvisibility=hidden",
]

_FREESTANDING_CXX = [
    "-std=c++23",
    "-nostdinc++",
    "-isystem",
    "{config}",
    "-isystem",
    "{llvm}/libcxx",
    "-isystem",
    "{llvm}/resource/include",
    "-isystem",
    "{libc}",
    "-fno-exceptions",
    "-fno-rtti",
    "-fno-threadsafe-statics",
    "-fno-use-cxa-atexit",
]

# What is written to is never executed, the stack neither. Constants lie in the segment of the code:
# one mapping fewer at every start, in programs of some dozens of pages.
_FREESTANDING_LINK = [
    "-nostdlib",
    "-static",
    "-flto",
    "-Wl,-e,_start",
    "-Wl,-O2",
    "-Wl,--lto-O2",
    # Even a function of one caller stays a call: code that is shared is smaller.
    "-Wl,-mllvm,-inline-threshold=-50",
    # What is computed once, ahead of its uses, takes a register that must be saved and restored.
    "-Wl,-mllvm,-disable-machine-licm",
    "-Wl,-mllvm,-enable-pre=false",
    "-Wl,--gc-sections",
    "-Wl,--icf=all",
    "-Wl,--build-id=none",
    "-Wl,--no-rosegment",
    "-Wl,-z,norelro",
    "-Wl,-z,noseparate-code",
    "-Wl,-z,noexecstack",
]

def _toolchain(name, files, constraints):
    cc_toolchain(
        name = name + "_cc",
        all_files = files,
        ar_files = files,
        as_files = files,
        compiler_files = files,
        dwp_files = files,
        linker_files = files,
        objcopy_files = files,
        strip_files = files,
        supports_param_files = 1,
        toolchain_config = name + "_config",
    )
    native.toolchain(
        name = name,
        exec_compatible_with = _BUILD_MACHINE,
        target_compatible_with = ["@platforms//os:linux"] + constraints,
        toolchain = name + "_cc",
        toolchain_type = _CC_TOOLCHAIN_TYPE,
    )

def llvm_toolchains(host_include_directories = []):
    """Declares the cc toolchains; bin, tools, resource, sysroot and libcxx lie beside them.

    Args:
      host_include_directories: where the host's headers are, if the compiler is the host's.
    """

    # Whole directories as inputs: one symlink each in the sandbox.
    native.filegroup(
        name = "hosted_files",
        srcs = native.glob(["bin/*"]) + ["tools", "resource", "sysroot"],
    )
    native.filegroup(
        name = "freestanding_files",
        srcs = native.glob(["bin/*"]) + [
            "tools",
            "resource",
            "libcxx",
            Label("//toolchains/freestanding:headers"),
        ],
    )

    clang_config(
        name = "hosted_config",
        compile_and_link_features = {
            "asan": ["-fsanitize=address"],
            "fuzzer_coverage": ["-fsanitize=fuzzer-no-link"],
            # The vptr check needs a runtime that clang, told to link C, leaves out.
            "ubsan": [
                "-fsanitize=undefined",
                "-fno-sanitize=vptr",
                "-fno-sanitize-recover=all",
            ],
        },
        compile_features = {"own_code": _OWN_CODE},
        compile_flags = _HOSTED_COMPILE,
        cpu = "k8",
        cxx_flags = ["-std=c++23"],
        include_directories = [
            "resource/include",
            "resource/share",
        ] + (host_include_directories or [
            "sysroot/usr/include",
            "sysroot/usr/lib/gcc",
        ]),
        libc = "glibc",
        link_features = {"fuzzer": ["-fsanitize=fuzzer"]},
        link_flags = _HOSTED_LINK,
        optimised_compile_flags = [
            "-O2",
            "-DNDEBUG",
        ],
        # Sanitizers need a dynamic libc, and a host may have no static one.
        plain_link_features = {"static_program": [] if host_include_directories else ["-static"]},
        sysroot = "" if host_include_directories else "{llvm}/sysroot",
        triple = "x86_64-linux-gnu",
    )
    _toolchain(
        name = "hosted",
        constraints = [
            "@platforms//cpu:x86_64",
            Label("//platforms:hosted"),
        ],
        files = ":hosted_files",
    )

    for name, architecture in ALL.items():
        clang_config(
            name = name + "_config",
            compile_features = {
                # Objects whose instructions are looked at: as users who don't optimise when they
                # link will have them.
                "for_size": [
                    "-Oz",
                    "-fno-lto",
                ],
                "for_speed": [
                    "-O2",
                    "-fno-lto",
                ],
                # Code that the compiler itself calls must not be turned into calls of itself.
                "memory_functions": [
                    "-fno-lto",
                    "-fno-builtin",
                ],
                "own_code": _OWN_CODE,
            },
            compile_flags = _FREESTANDING_COMPILE + architecture.compile_flags,
            cpu = name,
            cxx_flags = _FREESTANDING_CXX,
            include_directories = [
                "resource/include",
                "libcxx",
            ],
            libc = "none",
            link_features = {
                # Apart from every architecture's own address, and above what no process may map.
                "beside_others": [
                    "-Wl,--image-base=0x100000",
                ],
            },
            link_flags = _FREESTANDING_LINK + architecture.link_flags,
            triple = architecture.triple,
        )
        _toolchain(
            name = name,
            constraints = [
                architecture.cpu,
                Label("//platforms:freestanding"),
            ],
            files = ":freestanding_files",
        )
