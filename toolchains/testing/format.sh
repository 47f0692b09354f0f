#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Formats the workspace's C and C++ sources in place with the pinned clang-format.
set -eu
clang_format=$PWD/../llvm/bin/clang-format
cd "${BUILD_WORKSPACE_DIRECTORY:?run me with bazel run //toolchains:format}"
git ls-files -z --cached --others --exclude-standard '*.c' '*.cc' '*.h' |
  xargs -0 "$clang_format" --style=file -i
