#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Boots a kernel under qemu-system with an initramfs that holds the runtime, a busybox and the cases
# of inside.sh, and passes on what they report. The machine has cgroup version 2 and nothing else,
# and no disk: all it leaves is its output.
set -uo pipefail
here=$(dirname "$0")
PATH=$PATH:/usr/sbin:/sbin
architecture=${NOSC_VM_ARCHITECTURE:-x86_64}
kernel=${NOSC_KERNEL:-}
runtime=${NOSC_RUNTIME:-engine/nosc}
busybox=${NOSC_BUSYBOX:-tests/support/busybox}
cases=${NOSC_VM_CASES:-$here/inside.sh}
host_busybox=$(realpath "${NOSC_HOST_BUSYBOX:-$busybox}")  # it is called from another folder

skip_all() {
  echo "skip all: $*"
  exit 0
}
qemu=qemu-system-$architecture
readonly qemu
command -v "$qemu" > /dev/null || skip_all "there is no $qemu"
[[ -s $kernel ]] || skip_all "there is no kernel for $architecture"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/root"/{bin,dev,proc,sys,new}
cp "$busybox" "$work/root/bin/busybox"
cp "$runtime" "$work/root/bin/nosc"
cp "$here/init.sh" "$work/root/init"
cp "$cases" "$work/root/cases"
chmod 755 "$work/root/bin"/* "$work/root/init"
# Compiled by the host, for whichever kernel has AppArmor. Without it those cases are skipped.
if command -v apparmor_parser > /dev/null && [[ -e $here/apparmor.profile ]]; then
  apparmor_parser --quiet --skip-kernel-load --skip-cache --ofile="$work/root/policy" \
    "$here/apparmor.profile" > /dev/null 2>&1 || rm -f "$work/root/policy"
fi
(cd "$work/root" && find . | "$host_busybox" cpio -o -H newc 2> /dev/null) > "$work/initramfs"

case $architecture in
  x86_64) options=(-cpu max) console=ttyS0 ;;
  aarch64) options=(-machine virt -cpu cortex-a57) console=ttyAMA0 ;;
  riscv64) options=(-machine virt) console=ttyS0 ;;
esac
timeout --kill-after=5 240 "$qemu" -accel tcg "${options[@]}" -m 512 -nographic -no-reboot -nic none \
  -kernel "$kernel" -initrd "$work/initramfs" \
  -append "console=$console quiet panic=-1 NOSC_CASES=${NOSC_CASES:-.}" \
  < /dev/null > "$work/console" 2>&1 &
machine=$!
trap 'kill "$machine" 2> /dev/null; wait "$machine" 2> /dev/null; rm -rf "$work"' EXIT
wait "$machine"
tr -d '\r' < "$work/console" > "$work/output"
grep -E '^(ok|not ok|skip) ' "$work/output"
if ! grep -q '^the end$' "$work/output"; then
  echo "not ok the_machine_came_to_its_end: $(tail -n 5 "$work/output" | tr '\n' ' ')"
fi
[[ -z ${NOSC_VM_VERBOSE:-} ]] || cat "$work/output" >&2
