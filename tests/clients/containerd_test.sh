#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# containerd by its client ctr, with the runtime under test.
set -uo pipefail
here=$(dirname "$0")
. "$here/machine.sh"
. "$here/cases.sh"
. "$here/containerd.sh"
enter_machine containerd ctr containerd-shim-runc-v2
mkdir -p "$stage/cases"
set_up_containerd "$stage/containerd" || skip_all "containerd does not start here: $(tail -n 1 "$stage/containerd/log")"

status_line() { run "$@" -- grep -E "^$line:" /proc/self/status; }
on_v1() { [[ -d /sys/fs/cgroup/memory ]]; }
task_is() { ctr task list | grep -qE "^$case_name +[0-9]+ +$1"; }
in_container() { ctr task exec --exec-id "$case_name-$RANDOM" "$case_name" "$@"; }

test_run_hello() { expect hello run -- echo hello; }
test_run_exit_status() { expect_status 7 run -- sh -c 'exit 7'; }
test_run_missing_program() { expect_refused 'not found|no such file' run -- nosuchprogram; }
test_environment() { expect value run --env NAME=value -- sh -c 'echo $NAME'; }
test_working_directory() { expect /tmp run --cwd /tmp -- pwd; }
test_read_only() { expect_refused 'Read-only' run --read-only -- touch /new; }
test_mount() {
  mkdir "$stage/cases/$case_name"
  expect '' run --mount "type=bind,src=$stage/cases/$case_name,dst=/data,options=rbind:rw" -- touch /data/file
  [[ -e $stage/cases/$case_name/file ]]
}
test_mount_read_only() {
  mkdir "$stage/cases/$case_name"
  expect_refused 'Read-only' run --mount "type=bind,src=$stage/cases/$case_name,dst=/data,options=rbind:ro" -- touch /data/file
}
test_default_capabilities() { line=CapEff expect $'CapEff:\t00000000a80425fb' status_line; }
test_cap_add() { line=CapEff expect $'CapEff:\t00000000a82425fb' status_line --cap-add CAP_SYS_ADMIN; }
test_cap_drop() { expect_refused 'not permitted' run --cap-drop CAP_CHOWN -- chown 1 /tmp; }
test_seccomp() { line=Seccomp expect $'Seccomp:\t2' status_line --seccomp; }
test_seccomp_denies() { expect_refused 'not permitted' run --seccomp -- unshare -m true; }
test_memory_limit() {
  on_v1 || skip 'version 1 only'
  expect 33554432 run --memory-limit 33554432 --mount type=cgroup,src=cgroup,dst=/sys/fs/cgroup,options=ro -- \
    cat /sys/fs/cgroup/memory/memory.limit_in_bytes
}
test_cpus() {
  on_v1 || skip 'version 1 only'
  expect 50000 run --cpus 0.5 --mount type=cgroup,src=cgroup,dst=/sys/fs/cgroup,options=ro -- \
    cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us
}
test_device() { expect_like '^crw.* 10, 200 ' run --device /dev/net/tun -- ls -l /dev/net/tun; }
test_no_new_privileges() { line=NoNewPrivs expect_like 'NoNewPrivs:.[01]' status_line; }
test_network_host() { expect "$(readlink /proc/self/ns/net)" run --net-host -- readlink /proc/self/ns/net; }
test_pid_file() {
  start --pid-file "$stage/cases/$case_name.pid" -- sleep 60
  expect_like sleep cat "/proc/$(cat "$stage/cases/$case_name.pid")/cmdline"
  remove
}
test_lifecycle() {
  start -- sleep 60
  task_is RUNNING
  ctr task kill --signal SIGKILL "$case_name"
  until_true task_is STOPPED
  remove
}
test_exec() {
  start -- sleep 60
  expect 1 in_container sh -c 'cat /proc/1/cmdline | grep -c sleep'
  expect_status 9 in_container sh -c 'exit 9'
  remove
}
test_exec_options() {
  start -- sleep 60
  expect '1000 /tmp' ctr task exec --exec-id x1 --user 1000 --cwd /tmp "$case_name" sh -c 'echo $(id -u) $(pwd)'
  remove
}
test_exec_is_confined() {
  start --seccomp -- sleep 60
  expect $'Seccomp:\t2' in_container grep ^Seccomp: /proc/self/status
  remove
}
test_pause() {
  start -- sleep 60
  ctr task pause "$case_name"
  until_true task_is PAUSED
  ctr task resume "$case_name"
  until_true task_is RUNNING
  remove
}
test_processes() {
  start -- sleep 60
  expect_like '[0-9]' ctr task ps "$case_name"
  remove
}
test_metrics() {
  start -- sleep 60
  expect_like memory ctr task metrics "$case_name"
  remove
}
test_kill_all() {
  start -- sh -c 'sleep 60 & sleep 60 & wait'
  ctr task kill --all --signal SIGKILL "$case_name"
  until_true task_is STOPPED
  remove
}
test_terminal() {
  expect_like '/dev/(pts/0|console)' on_terminal timeout --foreground 60 "$(type -P ctr)" --address "$containerd_home/socket" \
    run --rm --tty --snapshotter native --runc-binary "$runtime" --runc-root "$stage/containerd-runtime" \
    "$image" "$case_name" tty
}

needs_case run_hello
run_cases 2
ctr task list --quiet | while read -r task; do ctr task delete --force "$task"; done > /dev/null 2>&1
report_leaks '*_-*' "$stage/containerd-runtime/default"
kill "$containerd_process"
