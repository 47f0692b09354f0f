# SPDX-License-Identifier: Apache-2.0
"""Black-box tests of the runtime, one per file."""

load("//toolchains:defs.bzl", "nosc_test")

# Bazel's sandbox takes root's mknod, cgroups and mounts away, and the kernel's counters are read:
# these tests run outside it, one at a time.
CONTAINER_TEST_TAGS = [
    "exclusive",
    "external",
    "local",
]

def container_tests(names, size = "small", deps = [], data = [], tags = []):
    """A test NAME of NAME.cc for each name."""
    for name in names:
        nosc_test(
            name = name,
            size = size,
            srcs = [name + ".cc"],
            data = data + ["//engine:nosc"],
            tags = CONTAINER_TEST_TAGS + tags,
            deps = deps + ["//tests/support:container_test"],
        )
