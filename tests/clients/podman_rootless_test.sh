#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# podman as a user without privileges, with the runtime under test.
set -uo pipefail
here=$(dirname "$0")
. "$here/machine.sh"
. "$here/cases.sh"
enter_machine podman conmon newuidmap setpriv
mkdir -p "$stage/cases"
chmod 1777 "$stage/cases"

# A user of its own with subordinate ids, in this machine's view of /etc alone.
user=41234
for file in passwd group subuid subgid; do
  cp "/etc/$file" "$stage/$file"
  case $file in
    passwd) echo "tester:x:$user:$user::$stage/home:/bin/sh" >> "$stage/$file" ;;
    group) echo "tester:x:$user:" >> "$stage/$file" ;;
    *) echo 'tester:500000:65536' >> "$stage/$file" ;;
  esac
  chmod 644 "$stage/$file"
  mount --bind "$stage/$file" "/etc/$file"
done
install -d -o $user -g $user -m 700 "$stage/home" "$stage/user"
cat > "$stage/containers.conf" << END
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "under_test"
runtime_supports_json = ["under_test"]
[engine.runtimes]
under_test = ["$runtime"]
END
chmod 644 "$stage/containers.conf" "$stage/image.tar"

podman() {
  (
    cd "$stage/home" || exit
    timeout --kill-after=5 60 setpriv --reuid $user --regid $user --clear-groups \
      env -i PATH="$PATH" HOME="$stage/home" XDG_RUNTIME_DIR="$stage/user" \
      CONTAINERS_CONF="$stage/containers.conf" "$(type -P podman)" --storage-driver vfs "$@"
  )
}
podman import "$stage/image.tar" test > /dev/null 2> "$stage/said" || skip_all "podman can't be used here without privileges: $(tail -n 1 "$stage/said")"

run() { podman run --rm --network none --ulimit host "$@"; }
start() { podman run --detach --network none --ulimit host --name "$case_name" "$@" > /dev/null; }
remove() { podman rm --force --time 0 "$case_name" > /dev/null; }

test_run_hello() { expect hello run test echo hello; }
test_run_exit_status() { expect_status 7 run test sh -c 'exit 7'; }
test_user_is_mapped() { expect_like "0 +$user +1" run test cat /proc/self/uid_map; }
test_other_users_are_mapped() { expect 1000 run --user guest test id -u; }
test_read_only() { expect_refused 'Read-only' run --read-only test touch /new; }
test_volume() {
  mkdir -m 777 "$stage/cases/$case_name"
  expect '' run --volume "$stage/cases/$case_name:/data" test touch /data/file
  expect "$user" stat -c %u "$stage/cases/$case_name/file"
}
test_seccomp_is_on() { expect $'Seccomp:\t2' run test grep ^Seccomp: /proc/self/status; }
test_cap_drop_all() { expect_refused 'not permitted' run --cap-drop all test chown 1 /tmp; }
test_missing_program() { expect_status 127 run test nosuchprogram; }
test_exec() {
  start test sleep 60
  expect inside podman exec "$case_name" echo inside
  remove
}
test_stop() {
  start test sh -c 'trap "exit 3" TERM; while :; do sleep 0.1; done'
  sleep 0.3
  podman stop "$case_name" > /dev/null
  expect 3 podman wait "$case_name"
  remove
}
test_keep_id() { expect "$user" run --userns keep-id test id -u; }

needs_case run_hello
run_cases 2
report_leaks 'libpod-*' "$stage/user/nosc" "$stage/user/runc"
