#!/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0
# Process 1 of the virtual machine: a root that pivot_root can leave, the kernel's file systems, then
# the cases, then off.
/bin/busybox mkdir -p /new
/bin/busybox mount -t tmpfs -o mode=755 root /new
/bin/busybox mkdir -p /new/bin /new/dev /new/proc /new/sys /new/tmp /new/run /new/etc
/bin/busybox cp /bin/busybox /bin/nosc /cases /new/bin/
/bin/busybox mount -t proc proc /proc
export "$(/bin/busybox grep -o 'NOSC_CASES=[^ ]*' /proc/cmdline)"
/bin/busybox umount /proc
/bin/busybox cp /init /new/init
[ ! -e /policy ] || /bin/busybox cp /policy /new/policy
# Not the program switch_root, which wants to empty the old root.
exec /bin/busybox switch_root /new /bin/busybox sh -c '
  export PATH=/bin:/sbin
  /bin/busybox --install -s /bin
  mount -t proc proc /proc
  mount -t sysfs sysfs /sys
  mount -t securityfs securityfs /sys/kernel/security
  mount -t devtmpfs dev /dev
  mkdir -p /dev/pts /dev/shm
  mount -t devpts devpts /dev/pts
  mount -t tmpfs run /run
  mount -t cgroup2 none /sys/fs/cgroup
  mkdir /sys/fs/cgroup/init
  echo 1 > /sys/fs/cgroup/init/cgroup.procs
  for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
    echo "+$controller" > /sys/fs/cgroup/cgroup.subtree_control
  done
  ip link set lo up
  echo "root:x:0:0:root:/root:/bin/sh" > /etc/passwd
  echo "user:x:1000:1000:user:/tmp:/bin/sh" >> /etc/passwd
  sh /bin/cases
  echo "the end"
  poweroff -f
  sleep 60'
