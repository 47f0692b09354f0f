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

def _cases_test_impl(ctx):
    runner = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = runner, target_file = ctx.executable._runner, is_executable = True)
    environment = {"NOSC_PROGRAM": ctx.file.script.short_path}
    files = [runner, ctx.file.script] + ctx.files.data + ctx.files.environment
    runfiles = ctx.runfiles(files)
    for data in ctx.attr.data:
        runfiles = runfiles.merge(data[DefaultInfo].default_runfiles)
    for file, name in ctx.attr.environment.items():
        environment[name] = file.files.to_list()[0].short_path
    return [
        DefaultInfo(executable = runner, runfiles = runfiles),
        testing.TestEnvironment(environment),
    ]

cases_test = rule(
    implementation = _cases_test_impl,
    doc = """A script that prints `ok NAME`, `not ok NAME: why` or `skip NAME: why` per test case, each
of which is reported as one. ENVIRONMENT gives it paths of files by the variables' names.""",
    attrs = {
        "data": attr.label_list(allow_files = True),
        "environment": attr.label_keyed_string_dict(allow_files = True),
        "script": attr.label(allow_single_file = True, mandatory = True),
        "_runner": attr.label(
            cfg = "target",
            default = "//toolchains/testing:report_cases",
            executable = True,
        ),
    },
    test = True,
)
