# SPDX-License-Identifier: Apache-2.0
"""The repositories of pinned packages, for MODULE.bazel."""

load(":repositories.bzl", "package_repositories")

def _packages_impl(_ctx):
    package_repositories()

packages = module_extension(implementation = _packages_impl)
