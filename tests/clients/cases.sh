# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Test cases of a shell script: every function test_NAME is one, run in a subshell with -e, and
# reported as `ok NAME`, `not ok NAME: what it said` or `skip NAME: why`. One called alone_NAME runs
# after the others, with nothing beside it.

# expect WANTED COMMAND...: the command succeeds and prints exactly WANTED.
expect() {
  local wanted=$1 got status=0
  shift
  got=$("$@" 2> "$case_errors" | tr -d '\r\0') || status=$?
  if [[ $status != 0 ]]; then
    echo "status $status of: $* | $(tail -n 3 "$case_errors") | $got"
    return 1
  elif [[ $got != "$wanted" ]]; then
    echo "wanted '$wanted', got '$got' from: $*"
    return 1
  fi
}

# expect_like PATTERN COMMAND...: it succeeds, and its output matches the extended expression.
expect_like() {
  local wanted=$1 got status=0
  shift
  got=$("$@" 2> "$case_errors" | tr -d '\r\0') || status=$?
  if [[ $status != 0 ]]; then
    echo "status $status of: $* | $(tail -n 3 "$case_errors") | $got"
    return 1
  elif ! [[ $got =~ $wanted ]]; then
    echo "wanted a match of '$wanted', got '$got' from: $*"
    return 1
  fi
}

# expect_status NUMBER COMMAND...
expect_status() {
  local wanted=$1 status=0
  shift
  "$@" > "$case_errors" 2>&1 || status=$?
  if [[ $status != "$wanted" ]]; then
    echo "wanted status $wanted, got $status from: $* | $(tail -n 3 "$case_errors")"
    return 1
  fi
}

# expect_refused PATTERN COMMAND...: it fails and says something that matches.
expect_refused() {
  local wanted=$1
  shift
  if "$@" > "$case_errors" 2>&1; then
    echo "succeeded: $*"
    return 1
  elif ! grep -qiE "$wanted" "$case_errors"; then
    echo "wanted a refusal like '$wanted', got: $(tail -n 3 "$case_errors")"
    return 1
  fi
}

# until_true COMMAND...: gives something the time it needs; fails after half a minute.
until_true() {
  local attempt
  for attempt in {1..300}; do
    "$@" > /dev/null 2>&1 && return
    sleep 0.1
  done
  echo "never came true: $*"
  return 1
}

skip() {
  echo "$*"
  exit 77
}

# on_terminal COMMAND...: runs it with a terminal of its own as its standard streams. A timeout in
# COMMAND needs --foreground: out of the terminal's foreground, what sets the terminal is stopped.
on_terminal() {
  # The end of script's own input is echoed.
  script --quiet --return --command "stty rows 33 cols 77; $(printf '%q ' "$@")" /dev/null \
    < /dev/null | sed 's/^^@//; s/^@$//'
}

run_case() {
  local name=${1#*_} status
  case_name=${name//_/-}
  case_errors=$stage/cases/$name.errors
  set +e
  (
    set -e
    "$1"
  ) > "$stage/cases/$name.said" 2>&1
  status=$?
  local said
  said=$(tail -n 5 "$stage/cases/$name.said" | tr '\n' ' ' | cut -c 1-600)
  case $status in
    0) echo "ok $name" ;;
    77) echo "skip $name: $said" ;;
    *) echo "not ok $name: $said" ;;
  esac
}

# needs_case NAME: where this one fails, it is the only one that can be told about.
needs_case() {
  mkdir -p "$stage/cases"
  local said
  said=$(run_case "test_$1")
  [[ $said != not\ ok* ]] && return
  echo "$said"
  exit 1
}

# run_cases JOBS: all of them, in the order of their names, at most JOBS at a time.
run_cases() {
  local jobs=$1 function running=0 wanted=${NOSC_CASES:-.}
  mkdir -p "$stage/cases"
  for function in $(compgen -A function test_ | grep -E "$wanted"); do
    if [[ $running -ge $jobs ]]; then
      wait -n
      running=$((running - 1))
    fi
    run_case "$function" &
    running=$((running + 1))
  done
  while [[ $running -gt 0 ]]; do
    wait -n
    running=$((running - 1))
  done
  for function in $(compgen -A function alone_ | grep -E "$wanted"); do run_case "$function"; done
}

# report_leaks PATTERN STATE_FOLDER...: one more case.
report_leaks() {
  local found attempt
  for attempt in {1..50}; do
    found=$(leaks "$@")
    [[ -n $found ]] || break
    sleep 0.1
  done
  if [[ -n $found ]]; then
    echo "not ok nothing_is_left: $(head -n 10 <<< "$found" | tr '\n' ' ')"
  else
    echo "ok nothing_is_left"
  fi
}
