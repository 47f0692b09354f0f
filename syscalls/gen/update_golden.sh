#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes the generated headers that are kept for review: bazel run //syscalls/gen:update_golden
set -eu
from=$PWD/syscalls
to=$BUILD_WORKSPACE_DIRECTORY/syscalls/golden
for abi in x86_64 arm; do
  mkdir -p "$to/$abi"
  for header in "$from/$abi"/*.h; do
    cp -L "$header" "$to/$abi/${header##*/}.golden"
    chmod 644 "$to/$abi/${header##*/}.golden"
  done
done
