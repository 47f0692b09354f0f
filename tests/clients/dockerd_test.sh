#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# dockerd and its client, with the runtime under test.
set -uo pipefail
here=$(dirname "$0")
. "$here/machine.sh"
. "$here/cases.sh"
. "$here/dockerd.sh"
enter_machine dockerd containerd containerd-shim-runc-v2
mkdir -p "$stage/cases"
set_up_dockerd "$stage/dockerd" || skip_all "dockerd does not start here: $(tail -n 1 "$stage/dockerd/log")"

status_line() { run "$@" test grep -E "^$line:" /proc/self/status; }
on_v1() { [[ -d /sys/fs/cgroup/memory ]]; }
limit() { if on_v1; then echo "cat /sys/fs/cgroup/$1"; else echo "cat /sys/fs/cgroup/$2"; fi; }
state_is() { [[ $(docker inspect --format '{{.State.Status}}' "$case_name") == "$1" ]]; }

test_run_hello() { expect hello run test echo hello; }
test_run_exit_status() { expect_status 7 run test sh -c 'exit 7'; }
test_run_missing_program() { expect_status 127 run test nosuchprogram; }
test_run_not_executable() { expect_status 126 run test /etc/passwd; }
test_stdin() { expect input run --interactive test cat <<< input; }
test_runtime_is_told() { expect_like under_test docker info --format '{{.DefaultRuntime}}'; }
test_default_capabilities() { line=CapEff expect $'CapEff:\t00000000a80425fb' status_line; }
test_cap_drop_all() { line=CapBnd expect $'CapBnd:\t0000000000000000' status_line --cap-drop ALL; }
test_cap_add() { expect '' run --cap-add SYS_ADMIN test mount -t tmpfs none /tmp; }
test_user() { expect '1000 1000' run --user guest test sh -c 'echo $(id -u) $(id -g)'; }
test_group_add() { expect_like 2000 run --group-add 2000 test id -G; }
test_seccomp_is_on() { line=Seccomp expect $'Seccomp:\t2' status_line; }
test_seccomp_denies() { expect_refused 'not permitted' run test unshare -m true; }
test_seccomp_unconfined() { line=Seccomp expect $'Seccomp:\t0' status_line --security-opt seccomp=unconfined; }
test_no_new_privileges() { line=NoNewPrivs expect $'NoNewPrivs:\t1' status_line --security-opt no-new-privileges; }
test_read_only() { expect_refused 'Read-only' run --read-only test touch /new; }
test_volume() {
  mkdir "$stage/cases/$case_name"
  expect '' run --volume "$stage/cases/$case_name:/data" test touch /data/file
  [[ -e $stage/cases/$case_name/file ]]
}
test_volume_read_only() {
  mkdir "$stage/cases/$case_name"
  expect_refused 'Read-only' run --volume "$stage/cases/$case_name:/data:ro" test touch /data/file
}
test_volume_named() {
  expect '' run --volume "$case_name:/data" test sh -c 'echo kept > /data/file'
  expect kept run --volume "$case_name:/data" test cat /data/file
  docker volume rm "$case_name" > /dev/null
}
test_tmpfs() { expect_like 'size=1024k' run --tmpfs /data:size=1m test grep ' /data ' /proc/self/mounts; }
test_shm_size() { expect 1024 run --shm-size 1m test sh -c 'df -k /dev/shm | tail -n 1 | tr -s " " | cut -d " " -f 2'; }
test_ulimit() { expect '512 1024' run --ulimit nofile=512:1024 test sh -c 'echo $(ulimit -Sn) $(ulimit -Hn)'; }
test_sysctl() { expect 1 run --sysctl net.ipv4.ip_forward=1 test cat /proc/sys/net/ipv4/ip_forward; }
test_device() { expect_like '^crw.* 10, 200 ' run --device /dev/net/tun test ls -l /dev/net/tun; }
test_device_not_given_is_denied() {
  expect_refused 'not permitted' run test sh -c 'mknod /tmp/mem c 1 1 && head -c 1 /tmp/mem'
}
test_memory() { expect 33554432 run --memory 32m test $(limit memory/memory.limit_in_bytes memory.max); }
test_memory_is_enforced() {
  expect_status 137 run --memory 16m --memory-swap 16m test sh -c 'dd if=/dev/zero of=/dev/null bs=64M count=1'
}
test_cpus() {
  on_v1 || skip 'version 1 only'
  expect 50000 run --cpus 0.5 test cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us
}
test_cpuset() { expect 0 run --cpuset-cpus 0 test $(limit cpuset/cpuset.cpus cpuset.cpus); }
test_pids_limit() { expect 20 run --pids-limit 20 test $(limit pids/pids.max pids.max); }
test_hostname() { expect box run --hostname box test hostname; }
test_environment() { expect value run --env NAME=value test sh -c 'echo $NAME'; }
test_workdir() { expect /tmp run --workdir /tmp test pwd; }
test_init() { expect_like init run --init test cat /proc/1/cmdline; }
test_pid_host() { expect "$(readlink /proc/self/ns/pid)" run --pid host test readlink /proc/self/ns/pid; }
test_oom_score() { expect 500 run --oom-score-adj 500 test cat /proc/self/oom_score_adj; }
test_terminal() {
  expect_like '/dev/(pts/0|console)' on_terminal env DOCKER_CONFIG="$dockerd_home" timeout --foreground 60 /usr/bin/docker \
    --host "unix://$dockerd_home/socket" run --rm --network none --tty test tty
}
test_exec() {
  start test sleep 60
  expect '1000 /tmp value' docker exec --user guest --workdir /tmp --env NAME=value "$case_name" \
    sh -c 'echo $(id -u) $(pwd) $NAME'
  expect_status 9 docker exec "$case_name" sh -c 'exit 9'
  expect_refused 'not found|no such file' docker exec "$case_name" nosuchprogram
  remove
}
test_exec_stdin() {
  start test sleep 60
  expect typed docker exec --interactive "$case_name" cat <<< typed
  remove
}
test_kill() {
  start test sh -c 'trap "echo caught; exit 5" USR1; while :; do sleep 0.1; done'
  sleep 0.3
  docker kill --signal USR1 "$case_name" > /dev/null
  expect 5 docker wait "$case_name"
  expect caught docker logs "$case_name"
  remove
}
test_stop() {
  start test sh -c 'trap "" TERM; while :; do sleep 0.1; done'
  docker stop --time 1 "$case_name" > /dev/null
  expect 137 docker wait "$case_name"
  remove
}
test_restart() {
  start test sleep 60
  docker restart --time 0 "$case_name" > /dev/null
  until_true state_is running
  remove
}
test_pause() {
  start test sleep 60
  docker pause "$case_name" > /dev/null
  state_is paused
  docker unpause "$case_name" > /dev/null
  expect alive docker exec "$case_name" echo alive
  remove
}
test_update() {
  on_v1 || skip 'version 1 only'
  start --memory 32m test sleep 60
  docker update --memory 48m --memory-swap 96m "$case_name" > /dev/null
  expect 50331648 docker exec "$case_name" cat /sys/fs/cgroup/memory/memory.limit_in_bytes
  remove
}
test_stats() {
  start test sleep 60
  expect_like '[0-9]' docker stats --no-stream --format '{{.PIDs}} {{.MemUsage}}' "$case_name"
  remove
}
test_top() {
  start test sleep 60
  expect_like sleep docker top "$case_name"
  remove
}
test_build() {
  mkdir "$stage/cases/$case_name"
  printf 'FROM test\nRUN echo built > /result\nCMD cat /result\n' > "$stage/cases/$case_name/Dockerfile"
  DOCKER_BUILDKIT=0 docker build --network none --tag "$case_name" "$stage/cases/$case_name" > /dev/null
  expect built run "$case_name"
}
test_out_of_memory_is_told() {
  on_v1 || skip 'version 1 only'
  docker run --network none --name "$case_name" --memory 16m --memory-swap 16m test \
    sh -c 'dd if=/dev/zero of=/dev/null bs=64M count=1' > /dev/null 2>&1 || true
  expect_like '^(true|false)$' docker inspect --format '{{.State.OOMKilled}}' "$case_name"
  remove
}

needs_case run_hello
run_cases 2
docker ps --all --quiet | while read -r container; do docker rm --force "$container"; done > /dev/null 2>&1
report_leaks '[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]*' \
  "$stage/dockerd/exec/runtime-runc/moby"
kill "$dockerd_process"
