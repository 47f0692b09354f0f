# SPDX-License-Identifier: Apache-2.0
"""A libFuzzer program as a test: all of its code, dependencies too, is instrumented."""

_FEATURES = "//command_line_option:features"

def _fuzz_transition_impl(settings, _attr):
    return {_FEATURES: settings[_FEATURES] + [
        "asan",
        "fuzzer_coverage",
        "ubsan",
    ]}

_fuzz_transition = transition(
    implementation = _fuzz_transition_impl,
    inputs = [_FEATURES],
    outputs = [_FEATURES],
)

# Arguments of `bazel run` come last and win. Finds go to the test's own folder: the corpus is kept
# as it is.
_SCRIPT = """#!/bin/sh
set -eu
found=${{TEST_TMPDIR:-$(mktemp -d)}}/found
mkdir -p "$found" "$found.corpus"
for seed in {corpus}; do cp "$seed" "$found.corpus/"; done
exec ./{program} -max_total_time=2 -timeout=10 -verbosity=0 \\
  -artifact_prefix="${{TEST_UNDECLARED_OUTPUTS_DIR:-.}}/" "$@" "$found" "$found.corpus"
"""

def _fuzz_test_impl(ctx):
    program = ctx.attr.program[0][DefaultInfo].files_to_run.executable
    script = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(script, _SCRIPT.format(
        corpus = " ".join([file.short_path for file in ctx.files.corpus]),
        program = program.short_path,
    ), is_executable = True)
    return [DefaultInfo(
        executable = script,
        runfiles = ctx.runfiles([script, program] + ctx.files.corpus),
    )]

fuzz_test = rule(
    implementation = _fuzz_test_impl,
    test = True,
    attrs = {
        "corpus": attr.label_list(allow_files = True),
        "program": attr.label(cfg = _fuzz_transition, mandatory = True),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
)
