#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Imports numbers, constants and layouts from the newest kernel headers that the archive has, and
# says which tables changed: bazel run //syscalls/gen:import_latest
# With --check it compares and writes nothing (bazel run //syscalls/gen:check_latest); its exit
# status is 1 if the archive's headers say anything else than the tables.
#
# Debian's unstable and backports releases carry them as one package for all architectures.
set -eu
# Where Bazel put what this needs, whatever folder it is started in.
cd "$0.runfiles/nosc" 2> /dev/null || cd "$0.runfiles/_main"
workspace=${BUILD_WORKSPACE_DIRECTORY:?run me with bazel run //syscalls/gen:import_latest}
import=$PWD/syscalls/gen/import
compiler=$(readlink -f "$PWD/../llvm/bin/clang")
llvm=${compiler%/bin/clang}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

apt() {
  "$workspace/toolchains/apt/private_apt.sh" "$work/apt" deb "$@"
}

apt apt-get indextargets > /dev/null
sources=$(sed -n 's/ bookworm main$//p' "$work/apt/sources.list")
printf '%s\n' "$sources" | sed 's/$/ sid main/;p;s/ sid / trixie-backports /' > "$work/apt/sources.list"
apt apt-get update
version=$(apt apt-cache madison linux-libc-dev | awk '{ print $3 }' | sort -V | tail -n 1)
echo "linux-libc-dev $version"

cd "$work"
apt apt-get download "linux-libc-dev=$version"
archive=$(echo linux-libc-dev_*.deb)
sum=$(sha256sum "$archive" | cut -d ' ' -f 1)
dpkg-deb -x "$archive" headers

cd "$workspace"
"$import" \
  --clang="$compiler -no-canonical-prefixes -resource-dir=$llvm/resource" \
  --libc_include="--sysroot=$llvm/sysroot" \
  --headers="$work/headers/usr" \
  --origin="linux-libc-dev $version sha256:$sum" \
  "$@" syscalls/abi/*.abi syscalls/table/abis.tbl syscalls/table/flags/*.tbl \
  syscalls/table/structs.tbl syscalls/table/structs/*.tbl
