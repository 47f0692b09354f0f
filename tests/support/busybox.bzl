# SPDX-License-Identifier: Apache-2.0
"""A static busybox, from a pinned package: what the tests' containers run."""

load("//toolchains:packages.lock.bzl", "BUSYBOX_PACKAGES")
load("//toolchains/apt:apt.bzl", "APT_ENVIRONMENT", "unpack_packages")

def _busybox_repository_impl(ctx):
    unpack_packages(ctx, BUSYBOX_PACKAGES)
    ctx.symlink("tree/bin/busybox", "busybox")
    ctx.file("BUILD.bazel", """exports_files(["busybox"])
""")

busybox_repository = repository_rule(
    implementation = _busybox_repository_impl,
    environ = APT_ENVIRONMENT,
    doc = "The repository @busybox with the program @busybox//:busybox.",
)
