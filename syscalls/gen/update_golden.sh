#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes the generated headers that are kept for review and the reference of the calls:
# bazel run //syscalls/gen:update_golden
set -eu
# Where Bazel put what this needs, whatever folder it is started in.
cd "$0.runfiles/nosc" 2> /dev/null || cd "$0.runfiles/_main"
from=$PWD/syscalls
to=$BUILD_WORKSPACE_DIRECTORY/syscalls/golden
cd "$from"
for header in sys.h x86_64/*.h x86_64/*/*.h arm/*.h arm/*/*.h; do
  mkdir -p "$to/${header%/*}"
  cp -L "$header" "$to/$header.golden"
  chmod 644 "$to/$header.golden"
done

pages=$BUILD_WORKSPACE_DIRECTORY/docs/syscalls
rm -f "$pages"/*.md
for page in reference/*.md; do
  cp -L "$page" "$pages/${page##*/}"
  chmod 644 "$pages/${page##*/}"
done
