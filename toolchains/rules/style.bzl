# SPDX-License-Identifier: Apache-2.0
"""clang-format and clang-tidy as tests: //:.clang-format and //:.clang-tidy hold the rules."""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")
load(":platform.bzl", "ALLOWLIST", "freestanding_transition")

def _runfiles_program(ctx, lines, files):
    script = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(script, "\n".join(["#!/bin/sh"] + lines) + "\n", is_executable = True)
    return [DefaultInfo(executable = script, runfiles = ctx.runfiles([script] + files))]

def _format_test_impl(ctx):
    command = "exec %s --style=file:%s --dry-run --Werror %s" % (
        ctx.file._clang_format.short_path,
        ctx.file._config.short_path,
        " ".join([file.short_path for file in ctx.files.srcs]),
    )
    return _runfiles_program(
        ctx,
        [command if ctx.files.srcs else "exit 0"],
        ctx.files.srcs + [ctx.file._clang_format, ctx.file._config, ctx.file._tools],
    )

format_test = rule(
    implementation = _format_test_impl,
    doc = "Fails if clang-format would change one of the sources.",
    attrs = {
        "srcs": attr.label_list(allow_files = True),
        "_clang_format": attr.label(
            allow_single_file = True,
            default = "@llvm//:bin/clang-format",
        ),
        "_config": attr.label(allow_single_file = True, default = "//:.clang-format"),
        "_tools": attr.label(allow_single_file = True, default = "@llvm//:tools"),
    },
    test = True,
)

_TidyInfo = provider(doc = "What clang-tidy says.", fields = {"reports": "A file per source."})

# $1 the report, then clang-tidy and its arguments. What clang-tidy itself complains about counts
# only if it fails.
_TIDY = """
report=$1
shift
if ! "$@" > "$report" 2> "$report.errors"; then
  cat "$report.errors" >> "$report"
else
  : > "$report"
fi
rm -f "$report.errors"
"""

def _compile_flags(ctx, context):
    toolchain = find_cpp_toolchain(ctx)
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ctx.rule.attr.features,
        unsupported_features = ctx.disabled_features,
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
    ), toolchain.all_files

def _tidy_aspect_impl(target, ctx):
    contexts = [d[CcInfo].compilation_context for d in ctx.rule.attr.deps if CcInfo in d]
    if CcInfo in target:
        contexts.append(target[CcInfo].compilation_context)
    context = cc_common.merge_cc_infos(
        cc_infos = [CcInfo(compilation_context = c) for c in contexts],
    ).compilation_context
    flags, compiler = _compile_flags(ctx, context)
    headers = [f for f in ctx.rule.files.srcs if f.extension == "h"]
    reports = []
    for source in ctx.rule.files.srcs:
        if source.extension != "cc" or not source.is_source:
            continue
        report = ctx.actions.declare_file("%s.%s.tidy" % (target.label.name, source.basename))
        ctx.actions.run_shell(
            command = _TIDY,
            arguments = [
                report.path,
                ctx.file._clang_tidy.path,
                "--quiet",
                source.path,
                "--",
                "-iquote",
                ".",
            ] + flags,
            inputs = depset(
                [source, ctx.file._clang_tidy] + ctx.files._configs + headers,
                transitive = [context.headers, compiler],
            ),
            outputs = [report],
            mnemonic = "NoscTidy",
            progress_message = "Running clang-tidy on " + source.short_path,
        )
        reports.append(report)
    return [_TidyInfo(reports = reports)]

_tidy_aspect = aspect(
    implementation = _tidy_aspect_impl,
    attrs = {
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
        "_clang_tidy": attr.label(allow_single_file = True, default = "@llvm//:bin/clang-tidy"),
        # clang-tidy looks for them itself, upwards from each file.
        "_configs": attr.label_list(
            allow_files = True,
            default = ["//:.clang-tidy", "@llvm//:.clang-tidy"],
        ),
    },
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)

def _tidy_test_impl(ctx):
    target = ctx.attr.target
    reports = (target[0] if type(target) == "list" else target)[_TidyInfo].reports
    lines = ["status=0"]
    for report in reports:
        lines.append("if [ -s {0} ]; then cat {0}; status=1; fi".format(report.short_path))
    return _runfiles_program(ctx, lines + ["exit $status"], reports)

hosted_tidy_test = rule(
    implementation = _tidy_test_impl,
    doc = "Fails if clang-tidy finds something in the sources of a target.",
    attrs = {"target": attr.label(aspects = [_tidy_aspect], mandatory = True)},
    test = True,
)

freestanding_tidy_test = rule(
    implementation = _tidy_test_impl,
    doc = "The same for a target of the freestanding platforms.",
    attrs = {
        "target": attr.label(
            aspects = [_tidy_aspect],
            cfg = freestanding_transition,
            mandatory = True,
        ),
        "_allowlist_function_transition": ALLOWLIST,
    },
    test = True,
)
