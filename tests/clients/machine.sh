# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A machine of its own for the test script that sources this: namespaces of every kind but user, an
# empty /run, storage on tmpfs, and a cgroup in every hierarchy of which the clients see only the
# inside. Whatever a client or a container leaves behind dies with process 1, and is reported first.
#
# The runtime under test is $NOSC_RUNTIME, by default nosc.

stage=/run/nosc-test
runtime=$stage/bin/nosc
readonly stage runtime

# Daemons may stand where no user's path leads.
PATH=$PATH:/usr/sbin:/sbin

skip_all() {
  echo "skip all: $*"
  exit 0
}

# cgroup_hierarchies: "TYPE MOUNT_POINT CONTROLLERS" for each one that this machine has.
cgroup_hierarchies() {
  while read -r _ point type options _; do
    case $type in
      cgroup2) echo "$type $point -" ;;
      cgroup) echo "$type $point $(grep -oE '(name=[a-z]+|cpuset|cpuacct|cpu|blkio|memory|devices|freezer|net_cls|perf_event|net_prio|hugetlb|pids|rdma|misc)(,|$)' <<< "$options" | tr -d '\n' | sed 's/,$//')" ;;
    esac
  done < /proc/self/mounts
}

# Makes the test's cgroup in every hierarchy, and moves the process $BASHPID there.
join_own_cgroups() {
  local type point file folder
  while read -r type point _; do
    folder=$point/$cgroup_name
    mkdir -p "$folder" 2> /dev/null || continue
    for file in cpuset.cpus cpuset.mems; do
      [[ $type == cgroup && -e $folder/$file ]] && cat "$point/$file" > "$folder/$file"
    done
    echo "$BASHPID" > "$folder/cgroup.procs" || return 1
  done < <(cgroup_hierarchies)
}

remove_own_cgroups() {
  local point
  while read -r _ point _; do
    [[ -d $point/$cgroup_name ]] || continue
    find "$point/$cgroup_name" -depth -type d -exec rmdir {} + 2> /dev/null
  done < <(cgroup_hierarchies)
}

# Shows the hierarchies again as they are seen from the new cgroup namespace.
mount_own_cgroups() {
  local type point controllers hierarchies
  hierarchies=$(cgroup_hierarchies)
  umount --recursive --lazy /sys/fs/cgroup
  if [[ $hierarchies == 'cgroup2 /sys/fs/cgroup -' ]]; then
    mount -t cgroup2 none /sys/fs/cgroup
    # Controllers can only be handed on by a cgroup without processes.
    mkdir /sys/fs/cgroup/init
    local process
    while read -r process; do echo "$process" > /sys/fs/cgroup/init/cgroup.procs; done < /sys/fs/cgroup/cgroup.procs
    for controllers in $(cat /sys/fs/cgroup/cgroup.controllers); do
      echo "+$controllers" > /sys/fs/cgroup/cgroup.subtree_control
    done
    return
  fi
  mount -t tmpfs -o mode=755 none /sys/fs/cgroup
  while read -r type point controllers; do
    mkdir -p "$point"
    case $type in
      cgroup2) mount -t cgroup2 none "$point" ;;
      *) mount -t cgroup -o "$controllers" none "$point" ;;
    esac
  done <<< "$hierarchies"
}

install_programs() {
  [[ $runtime_source == */nosc ]] && runtime_is_nosc=yes
  mkdir -p "$stage/bin" "$stage/image/bin" "$stage/image/etc" "$stage/image/tmp" "$stage/image/root"
  cp "$runtime_source" "$runtime"
  chmod 755 "$runtime"
  cp "$busybox_source" "$stage/image/bin/busybox"
  chmod 755 "$stage/image/bin/busybox"
  local applet
  for applet in $("$stage/image/bin/busybox" --list); do
    [[ $applet == busybox ]] || ln -s busybox "$stage/image/bin/$applet"
  done
  echo 'root:x:0:0:root:/root:/bin/sh
guest:x:1000:1000:guest:/tmp:/bin/sh' > "$stage/image/etc/passwd"
  echo 'root:x:0:
guest:x:1000:
extra:x:2000:guest' > "$stage/image/etc/group"
  chmod 1777 "$stage/image/tmp"
  tar --create --directory="$stage/image" --file="$stage/image.tar" --owner=0 --group=0 .
}

# enter_machine PROGRAM...: the rest of the script runs inside; skips where PROGRAMs are missing.
enter_machine() {
  local program
  for program; do
    command -v "$program" > /dev/null || skip_all "there is no $program"
  done
  [[ $(id -u) == 0 ]] || skip_all 'needs root'
  runtime_source=${NOSC_RUNTIME:-engine/nosc}
  busybox_source=${NOSC_BUSYBOX:-tests/support/busybox}
  [[ $runtime_source == */* ]] || runtime_source=$(command -v "$runtime_source")
  [[ -e $runtime_source ]] || skip_all "there is no runtime $runtime_source"
  if [[ ${NOSC_CLIENTS_INSIDE:-} != yes ]]; then
    cgroup_name=nosc-test-$$
    trap remove_own_cgroups EXIT
    (
      join_own_cgroups || exit 77
      NOSC_CLIENTS_INSIDE=yes exec unshare --mount --pid --cgroup --net --ipc --uts --fork \
        --kill-child --mount-proc --propagation private "$BASH" "$0"
    )
    local status=$?
    [[ $status != 77 ]] || skip_all 'no cgroups of its own'
    exit "$status"
  fi
  unset NOSC_CLIENTS_INSIDE
  mount -t tmpfs -o mode=755,nosuid run /run
  mount_own_cgroups || skip_all 'no cgroups of its own'
  ip link set lo up 2> /dev/null || "$busybox_source" ifconfig lo up
  hostname nosc-test
  umask 022
  install_programs
}

# leaks PATTERN STATE_FOLDER...: what is left of containers, a line each; their cgroups' names match
# PATTERN.
leaks() {
  find /sys/fs/cgroup -mindepth 2 -type d -name "$1" | sed 's/^/cgroup /'
  shift
  local state
  for state in /run/nosc /run/runc "$@"; do
    [[ -d $state ]] && find "$state" -mindepth 1 | sed 's/^/record /'
  done
  local process name
  for process in /proc/[0-9]*; do
    name=$(tr '\0' ' ' 2> /dev/null < "$process/cmdline")
    case $name in
      "$runtime"* | nosc* | sleep* | /bin/sleep* | sh\ -c* | /bin/sh*) echo "process $name" ;;
    esac
  done
}
