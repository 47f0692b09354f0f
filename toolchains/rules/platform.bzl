# SPDX-License-Identifier: Apache-2.0
"""Rules that build a target for another platform than the command line's."""

load("//toolchains:architectures.bzl", "ALL")

_PLATFORMS = "//command_line_option:platforms"
_COMPILATION_MODE = "//command_line_option:compilation_mode"

_FREESTANDING = {name: Label("//platforms:linux_" + name) for name in ALL}

def _names(labels):
    # Bazel 4 spells the main repository's labels with or without its name.
    return [str(label).split("//")[-1] for label in labels]

def _freestanding_transition_impl(settings, _attr):
    known = _names(_FREESTANDING.values())
    current = _names(settings[_PLATFORMS])
    keep = len(current) == 1 and current[0] in known
    return {
        _COMPILATION_MODE: "opt",
        _PLATFORMS: settings[_PLATFORMS] if keep else [str(_FREESTANDING["x86_64"])],
    }

freestanding_transition = transition(
    implementation = _freestanding_transition_impl,
    inputs = [_PLATFORMS],
    outputs = [
        _COMPILATION_MODE,
        _PLATFORMS,
    ],
)

def _architecture_transition_impl(_settings, attr):
    return {
        _COMPILATION_MODE: "opt",
        _PLATFORMS: [str(_FREESTANDING[attr.architecture])],
    }

architecture_transition = transition(
    implementation = _architecture_transition_impl,
    inputs = [],
    outputs = [
        _COMPILATION_MODE,
        _PLATFORMS,
    ],
)

ALLOWLIST = attr.label(
    default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
)

def _executable(target):
    # An attribute with a transition is a list, even of one.
    return target[0][DefaultInfo].files_to_run.executable

def _symlink(ctx, source):
    output = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = output, target_file = source, is_executable = True)
    return [DefaultInfo(executable = output, runfiles = ctx.runfiles([output]))]

def _freestanding_binary_impl(ctx):
    linked = _executable(ctx.attr.linked)
    if not ctx.attr.stripped:
        return _symlink(ctx, linked)
    output = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.run(
        executable = ctx.executable._strip,
        # A program is loaded by its segments; the table of sections is for linkers and debuggers.
        arguments = ["--strip-all", "--strip-sections", "-o", output.path, linked.path],
        inputs = [linked],
        tools = ctx.files._strip_files,
        outputs = [output],
        mnemonic = "NoscStrip",
    )
    return [DefaultInfo(executable = output, runfiles = ctx.runfiles([output]))]

freestanding_binary = rule(
    implementation = _freestanding_binary_impl,
    doc = """A linked program built for the freestanding platform of the command line, or else for
linux_x86_64; stripped unless told otherwise.""",
    executable = True,
    attrs = {
        "linked": attr.label(cfg = freestanding_transition, mandatory = True),
        "stripped": attr.bool(default = True),
        "_allowlist_function_transition": ALLOWLIST,
        "_strip": attr.label(
            default = "@llvm//:bin/llvm-strip",
            allow_single_file = True,
            cfg = "exec",
            executable = True,
        ),
        "_strip_files": attr.label(default = "@llvm//:hosted_files", cfg = "exec"),
    },
)

def _for_architecture_impl(ctx):
    return _symlink(ctx, _executable(ctx.attr.binary))

for_architecture = rule(
    implementation = _for_architecture_impl,
    doc = "An executable built for the freestanding platform of one architecture.",
    executable = True,
    attrs = {
        "architecture": attr.string(mandatory = True, values = ALL.keys()),
        "binary": attr.label(cfg = architecture_transition, mandatory = True),
        "_allowlist_function_transition": ALLOWLIST,
    },
)

def _objects_for_architecture_impl(ctx):
    archives = [f for f in ctx.attr.library[0][DefaultInfo].files.to_list() if f.extension == "a"]
    output = ctx.actions.declare_file(ctx.label.name + ".a")
    ctx.actions.symlink(output = output, target_file = archives[0])
    return [DefaultInfo(files = depset([output]), runfiles = ctx.runfiles([output]))]

objects_for_architecture = rule(
    implementation = _objects_for_architecture_impl,
    doc = "NAME.a: the objects of a library built for the freestanding platform of one architecture.",
    attrs = {
        "architecture": attr.string(mandatory = True, values = ALL.keys()),
        "library": attr.label(cfg = architecture_transition, mandatory = True),
        "_allowlist_function_transition": ALLOWLIST,
    },
)
