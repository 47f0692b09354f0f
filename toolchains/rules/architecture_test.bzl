# SPDX-License-Identifier: Apache-2.0
"""A test of one freestanding program on one architecture, run by a hosted test program."""

load("//toolchains:architectures.bzl", "ALL")
load(":platform.bzl", "ALLOWLIST", "architecture_transition")

def _architecture_test_impl(ctx):
    program = ctx.attr.program[0][DefaultInfo].files_to_run.executable
    emulator = ctx.attr._emulator[0][DefaultInfo].files_to_run.executable
    runner = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = runner, target_file = ctx.executable.runner, is_executable = True)
    environment = {
        "NOSC_ARCHITECTURE": ctx.attr.architecture,
        "NOSC_PROGRAM": program.short_path,
    }
    for name, value in ctx.attr.environment.items():
        environment[name] = ctx.expand_location(value, targets = ctx.attr.data)
    files = [runner, program, emulator] + ctx.files.data
    if ctx.attr.debug_program:
        debug_program = ctx.attr.debug_program[0][DefaultInfo].files_to_run.executable
        environment["NOSC_DEBUG_PROGRAM"] = debug_program.short_path
        files.append(debug_program)
    if not ALL[ctx.attr.architecture].runs_natively or ctx.attr.always_emulated:
        environment["NOSC_EMULATOR"] = emulator.short_path
    else:
        environment["NOSC_FALLBACK_EMULATOR"] = emulator.short_path
    runfiles = ctx.runfiles(files).merge(ctx.attr.runner[DefaultInfo].default_runfiles)
    for data in ctx.attr.data:
        runfiles = runfiles.merge(data[DefaultInfo].default_runfiles)
    return [
        DefaultInfo(executable = runner, runfiles = runfiles),
        testing.TestEnvironment(environment),
    ]

architecture_test = rule(
    implementation = _architecture_test_impl,
    doc = """Runs RUNNER with the environment variables NOSC_PROGRAM (PROGRAM built for ARCHITECTURE),
NOSC_EMULATOR (what to run it with) and NOSC_ARCHITECTURE. Where it runs natively the emulator is in
NOSC_FALLBACK_EMULATOR, for kernels without that support (toolchains/testing/emulator.h). Paths are
relative to the folder that tests start in.""",
    attrs = {
        "always_emulated": attr.bool(
            doc = "Use the emulator for architectures that run natively as well.",
        ),
        "architecture": attr.string(mandatory = True, values = ALL.keys()),
        "data": attr.label_list(allow_files = True),
        "debug_program": attr.label(
            cfg = architecture_transition,
            doc = "The program with its symbols, for $NOSC_DEBUG_PROGRAM.",
        ),
        "environment": attr.string_dict(doc = "More variables; $(rootpath) of data is expanded."),
        "program": attr.label(cfg = architecture_transition, mandatory = True),
        "runner": attr.label(cfg = "target", executable = True, mandatory = True),
        "_allowlist_function_transition": ALLOWLIST,
        "_emulator": attr.label(
            cfg = architecture_transition,
            default = "//toolchains/qemu:emulator",
        ),
    },
    test = True,
)
