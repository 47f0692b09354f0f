#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: capture.sh FOLDER
#
# Writes the configurations that podman, containerd and docker make of their common options into
# FOLDER, NAME.json each. What belongs to this machine is a placeholder in them: @BUNDLE@, @ROOTFS@,
# @STAGE@ and @ID@; a seccomp profile is @SECCOMP:N@ and stands in seccomp-N.json.
set -u
here=$(dirname "$0")
. "$here/machine.sh"
. "$here/cases.sh"
export NOSC_CAPTURE_FOLDER=${1:-${NOSC_CAPTURE_FOLDER:?usage: capture.sh FOLDER}}
export NOSC_RUNTIME=${NOSC_RUNTIME:-/usr/sbin/runc} NOSC_BUSYBOX=${NOSC_BUSYBOX:-/bin/busybox}
enter_machine podman containerd dockerd runc perl
mkdir -p "$NOSC_CAPTURE_FOLDER" "$stage/cases"
mv "$runtime" "$stage/bin/real"
echo '#!/bin/sh
bundle= previous=
for word; do
  case $previous in --bundle | -b) bundle=$word ;; esac
  previous=$word
done
case " $* " in
  *" create "*) [ -e '"$stage"'/captured ] || { cp "$bundle/config.json" '"$stage"'/captured; echo "$bundle" > '"$stage"'/bundle; } ;;
esac
exec '"$stage"'/bin/real "$@"' > "$runtime"
chmod 755 "$runtime"

# capture NAME COMMAND...: what the command makes of its options becomes NAME.json.
capture() {
  local name=$1
  shift
  case_name=$name
  rm -f "$stage/captured"
  "$@" > "$stage/said" 2>&1 || echo "$name: $(tail -n 1 "$stage/said")"
  [[ -e $stage/captured ]] || { echo "no configuration: $name" && return; }
  perl -e '
    my ($captured, $folder, $name, $bundle, $stage) = @ARGV;
    local $/;
    open(my $in, "<", $captured); my $text = <$in>; $text =~ s/\s+$//;
    my ($root) = $text =~ /"root":\{"path":"([^"]*)"/;
    $text =~ s/\Q$root\E/\@ROOTFS\@/g if $root =~ m,^/,;
    $text =~ s/\Q$bundle\E/\@BUNDLE\@/g;
    $text =~ s/\Q$stage\E/\@STAGE\@/g;
    $text =~ s/\b[0-9a-f]{64}\b/\@ID\@/g;
    $text =~ s,"/proc/\d+/exe","\@HOOK\@",g;
    $text =~ s/"hostname":"[0-9a-f]{12}"/"hostname":"c0ffee000001"/;
    $text =~ s/HOSTNAME=[0-9a-f]{12}\b/HOSTNAME=c0ffee000001/;
    if ((my $from = index($text, "\"seccomp\":{")) >= 0) {
      $from += length("\"seccomp\":");
      my ($depth, $to) = (0, $from);
      do {
        my $char = substr($text, $to++, 1);
        $depth += $char eq "{" ? 1 : $char eq "}" ? -1 : 0;
      } while ($depth > 0);
      my $profile = substr($text, $from, $to - $from);
      my $number = 1;
      for (;; $number++) {
        my $file = "$folder/seccomp-$number.json";
        if (open(my $known, "<", $file)) {
          my $content = <$known>; $content =~ s/\s+$//;
          last if $content eq $profile;
          next;
        }
        open(my $out, ">", $file); print $out "$profile\n"; close($out);
        last;
      }
      substr($text, $from, $to - $from) = "\"\@SECCOMP:$number\@\"";
    }
    open(my $out, ">", "$folder/$name.json"); print $out "$text\n";
  ' "$stage/captured" "$NOSC_CAPTURE_FOLDER" "$name" "$(cat "$stage/bundle")" "$stage"
}

# podman NAME OPTION...
capture_podman() { capture "podman-$1" podman run --rm --network none "${@:2}" test /bin/evidence; }

capture_all_of_podman() {
  capture_podman default
  capture_podman read-only --read-only
  capture_podman volume --volume "$stage/data:/data"
  capture_podman volume-read-only --volume "$stage/data:/data:ro,nosuid,nodev,noexec"
  capture_podman volume-shared --volume "$stage/data:/data:rshared"
  capture_podman tmpfs --tmpfs /data:size=1m,mode=1770,noexec
  capture_podman mount-tmpfs --mount type=tmpfs,destination=/data,tmpfs-size=4m
  capture_podman mount-bind --mount "type=bind,source=$stage/data,destination=/data,bind-propagation=rslave,ro=true"
  capture_podman mount-devpts --mount type=devpts,destination=/data
  capture_podman user --user 1000:1000
  capture_podman groups --user 1000 --group-add 2000
  capture_podman cap-add --cap-add sys_admin,net_admin
  capture_podman cap-drop-all --cap-drop all
  capture_podman privileged --privileged
  capture_podman seccomp-unconfined --security-opt seccomp=unconfined
  capture_podman no-new-privileges --security-opt no-new-privileges
  capture_podman unmask --security-opt unmask=all
  capture_podman mask --security-opt mask=/proc/version
  capture_podman ulimit --ulimit nproc=512:1024 --ulimit nofile=512:1024 --ulimit core=0:0
  capture_podman sysctl --sysctl net.ipv4.ip_forward=1 --sysctl kernel.msgmax=12345
  capture_podman device --device /dev/net/tun --device /dev/full:/dev/mine:r
  capture_podman device-cgroup-rule --cap-add mknod --device-cgroup-rule 'c 10:200 rwm'
  capture_podman memory --memory 32m --memory-swap 64m --memory-reservation 16m
  capture_podman oom-kill-disable --memory 32m --oom-kill-disable
  capture_podman cpus --cpus 0.5
  capture_podman cpu-shares --cpu-shares 512 --cpu-period 50000 --cpu-quota 25000
  capture_podman cpuset --cpuset-cpus 0 --cpuset-mems 0
  capture_podman pids-limit --pids-limit 20
  capture_podman hostname --hostname box
  capture_podman init --init --init-path "$(type -P docker-init)"
  capture_podman pid-host --pid host
  capture_podman ipc-host --ipc host
  capture_podman uts-host --uts host
  capture podman-network-host podman run --rm --network host test /bin/evidence
  capture_podman cgroupns-host --cgroupns host
  capture_podman terminal --tty
  capture_podman shm-size --shm-size 1m
  capture_podman oom-score-adj --oom-score-adj 500
  capture_podman umask --umask 0077
  capture_podman annotation --annotation org.example.key=value
  capture_podman uidmap --uidmap 0:100000:65536 --gidmap 0:100000:65536
  capture_podman workdir-env --workdir /tmp --env NAME=value
  capture_podman systemd --systemd always
  capture_podman without-cgroups-namespace --cgroups no-conmon
}

capture_ctr() { capture "containerd-$1" run "${@:2}" -- /bin/evidence; }

capture_all_of_containerd() {
  capture_ctr default
  capture_ctr read-only --read-only
  capture_ctr mount --mount "type=bind,src=$stage/data,dst=/data,options=rbind:ro"
  capture_ctr mount-tmpfs --mount type=tmpfs,src=tmpfs,dst=/data,options=nosuid:size=1m
  capture_ctr memory --memory-limit 33554432
  capture_ctr cpus --cpus 0.5
  capture_ctr cap-add --cap-add CAP_SYS_ADMIN
  capture_ctr cap-drop --cap-drop CAP_CHOWN
  capture_ctr seccomp --seccomp
  capture_ctr privileged --privileged
  capture_ctr network-host --net-host
  capture_ctr device --device /dev/net/tun
  capture_ctr no-new-privileges --allow-new-privs=false
}

capture_docker() { capture "docker-$1" docker run --rm --network none "${@:2}" test /bin/evidence; }

capture_all_of_docker() {
  capture_docker default
  capture_docker read-only --read-only
  capture_docker volume --volume "$stage/data:/data:ro"
  capture_docker tmpfs --tmpfs /data:size=1m
  capture_docker user --user 1000:1000 --group-add 2000
  capture_docker cap-add --cap-add SYS_ADMIN
  capture_docker cap-drop-all --cap-drop ALL
  capture_docker seccomp-unconfined --security-opt seccomp=unconfined
  capture_docker no-new-privileges --security-opt no-new-privileges
  capture_docker ulimit --ulimit core=0:0 --ulimit nofile=512:1024
  capture_docker sysctl --sysctl net.ipv4.ip_forward=1
  capture_docker device --device /dev/net/tun
  capture_docker memory --memory 32m --memory-swap 64m
  capture_docker cpus --cpus 0.5 --cpuset-cpus 0
  capture_docker pids-limit --pids-limit 20
  capture_docker blkio --device-read-bps /dev/vda:1mb
  capture_docker init --init
  capture_docker privileged --privileged
  capture_docker pid-host --pid host
  capture_docker shm-size --shm-size 1m --oom-score-adj 500
  capture_docker terminal --tty
}

mkdir "$stage/data"
printf '#!/bin/sh\n' > "$stage/image/bin/evidence"
chmod 755 "$stage/image/bin/evidence"
tar --create --directory="$stage/image" --file="$stage/image.tar" --owner=0 --group=0 .
(. "$here/podman.sh" && set_up_podman "$stage/podman" > /dev/null && capture_all_of_podman)
(. "$here/containerd.sh" && set_up_containerd "$stage/containerd" && capture_all_of_containerd)
(. "$here/dockerd.sh" && set_up_dockerd "$stage/dockerd" && capture_all_of_docker)
