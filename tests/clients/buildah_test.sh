#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# buildah with OCI isolation, with the runtime under test.
set -uo pipefail
here=$(dirname "$0")
. "$here/machine.sh"
. "$here/cases.sh"
enter_machine buildah
mkdir -p "$stage/cases"
export BUILDAH_ISOLATION=oci BUILDAH_RUNTIME=$runtime
cat > "$stage/containers.conf" << END
[containers]
default_ulimits = ["nofile=1024:4096", "nproc=1024:4096"]
[engine]
cgroup_manager = "cgroupfs"
END
export CONTAINERS_CONF=$stage/containers.conf

buildah() {
  timeout --kill-after=5 60 "$(type -P buildah)" --root "$stage/buildah" --runroot "$stage/buildah-run" \
    --storage-driver vfs "$@"
}
work=$(buildah from --name work scratch) && buildah add --quiet work "$stage/image.tar" > /dev/null ||
  skip_all 'buildah can make no container here'

run() { buildah run --network none "$@"; }

test_run_hello() { expect hello run work echo hello; }
test_run_exit_status() { expect_refused 'exit status 7|status 7' run work sh -c 'exit 7'; }
test_run_user() { expect 1000 run --user guest work id -u; }
test_run_volume() {
  mkdir "$stage/cases/$case_name"
  expect '' run --volume "$stage/cases/$case_name:/data" work touch /data/file
  [[ -e $stage/cases/$case_name/file ]]
}
test_run_cap_drop() { expect_refused 'not permitted' run --cap-drop CAP_CHOWN work chown 1 /tmp; }
test_run_hostname() { expect box run --hostname box work hostname; }
test_run_seccomp() { expect $'Seccomp:\t2' run work grep ^Seccomp: /proc/self/status; }
test_run_changes_the_container() {
  run work touch /made
  expect /made run work ls /made
}
test_build() {
  buildah commit --quiet work "$case_name-base" > /dev/null
  mkdir "$stage/cases/$case_name"
  printf 'FROM %s\nRUN echo built > /result\n' "$case_name-base" > "$stage/cases/$case_name/Containerfile"
  buildah build --network none --tag "$case_name" "$stage/cases/$case_name" > /dev/null 2>&1
  buildah from --name "$case_name" "$case_name" > /dev/null
  expect built run "$case_name" cat /result
}

needs_case run_hello
run_cases 1
report_leaks 'buildah-buildah*'
