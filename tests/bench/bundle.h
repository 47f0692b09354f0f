// SPDX-License-Identifier: Apache-2.0
//
// The place where a benchmark runs: a mount namespace of its own with cgroup2 at /sys/fs/cgroup,
// and in a temporary folder an OCI bundle whose root file system is one static program.
#pragma once

#include <sys/types.h>

#include <string>

namespace bench {

class Bundle {
 public:
  // Makes the place; `payload` is copied to /true in the root file system, `waiting` to /wait. The
  // configuration runs /true.
  // Errors: throws std::runtime_error (without root, for instance).
  Bundle(const std::string& payload, const std::string& waiting);
  ~Bundle();
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;

  // What differs between the configurations that are measured.
  struct Settings {
    std::string program = "/true";
    std::string cgroup = "nosc_bench";  // beneath the hierarchy's root
    std::string seccomp = "";           // the object of that name; empty: none
    int binds = 0;                      // mounts of a folder of the root file system, at /mnt/N
    uid_t user = 0;                     // who runs it: another has a user namespace, and no cgroup
  };

  // Writes a configuration of this root file system into that folder, which is made.
  void write_config(const std::string& folder, const Settings& settings) const;

  // Copies a program of the host into the root file system.
  // Errors: throws std::filesystem::filesystem_error.
  void add_program(const std::string& from, const std::string& path) const;

  // Writes the configuration once more, with that program.
  void run_program(const std::string& path) const;

  const std::string& folder() const { return folder_; }
  std::string rootfs() const { return folder_ + "/rootfs"; }
  // For what runtimes remember.
  std::string state_folder() const { return folder_ + "/state"; }

  // The cgroup that config.json asks for, unless its settings name another.
  static const char* cgroup_folder() { return "/sys/fs/cgroup/nosc_bench"; }

 private:
  std::string folder_;
};

}  // namespace bench
