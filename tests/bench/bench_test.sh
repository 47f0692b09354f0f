#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The bench measures nosc in each of its ways. How long anything took is of no interest here.
set -uo pipefail

# The bench finds its programs beneath its own runfiles, which are this test's.
folder=$(mktemp -d "${TEST_TMPDIR:-/tmp}/bench.XXXXXX")
trap 'rm -r "$folder"' EXIT
ln -s "$PWD/$NOSC_BENCH" "$folder/bench"
mkdir "$folder/bench.runfiles"
ln -s "$PWD" "$folder/bench.runfiles/nosc"

bench() {
  "$folder/bench" --floor="$NOSC_FLOOR" --nosc="$NOSC_RUNTIME" --payload="$NOSC_PAYLOAD" \
    --waiting="$NOSC_WAITING" --profile="$NOSC_PROFILE" --rounds=1 "$@" 2>&1
}

# expect_lines NAME PATTERN...: what was said last has a line for each.
expect_lines() {
  local name=$1 pattern
  shift
  for pattern; do
    grep -Eq "$pattern" <<< "$said" && continue
    echo "not ok $name: no line like '$pattern' in: $(tr '\n' '|' <<< "$said")"
    return
  done
  echo "ok $name"
}

if [[ $(id -u) != 0 ]]; then
  echo 'skip bench: needs root'
  exit
fi
said=$(bench --svg="$folder/pictures")
expect_lines run '^floor +[0-9]' '^nosc +[0-9]'
said=$(cat "$folder"/pictures/{time_of_a_run,size_of_the_program}.svg)
expect_lines pictures 'nosc</text>' ' us \(' ' bytes \('
said=$(bench --operations)
expect_lines operations '^create +nosc' '^state +nosc' '^start +nosc' '^exec +nosc' '^delete +nosc'
