#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A container with its lifecycle, limits, devices and seccomp on a kernel for aarch64.
export NOSC_VM_ARCHITECTURE=aarch64
export NOSC_CASES=${NOSC_CASES:-'membership|memory_limit|memory_kills|cpu_quota$|pids_limit|devices_(denied|allowed)|seccomp|lifecycle'}
exec "$(dirname "$0")/vm_test.sh"
