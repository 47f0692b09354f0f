#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A container with its lifecycle, limits, devices and seccomp on a kernel for another architecture,
# which the kernel's repository is named after.
architecture=${NOSC_KERNEL%/*}
export NOSC_VM_ARCHITECTURE=${architecture##*_}
export NOSC_CASES=${NOSC_CASES:-'membership|memory_limit|memory_kills|cpu_quota$|pids_limit|devices_(denied|allowed)|seccomp|lifecycle'}
exec "$(dirname "$0")/vm_test.sh"
