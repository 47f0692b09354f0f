#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The program of the captured configurations: prints what the kernel says about the container that
# it is in, one fact per line, SUBJECT: FACT. It runs in a busybox image.
b=/bin/busybox

say() { while IFS= read -r line; do echo "$1: $line"; done; }

# try NAME COMMAND...: whether the kernel lets it.
try() {
  name=$1
  shift
  if said=$("$@" 2>&1 < /dev/null); then
    echo "try $name: allowed"
  else
    case $said in
      *'not permitted'*) echo "try $name: EPERM" ;;
      *'ermission denied'*) echo "try $name: EACCES" ;;
      *'Read-only'*) echo "try $name: EROFS" ;;
      *'not implemented'*) echo "try $name: ENOSYS" ;;
      *) echo "try $name: failed" ;;
    esac
  fi
}

$b id -u | say uid
$b id -g | say gid
$b id -G | say groups
$b grep -E '^(Groups|Cap|NoNewPrivs|Seccomp|Cpus_allowed_list|Mems_allowed_list|NStgid|Umask)' /proc/self/status | say status
$b sed 's/  */ /g' /proc/self/limits | say limits
$b cat /proc/self/oom_score_adj | say oom_score_adj
$b cat /proc/self/uid_map /proc/self/gid_map | $b sed 's/  */ /g' | say id_map
for kind in cgroup ipc mnt net pid user uts; do
  $b readlink /proc/self/ns/$kind | say "namespace $kind"
done
# Without the numbers that differ from mount to mount.
$b awk '{ sub(/^[0-9]+ [0-9]+ [0-9]+:[0-9]+ /, ""); gsub(/(shared|master):[0-9]+/, "&"); print }' /proc/self/mountinfo |
  $b sed -E 's/(shared|master):[0-9]+/\1/g' | say mount
$b sort /proc/self/cgroup | say cgroup
for folder in /sys/fs/cgroup /sys/fs/cgroup/*; do
  for name in memory.limit_in_bytes memory.memsw.limit_in_bytes memory.soft_limit_in_bytes memory.oom_control \
    memory.swappiness cpu.shares cpu.cfs_quota_us cpu.cfs_period_us cpuset.cpus cpuset.mems pids.max \
    blkio.throttle.read_bps_device devices.list memory.max memory.low memory.swap.max cpu.max cpu.weight io.max; do
    [ -r "$folder/$name" ] && $b grep -v 'total' "$folder/$name" | say "limit $name"
  done
done
for name in net/ipv4/ip_forward net/ipv4/ip_unprivileged_port_start net/ipv4/ping_group_range kernel/msgmax kernel/hostname; do
  $b cat /proc/sys/$name 2> /dev/null | $b tr '\t' ' ' | say "sysctl $name"
done
$b env | $b grep -v '^HOSTNAME=' | $b sort | say env
$b pwd | say cwd
$b ls -l /dev 2> /dev/null | $b awk '$1 ~ /^[bcl]/ { print $1, $3, $4, $5, $6, $NF }' |
  $b sed -E 's/ [A-Z][a-z][a-z] / /' | $b sort | say dev
$b readlink /dev/fd | say link
$b readlink /dev/ptmx | say link
$b stat -c '%A %u %g %n' / /dev /dev/shm /dev/pts /proc /sys /tmp /data 2> /dev/null | say stat
# The last one is the listing's own.
$b ls /proc/self/fd | $b wc -l | say descriptors
for path in /proc/keys /proc/timer_list /proc/kcore /proc/sched_debug; do
  $b head -c 1 $path 2> /dev/null | $b wc -c | say "bytes of $path"
done

try unshare-mount $b unshare -m true
try unshare-user $b unshare -U true
try mount $b mount -t tmpfs none /tmp
try set-host-name $b hostname "$($b hostname)"
try chroot $b chroot / /bin/busybox true
try chown $b chown 1 /tmp
try write-root $b touch /written
try write-data $b touch /data/written
try write-proc-sys $b sh -c 'exec 3> /proc/sys/vm/swappiness'
try write-sys $b mkdir /sys/fs/cgroup/new
try mknod-memory $b mknod /tmp/memory c 1 1
try open-memory $b sh -c 'exec 3< /tmp/memory'
try mknod-null $b mknod /tmp/null c 1 3
try write-null $b sh -c 'echo > /dev/null'
try open-full $b sh -c 'exec 3< /dev/mine'
try write-full $b sh -c 'exec 3> /dev/mine'
try open-tun $b sh -c 'exec 3< /dev/net/tun'
try nice $b nice -n -5 true
try signal-init $b kill -0 1
try modules $b insmod /tmp/none
try swapoff $b swapoff /tmp/none
try descriptors $b sh -c 'ulimit -n 100000'
