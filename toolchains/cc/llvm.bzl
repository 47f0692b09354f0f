# SPDX-License-Identifier: Apache-2.0
"""The repository @llvm: the unpacked compiler, its sysroot, libc++'s headers, and the toolchains.

bin/       a wrapper per tool, which runs it on the unpacked loader and libraries
tools/     the packages of the compiler and all that it needs
resource/  clang's own headers and runtimes
sysroot/   what hosted programs are compiled and linked against
libcxx/    libc++'s headers for freestanding code
"""

load("//toolchains:packages.lock.bzl", "LLVM_PACKAGES")
load("//toolchains/apt:apt.bzl", "APT_ENVIRONMENT", "unpack_packages")

_TOOLS = [
    "clang",
    "clang++",
    "clang-format",
    "clang-tidy",
    "ld.lld",
    "llvm-ar",
    "llvm-cov",
    "llvm-dwp",
    "llvm-nm",
    "llvm-objcopy",
    "llvm-objdump",
    "llvm-readelf",
    "llvm-strip",
]

# With any other argv0, clang would run itself anew from its real path, on the host's libraries.
_WRAPPER = """#!/bin/sh
tools=${0%/*}/../tools
unset CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH LIBRARY_PATH LD_LIBRARY_PATH LD_PRELOAD
exec "$tools/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" --inhibit-cache \\
  --library-path "$tools/usr/lib/x86_64-linux-gnu:$tools/lib/x86_64-linux-gnu" \\
  --argv0 "$0" "$tools/usr/lib/llvm-19/bin/${0##*/}" "$@"
"""

_BUILD = """load("{toolchains}", "llvm_toolchains")

package(default_visibility = ["//visibility:public"])

exports_files(glob(["bin/*"]))

llvm_toolchains()
"""

def _from_any_repository(label):
    """The spelling of a label of ours that another repository understands, in any Bazel."""
    text = str(label)
    return text if text.startswith("@") else "@nosc" + text

def _llvm_repository_impl(ctx):
    unpack_packages(ctx, LLVM_PACKAGES)
    for tool in _TOOLS:
        ctx.file("bin/" + tool, _WRAPPER)
    ctx.symlink("tools/usr/lib/llvm-19/lib/clang/19", "resource")
    ctx.symlink("libcxx_packages/usr/lib/llvm-19/include/c++/v1", "libcxx")
    ctx.file("BUILD.bazel", _BUILD.format(
        toolchains = _from_any_repository(Label("//toolchains/cc:toolchains.bzl")),
    ))

llvm_repository = repository_rule(
    implementation = _llvm_repository_impl,
    environ = APT_ENVIRONMENT,
    doc = "The hermetic compiler.",
)
