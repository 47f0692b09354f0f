# SPDX-License-Identifier: Apache-2.0
"""Mistakes that the compiler has to refuse, with the words that it has to refuse them with."""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")
load("//toolchains:architectures.bzl", "ALL")
load(":platform.bzl", "ALLOWLIST", "architecture_transition")

# $1 the report, then the compiler and its arguments. The report is empty if all went as expected.
_VERIFY = """
report=$1
shift
if "$@" 2> "$report"; then : > "$report"; fi
test -s "$report" || : > "$report"
"""

# $1 the report, $2 the source, then clang-tidy and its arguments. Found and marked lines are equal.
_TIDY = """
report=$1
source=$2
shift 2
"$@" 2> "$report.errors" | sed -n 's/^[^ ]*:\\([0-9]*\\):[0-9]*: error: .*moved.*/\\1/p' > "$report.found"
sed -n '/\\/\\/ moved away$/=' "$source" > "$report.marked"
test -s "$report.marked" || echo 'no line is marked' > "$report.marked"
if diff "$report.marked" "$report.found" > "$report"; then
  : > "$report"
else
  cat "$report.errors" >> "$report"
fi
rm -f "$report.errors" "$report.found" "$report.marked"
"""

def _context(ctx):
    return cc_common.merge_cc_infos(
        cc_infos = [dep[CcInfo] for dep in ctx.attr.deps],
    ).compilation_context

def _compile_flags(ctx, toolchain, context):
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ["own_code"],
        unsupported_features = [],
    )
    variables = cc_common.create_compile_variables(
        cc_toolchain = toolchain,
        feature_configuration = features,
        include_directories = context.includes,
        preprocessor_defines = context.defines,
        quote_include_directories = context.quote_includes,
        system_include_directories = context.system_includes,
    )
    return cc_common.get_memory_inefficient_command_line(
        action_name = ACTION_NAMES.cpp_compile,
        feature_configuration = features,
        variables = variables,
    )

def _refused_sources_impl(ctx):
    toolchain = find_cpp_toolchain(ctx)
    context = _context(ctx)
    flags = _compile_flags(ctx, toolchain, context)
    reports = []
    for source in ctx.files.srcs:
        report = ctx.actions.declare_file("%s.%s.report" % (ctx.label.name, source.basename))
        ctx.actions.run_shell(
            command = _VERIFY,
            arguments = [report.path, toolchain.compiler_executable] + flags + [
                # What users compile with: the oldest language that the layer is for.
                "-std=c++20",
                "-fsyntax-only",
                "-ferror-limit=0",
                "-Xclang",
                "-verify=refused,refused-" + ctx.attr.architecture,
                "-Xclang",
                "-verify-ignore-unexpected=note",
                source.path,
            ],
            inputs = depset([source], transitive = [context.headers, toolchain.all_files]),
            outputs = [report],
            mnemonic = "NoscRefused",
            progress_message = "Making the mistakes of " + source.short_path,
        )
        reports.append(report)
    for source in ctx.files.moved_srcs:
        report = ctx.actions.declare_file("%s.%s.report" % (ctx.label.name, source.basename))
        ctx.actions.run_shell(
            command = _TIDY,
            arguments = [
                report.path,
                source.path,
                ctx.file._clang_tidy.path,
                "--quiet",
                "--config-file=" + ctx.file._config.path,
                source.path,
                "--",
            ] + flags + ["-std=c++20"],
            inputs = depset(
                [source, ctx.file._clang_tidy, ctx.file._config],
                transitive = [context.headers, toolchain.all_files],
            ),
            outputs = [report],
            mnemonic = "NoscRefused",
            progress_message = "Making the mistakes of " + source.short_path,
        )
        reports.append(report)
    return [DefaultInfo(files = depset(reports))]

refused_sources = rule(
    implementation = _refused_sources_impl,
    doc = "A report per source of what the compiler said beyond, or short of, what it had to say.",
    attrs = {
        "architecture": attr.string(mandatory = True, values = ALL.keys()),
        "deps": attr.label_list(providers = [CcInfo]),
        "moved_srcs": attr.label_list(
            allow_files = [".cc"],
            doc = "Sources in which clang-tidy finds the lines marked \"moved away\".",
        ),
        "srcs": attr.label_list(
            allow_files = [".cc"],
            doc = "Sources with clang's -verify comments, refused-error and refused-ABI-error.",
        ),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
        "_clang_tidy": attr.label(allow_single_file = True, default = "@llvm//:bin/clang-tidy"),
        "_config": attr.label(allow_single_file = True, default = "//:.clang-tidy"),
    },
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)

def _script(ctx, lines, files):
    script = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(script, "\n".join(["#!/bin/sh"] + lines) + "\n", is_executable = True)
    return [DefaultInfo(executable = script, runfiles = ctx.runfiles([script] + files))]

def _refused_test_impl(ctx):
    reports = ctx.attr.refused[0][DefaultInfo].files.to_list()
    lines = ["status=0"]
    for report in reports:
        lines.append("if [ -s {0} ]; then cat {0}; status=1; fi".format(report.short_path))
    return _script(ctx, lines + ["exit $status"], reports)

refused_test = rule(
    implementation = _refused_test_impl,
    doc = "Fails if a report of refused_sources is not empty.",
    attrs = {
        "architecture": attr.string(mandatory = True, values = ALL.keys()),
        "refused": attr.label(cfg = architecture_transition, mandatory = True),
        "_allowlist_function_transition": ALLOWLIST,
    },
    test = True,
)
