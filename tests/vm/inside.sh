# SPDX-License-Identifier: Apache-2.0
# Runs in the virtual machine, under busybox's shell: containers whose evidence is the kernel's own,
# in a pure cgroup version 2 hierarchy.
#
# Over 400 lines, because the machine runs one script: a list of cases, for one start of it.

bundle=/run/bundle
cgroups=/sys/fs/cgroup
mkdir -p $bundle/rootfs/bin $bundle/rootfs/proc $bundle/rootfs/sys $bundle/rootfs/dev $bundle/rootfs/tmp
cp /bin/busybox $bundle/rootfs/bin/
for applet in sh cat echo sleep grep id ls mkdir mknod mount dd head readlink true touch unshare stat kill ps tr wc test chown uname yes; do
  ln -s busybox $bundle/rootfs/bin/$applet
done

# What config() writes, beside the container's script.
defaults() {
  resources='{}'
  extra=
  seccomp=
  namespaces='{"type":"pid"},{"type":"mount"},{"type":"ipc"},{"type":"uts"},{"type":"network"},{"type":"cgroup"}'
  capabilities='"CAP_CHOWN","CAP_MKNOD","CAP_KILL","CAP_SETUID","CAP_SETGID","CAP_DAC_OVERRIDE"'
}

# config SCRIPT
config() {
  cat > $bundle/config.json << END
{"ociVersion":"1.0.2","hostname":"inside","root":{"path":"rootfs"},
 "process":{"user":{"uid":0,"gid":0},"cwd":"/","env":["PATH=/bin"],"args":["sh","-c","$1"],
  "capabilities":{"bounding":[$capabilities],"effective":[$capabilities],"permitted":[$capabilities]}},
 "mounts":[{"destination":"/proc","type":"proc","source":"proc"},
  {"destination":"/dev","type":"tmpfs","source":"tmpfs","options":["nosuid","mode=755"]},
  {"destination":"/dev/pts","type":"devpts","source":"devpts","options":["newinstance","ptmxmode=0666"]},
  {"destination":"/sys","type":"sysfs","source":"sysfs","options":["nosuid","noexec","nodev","ro"]},
  {"destination":"/sys/fs/cgroup","type":"cgroup","source":"cgroup","options":["nosuid","noexec","nodev","ro"]}],
 "linux":{"cgroupsPath":"/group/$id","namespaces":[$namespaces],$seccomp $extra "resources":$resources}}
END
}

# expect WANTED COMMAND...
expect() {
  local wanted="$1" got status=0
  shift
  got=$("$@" 2>&1) || status=$?
  [ "$got" = "$wanted" ] || fail "wanted '$wanted', got '$got' and status $status from: $*"
}

# expect_status NUMBER COMMAND...
expect_status() {
  local wanted=$1 status=0 said
  shift
  said=$("$@" 2>&1) || status=$?
  [ "$status" = "$wanted" ] || fail "wanted status $wanted, got $status from: $*: $said"
}

fail() {
  echo "$*"
  exit 1
}

skip() {
  echo "$*"
  exit 77
}

run() { nosc run --bundle $bundle $id; }

# A device that every kernel has, no runtime allows by itself, and that may be opened by anybody.
free=$(tr : ' ' < /sys/class/misc/cpu_dma_latency/dev)

# device_rules ACCESS: nothing but that access to that device.
device_rules() {
  echo '{"devices":[{"allow":false,"access":"rwm"},{"allow":true,"type":"c","major":'${free% *}',"minor":'${free#* }','$1'}]}'
}

# The container's script meets a refusal.
refused() {
  local said
  said=$(run 2>&1) || true
  case $said in
    *'not permitted'*) ;;
    *) fail "no refusal: $said" ;;
  esac
}

# limit RESOURCES FILE WANTED: the limit is in the file, as the container itself reads it.
limit() {
  resources=$1
  config "cat /sys/fs/cgroup/$2"
  expect "$3" run
}

test_membership() {
  config 'cat /proc/self/cgroup'
  expect '0::/' run
  namespaces='{"type":"pid"},{"type":"mount"}'
  config 'cat /proc/self/cgroup'
  sed -i 's/"hostname":"inside",//' $bundle/config.json
  expect "0::/group/$id" run
}
test_cgroup_is_removed() {
  config true
  expect '' run
  [ ! -e $cgroups/group/$id ] || fail 'the cgroup is still there'
}
test_cgroup_of_children_is_removed() {
  config 'sleep 99 & sleep 99 & exit 3'
  expect_status 3 run
  [ ! -e $cgroups/group/$id ] || fail 'the cgroup is still there'
}
test_memory_limit() { limit '{"memory":{"limit":33554432}}' memory.max 33554432; }
test_memory_reservation() { limit '{"memory":{"reservation":16777216}}' memory.low 16777216; }
test_memory_swap() {
  [ -e $cgroups/init/memory.swap.max ] || skip 'no swap accounting'
  # The specification counts memory and swap together.
  limit '{"memory":{"limit":33554432,"swap":50331648}}' memory.swap.max 16777216
}
test_memory_swap_without_limit() {
  [ -e $cgroups/init/memory.swap.max ] || skip 'no swap accounting'
  limit '{"memory":{"limit":33554432,"swap":-1}}' memory.swap.max max
}
test_memory_unlimited() { limit '{"memory":{"limit":-1}}' memory.max max; }
test_memory_kills() {
  resources='{"memory":{"limit":16777216,"swap":16777216}}'
  config 'dd if=/dev/zero of=/dev/null bs=64M count=1'
  expect_status 137 run
}
test_memory_kill_is_counted() {
  resources='{"memory":{"limit":16777216,"swap":16777216}}'
  config 'dd if=/dev/zero of=/dev/null bs=64M count=1; grep -w oom_kill /sys/fs/cgroup/memory.events'
  nosc run --bundle $bundle $id 2> /dev/null | grep -q 'oom_kill [1-9]' || fail 'no OOM kill was counted'
}
test_cpu_quota() { limit '{"cpu":{"quota":25000,"period":50000}}' cpu.max '25000 50000'; }
test_cpu_quota_alone() { limit '{"cpu":{"quota":50000}}' cpu.max '50000 100000'; }
test_cpu_period_alone() { limit '{"cpu":{"period":50000}}' cpu.max 'max 50000'; }
test_cpu_burst() {
  [ -e $cgroups/init/cpu.max.burst ] || skip 'no bursts'
  limit '{"cpu":{"quota":50000,"period":100000,"burst":20000}}' cpu.max.burst 20000
}
test_cpu_idle() {
  [ -e $cgroups/init/cpu.idle ] || skip 'no idle groups'
  limit '{"cpu":{"idle":1}}' cpu.idle 1
}
test_cpu_shares() {
  resources='{"cpu":{"shares":1024}}'
  config 'cat /sys/fs/cgroup/cpu.weight'
  case $(run 2>&1) in
    39 | 100) ;;
    *) fail "1024 shares became $(run 2>&1)" ;;
  esac
}
test_cpu_shares_of_two() {
  resources='{"cpu":{"shares":2}}'
  config 'cat /sys/fs/cgroup/cpu.weight'
  expect 1 run
}
test_cpuset() { limit '{"cpu":{"cpus":"0","mems":"0"}}' cpuset.cpus 0; }
test_cpuset_is_effective() {
  resources='{"cpu":{"cpus":"0"}}'
  config 'grep Cpus_allowed_list /proc/self/status'
  expect "Cpus_allowed_list:	0" run
}
test_pids_limit() { limit '{"pids":{"limit":20}}' pids.max 20; }
test_pids_unlimited() { limit '{"pids":{"limit":-1}}' pids.max max; }
test_pids_are_refused() {
  resources='{"pids":{"limit":3}}'
  config 'sleep 9 & sleep 9 & sleep 9 & sleep 9 & wait'
  nosc run --bundle $bundle $id 2>&1 | grep -q -i fork || fail 'a process too many'
}
test_io_weight() {
  [ -e $cgroups/init/io.bfq.weight ] || [ -e $cgroups/init/io.weight ] || skip 'no weights on this kernel'
  resources='{"blockIO":{"weight":500}}'
  config 'cat /sys/fs/cgroup/io*weight'
  nosc run --bundle $bundle $id 2>&1 | grep -q '[0-9]' || fail 'no weight'
}
test_hugetlb() {
  [ -e $cgroups/init/hugetlb.2MB.max ] || skip 'no huge pages'
  limit '{"hugepageLimits":[{"pageSize":"2MB","limit":4194304}]}' hugetlb.2MB.max 4194304
}
test_hugetlb_reservation() {
  [ -e $cgroups/init/hugetlb.2MB.rsvd.max ] || skip 'no reservations'
  limit '{"hugepageLimits":[{"pageSize":"2MB","limit":4194304}]}' hugetlb.2MB.rsvd.max 4194304
}
test_unified() { limit '{"unified":{"memory.high":"20971520"}}' memory.high 20971520; }
test_unified_wrong_key() {
  resources='{"unified":{"memory.nonsense":"1"}}'
  config true
  expect_status 1 run
  run 2>&1 | grep -q unified || fail "another reason: $(run 2>&1)"
  [ ! -e $cgroups/group/$id ] || fail 'the cgroup is still there'
}
test_unified_escape() {
  resources='{"unified":{"../init/memory.high":"1048576"}}'
  config true
  expect_status 1 run
  expect max cat $cgroups/init/memory.high
}
test_missing_controller_is_not_needed() {
  config 'echo ok'
  expect ok run
}
test_devices_default() {
  resources='{"devices":[{"allow":false,"access":"rwm"}]}'
  config 'head -c 1 /dev/zero > /dev/null && echo ok'
  expect ok run
}
test_devices_without_rules() {
  config 'mknod /tmp/'$id' c 1 5 && head -c 1 /tmp/'$id' > /dev/null && echo ok'
  expect ok run
  config "mknod /tmp/$id-closed c $free && exec 3< /tmp/$id-closed"
  refused
}
test_devices_of_the_configuration() {
  extra='"devices":[{"path":"/dev/mine","type":"c","major":'${free% *}',"minor":'${free#* }'}],'
  config 'exec 3< /dev/mine && echo ok'
  expect ok run
  resources='{"devices":[{"allow":false,"access":"rwm"}]}'
  config 'exec 3< /dev/mine'
  refused
}
test_devices_denied() {
  resources='{"devices":[{"allow":false,"access":"rwm"}]}'
  config "mknod /tmp/$id c $free && exec 3< /tmp/$id"
  refused
}
test_devices_made_alone() {
  resources="$(device_rules '"access":"m"')"
  config "mknod /tmp/$id c $free && exec 3< /tmp/$id"
  refused
}
test_devices_allowed() {
  resources="$(device_rules '"access":"rm"')"
  config "mknod /tmp/$id c $free && exec 3< /tmp/$id && echo ok"
  expect ok run
}
test_devices_write_denied() {
  resources="$(device_rules '"access":"rm"')"
  config "mknod /tmp/$id c $free && exec 3> /tmp/$id"
  refused
}
test_devices_order() {
  resources="$(device_rules '"access":"rwm"' | sed 's/\]}$//'),{\"allow\":false,\"type\":\"c\",\"major\":${free% *},\"minor\":${free#* },\"access\":\"r\"}]}"
  config "mknod /tmp/$id c $free && exec 3< /tmp/$id"
  refused
}
test_device_nodes() {
  extra='"devices":[{"path":"/dev/mine","type":"c","major":1,"minor":7,"fileMode":384,"uid":5,"gid":6}],'
  config 'stat -c %t:%T:%a:%u:%g /dev/mine'
  expect 1:7:600:5:6 run
}
test_user_namespace() {
  namespaces="$namespaces,"'{"type":"user"}'
  extra='"uidMappings":[{"containerID":0,"hostID":1000,"size":1000}],"gidMappings":[{"containerID":0,"hostID":1000,"size":1000}],'
  chown -R 1000:1000 $bundle/rootfs
  config 'grep -c . /proc/self/uid_map; id -u; cat /proc/self/uid_map | tr -s \" \"'
  sed -i 's/"mounts":\[/"mounts":[/' $bundle/config.json
  got=$(nosc run --bundle $bundle $id 2>&1)
  chown -R 0:0 $bundle/rootfs
  case $got in
    *'0 1000 1000'*) ;;
    *) fail "$got" ;;
  esac
}
# raised_limit SCRIPT: in a user namespace, with a hard limit that only root of the machine may give.
raised_limit() {
  namespaces="$namespaces,{\"type\":\"user\"}"
  extra='"uidMappings":[{"containerID":0,"hostID":100000,"size":65536}],"gidMappings":[{"containerID":0,"hostID":100000,"size":65536}],'
  config "$1"
  sed -i 's/"cwd":/"rlimits":[{"type":"RLIMIT_NOFILE","soft":50,"hard":1000000}],"oomScoreAdj":-500,"cwd":/' $bundle/config.json
}
test_limits_rise_in_user_namespace() {
  raised_limit 'ulimit -Sn; ulimit -Hn; cat /proc/self/oom_score_adj'
  expect "50
1000000
-500" run
}
test_limits_rise_in_joined_user_namespace() {
  raised_limit 'sleep 99'
  nosc run --detach --bundle $bundle $id > /dev/null < /dev/null || fail 'run --detach'
  echo '{"user":{"uid":0,"gid":0},"args":["sh","-c","ulimit -Sn; ulimit -Hn; cat /proc/self/oom_score_adj"],"cwd":"/","env":["PATH=/bin"],
    "oomScoreAdj":-600,
    "rlimits":[{"type":"RLIMIT_NOFILE","soft":60,"hard":1000001}]}' > /run/process.json
  expect "60
1000001
-600" nosc exec --process /run/process.json $id
  nosc delete --force $id
}
test_seccomp() {
  seccomp='"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":95}]},'
  config 'grep Seccomp: /proc/self/status; mkdir /tmp/new'
  nosc run --bundle $bundle $id > /run/said 2>&1 || true
  grep -q 'Seccomp:.2' /run/said || fail "no filter: $(cat /run/said)"
  grep -q 'not supported' /run/said || fail "another answer: $(cat /run/said)"
}
test_seccomp_default_deny() {
  seccomp='"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["uname"],"action":"SCMP_ACT_KILL_PROCESS"}]},'
  config 'exec uname'
  expect_status 159 run
}
# confined PROFILE SCRIPT: in a container with that profile of AppArmor.
confined() {
  local loaded=/sys/kernel/security/apparmor
  [ -e $loaded/.load ] || skip 'no AppArmor on this kernel'
  [ -s /policy ] || skip 'no policy: the host has no apparmor_parser'
  grep -q '^nosc-test ' $loaded/profiles || cat /policy > $loaded/.load || fail "the policy isn't taken"
  config "$2"
  sed -i "s/\"cwd\":/\"apparmorProfile\":\"$1\",\"cwd\":/" $bundle/config.json
}
test_apparmor() {
  confined nosc-test 'cat /proc/self/attr/current; echo 1 > /tmp/allowed && echo ok; echo 1 > /tmp/denied'
  expect "nosc-test (enforce)
ok
sh: can't create /tmp/denied: Permission denied" run
}
test_apparmor_of_exec() {
  confined nosc-test 'sleep 99'
  nosc run --detach --bundle $bundle $id < /dev/null > /dev/null 2>&1 || fail 'run --detach'
  expect 'nosc-test (enforce)' nosc exec $id cat /proc/self/attr/current
  nosc delete --force $id
}
test_apparmor_unknown_profile() {
  confined not-loaded true
  expect_status 1 run
  [ ! -e $cgroups/group/$id ] || fail 'the cgroup is still there'
}
test_time_namespace() {
  [ -e /proc/self/ns/time ] || skip 'no time namespaces'
  namespaces="$namespaces,"'{"type":"time"}'
  extra='"timeOffsets":{"boottime":{"secs":100000}},'
  config 'cat /proc/uptime'
  case $(run 2>&1) in
    1000[0-9][0-9].*) ;;
    *) fail "$(run 2>&1)" ;;
  esac
}
test_cgroup_mount_is_its_own() {
  config 'test -e /sys/fs/cgroup/cgroup.procs && test ! -e /sys/fs/cgroup/init && echo ok'
  expect ok run
}
test_cgroup_mount_is_read_only() {
  config 'mkdir /sys/fs/cgroup/new || true'
  expect "mkdir: can't create directory '/sys/fs/cgroup/new': Read-only file system" run
}
test_cgroup_mount_writable() {
  config 'mkdir /sys/fs/cgroup/new && echo ok'
  sed -i 's/"noexec","nodev","ro"\]}\],/"noexec","nodev","rw"]}],/' $bundle/config.json
  expect ok run
  [ ! -e $cgroups/group/$id ] || fail 'the cgroup is still there'
}

state() { nosc state $id | tr -d ' \n' | grep -o '"status":"[a-z]*"' | grep -o '[a-z]*"$' | tr -d '"'; }

test_lifecycle() {
  resources='{"memory":{"limit":67108864},"pids":{"limit":30}}'
  config 'echo started > /tmp/started; sleep 99'
  rm -f $bundle/rootfs/tmp/started
  expect_status 0 sh -c "nosc create --bundle $bundle --pid-file /run/pid $id < /dev/null > /dev/null 2>&1"
  expect created state
  [ ! -e $bundle/rootfs/tmp/started ] || fail 'it ran before it was started'
  [ "$(cat /proc/$(cat /run/pid)/cgroup)" = "0::/group/$id" ] || fail 'another cgroup'
  nosc start $id || fail 'start'
  expect running state
  while [ ! -e $bundle/rootfs/tmp/started ]; do sleep 0.1; done
  expect "0::/" nosc exec $id cat /proc/self/cgroup
  nosc pause $id || fail pause
  expect paused state
  expect 1 cat $cgroups/group/$id/cgroup.freeze
  nosc resume $id || fail resume
  expect running state
  expect 0 cat $cgroups/group/$id/cgroup.freeze
  nosc kill $id KILL || fail kill
  n=0
  while [ "$(state)" != stopped ] && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
  expect stopped state
  nosc delete $id || fail delete
  [ ! -e $cgroups/group/$id ] || fail 'the cgroup is still there'
}
detached() {
  config "${1:-sleep 99}"
  nosc run --detach --bundle $bundle $id < /dev/null > /dev/null 2>&1 || fail 'run --detach'
}
test_exec_is_limited() {
  resources='{"pids":{"limit":3}}'
  detached
  nosc exec $id sh -c 'sleep 9 & sleep 9 & sleep 9 & wait' 2>&1 | grep -qi -e fork -e EAGAIN || fail 'exec is outside of the limits'
  nosc delete --force $id
}
test_exec_status() {
  detached
  expect_status 7 nosc exec $id sh -c 'exit 7'
  nosc delete --force $id
}
test_kill_all() {
  detached 'sleep 99 & sleep 99 & sleep 99'
  nosc kill --all $id KILL || fail 'kill --all'
  nosc delete --force $id
  [ ! -e $cgroups/group/$id ] || fail 'the cgroup is still there'
}
test_delete_by_force_while_paused() {
  detached
  nosc pause $id || fail pause
  nosc delete --force $id || fail 'delete --force'
  [ ! -e $cgroups/group/$id ] || fail 'the cgroup is still there'
}
test_update() {
  resources='{"memory":{"limit":67108864}}'
  detached
  echo '{"memory":{"limit":50331648},"pids":{"limit":77}}' | nosc update --resources - $id || fail update
  expect 50331648 cat $cgroups/group/$id/memory.max
  expect 77 cat $cgroups/group/$id/pids.max
  nosc delete --force $id
}
# Callers send all that they know of a container; its devices stay as they are.
test_update_leaves_the_devices() {
  resources="$(device_rules '"access":"rm"')"
  detached "mknod /tmp/$id c $free; sleep 99"
  while [ ! -e $bundle/rootfs/tmp/$id ]; do sleep 0.1; done
  echo '{"devices":[{"allow":false,"access":"rwm"}],"pids":{"limit":77}}' | nosc update --resources - $id || fail update
  expect 77 cat $cgroups/group/$id/pids.max
  expect ok nosc exec $id sh -c "exec 3< /tmp/$id && echo ok"
  nosc delete --force $id
}
# An init system's cgroup passes controllers on, and takes no process itself.
test_exec_where_the_first_process_is() {
  resources='{"memory":{"limit":67108864}}'
  config 'mkdir /sys/fs/cgroup/init && echo 1 > /sys/fs/cgroup/init/cgroup.procs && echo +memory > /sys/fs/cgroup/cgroup.subtree_control && touch /tmp/moved; sleep 99'
  sed -i 's/"noexec","nodev","ro"\]}\],/"noexec","nodev","rw"]}],/' $bundle/config.json
  rm -f $bundle/rootfs/tmp/moved
  nosc run --detach --bundle $bundle $id < /dev/null > /dev/null 2>&1 || fail 'run --detach'
  while [ ! -e $bundle/rootfs/tmp/moved ]; do sleep 0.1; done
  expect 0::/init nosc exec $id cat /proc/self/cgroup
  nosc delete --force $id
  [ ! -e $cgroups/group/$id ] || fail 'the cgroup is still there'
}
test_deep_cgroups_are_removed() {
  config 'cd /sys/fs/cgroup; i=0; while [ $i -lt 70 ]; do mkdir d e; cd d; i=$((i + 1)); done; sleep 99 & exit 0'
  sed -i 's/"noexec","nodev","ro"\]}\],/"noexec","nodev","rw"]}],/' $bundle/config.json
  expect '' run
  [ ! -e $cgroups/group/$id ] || fail 'the cgroup is still there'
}
test_events() {
  detached
  nosc events --stats $id | grep -q '"memory"' || fail 'no statistics'
  nosc delete --force $id
}
test_ps() {
  detached
  nosc ps --format json $id | grep -q '\[[0-9]' || fail 'no process'
  nosc delete --force $id
}
test_running_is_not_deleted() {
  detached
  expect_status 1 nosc delete $id
  nosc delete --force $id
}
test_rootless() {
  mkdir -p /run/user
  chown 1000:1000 /run/user
  cp -r $bundle /run/user/bundle
  rm -f /run/user/bundle/config.json
  chown -R 1000:1000 /run/user
  su user -c "nosc spec --rootless --bundle /run/user/bundle" || fail spec
  sed -i 's/"terminal": *true/"terminal": false/; s/"sh"/"id","-u"/' /run/user/bundle/config.json
  chown -R 1000:1000 /run/user
  got=$(su user -c "XDG_RUNTIME_DIR=/run/user nosc run --bundle /run/user/bundle $id" 2>&1) || true
  rm -rf /run/user
  [ "$got" = 0 ] || fail "$got"
}

# After what the kernel has said.
echo
number=0
for name in $(grep -o '^test_[a-z_0-9]*' "$0" | grep -E "${NOSC_CASES:-.}"); do
  number=$((number + 1))
  id=case$number
  defaults
  said=$(
    set -e
    $name 2>&1
  )
  case $? in
    0) echo "ok ${name#test_}" ;;
    77) echo "skip ${name#test_}: $said" ;;
    *) echo "not ok ${name#test_}: $(echo "$said" | tail -n 4 | tr '\n' ' ')" ;;
  esac
  nosc delete --force $id > /dev/null 2>&1
done
left=$(ls -d $cgroups/group/* 2> /dev/null)
if [ -n "$left" ]; then echo "not ok nothing_is_left: $left"; else echo "ok nothing_is_left"; fi
