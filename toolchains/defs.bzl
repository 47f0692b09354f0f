# SPDX-License-Identifier: Apache-2.0
"""The macros that BUILD files use. No target carries flags: those live in //toolchains/cc."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")
load("//toolchains:architectures.bzl", "ALL", "ARCHITECTURES")
load("//toolchains/rules:architecture_test.bzl", "architecture_test")
load("//toolchains/rules:fuzz_test.bzl", "fuzz_test")
load("//toolchains/rules:mistakes.bzl", "refused_sources", "refused_test")
load(
    "//toolchains/rules:platform.bzl",
    "for_architecture",
    "freestanding_binary",
    "objects_for_architecture",
)
load("//toolchains/rules:script.bzl", "cases_test")
load(
    "//toolchains/rules:style.bzl",
    "format_test",
    "freestanding_tidy_test",
    "hosted_tidy_test",
)

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

_HOSTED = [Label("//platforms:hosted")]
_FREESTANDING = [Label("//platforms:freestanding")]
_GTEST_MAIN = "@com_google_googletest//:gtest_main"

def _style_tests(name, tidy_test):
    """The package's format_test, once, and the target's clang-tidy."""
    if not native.existing_rule("format_test"):
        format_test(
            name = "format_test",
            size = "small",
            srcs = native.glob(["*.%s" % extension for extension in ["c", "cc", "h"]]),
            tags = ["style"],
        )
    tidy_test(
        name = name + "_tidy_test",
        size = "small",
        tags = ["style"],
        target = name,
    )

def _own_code(rule, name, kwargs, features = [], runs_on = None, tidy_test = hosted_tidy_test):
    for attribute in _FLAG_ATTRIBUTES:
        if attribute in kwargs:
            fail("%s: %s belong in //toolchains/cc, not in a target" % (name, attribute))
    if runs_on:
        kwargs = dict(kwargs, target_compatible_with = runs_on)
    rule(
        name = name,
        features = ["own_code"] + features,
        **kwargs
    )
    if kwargs.get("srcs"):
        _style_tests(name, tidy_test)

def per_architecture(pattern):
    """A file per architecture: PATTERN with {} replaced; nothing on hosted platforms."""
    files = {
        "//platforms:is_linux_" + name: [pattern.format(name)]
        for name in ALL
    }
    files["//conditions:default"] = []
    return select(files)

def nosc_library(name, **kwargs):
    """A library for freestanding programs that also compiles hosted, for its unit tests."""
    _own_code(cc_library, name, kwargs)

def nosc_freestanding_library(name, **kwargs):
    """A library that exists on the freestanding platforms only."""
    _own_code(
        cc_library,
        name,
        kwargs,
        runs_on = _FREESTANDING,
        tidy_test = freestanding_tidy_test,
    )

def nosc_memory_library(name, **kwargs):
    """memcpy and its kin, which the compiler calls: neither LTO nor builtins may touch them."""
    _own_code(
        cc_library,
        name,
        kwargs,
        features = ["memory_functions"],
        runs_on = _FREESTANDING,
        tidy_test = freestanding_tidy_test,
    )

def nosc_host_library(name, **kwargs):
    """A library for tools and tests on the build machine: libc, libstdc++, Abseil."""
    _own_code(cc_library, name, kwargs, runs_on = _HOSTED)

def nosc_host_binary(name, **kwargs):
    """A tool that runs on the build machine."""
    _own_code(cc_binary, name, kwargs, runs_on = _HOSTED)

def nosc_test(name, deps = [], size = "small", **kwargs):
    """A GoogleTest that runs on the build machine."""
    kwargs = dict(kwargs, deps = deps + [_GTEST_MAIN], size = size)
    _own_code(cc_test, name, kwargs, runs_on = _HOSTED)

def nosc_fuzz_test(name, srcs, deps = [], corpus = [], tags = [], **kwargs):
    """A libFuzzer target with ASan and UBSan; the test tries it on CORPUS and two seconds more.

    `bazel run NAME -- -max_total_time=3600 FOLDER` goes on for longer and keeps its finds.
    """
    program = name + "_program"
    kwargs = dict(kwargs, deps = deps, srcs = srcs, tags = ["manual"], testonly = True)
    _own_code(cc_binary, program, kwargs, features = ["fuzzer"], runs_on = _HOSTED)
    fuzz_test(
        name = name,
        size = "small",
        corpus = corpus,
        program = program,
        tags = tags,
    )

def nosc_binary(
        name,
        srcs,
        deps = [],
        visibility = None,
        testonly = False,
        beside_others = False,
        **kwargs):
    """A freestanding static program: NAME is optimised and stripped, NAME_debug has its symbols.

    With beside_others it is one segment at an address that no other program is linked at, so that a
    process which is another program can map it.

    Both follow --platforms where that names one of //platforms:linux_*, and are built for
    //platforms:linux_x86_64 otherwise.
    """
    linked = name + "_linked"
    kwargs = dict(
        kwargs,
        deps = deps,
        srcs = srcs,
        tags = ["manual"],
        testonly = testonly,
        visibility = ["//visibility:private"],
    )
    _own_code(
        cc_binary,
        linked,
        kwargs,
        features = ["beside_others"] if beside_others else [],
        runs_on = _FREESTANDING,
        tidy_test = freestanding_tidy_test,
    )
    freestanding_binary(
        name = name,
        testonly = testonly,
        linked = linked,
        visibility = visibility,
    )
    freestanding_binary(
        name = name + "_debug",
        testonly = testonly,
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

def nosc_objects(name, srcs, deps, architectures):
    """NAME_ARCHITECTURE_speed.a and NAME_ARCHITECTURE_size.a: SRCS at -O2 and at -Oz, without LTO."""
    for goal in ["speed", "size"]:
        library = "%s_for_%s" % (name, goal)
        _own_code(
            cc_library,
            library,
            dict(
                deps = deps,
                linkstatic = True,
                srcs = srcs,
                tags = ["manual"],
            ),
            features = ["for_" + goal],
            runs_on = _FREESTANDING,
            tidy_test = freestanding_tidy_test,
        )
        for architecture in architectures:
            objects_for_architecture(
                name = "%s_%s_%s" % (name, architecture, goal),
                architecture = architecture,
                library = library,
            )

def _architecture_tests(name, tags, architectures, **kwargs):
    for architecture in architectures:
        architecture_test(
            name = name + "_" + architecture,
            architecture = architecture,
            tags = tags + [architecture],
            **kwargs
        )

def nosc_freestanding_test(
        name,
        srcs,
        deps = [],
        tags = [],
        architectures = ARCHITECTURES.keys(),
        size = "small",
        **kwargs):
    """A freestanding test program, run on each architecture as NAME_ARCHITECTURE.

    It prints `ok NAME`, `not ok NAME: why` or `skip NAME: why` per test case; each is reported to
    Bazel as one. x86_64 and, where the kernel has it, i386 run natively, the others under qemu-user.
    """
    program = name + "_program"
    nosc_binary(
        name = program,
        testonly = True,
        srcs = srcs,
        deps = deps,
        **kwargs
    )
    _architecture_tests(
        name = name,
        architectures = architectures,
        program = program,
        runner = Label("//toolchains/testing:report_cases"),
        size = size,
        tags = tags,
    )

def nosc_refused_test(name, architectures, srcs = [], moved_srcs = [], deps = [], tags = []):
    """Sources with mistakes that must not compile, per architecture as NAME_ARCHITECTURE.

    SRCS carry clang's -verify comments: `// refused-error {{words}}` beside a line that the compiler
    has to refuse with these words (`refused-ARCHITECTURE-error` there alone); every other line has to
    pass. They are compiled as C++20. In MOVED_SRCS clang-tidy has to find exactly the lines that end in
    `// moved away`.
    """
    if not native.existing_rule("format_test"):
        format_test(
            name = "format_test",
            size = "small",
            srcs = native.glob(["*.cc"]),
            tags = ["style"],
        )
    for architecture in architectures:
        sources = "%s_%s_sources" % (name, architecture)
        refused_sources(
            name = sources,
            testonly = True,
            srcs = srcs,
            architecture = architecture,
            moved_srcs = moved_srcs,
            tags = ["manual"],
            target_compatible_with = _FREESTANDING,
            deps = deps,
        )
        refused_test(
            name = "%s_%s" % (name, architecture),
            size = "small",
            architecture = architecture,
            refused = sources,
            tags = tags + [architecture],
        )

def nosc_test_per_architecture(
        name,
        srcs,
        program,
        deps = [],
        data = [],
        tags = [],
        architectures = ARCHITECTURES.keys(),
        size = "small",
        **kwargs):
    """A hosted GoogleTest of PROGRAM (a nosc_binary), run per architecture as NAME_ARCHITECTURE.

    The test finds the program's path in $NOSC_PROGRAM, the architecture's name in
    $NOSC_ARCHITECTURE, and what to start the program with by //toolchains/testing:emulator.
    """
    runner = name + "_runner"
    nosc_host_binary(
        name = runner,
        testonly = True,
        srcs = srcs,
        deps = deps + [_GTEST_MAIN],
        **kwargs
    )
    _architecture_tests(
        name = name,
        architectures = architectures,
        data = data,
        program = program,
        runner = runner,
        size = size,
        tags = tags,
    )

def nosc_elf_test(name, program, size_budget_bytes, tags = [], architectures = ARCHITECTURES.keys()):
    """Looks at PROGRAM (a nosc_binary) from outside, per architecture as NAME_ARCHITECTURE.

    It is static, stripped, without interpreter or undefined symbol, no segment is writable and
    executable, nor is the stack executable, and it fits its budget: SIZE_BUDGET_BYTES on x86_64, in
    proportion (//toolchains:architectures.bzl) on the others.
    """
    for architecture in architectures:
        budget_bytes = size_budget_bytes * ARCHITECTURES[architecture].size_percent // 100
        _architecture_tests(
            name = name,
            architectures = [architecture],
            data = [
                "@llvm//:bin/llvm-readelf",
                "@llvm//:tools",
            ],
            debug_program = str(program) + "_debug",
            environment = {
                "NOSC_READELF": "$(rootpath @llvm//:bin/llvm-readelf)",
                "NOSC_SIZE_BUDGET_BYTES": str(budget_bytes),
            },
            program = program,
            runner = Label("//toolchains/testing:elf_test"),
            size = "small",
            tags = tags,
        )

def nosc_script_test(name, script, **kwargs):
    """A script that reports its test cases by lines: see cases_test for its output and attributes."""
    cases_test(
        name = name,
        script = script,
        **kwargs
    )
