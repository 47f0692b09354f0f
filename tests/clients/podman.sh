# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# podman with storage, state and configuration of its own, under the folder $1.

set_up_podman() {
  podman_home=$1
  mkdir -p "$podman_home"
  cat > "$podman_home/containers.conf" << END
[containers]
default_ulimits = ["nofile=1024:4096", "nproc=1024:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "under_test"
runtime_supports_json = ["under_test"]
runtime_supports_nocgroup = ["under_test"]
[engine.runtimes]
under_test = ["$runtime"]
END
  podman import "$stage/image.tar" test 2> /dev/null
}

podman() {
  CONTAINERS_CONF=$podman_home/containers.conf timeout --kill-after=5 60 \
    "$(type -P podman)" --root "$podman_home/storage" --runroot "$podman_home/run" \
    --tmpdir "$podman_home/tmp" --storage-driver vfs "$@"
}

# run OPTION... COMMAND...: a container of the test's image, without a network, that goes away.
run() { podman run --rm --network none "$@"; }

# start OPTION... COMMAND...: the same in the background, with the case's name.
start() { podman run --detach --network none --name "$case_name" "$@" > /dev/null; }

remove() { podman rm --force --time 0 "${@:-$case_name}" > /dev/null; }
