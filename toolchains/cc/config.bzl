# SPDX-License-Identifier: Apache-2.0
"""A clang cc_toolchain_config: turns lists of flags into Bazel's features."""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load(
    "@bazel_tools//tools/cpp:cc_toolchain_config_lib.bzl",
    "feature",
    "flag_group",
    "flag_set",
    "tool_path",
    "with_feature_set",
)

_CXX_ACTIONS = [
    ACTION_NAMES.cpp_compile,
    ACTION_NAMES.cpp_header_parsing,
    ACTION_NAMES.cpp_module_compile,
    ACTION_NAMES.linkstamp_compile,
]

_COMPILE_ACTIONS = _CXX_ACTIONS + [
    ACTION_NAMES.c_compile,
    ACTION_NAMES.assemble,
    ACTION_NAMES.preprocess_assemble,
]

_LINK_ACTIONS = [
    ACTION_NAMES.cpp_link_executable,
    ACTION_NAMES.cpp_link_dynamic_library,
    ACTION_NAMES.cpp_link_nodeps_dynamic_library,
]

_TOOLS = {
    "ar": "llvm-ar",
    "cpp": "clang",
    "dwp": "llvm-dwp",
    "gcc": "clang",
    "gcov": "llvm-cov",
    "ld": "ld.lld",
    "nm": "llvm-nm",
    "objcopy": "llvm-objcopy",
    "objdump": "llvm-objdump",
    "strip": "llvm-strip",
}

# Output must not depend on when or where it was built.
_REPRODUCIBLE = [
    "-no-canonical-prefixes",
    "-ffile-compilation-dir=.",
    "-Wno-builtin-macro-redefined",
    "-D__DATE__=\"redacted\"",
    "-D__TIMESTAMP__=\"redacted\"",
    "-D__TIME__=\"redacted\"",
]

def _flags(actions, flags, **kwargs):
    if not flags:
        return []
    return [flag_set(actions = actions, flag_groups = [flag_group(flags = flags)], **kwargs)]

def _package(label):
    """The package of a label in the spelling that include directories take."""
    return "%package(" + str(label).split(":")[0] + ")%"

def _placed(ctx, flags):
    """Fills in the places that flags name."""
    places = {
        "config": ctx.file._config.path,
        "libc": ctx.file._libc.path,
        "llvm": ctx.label.workspace_root,
    }
    return [flag.format(**places) for flag in flags]

def _clang_config_impl(ctx):
    target = ["--target=" + ctx.attr.triple]
    optimised = [with_feature_set(features = ["opt"])]
    debug = [with_feature_set(features = ["dbg"])]
    foreign_code = [with_feature_set(not_features = ["own_code"])]
    features = [
        feature(
            name = "default_flags",
            enabled = True,
            flag_sets =
                _flags(_COMPILE_ACTIONS, target + _REPRODUCIBLE + _placed(ctx, ctx.attr.compile_flags)) +
                _flags(_CXX_ACTIONS, _placed(ctx, ctx.attr.cxx_flags)) +
                _flags(_COMPILE_ACTIONS, ctx.attr.optimised_compile_flags, with_features = optimised) +
                _flags(_COMPILE_ACTIONS, ["-g"], with_features = debug) +
                _flags(_COMPILE_ACTIONS, ["-w"], with_features = foreign_code) +
                _flags(_LINK_ACTIONS, target + _placed(ctx, [
                    "-no-canonical-prefixes",
                    "-fuse-ld=lld",
                    "-B{llvm}/bin",
                ] + ctx.attr.link_flags)),
        ),
        feature(name = "opt"),
        feature(name = "dbg"),
        feature(name = "supports_pic", enabled = ctx.attr.position_independent),
        feature(name = "supports_start_end_lib", enabled = True),
    ] + [
        feature(name = name, flag_sets = _flags(_COMPILE_ACTIONS, _placed(ctx, flags)))
        for name, flags in ctx.attr.compile_features.items()
    ] + [
        feature(name = name, flag_sets = _flags(_COMPILE_ACTIONS + _LINK_ACTIONS, _placed(ctx, flags)))
        for name, flags in ctx.attr.compile_and_link_features.items()
    ] + [
        feature(name = name, flag_sets = _flags(_LINK_ACTIONS, _placed(ctx, flags)))
        for name, flags in ctx.attr.link_features.items()
    ] + [
        feature(name = name, flag_sets = _flags(
            _LINK_ACTIONS,
            _placed(ctx, flags),
            with_features = [with_feature_set(not_features = ctx.attr.compile_and_link_features.keys())],
        ), enabled = True)
        for name, flags in ctx.attr.plain_link_features.items()
    ]
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        features = features,
        toolchain_identifier = ctx.label.name,
        host_system_name = "local",
        target_system_name = ctx.attr.triple,
        target_cpu = ctx.attr.cpu,
        target_libc = ctx.attr.libc,
        compiler = "clang",
        abi_version = "unknown",
        abi_libc_version = "unknown",
        builtin_sysroot = _placed(ctx, [ctx.attr.sysroot])[0] or None,
        cxx_builtin_include_directories = [
            directory if directory.startswith("/") else _package(ctx.label) + "/" + directory
            for directory in ctx.attr.include_directories
        ] + [
            _package(ctx.attr._config.label) + "/config",
            _package(ctx.attr._libc.label) + "/libc",
        ],
        tool_paths = [tool_path(name = k, path = "bin/" + v) for k, v in _TOOLS.items()],
    )

clang_config = rule(
    implementation = _clang_config_impl,
    doc = """The flags of one target. In flags, {llvm} stands for the root of the repository that holds
the compiler, {config} and {libc} for the header directories of //toolchains/freestanding.""",
    attrs = {
        "compile_and_link_features": attr.string_list_dict(),
        "compile_features": attr.string_list_dict(),
        "compile_flags": attr.string_list(),
        "cpu": attr.string(mandatory = True),
        "cxx_flags": attr.string_list(),
        "include_directories": attr.string_list(),
        "libc": attr.string(mandatory = True),
        "link_features": attr.string_list_dict(),
        "link_flags": attr.string_list(),
        "optimised_compile_flags": attr.string_list(),
        "plain_link_features": attr.string_list_dict(),
        "position_independent": attr.bool(default = False),
        "sysroot": attr.string(),
        "triple": attr.string(mandatory = True),
        "_config": attr.label(
            default = Label("//toolchains/freestanding:config"),
            allow_single_file = True,
        ),
        "_libc": attr.label(
            default = Label("//toolchains/freestanding:libc"),
            allow_single_file = True,
        ),
    },
    provides = [CcToolchainConfigInfo],
)
