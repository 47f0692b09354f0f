# SPDX-License-Identifier: Apache-2.0
"""The repository @llvm: the compiler, its sysroot, libc++'s headers, and the toolchains.

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

exports_files(glob(["bin/*"]) + [".clang-tidy", "tools"])

llvm_toolchains({arguments})
"""

def _from_any_repository(label):
    """The spelling of a label of ours that another repository understands, in any Bazel."""
    text = str(label)
    return text if text.startswith("@") else "@nosc" + text

def _build_file(ctx, **arguments):
    # clang-tidy would find thousands of names in the standard library that aren't ours, and tell of none.
    ctx.file(".clang-tidy", "Checks: '-*'\n")
    ctx.file("BUILD.bazel", _BUILD.format(
        arguments = ", ".join(["%s = %r" % argument for argument in arguments.items()]),
        toolchains = _from_any_repository(Label("//toolchains/cc:toolchains.bzl")),
    ))

def _pinned_packages(ctx):
    unpack_packages(ctx, LLVM_PACKAGES)
    for tool in _TOOLS:
        ctx.file("bin/" + tool, _WRAPPER)
    ctx.symlink("tools/usr/lib/llvm-19/lib/clang/19", "resource")
    ctx.symlink("libcxx_packages/usr/lib/llvm-19/include/c++/v1", "libcxx")
    _build_file(ctx)

_OLDEST_MAJOR = 19
_NEWEST_MAJOR = 30

def _output(ctx, command):
    result = ctx.execute(command)
    return result.stdout.strip() if result.return_code == 0 else ""

def _major_version(ctx, clang):
    """The number that `clang --version` gives after the word version; 0 if it gives none."""
    words = _output(ctx, [clang, "--version"]).replace("\n", " ").split(" ")
    for i, word in enumerate(words[:-1]):
        major = words[i + 1].split(".")[0]
        if word == "version" and major.isdigit():
            return int(major)
    return 0

def _installed_clang(ctx):
    names = ["clang"] + ["clang-%d" % n for n in range(_NEWEST_MAJOR, _OLDEST_MAJOR - 1, -1)]
    for name in names:
        clang = ctx.which(name)
        if clang and _major_version(ctx, clang) >= _OLDEST_MAJOR:
            return clang
    fail("--config=host_clang: no clang of version %d or later is in the PATH" % _OLDEST_MAJOR)

def _installed_tool(ctx, clang, tool):
    major = _major_version(ctx, clang)
    beside = _output(ctx, [clang, "-print-prog-name=" + tool])
    for candidate in [beside, ctx.which("%s-%d" % (tool, major)), ctx.which(tool)]:
        if candidate and str(candidate).startswith("/") and ctx.path(candidate).exists:
            return str(candidate)
    return None

def _include_directories(ctx, clang):
    """The host's own header directories, under the names that lead to them."""
    result = ctx.execute([clang, "-x", "c++", "-E", "-v", "/dev/null"])
    directories = []
    for line in result.stderr.split("\n"):
        if line.startswith(" /"):
            directory = ctx.path(line.strip())
            directories.extend([str(directory), str(directory.realpath)])
    return {directory: True for directory in directories}.keys()

def _libcxx_headers(ctx, clang):
    resource = _output(ctx, [clang, "-print-resource-dir"])
    for place in [resource + "/../../../include/c++/v1", "/usr/include/c++/v1"]:
        if ctx.path(place).get_child("__config").exists:
            return place
    fail("--config=host_clang: libc++'s headers are not installed (include/c++/v1)")

_REQUIRED_TOOLS = ["clang", "ld.lld", "llvm-ar", "llvm-readelf", "llvm-strip"]

def _installed_compiler(ctx):
    """Links to an installed clang and lld in the places of the unpacked ones."""
    clang = _installed_clang(ctx)
    for tool in _TOOLS:
        path = str(clang) if tool == "clang" else _installed_tool(ctx, clang, tool)
        if not path and tool in _REQUIRED_TOOLS:
            fail("--config=host_clang: %s is not installed beside %s" % (tool, clang))
        ctx.file("bin/" + tool, "#!/bin/sh\nexec %s \"$@\"\n" % (path or "false " + tool))
    for directory in ["tools", "sysroot"]:
        ctx.file(directory + "/empty", "")
    ctx.symlink(_output(ctx, [clang, "-print-resource-dir"]), "resource")
    ctx.symlink(_libcxx_headers(ctx, clang), "libcxx")
    _build_file(ctx, host_include_directories = _include_directories(ctx, clang))

def _llvm_repository_impl(ctx):
    if ctx.os.environ.get("NOSC_CLANG") == "host":
        _installed_compiler(ctx)
    else:
        _pinned_packages(ctx)

llvm_repository = repository_rule(
    implementation = _llvm_repository_impl,
    doc = "The compiler: the pinned packages or, with --config=host_clang, the installed one.",
    environ = APT_ENVIRONMENT + ["NOSC_CLANG"],
)
