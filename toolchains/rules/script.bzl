# SPDX-License-Identifier: Apache-2.0
"""Shell scripts as programs and tests, without a dependency on a rule set for shells."""

def _script_impl(ctx):
    output = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = output, target_file = ctx.file.script, is_executable = True)
    runfiles = ctx.runfiles([output] + ctx.files.data)
    for data in ctx.attr.data:
        runfiles = runfiles.merge(data[DefaultInfo].default_runfiles)
    return [DefaultInfo(executable = output, runfiles = runfiles)]

_ATTRIBUTES = {
    "data": attr.label_list(allow_files = True),
    "script": attr.label(allow_single_file = True, mandatory = True),
}

script_binary = rule(
    implementation = _script_impl,
    executable = True,
    attrs = _ATTRIBUTES,
)

script_test = rule(
    implementation = _script_impl,
    test = True,
    attrs = _ATTRIBUTES,
)
