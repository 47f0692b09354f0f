# SPDX-License-Identifier: Apache-2.0
"""qemu-user as a toolchain: the emulator that runs the target platform's programs."""

load("//toolchains:architectures.bzl", "ALL")
load("//toolchains:packages.lock.bzl", "QEMU_PACKAGES")
load("//toolchains/apt:apt.bzl", "APT_ENVIRONMENT", "unpack_packages")

_NO_EMULATOR = """#!/bin/sh
echo 'qemu-%s is not installed' >&2
exit 126
"""

def _installed_emulators(ctx):
    for name in ALL:
        emulator = ctx.which("qemu-" + name) or ctx.which("qemu-%s-static" % name)
        if emulator:
            ctx.symlink(emulator, "qemu-" + name)
        else:
            ctx.file("qemu-" + name, _NO_EMULATOR % name)

def _qemu_repository_impl(ctx):
    if ctx.os.environ.get("NOSC_CLANG") == "host":
        _installed_emulators(ctx)
    else:
        unpack_packages(ctx, QEMU_PACKAGES)
        for name in ALL:
            ctx.symlink("tree/usr/bin/qemu-%s-static" % name, "qemu-" + name)
    ctx.file("BUILD.bazel", """exports_files(
    glob(["qemu-*"]),
    visibility = ["//visibility:public"],
)
""")

qemu_repository = repository_rule(
    implementation = _qemu_repository_impl,
    environ = APT_ENVIRONMENT + ["NOSC_CLANG"],
    doc = "The repository @qemu: one static emulator per architecture.",
)

TOOLCHAIN_TYPE = Label("//toolchains/qemu:toolchain_type")

def _qemu_toolchain_impl(ctx):
    return [platform_common.ToolchainInfo(emulator = ctx.file.emulator)]

qemu_toolchain = rule(
    implementation = _qemu_toolchain_impl,
    attrs = {"emulator": attr.label(allow_single_file = True, mandatory = True)},
)

def _current_emulator_impl(ctx):
    emulator = ctx.toolchains[str(TOOLCHAIN_TYPE)].emulator
    link = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = link, target_file = emulator, is_executable = True)
    return [DefaultInfo(executable = link, runfiles = ctx.runfiles([link]))]

current_emulator = rule(
    implementation = _current_emulator_impl,
    doc = "The emulator of the platform that this target is configured for.",
    executable = True,
    toolchains = [str(TOOLCHAIN_TYPE)],
)
