#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes the archive's current versions and sums into toolchains/packages.lock.bzl.
set -eu
here=${BUILD_WORKSPACE_DIRECTORY:?run me with bazel run //toolchains:refresh_lock}/toolchains
lock=$here/packages.lock.bzl
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

names=$(sed -n 's/^    "\([^=]*\)=.*|.*/\1/p' "$lock" | sort -u)
# One package per word.
# shellcheck disable=SC2086
"$here/apt/private_apt.sh" "$work/apt" deb apt-get download --print-uris $names > "$work/offers"

awk -v offers="$work/offers" '
  BEGIN {
    while ((getline line < offers) > 0) {
      split(line, word, " ")
      split(word[2], part, "_")
      gsub(/%3a/, ":", part[2])
      version[part[1]] = part[2]
      sum[part[1]] = substr(word[4], length("SHA256:") + 1)
    }
  }
  /^    "[^=]*=.*\|/ {
    name = $0
    sub(/^    "/, "", name)
    sub(/=.*/, "", name)
    trees = $0
    sub(/^[^|]*\|/, "", trees)
    sub(/".*/, "", trees)
    if (!(name in sum)) {
      print "apt offers no " name > "/dev/stderr"
      exit 1
    }
    printf "    \"%s=%s|%s\": \"%s\",\n", name, version[name], trees, sum[name]
    next
  }
  { print }' "$lock" > "$work/lock"
diff -u "$lock" "$work/lock" || true
cp "$work/lock" "$lock"
