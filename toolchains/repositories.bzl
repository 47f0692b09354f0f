# SPDX-License-Identifier: Apache-2.0
"""Everything that the workspace fetches, pinned by sha256."""

load("//tests/support:busybox.bzl", "busybox_repository")
load("//tests/vm:machines.bzl", "machine_repositories")
load("//toolchains/apt:apt.bzl", "source_archive", "stub_repository")
load("//toolchains/cc:llvm.bzl", "llvm_repository")
load("//toolchains/qemu:qemu.bzl", "qemu_repository")

_JAVA_RULES = [
    "java_binary",
    "java_import",
    "java_library",
    "java_package_configuration",
    "java_plugin",
    "java_runtime",
    "java_test",
    "java_toolchain",
]

def _bazel_4_stubs():
    """Repositories that Bazel 4 names by itself and that no build of ours uses."""

    # @bazel_tools//tools/jdk loads the Java rules by name.
    stub_repository(
        name = "rules_java",
        contents = {
            "WORKSPACE": "",
            "java/BUILD": "",
            "java/defs.bzl": "\n".join(["%s = native.%s" % (r, r) for r in _JAVA_RULES]),
        },
    )

    # Every test depends on it; only `bazel coverage` runs it.
    stub_repository(
        name = "remote_coverage_tools",
        contents = {
            "WORKSPACE": "",
            "BUILD": """filegroup(
    name = "coverage_report_generator",
    srcs = ["none.sh"],
    visibility = ["//visibility:public"],
)
""",
            "none.sh": "#!/bin/sh\nexit 1\n",
        },
    )
    stub_repository(
        name = "rules_proto",
        contents = {
            "WORKSPACE": "",
            "BUILD": "",
        },
    )

def _modules():
    """The modules that MODULE.bazel names for newer releases of Bazel."""
    source_archive(
        name = "rules_cc",
        apt_file = "bazel-rules-cc_0.0.4.orig.tar.xz",
        apt_sha256 = "b147e1d69afb30b36616a9c7cf6c661b48e01d79581f36927eb39e04ffc572ff",
        apt_source = "bazel-rules-cc=0.0.4-2",
        patches = [Label("//toolchains/patches:rules_cc_bazel_4.patch")],
        sha256 = "af6cc82d87db94585bceeda2561cb8a9d55ad435318ccb4ddfee18a43580fb5d",
        strip_prefix = "rules_cc-0.0.4",
        urls = ["https://github.com/bazelbuild/rules_cc/releases/download/0.0.4/rules_cc-0.0.4.tar.gz"],
    )
    source_archive(
        name = "platforms",
        apt_file = "bazel-platforms_0.0.2.orig.tar.xz",
        apt_sha256 = "2e582a0841457e38ba2b263c7021bc57241f6934f86df8a1b5c5ae32169bf490",
        apt_source = "bazel-platforms=0.0.2-2",
        apt_strip_prefix = "platforms-0.0.2",
        patches = [Label("//toolchains/patches:platforms_more_cpus.patch")],
        sha256 = "48a2d8d343863989c232843e01afc8a986eb8738766bfd8611420a7db8f6f0c3",
        urls = ["https://github.com/bazelbuild/platforms/releases/download/0.0.2/platforms-0.0.2.tar.gz"],
    )
    source_archive(
        name = "bazel_skylib",
        apt_file = "bazel-skylib_1.0.3.orig.tar.xz",
        apt_sha256 = "b22f0f38d9a1ac565fce8a43df3d284f6b8e5e8775bda54b5cb687bed46b6ea4",
        apt_source = "bazel-skylib=1.0.3-2",
        apt_strip_prefix = "bazel-skylib-1.0.3",
        sha256 = "1c531376ac7e5a180e0237938a2536de0c54d93f5c278634818e0efc952dd56c",
        urls = ["https://github.com/bazelbuild/bazel-skylib/releases/download/1.0.3/bazel-skylib-1.0.3.tar.gz"],
    )
    source_archive(
        name = "com_google_absl",
        apt_file = "abseil_20220623.1.orig.tar.gz",
        apt_sha256 = "abfe2897f3a30edaa74bc34365afe3c2a3cd012091a97dc7e008f7016adcd5fe",
        apt_source = "abseil=20220623.1-1+deb12u2",
        apt_strip_prefix = "abseil-20220623.1",
        sha256 = "91ac87d30cc6d79f9ab974c51874a704de9c2647c40f6932597329a282217ba8",
        strip_prefix = "abseil-cpp-20220623.1",
        urls = ["https://github.com/abseil/abseil-cpp/archive/refs/tags/20220623.1.tar.gz"],
    )
    source_archive(
        name = "com_google_googletest",
        apt_file = "googletest_1.12.1.orig.tar.gz",
        apt_source = "googletest=1.12.1-0.2",
        sha256 = "81964fe578e9bd7c94dfdb09c8e4d6e6759e19967e397dbea48d1c10e45d0df2",
        strip_prefix = "googletest-release-1.12.1",
        urls = ["https://github.com/google/googletest/archive/refs/tags/release-1.12.1.tar.gz"],
    )

def package_repositories():
    """The repositories that are made of pinned packages, under either of Bazel's systems."""
    busybox_repository(name = "busybox")
    llvm_repository(name = "llvm")
    machine_repositories()
    qemu_repository(name = "qemu")

def nosc_repositories():
    """Declares all repositories for a WORKSPACE build."""
    _bazel_4_stubs()
    _modules()
    package_repositories()

def nosc_register_toolchains():
    """Registers the compilers and the emulators."""
    native.register_toolchains(
        "@llvm//:all",
        "@nosc//toolchains/qemu:all",
    )
