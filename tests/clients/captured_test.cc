// SPDX-License-Identifier: Apache-2.0
//
// Configurations that podman, containerd and docker made of their common options (captured/, by
// capture.sh), run unchanged but for paths, the terminal and the hooks' program. Inside runs
// evidence.sh: what it reads from the kernel is compared with what the option promises, and with
// what it reads when runc runs the same bundle.

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <regex>
#include <set>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

fs::path test_data() {
  const char* directory = getenv("TEST_SRCDIR");
  const char* workspace = getenv("TEST_WORKSPACE");
  if (directory == nullptr || workspace == nullptr) return "tests/clients";
  return fs::path(directory) / workspace / "tests/clients";
}

std::vector<std::string> captured_names() {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(test_data() / "captured", error)) {
    const std::string name = entry.path().stem();
    if (!name.starts_with("seccomp-")) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

// What the option that gives the configuration its name must have done; lines of evidence.sh.
struct Promise {
  const char* name;
  std::vector<const char*> lines;  // regular expressions, each found in one line at least
};

const std::vector<Promise>& promises() {
  static const std::vector<Promise> list = {
      {"podman-default",
       {"status: Seccomp:\t2", "try unshare-mount: EPERM", "try write-root: allowed",
        "try write-proc-sys: EROFS", "try open-memory: (EPERM|failed|EACCES)", "descriptors: 4",
        "bytes of /proc/keys: 0"}},
      {"podman-read-only", {"try write-root: EROFS", "mount: .* / ro[, ]"}},
      {"podman-volume", {"try write-data: allowed"}},
      {"podman-volume-read-only",
       {"try write-data: EROFS", "mount: .* /data ro,nosuid,nodev,noexec"}},
      {"podman-volume-shared", {"try write-data: allowed"}},
      {"podman-tmpfs",
       {"mount: / /data rw,.*noexec.* - tmpfs .*size=1024k", "stat: drwxrwx--T 0 0 /data"}},
      {"podman-mount-tmpfs", {"mount: / /data .* - tmpfs .*size=4096k"}},
      {"podman-mount-bind", {"try write-data: EROFS"}},
      {"podman-mount-devpts", {"mount: / /data .* - devpts "}},
      {"podman-user", {"uid: 1000", "gid: 1000", "status: CapEff:\t0000000000000000"}},
      {"podman-groups", {"uid: 1000", "groups: .*2000"}},
      {"podman-cap-add", {"try mount: allowed"}},
      {"podman-cap-drop-all",
       {"status: CapEff:\t0000000000000000", "status: CapBnd:\t0000000000000000",
        "try chown: EPERM", "try chroot: EPERM"}},
      {"podman-seccomp-unconfined", {"status: Seccomp:\t0"}},
      {"podman-no-new-privileges", {"status: NoNewPrivs:\t1"}},
      {"podman-mask", {"mount: .* /proc/version "}},
      {"podman-ulimit",
       {"limits: Max open files 512 1024 files", "limits: Max core file size 0 0 bytes",
        "limits: Max processes 512 1024"}},
      {"podman-sysctl", {"sysctl net/ipv4/ip_forward: 1", "sysctl kernel/msgmax: 12345"}},
      {"podman-device",
       {"dev: c.* full|dev: c.* mine", "try open-full: allowed", "try open-tun: (allowed|failed)"}},
      {"podman-device-cgroup-rule", {"try mknod-memory: (EPERM|allowed)"}},
      {"podman-memory",
       {"limit memory.(limit_in_bytes|max): 33554432",
        "limit memory.(soft_limit_in_bytes|low): 16777216"}},
      {"podman-oom-kill-disable", {"limit memory.(limit_in_bytes|max): 33554432"}},
      {"podman-cpus", {"limit cpu.(cfs_quota_us: 50000|max: 50000 100000)"}},
      {"podman-cpu-shares",
       {"limit cpu.(shares: 512|weight: [0-9]+)",
        "limit cpu.(cfs_quota_us: 25000|max: 25000 50000)"}},
      {"podman-cpuset", {"limit cpuset.cpus: 0$", "status: Cpus_allowed_list:\t0$"}},
      {"podman-pids-limit", {"limit pids.max: 20$"}},
      {"podman-hostname", {"sysctl kernel/hostname: box$"}},
      {"podman-shm-size", {"stat: drwx.* /dev/shm"}},
      {"podman-oom-score-adj", {"oom_score_adj: 500"}},
      {"podman-umask", {"status: Umask:\t0077"}},
      {"podman-uidmap", {"id_map: +0 100000 65536", "uid: 0"}},
      {"podman-workdir-env", {"cwd: /tmp", "env: NAME=value"}},
      {"podman-privileged", {"status: Seccomp:\t0", "status: CapEff:\t000001[0-9a-f]*ff"}},
      {"containerd-default", {"status: CapEff:\t00000000a80425fb", "mount: .* /run .*tmpfs"}},
      {"containerd-read-only", {"try write-root: EROFS"}},
      {"containerd-mount", {"try write-data: EROFS"}},
      {"containerd-mount-tmpfs", {"mount: / /data .* - tmpfs .*size=1024k"}},
      {"containerd-seccomp", {"status: Seccomp:\t2", "try unshare-mount: EPERM"}},
      {"containerd-cap-drop", {"try chown: EPERM"}},
      {"containerd-device", {"try open-tun: (allowed|failed)"}},
      {"docker-default",
       {"status: Seccomp:\t2", "status: CapEff:\t00000000a80425fb", "try unshare-mount: EPERM",
        "sysctl net/ipv4/ip_unprivileged_port_start: 0"}},
      {"docker-read-only", {"try write-root: EROFS"}},
      {"docker-volume", {"try write-data: EROFS"}},
      {"docker-tmpfs", {"mount: / /data .* - tmpfs .*size=1024k"}},
      {"docker-user", {"uid: 1000", "gid: 1000", "groups: .*2000"}},
      {"docker-cap-drop-all", {"status: CapBnd:\t0000000000000000", "try chown: EPERM"}},
      {"docker-seccomp-unconfined", {"status: Seccomp:\t0"}},
      {"docker-no-new-privileges", {"status: NoNewPrivs:\t1"}},
      {"docker-ulimit", {"limits: Max open files 512 1024 files"}},
      {"docker-sysctl", {"sysctl net/ipv4/ip_forward: 1"}},
      {"docker-memory", {"limit memory.(limit_in_bytes|max): 33554432"}},
      {"docker-cpus",
       {"limit cpu.(cfs_quota_us: 50000|max: 50000 100000)", "Cpus_allowed_list:\t0$"}},
      {"docker-pids-limit", {"limit pids.max: 20$"}},
      {"docker-blkio", {"limit (blkio.throttle.read_bps_device|io.max): .*1048576"}},
      {"docker-shm-size", {"mount: / /dev/shm .*size=1024k", "oom_score_adj: 500"}},
  };
  return list;
}

// What no two runs have in common, whoever runs them.
struct Accident {
  const char* pattern;
  const char* becomes;
};

constexpr Accident kAccidents[] = {
    {"/(bundle|stage)-[0-9]+/", "/$1/"},
    {"^(namespace [a-z]+: .*)\\[[0-9]+\\]", "$1[]"},  // which are the machine's is compared apart
    {"^(status: NStgid:.*\t)[0-9]+", "$1N"},
};

// Where the two runtimes differ, and why that is right.
struct Difference {
  const char* reason;
  const char* ours;    // a regular expression for a whole line of nosc's
  const char* theirs;  // how the line begins that stands there in runc's, with groups; "": none
};

constexpr Difference kDifferences[] = {
    {"the configuration says ro: runc leaves the directory of the hierarchies writable",
     "mount: / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - tmpfs (tmpfs rw,mode=755.*)",
     "mount: / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime - tmpfs $1"},
    {"the same, with CAP_DAC_OVERRIDE", "try write-sys: EROFS", "try write-sys: allowed"},
    {"the same, without it", "try write-sys: EROFS", "try write-sys: EACCES"},
    {"the container has a cgroup in this hierarchy too; runc gives it none",
     "mount: /[^ ]* /sys/fs/cgroup/unified r[ow],nosuid,nodev,noexec,relatime - cgroup2 cgroup2 rw",
     ""},
    {"the same", "cgroup: 0::/[^ ]+", "cgroup: 0::/"},
    {"a mask is bound from the host's null device, not the container's (CVE-2025-31133)",
     "mount: (/null /(proc|sys)/[^ ]+ rw),.* - devtmpfs .*", "mount: $1,nosuid"},
    {"an empty mask has all the flags and no room",
     "mount: (/ /(proc|sys)/[^ ]+ ro),nosuid,nodev,noexec(,.* ro),size=4k,nr_inodes=1(.*)",
     "mount: $1$3$4"},
    {"rootfsPropagation is what the root itself gets; runc's is private",
     "mount: (/[^ ]+ / rw,relatime) shared (- tmpfs .*)", "mount: $1 $2"},
};

std::multiset<std::string> comparable(const std::string& evidence, const std::string& id) {
  std::multiset<std::string> lines;
  for (std::string line : split_lines(evidence)) {
    replace_all(line, id, "ID");
    for (const Accident& accident : kAccidents) {
      line = std::regex_replace(line, std::regex(accident.pattern), accident.becomes);
    }
    lines.insert(line);
  }
  return lines;
}

// Takes the lines out of both that one difference explains.
void explain(const Difference& difference, std::multiset<std::string>& ours,
             std::multiset<std::string>& theirs) {
  const std::regex pattern(difference.ours);
  for (auto line = ours.begin(); line != ours.end();) {
    const std::string replaced = std::regex_replace(*line, pattern, difference.theirs);
    const auto found = replaced.empty() ? theirs.end() : theirs.lower_bound(replaced);
    const bool is_there = found != theirs.end() && found->starts_with(replaced);
    if (!std::regex_match(*line, pattern) || (!replaced.empty() && !is_there)) {
      ++line;
      continue;
    }
    if (is_there) theirs.erase(found);
    line = ours.erase(line);
  }
}

// The lines that only one of two has; "" where there are none, or each has its reason.
std::string compare(const std::multiset<std::string>& ours,
                    const std::multiset<std::string>& theirs) {
  std::multiset<std::string> more;
  std::multiset<std::string> less;
  std::set_difference(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                      std::inserter(more, more.end()));
  std::set_difference(theirs.begin(), theirs.end(), ours.begin(), ours.end(),
                      std::inserter(less, less.end()));
  for (const Difference& difference : kDifferences) explain(difference, more, less);
  std::string text;
  for (const std::string& line : more) text += "+ " + line + "\n";
  for (const std::string& line : less) text += "- " + line + "\n";
  return text;
}

// Which namespaces of the container are those of the test, by the evidence.
std::string shared_namespaces(const std::string& evidence) {
  std::string shared;
  for (const char* kind : {"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"}) {
    const std::string link = fs::read_symlink(std::string("/proc/self/ns/") + kind);
    const std::string line = std::string("namespace ") + kind + ": " + link;
    if (evidence.find(line) != evidence.npos) shared += std::string(kind) + " ";
  }
  return shared;
}

class CapturedTest : public ContainerFixture, public ::testing::WithParamInterface<std::string> {
 protected:
  Setting setting() const override { return {}; }

  // The sources of bind mounts have no flag that the configuration doesn't ask for.
  void SetUp() override {
    if (private_machine().ready) {
      ASSERT_EQ(mount(nullptr, "/run", nullptr, MS_REMOUNT, "mode=755"), 0);
    }
    ContainerFixture::SetUp();
  }

  void TearDown() override {
    remove_parent_cgroups();
    ContainerFixture::TearDown();
  }

  // The parents of a container's cgroup are the client's, and stay.
  void remove_parent_cgroups() {
    std::error_code error;
    for (const auto& hierarchy : fs::directory_iterator("/sys/fs/cgroup", error)) {
      for (const fs::path& root : {hierarchy.path(), fs::path("/sys/fs/cgroup")}) {
        const fs::path parent = root / private_machine().id;
        for (const char* child : {"libpod_parent", "docker", "default"}) {
          rmdir((parent / child).c_str());
        }
        rmdir(parent.c_str());
      }
    }
  }

  std::string fill_placeholders(const Bundle& bundle, const std::string& id,
                                const fs::path& folder) {
    std::string text = read_file(test_data() / "captured" / (GetParam() + ".json"));
    const std::regex profile("\"@SECCOMP:([0-9]+)@\"");
    for (std::smatch match; std::regex_search(text, match, profile);) {
      const std::string name = "seccomp-" + match[1].str() + ".json";
      text =
          match.prefix().str() + read_file(test_data() / "captured" / name) + match.suffix().str();
    }
    replace_all(text, "@ROOTFS@", bundle.rootfs());
    replace_all(text, "@BUNDLE@", bundle.directory());
    replace_all(text, "@STAGE@", folder);
    replace_all(text, "@HOOK@", "/bin/true");
    replace_all(text, "@ID@", id);
    replace_all(text, "\"cgroupsPath\":\"", "\"cgroupsPath\":\"/" + private_machine().id);
    replace_all(text, "/default/" + GetParam(), "/default/" + id);
    replace_all(text, "\"terminal\":true", "\"terminal\":false");
    return text;
  }

  // Makes the files that the client had made as sources of bind mounts.
  void make_sources(const std::string& config) {
    const std::regex source("\"source\":\"(/[^\"]*)\"");
    for (std::sregex_iterator match(config.begin(), config.end(), source), end; match != end;
         ++match) {
      const fs::path path = (*match)[1].str();
      if (!path.string().starts_with(kStage) || fs::exists(path)) continue;
      if (path.filename() == "shm" || path.filename() == "data") {
        fs::create_directories(path);
      } else {
        fs::create_directories(path.parent_path());
        EXPECT_EQ(mknod(path.c_str(), S_IFREG | 0644, 0), 0) << path;
      }
    }
  }

  struct Run {
    Completed completed;
    std::string id;
  };

  Run run_with(const fs::path& runtime) {
    Bundle& bundle = make_bundle();
    const std::string id = next_id();
    const std::string config =
        fill_placeholders(bundle, id, make_folder("stage-" + std::to_string(runs_++)));
    bundle.add_file("rootfs/bin/evidence", read_file(test_data() / "evidence.sh"), 0755);
    make_sources(config);
    bundle.write_text(config);
    if (config.find("\"hostID\":100000") != config.npos) {
      for (const auto& entry : fs::recursive_directory_iterator(bundle.directory())) {
        EXPECT_EQ(lchown(entry.path().c_str(), 100000, 100000), 0);
      }
    }
    Command command;
    command.argv = {runtime, "run", "--bundle", bundle.directory(), id};
    return {run(command), id};
  }

 private:
  int runs_ = 0;
};

TEST_P(CapturedTest, RunsAndKeepsItsPromise) {
  const Run ours = run_with(private_machine().runtime);
  const std::string& evidence = ours.completed.out;
  if (ours.completed.err.find("not supported yet") != std::string::npos) {
    GTEST_SKIP() << ours.completed.err;
  }
  const fs::path runc = "/usr/sbin/runc";
  const bool has_runc = fs::exists(runc) && private_machine().runtime_is_nosc;
  const Run theirs = has_runc ? run_with(runc) : Run();
  if (ours.completed.exit_status != 0 && theirs.completed.exit_status > 0) {
    GTEST_SKIP() << "runc can't either: " << theirs.completed.err;
  }
  ASSERT_EQ(ours.completed.exit_status, 0) << ours.completed.describe();
  for (const Promise& promise : promises()) {
    if (promise.name != GetParam()) continue;
    for (const char* pattern : promise.lines) {
      const auto lines = split_lines(evidence);
      EXPECT_TRUE(std::any_of(
          lines.begin(), lines.end(),
          [&](const std::string& line) { return std::regex_search(line, std::regex(pattern)); }))
          << "no line like: " << pattern << "\n"
          << evidence;
    }
  }
  if (theirs.completed.exit_status != 0) return;
  EXPECT_EQ(shared_namespaces(evidence), shared_namespaces(theirs.completed.out));
  const std::string difference =
      compare(comparable(evidence, ours.id), comparable(theirs.completed.out, theirs.id));
  EXPECT_EQ(difference, "") << "with runc (-) and with nosc (+)";
}

INSTANTIATE_TEST_SUITE_P(Of, CapturedTest, ::testing::ValuesIn(captured_names()),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace nosc::testing
