#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# podman as root, with the runtime under test: what a container sees of its options, and what the
# commands do to it. All evidence comes from inside the container or from the kernel.
#
# Over 400 lines, because it is a list: a case for each option and command, on one machine set up once.
set -uo pipefail
here=$(dirname "$0")
. "$here/machine.sh"
. "$here/cases.sh"
. "$here/podman.sh"
enter_machine podman conmon
set_up_podman "$stage/podman" > /dev/null || skip_all 'podman can make no image here'

status_line() { run "$@" test grep -E "^$line:" /proc/self/status; }
is_running() { [[ $(podman inspect --format '{{.State.Status}}' "$1") == running ]]; }
logs_have() { podman logs "$1" 2>&1 | grep -q "$2"; }
on_v1() { [[ -d /sys/fs/cgroup/memory ]]; }

# limit NAME_ON_V1 NAME_ON_V2: the command that prints a limit from inside.
limit() { if on_v1; then echo "cat /sys/fs/cgroup/$1"; else echo "cat /sys/fs/cgroup/$2"; fi; }

test_run_hello() { expect hello run test echo hello; }
test_run_exit_status() { expect_status 7 run test sh -c 'exit 7'; }
test_killed_from_outside() {
  start test sleep 60
  podman kill --signal KILL "$case_name" > /dev/null
  expect 137 podman wait "$case_name"
  remove
}
test_run_missing_program() { expect_status 127 run test /no/such/program; }
test_run_missing_in_path() { expect_refused 'not found|no such file' run test nosuchprogram; }
test_run_not_executable() { expect_status 126 run test /etc/passwd; }
test_stdin() { expect input run --interactive test cat <<< input; }
test_stderr_is_apart() { expect '' run test sh -c 'echo to-stderr >&2'; }
# Prints what is sent to the socket $1, until that says READY=1.
listen_for_ready() {
  python3 -c 'import socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
text = ""
while "READY=1" not in text:
    text = listener.recv(4096).decode()
    print(text, flush=True)' "$1"
}
test_notify_from_the_container() {
  command -v python3 > /dev/null || skip 'no python3 to listen with'
  local socket=$stage/cases/$case_name.socket
  cp "${NOSC_NOTIFY:-tests/integration/notify}" "$stage/cases/$case_name.notify"
  listen_for_ready "$socket" > "$socket.heard" &
  until_true test -S "$socket"
  NOTIFY_SOCKET=$socket start --sdnotify=container --volume "$stage/cases/$case_name.notify:/notify:ro" \
    test sh -c 'until test -e /go; do sleep 0.1; done; /notify STATUS=warm READY=1; sleep 60' &
  until_true podman exec "$case_name" touch /go
  until_true grep -q READY=1 "$socket.heard"
  wait
  remove
}
test_default_capabilities() {
  line=CapEff expect_like $'^CapEff:\t00000000(a80425fb|800405fb)$' status_line
}
test_cap_drop_all() { line=CapEff expect $'CapEff:\t0000000000000000' status_line --cap-drop all; }
test_cap_add() {
  line=CapBnd expect $'CapBnd:\t0000000000200000' status_line --cap-drop all --cap-add sys_admin
}
test_cap_dropped_is_denied() {
  expect_refused 'not permitted' run --cap-drop chown test chown 1 /tmp
}
test_privileged() { line=Seccomp expect $'Seccomp:\t0' status_line --privileged; }
test_user() { expect '1000 1000' run --user guest test sh -c 'echo $(id -u) $(id -g)'; }
test_user_numbers() { expect '12 34' run --user 12:34 test sh -c 'echo $(id -u) $(id -g)'; }
test_user_has_no_capabilities() {
  line=CapEff expect $'CapEff:\t0000000000000000' status_line --user 1000
}
test_group_add() { expect_like '2000' run --group-add 2000 test id -G; }
test_seccomp_is_on() { line=Seccomp expect $'Seccomp:\t2' status_line; }
test_seccomp_denies() { expect_refused 'not permitted' run test unshare -m true; }
test_seccomp_unconfined() {
  line=Seccomp expect $'Seccomp:\t0' status_line --security-opt seccomp=unconfined
}
test_seccomp_profile() {
  echo '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],
    "action":"SCMP_ACT_ERRNO","errnoRet":95}]}' > "$stage/cases/$case_name.json"
  expect_refused 'not supported' run --security-opt "seccomp=$stage/cases/$case_name.json" test mkdir /new
}
test_no_new_privileges() {
  line=NoNewPrivs expect $'NoNewPrivs:\t1' status_line --security-opt no-new-privileges
}
test_read_only() { expect_refused 'Read-only' run --read-only test touch /new; }
test_read_only_has_tmpfs() { expect ok run --read-only test sh -c 'touch /tmp/new && echo ok'; }
test_read_only_without_tmpfs() {
  expect_refused 'Read-only' run --read-only --read-only-tmpfs=false test touch /tmp/new
}
test_volume() {
  mkdir "$stage/cases/$case_name"
  expect '' run --volume "$stage/cases/$case_name:/data" test sh -c 'echo inside > /data/file'
  expect inside cat "$stage/cases/$case_name/file"
}
test_volume_read_only() {
  mkdir "$stage/cases/$case_name"
  expect_refused 'Read-only' run --volume "$stage/cases/$case_name:/data:ro" test touch /data/file
}
test_volume_options() {
  mkdir "$stage/cases/$case_name"
  expect_like 'nosuid,nodev,noexec' run --volume "$stage/cases/$case_name:/data:nosuid,nodev,noexec" \
    test grep ' /data ' /proc/self/mounts
}
test_volume_named() {
  podman volume create "$case_name" > /dev/null
  expect '' run --volume "$case_name:/data" test sh -c 'echo kept > /data/file'
  expect kept run --volume "$case_name:/data" test cat /data/file
  podman volume rm "$case_name" > /dev/null
}
test_volume_of_a_file() {
  echo content > "$stage/cases/$case_name"
  expect content run --volume "$stage/cases/$case_name:/deep/er/file" test cat /deep/er/file
}
test_volume_propagation() {
  mkdir "$stage/cases/$case_name"
  mount -t tmpfs none "$stage/cases/$case_name"
  mount --make-shared "$stage/cases/$case_name"
  expect_like ' shared:' run --volume "$stage/cases/$case_name:/data:shared" test grep ' /data ' /proc/self/mountinfo
  umount "$stage/cases/$case_name"
}
test_mount_tmpfs() {
  expect_like 'size=4096k.*mode=1770' run --mount type=tmpfs,destination=/data,tmpfs-size=4m,tmpfs-mode=1770 \
    test grep ' /data ' /proc/self/mounts
}
test_mount_bind() {
  mkdir "$stage/cases/$case_name"
  expect_like ' ro[, ]' run --mount "type=bind,source=$stage/cases/$case_name,destination=/data,ro=true" \
    test grep ' /data ' /proc/self/mounts
}
test_mount_devpts() {
  expect_like '/elsewhere devpts' run --mount type=devpts,destination=/elsewhere test cat /proc/self/mounts
}
test_mount_image() {
  expect_like busybox run --mount type=image,source=test,destination=/image test ls /image/bin
}
test_tmpfs() { expect_like 'tmpfs.*noexec.*size=1024k' run --tmpfs /data:size=1m,noexec test grep ' /data ' /proc/self/mounts; }
test_shm_size() { expect 1024 run --shm-size 1m test sh -c 'df -k /dev/shm | tail -n 1 | tr -s " " | cut -d " " -f 2'; }
test_ulimit() { expect '512 1024' run --ulimit nproc=1024:4096 --ulimit nofile=512:1024 test sh -c 'echo $(ulimit -Sn) $(ulimit -Hn)'; }
test_ulimit_core() { expect 0 run --ulimit nproc=1024:4096 --ulimit nofile=1024:4096 --ulimit core=0:0 test sh -c 'ulimit -c'; }
test_sysctl() { expect 1 run --sysctl net.ipv4.ip_forward=1 test cat /proc/sys/net/ipv4/ip_forward; }
test_sysctl_of_ipc() { expect 123456 run --sysctl kernel.msgmax=123456 test cat /proc/sys/kernel/msgmax; }
test_sysctl_of_the_host_is_refused() {
  expect_refused 'sysctl|namespace|not allowed|not in' run --sysctl kernel.core_pattern=x test true
}
test_device() { expect_like '^crw.* 10, 200 ' run --device /dev/net/tun test ls -l /dev/net/tun; }
test_device_is_allowed() {
  expect ok run --device /dev/full:/dev/mine:r test sh -c 'head -c 1 /dev/mine > /dev/null && echo ok'
}
test_device_write_is_denied() {
  expect_refused 'not permitted|denied' run --device /dev/kmsg:/dev/mine:r test sh -c 'exec 3> /dev/mine'
}
test_device_not_given_is_denied() {
  expect_refused 'not permitted' run --cap-add mknod test sh -c 'mknod /tmp/mem c 1 1 && head -c 1 /tmp/mem'
}
test_device_cgroup_rule() {
  expect ok run --cap-add mknod --device-cgroup-rule 'c 10:200 rwm' test \
    sh -c 'mknod /tmp/tun c 10 200 && echo ok'
}
test_memory() { expect 33554432 run --memory 32m test $(limit memory/memory.limit_in_bytes memory.max); }
test_memory_reservation() {
  expect 16777216 run --memory-reservation 16m test $(limit memory/memory.soft_limit_in_bytes memory.low)
}
test_memory_is_enforced() {
  expect_status 137 run --memory 16m --memory-swap 16m test sh -c 'dd if=/dev/zero of=/dev/null bs=64M count=1'
}
test_memory_swappiness() {
  on_v1 || skip 'version 1 only'
  expect 30 run --memory-swappiness 30 test cat /sys/fs/cgroup/memory/memory.swappiness
}
test_cpus() {
  if on_v1; then
    expect 50000 run --cpus 0.5 test cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us
  else
    expect '50000 100000' run --cpus 0.5 test cat /sys/fs/cgroup/cpu.max
  fi
}
test_cpu_shares() { expect_like '^(512|20|59)$' run --cpu-shares 512 test $(limit cpu/cpu.shares cpu.weight); }
test_cpuset() { expect 0 run --cpuset-cpus 0 test $(limit cpuset/cpuset.cpus cpuset.cpus); }
test_cpuset_is_enforced() { expect_like 'Cpus_allowed_list:.0$' run --cpuset-cpus 0 test grep Cpus_allowed_list /proc/self/status; }
test_pids_limit() { expect 20 run --pids-limit 20 test $(limit pids/pids.max pids.max); }
test_pids_limit_is_enforced() {
  expect_refused 'fork|unavailable' run --pids-limit 3 test sh -c 'sleep 9 & sleep 9 & sleep 9 & sleep 9 & wait'
}
test_blkio_weight() {
  [[ -e /sys/fs/cgroup/blkio/blkio.weight ]] || skip 'no weights on this kernel'
  expect_like 123 run --blkio-weight 123 test sh -c 'cat /sys/fs/cgroup/blkio/blkio*weight'
}
test_device_read_bps() {
  on_v1 || skip 'version 1 only'
  [[ -b /dev/vda ]] || skip 'no disk'
  expect_like ' 1048576$' run --device-read-bps /dev/vda:1mb test cat /sys/fs/cgroup/blkio/blkio.throttle.read_bps_device
}
test_hostname() { expect "box box" run --hostname box test sh -c 'echo $(hostname) $(cat /etc/hostname)'; }
test_domain_of_hosts_file() { expect_like '10.1.2.3' run --add-host other:10.1.2.3 test cat /etc/hosts; }
test_environment() { expect 'value 1' run --env NAME=value test sh -c 'echo $NAME $(env | grep -c ^HOME=/root)'; }
test_environment_file() {
  echo FROM=file > "$stage/cases/$case_name"
  expect file run --env-file "$stage/cases/$case_name" test sh -c 'echo $FROM'
}
test_workdir() { expect /tmp run --workdir /tmp test pwd; }
test_entrypoint() { expect 'given word' run --entrypoint '["echo","given"]' test word; }
test_umask() { expect 0077 run --umask 0077 test sh -c umask; }
test_oom_score() { expect 500 run --oom-score-adj 500 test cat /proc/self/oom_score_adj; }
test_init() { expect_like init run --init --init-path "$(type -P docker-init tini catatonit | head -n 1)" test cat /proc/1/cmdline; }
test_pid_host() { expect "$(readlink /proc/self/ns/pid)" run --pid host test readlink /proc/self/ns/pid; }
test_ipc_host() { expect "$(readlink /proc/self/ns/ipc)" run --ipc host test readlink /proc/self/ns/ipc; }
test_uts_host() { expect nosc-test run --uts host test hostname; }
test_network_host() { expect "$(readlink /proc/self/ns/net)" podman run --rm --network host test readlink /proc/self/ns/net; }
test_network_none() { expect lo run test ls /sys/class/net; }
test_cgroup_namespace_host() { expect_like ':/libpod_parent/libpod-' run --cgroupns host test cat /proc/self/cgroup; }
test_cgroup_namespace_private() { expect_like ':/$' run --cgroupns private test cat /proc/self/cgroup; }
test_cgroup_parent() {
  expect_like ':/other/libpod-' run --cgroupns host --cgroup-parent /other test cat /proc/self/cgroup
}
test_without_cgroups() {
  [[ -n ${runtime_is_nosc:-} ]] || skip "not every runtime can"
  expect ok run --cgroups disabled test echo ok
}
# Storage that one podman opens to mapped users, another podman closes meanwhile.
alone_user_mapping() {
  expect_like '^ +0 +100000 +1000 0 0$' run --uidmap 0:100000:1000 --gidmap 0:100000:1000 test \
    sh -c 'echo "$(cat /proc/self/uid_map) $(stat -c "%u %g" /bin/busybox)"'
}
test_terminal() { expect_like '/dev/(pts/0|console)' on_terminal_run --tty test tty; }
# podman tells the size when the container runs already: the program has to wait for it.
test_terminal_size() {
  expect '33 77' on_terminal_run --tty test \
    sh -c 'until stty size 2> /dev/null; do sleep 0.05; done'
}
on_terminal_run() {
  local client
  client=$(type -P podman)
  CONTAINERS_CONF=$podman_home/containers.conf on_terminal timeout --foreground 60 "$client" \
    --root "$podman_home/storage" --runroot "$podman_home/run" --tmpdir "$podman_home/tmp" \
    --storage-driver vfs run --rm --network none --interactive "$@"
}
test_masked_paths() { expect '' run test sh -c 'cat /proc/keys; ls /sys/firmware'; }
test_unmask() { expect open run --security-opt unmask=all test sh -c '! grep -q " /proc/keys " /proc/self/mounts && echo open'; }
test_read_only_paths() { expect_refused 'Read-only' run test sh -c 'echo 0 > /proc/sys/vm/swappiness'; }
test_annotation() { expect ok run --annotation org.example.key=value test echo ok; }
test_preserve_fds() {
  expect passed run --preserve-fds 1 test sh -c 'cat <&3' 3< <(echo passed)
}
test_timezone() { expect_like UTC run --tz UTC test date; }
test_personality() { expect_like . run test uname -m; }
test_secret() {
  echo -n hidden | podman secret create "$case_name" - > /dev/null
  expect hidden run --secret "$case_name" test cat "/run/secrets/$case_name"
  podman secret rm "$case_name" > /dev/null
}
test_timeout() { expect_status 255 run --timeout 1 --stop-signal KILL test sleep 30 || expect_status 137 run --timeout 1 test sleep 30; }

test_create_then_start() {
  podman create --network none --name "$case_name" test sh -c 'echo started' > /dev/null
  expect created podman inspect --format '{{.State.Status}}' "$case_name"
  expect started podman start --attach "$case_name"
  remove
}
test_init_state() {
  podman create --network none --name "$case_name" test sleep 60 > /dev/null
  podman init "$case_name" > /dev/null
  expect initialized podman inspect --format '{{.State.Status}}' "$case_name"
  podman start "$case_name" > /dev/null
  expect running podman inspect --format '{{.State.Status}}' "$case_name"
  remove
}
test_exec() {
  start test sleep 60
  expect '1' podman exec "$case_name" sh -c 'cat /proc/1/cmdline | grep -c sleep'
  remove
}
test_exec_exit_status() {
  start test sleep 60
  expect_status 9 podman exec "$case_name" sh -c 'exit 9'
  expect_status 127 podman exec "$case_name" nosuchprogram
  expect_status 126 podman exec "$case_name" /etc/passwd
  remove
}
test_exec_options() {
  start test sleep 60
  expect '1000 /tmp value' podman exec --user guest --workdir /tmp --env NAME=value "$case_name" \
    sh -c 'echo $(id -u) $(pwd) $NAME'
  remove
}
test_exec_is_confined() {
  start test sleep 60
  expect $'Seccomp:\t2' podman exec "$case_name" grep ^Seccomp: /proc/self/status
  expect "$(podman exec "$case_name" grep ^Cap /proc/1/status)" podman exec "$case_name" grep ^Cap /proc/self/status
  expect $'CapInh:\t0000000000000000' podman exec "$case_name" grep ^CapInh /proc/self/status
  remove
}
test_exec_is_in_the_cgroup() {
  start --cgroupns host test sleep 60
  expect "$(podman exec "$case_name" cat /proc/1/cgroup)" podman exec "$case_name" cat /proc/self/cgroup
  remove
}
test_exec_privileged() {
  start test sleep 60
  expect_like '000001ff' podman exec --privileged "$case_name" grep ^CapEff /proc/self/status
  remove
}
test_exec_stdin() {
  start test sleep 60
  expect typed podman exec --interactive "$case_name" cat <<< typed
  remove
}
test_exec_terminal() {
  start test sleep 60
  expect_like '/dev/pts/[0-9]' on_terminal env CONTAINERS_CONF="$podman_home/containers.conf" timeout --foreground 60 \
    "$(type -P podman)" --root "$podman_home/storage" --runroot "$podman_home/run" \
    --tmpdir "$podman_home/tmp" --storage-driver vfs exec --tty "$case_name" tty
  remove
}
test_exec_detached() {
  start test sleep 60
  podman exec --detach "$case_name" touch /tmp/there > /dev/null
  until_true podman exec "$case_name" test -e /tmp/there
  remove
}
test_attach() {
  start --interactive test sh -c 'read word; echo "got $word"'
  expect_like 'got it' podman attach "$case_name" <<< it
  remove
}
test_kill() {
  start test sh -c 'trap "echo caught; exit 5" USR1; while :; do sleep 0.1; done'
  until_true is_running "$case_name"
  sleep 0.3
  podman kill --signal USR1 "$case_name" > /dev/null
  expect 5 podman wait "$case_name"
  expect caught podman logs "$case_name"
  remove
}
test_stop_is_kind_first() {
  start test sh -c 'trap "exit 3" TERM; while :; do sleep 0.1; done'
  sleep 0.3
  podman stop "$case_name" > /dev/null 2>&1
  expect 3 podman wait "$case_name"
  remove
}
test_stop_kills_after_its_time() {
  start test sh -c 'trap "" TERM; while :; do sleep 0.1; done'
  sleep 0.3
  podman stop --time 1 "$case_name" > /dev/null 2>&1
  expect 137 podman wait "$case_name"
  remove
}
test_restart() {
  start test sh -c 'echo begun; sleep 60'
  until_true logs_have "$case_name" begun
  podman restart --time 0 "$case_name" > /dev/null
  until_true is_running "$case_name"
  remove
}
test_restart_policy() {
  podman run --detach --network none --restart on-failure:2 --name "$case_name" test sh -c 'echo try; exit 1' > /dev/null
  twice() { [[ $(podman logs "$case_name" | grep -c try) -ge 3 ]]; }
  until_true twice
  remove
}
test_pause() {
  start test sleep 60
  podman pause "$case_name" > /dev/null
  expect paused podman inspect --format '{{.State.Status}}' "$case_name"
  podman unpause "$case_name" > /dev/null
  expect running podman inspect --format '{{.State.Status}}' "$case_name"
  expect alive podman exec "$case_name" echo alive
  remove
}
test_exec_into_paused_is_refused() {
  start test sleep 60
  podman pause "$case_name" > /dev/null
  expect_refused 'paused|state' podman exec "$case_name" true
  podman unpause "$case_name" > /dev/null
  remove
}
test_update() {
  on_v1 || skip 'version 1 only'
  start --memory 32m test sleep 60
  podman update --memory 48m "$case_name" > /dev/null 2>&1 || skip 'this podman has no update'
  expect 50331648 podman exec "$case_name" cat /sys/fs/cgroup/memory/memory.limit_in_bytes
  remove
}
test_stats() {
  start test sleep 60
  expect_like '[0-9]' podman stats --no-stream --format '{{.PIDS}} {{.MemUsage}}' "$case_name"
  remove
}
test_top() {
  start test sleep 60
  expect_like 'sleep 60' podman top "$case_name" pid args
  remove
}
test_top_by_ps() {
  start test sleep 60
  expect_like 'sleep' podman top "$case_name"
  remove
}
test_logs() {
  start test sh -c 'echo one; echo two >&2'
  podman wait "$case_name" > /dev/null
  expect_like one podman logs "$case_name"
  remove
}
test_healthcheck() {
  start --health-cmd 'test -e /etc/passwd' --health-interval disable test sleep 60
  expect_status 0 podman healthcheck run "$case_name"
  remove
}
test_copy() {
  start test sleep 60
  echo copied > "$stage/cases/$case_name"
  podman cp "$stage/cases/$case_name" "$case_name:/tmp/file"
  expect copied podman exec "$case_name" cat /tmp/file
  remove
}
test_diff_and_commit() {
  podman run --network none --name "$case_name" test touch /added > /dev/null
  expect_like 'A /added' podman diff "$case_name"
  podman commit "$case_name" "$case_name" > /dev/null 2>&1
  expect /added run "$case_name" ls /added
  remove
  podman rmi "$case_name" > /dev/null
}
test_rename_and_ps() {
  start test sleep 60
  expect_like 'Up' podman ps --filter "name=$case_name" --format '{{.Status}}'
  remove
}
test_pod() {
  podman pod create --network none --infra-image test --infra-command 'sleep 60' --name "$case_name" > /dev/null
  podman run --detach --pod "$case_name" --name "$case_name-a" test sleep 60 > /dev/null
  expect "$(podman exec "$case_name-a" readlink /proc/self/ns/ipc)" \
    podman run --rm --pod "$case_name" test readlink /proc/self/ns/ipc
  podman pod rm --force --time 0 "$case_name" > /dev/null
}
test_joined_namespaces() {
  start test sleep 60
  expect "$(podman exec "$case_name" readlink /proc/self/ns/net)" \
    podman run --rm --network "container:$case_name" test readlink /proc/self/ns/net
  expect_like sleep podman run --rm --network none --pid "container:$case_name" test cat /proc/1/cmdline
  remove
}
test_build() {
  mkdir "$stage/cases/$case_name"
  printf 'FROM test\nRUN echo built > /result\nCMD cat /result\n' > "$stage/cases/$case_name/Containerfile"
  podman build --network none --isolation oci --tag "$case_name" "$stage/cases/$case_name" > /dev/null 2>&1
  expect built run "$case_name"
  podman rmi "$case_name" > /dev/null
}
test_hooks() {
  mkdir "$stage/cases/$case_name"
  echo '{"version":"1.0.0","hook":{"path":"/bin/sh","args":["sh","-c","cat > '"$stage/cases/$case_name"'/state"]},
    "when":{"always":true},"stages":["createRuntime"]}' > "$stage/cases/$case_name/hook.json"
  CONTAINERS_CONF= podman --hooks-dir "$stage/cases/$case_name" run --rm --network none test true
  expect_like '"status": ?"creat' cat "$stage/cases/$case_name/state"
}
test_remove_by_force() {
  start test sh -c 'trap "" TERM; while :; do sleep 0.1; done'
  podman rm --force --time 0 "$case_name" > /dev/null
  expect_status 1 podman container exists "$case_name"
}
test_many_at_once() {
  local number
  for number in {1..8}; do run test echo "$number" > "$stage/cases/$case_name.$number" & done
  wait
  expect '1 2 3 4 5 6 7 8 ' sh -c "cat $stage/cases/$case_name.? | tr '\n' ' '"
}

needs_case run_hello
run_cases 2
podman rm --all --force --time 0 > /dev/null 2>&1
report_leaks 'libpod-*'
