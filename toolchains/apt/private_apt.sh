#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: private_apt.sh STATE deb|deb-src apt-get|apt-cache ARGUMENTS...
#
# Runs apt on a state of its own in the folder STATE: it never touches the machine's, works for a
# plain user, and reads one release of Debian whatever the machine itself runs. The archive's
# address and key are those that the machine's own configuration names. NOSC_APT_RELEASE names
# another release, of which no updates are read.
set -eu
release=${NOSC_APT_RELEASE:-bookworm}
state=$1 type=$2 program=$3
shift 3

if ! command -v apt-get > /dev/null || ! command -v dpkg-deb > /dev/null; then
  echo 'no apt on this machine: --config=host_clang takes an installed clang and lld >= 19' >&2
  exit 1
fi

# Prints "ADDRESS SUITE KEYRING" for each source with the component main, from both file formats.
sources() {
  eval "$(apt-config shell list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
  for file in "$list" "$parts"/*.list; do
    [ -f "$file" ] && awk '
      $1 == "deb" {
        key = "-"
        first = 2
        if ($2 ~ /^\[/) {
          for (; first <= NF; first++) {
            option = $first
            gsub(/[][]/, "", option)
            if (sub(/^signed-by=/, "", option)) key = option
            if ($first ~ /\]$/) break
          }
          first++
        }
        for (i = first + 2; i <= NF; i++) if ($i == "main") print $first, $(first + 1), key
      }' "$file"
  done
  for file in "$parts"/*.sources; do
    [ -f "$file" ] && awk '
      function finish(    address, suite, i, j) {
        if (field["types"] ~ /(^| )deb( |$)/ && field["components"] ~ /(^| )main( |$)/ &&
            field["enabled"] != "no") {
          key = field["signed-by"] == "" ? "-" : field["signed-by"]
          if (key ~ / /) key = "inline"
          addresses = split(field["uris"], address, " ")
          suites = split(field["suites"], suite, " ")
          for (i = 1; i <= addresses; i++)
            for (j = 1; j <= suites; j++) print address[i], suite[j], key
        }
        split("", field)
      }
      /^#/ { next }
      /^[ \t]*$/ { finish(); next }
      /^[ \t]/ { field[name] = field[name] " " $0; next }
      { name = tolower(substr($0, 1, index($0, ":") - 1))
        value = substr($0, index($0, ":") + 1)
        sub(/^[ \t]+/, "", value)
        sub(/[ \t]+$/, "", value)
        field[name] = value }
      END { finish() }' "$file"
  done
}

# Debian's own suites, by name or by codename; other archives are signed with other keys.
wanted() {
  sources | while read -r address suite key; do
    case $key in
      - | *debian-archive*) ;;
      *) continue ;;
    esac
    option=
    [ "$key" = - ] || option="[signed-by=$key] "
    case $suite in
      *-updates | *-backports* | *-proposed*) ;;
      *-security)
        [ -n "${NOSC_APT_RELEASE:-}" ] || echo "$type $option$address $release-security main"
        ;;
      *)
        echo "$type $option$address $release main"
        [ -n "${NOSC_APT_RELEASE:-}" ] || echo "$type $option$address $release-updates main"
        ;;
    esac
  done | sort -u
}

run() {
  tool=$1
  shift
  "$tool" -qq -o Dir::State::Lists="$state/lists" -o Dir::Cache="$state/cache" \
    -o Dir::State::status="$state/status" \
    -o Dir::Etc::SourceList="$state/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o APT::Sandbox::User=root -o Debug::NoLocking=1 -o Acquire::Languages=none "$@"
}

if [ ! -e "$state/updated" ]; then
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
  wanted > "$state/sources.list"
  # What the machine itself has installed must not count.
  : > "$state/status"
  if [ ! -s "$state/sources.list" ]; then
    echo "apt's configuration names no Debian archive: use --config=host_clang" >&2
    exit 1
  fi
  run apt-get update
  : > "$state/updated"
fi
run "$program" "$@"
