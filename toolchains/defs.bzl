# SPDX-License-Identifier: Apache-2.0
"""The macros that BUILD files use. No target carries flags: those live in //toolchains/cc."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")
load("//toolchains:architectures.bzl", "ARCHITECTURES")
load("//toolchains/rules:platform.bzl", "for_architecture", "freestanding_binary")

_FLAG_ATTRIBUTES = [
    "copts",
    "cxxopts",
    "defines",
    "features",
    "includes",
    "linkopts",
    "local_defines",
    "nocopts",
]

_HOSTED = ["//platforms:hosted"]
_FREESTANDING = ["//platforms:freestanding"]

def _refuse_flags(name, kwargs):
    for attribute in _FLAG_ATTRIBUTES:
        if attribute in kwargs:
            fail("%s: %s belong in //toolchains/cc, not in a target" % (name, attribute))

def nosc_library(name, **kwargs):
    """A library for freestanding programs that also compiles hosted, for its unit tests."""
    _refuse_flags(name, kwargs)
    cc_library(name = name, features = ["own_code"], **kwargs)

def nosc_freestanding_library(name, **kwargs):
    """A library that exists on the freestanding platforms only."""
    _refuse_flags(name, kwargs)
    cc_library(
        name = name,
        features = ["own_code"],
        target_compatible_with = _FREESTANDING,
        **kwargs
    )

def nosc_memory_library(name, **kwargs):
    """memcpy and its kin, which the compiler calls: neither LTO nor builtins may touch them."""
    _refuse_flags(name, kwargs)
    cc_library(
        name = name,
        features = [
            "own_code",
            "memory_functions",
        ],
        target_compatible_with = _FREESTANDING,
        **kwargs
    )

def nosc_host_library(name, **kwargs):
    """A library for tools and tests on the build machine: libc, libstdc++, Abseil."""
    _refuse_flags(name, kwargs)
    cc_library(
        name = name,
        features = ["own_code"],
        target_compatible_with = _HOSTED,
        **kwargs
    )

def nosc_host_binary(name, **kwargs):
    """A tool that runs on the build machine."""
    _refuse_flags(name, kwargs)
    cc_binary(
        name = name,
        features = ["own_code"],
        target_compatible_with = _HOSTED,
        **kwargs
    )

def nosc_test(name, deps = [], **kwargs):
    """A GoogleTest that runs on the build machine."""
    _refuse_flags(name, kwargs)
    cc_test(
        name = name,
        features = ["own_code"],
        target_compatible_with = _HOSTED,
        deps = deps + ["@com_google_googletest//:gtest_main"],
        **kwargs
    )

def nosc_binary(name, srcs, deps = [], visibility = None, **kwargs):
    """A freestanding static program: NAME is optimised and stripped, NAME_debug has its symbols.

    Both follow --platforms where that names one of //platforms:linux_*, and are built for
    //platforms:linux_x86_64 otherwise.
    """
    _refuse_flags(name, kwargs)
    linked = name + "_linked"
    cc_binary(
        name = linked,
        srcs = srcs,
        features = ["own_code"],
        tags = ["manual"],
        target_compatible_with = _FREESTANDING,
        visibility = ["//visibility:private"],
        deps = deps,
        **kwargs
    )
    freestanding_binary(
        name = name,
        linked = linked,
        visibility = visibility,
    )
    freestanding_binary(
        name = name + "_debug",
        linked = linked,
        stripped = False,
        visibility = visibility,
    )

def nosc_binary_per_architecture(name, binary, visibility = None):
    """NAME_ARCHITECTURE for each of the nine: BINARY (a nosc_binary) built for that architecture."""
    for architecture in ARCHITECTURES:
        for_architecture(
            name = name + "_" + architecture,
            architecture = architecture,
            binary = binary,
            visibility = visibility,
        )
