# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# dockerd with root, sockets and configuration of its own, under the folder $1. It has no network,
# and the containers get limits that a machine without CAP_SYS_RESOURCE can set.

set_up_dockerd() {
  dockerd_home=$1
  mkdir -p "$dockerd_home"
  echo "{}" > "$dockerd_home/daemon.json"
  dockerd --host "unix://$dockerd_home/socket" --data-root "$dockerd_home/root" \
    --exec-root "$dockerd_home/exec" --pidfile "$dockerd_home/pid" --config-file "$dockerd_home/daemon.json" \
    --iptables=false --ip6tables=false --ip-forward=false --bridge=none --storage-driver vfs \
    --add-runtime "under_test=$runtime" --default-runtime under_test \
    --default-ulimit nofile=1024:4096 > "$dockerd_home/log" 2>&1 &
  dockerd_process=$!
  until_true docker version || return 1
  docker import "$stage/image.tar" test > /dev/null
}

docker() {
  DOCKER_CONFIG=$dockerd_home timeout --kill-after=5 60 /usr/bin/docker --host "unix://$dockerd_home/socket" "$@"
}

run() { docker run --rm --network none "$@"; }

start() { docker run --detach --network none --name "$case_name" "$@" > /dev/null; }

remove() { docker rm --force "${@:-$case_name}" > /dev/null; }
