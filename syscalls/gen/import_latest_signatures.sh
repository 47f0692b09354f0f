#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Imports the signatures of system calls from the newest kernel source that the archive has, and says
# what is new, gone or changed: bazel run //syscalls/gen:import_latest_signatures
# With "-- --check" it compares and writes nothing; its exit status is 1 if anything differs.
#
# The source is fetched (170 MB) and unpacked in part; it needs 500 MB of temporary space.
set -eu
# Where Bazel put what this needs, whatever folder it is started in.
cd "$0.runfiles/nosc" 2> /dev/null || cd "$0.runfiles/_main"
workspace=${BUILD_WORKSPACE_DIRECTORY:?run me with bazel run //syscalls/gen:import_latest_signatures}
import=$PWD/syscalls/gen/import_signatures
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

apt() {
  "$workspace/toolchains/apt/private_apt.sh" "$work/apt" deb "$@"
}

apt apt-get indextargets > /dev/null
sources=$(sed -n 's/ bookworm main$//p' "$work/apt/sources.list")
printf '%s\n' "$sources" | sed 's/$/ sid main/;p;s/ sid / trixie-backports /' > "$work/apt/sources.list"
apt apt-get update
package=$(apt apt-cache search --names-only '^linux-source-[0-9.]*$' | cut -d ' ' -f 1 | sort -V | tail -n 1)
version=$(apt apt-cache madison "$package" | awk '{ print $3 }' | sort -V | tail -n 1)
echo "$package $version"

cd "$work"
apt apt-get download "$package=$version"
archive=$(echo "$package"_*.deb)
sum=$(sha256sum "$archive" | cut -d ' ' -f 1)
mkdir source
dpkg-deb --fsys-tarfile "$archive" | tar -xO "./usr/src/$package.tar.xz" |
  tar -xJ -C source --strip-components=1 --wildcards --exclude='*/sound/*' --exclude='*/samples/*' \
    --exclude='*/drivers/[a-bd-z]*/*' --exclude='*/tools/testing/*' --exclude='*/tools/perf/*' \
    '*.c' '*.tbl'

cd "$workspace"
"$import" --source="$work/source" --origin="$package $version sha256:$sum" \
  "$@" syscalls/abi/*.abi syscalls/table/numbers/*.tbl
