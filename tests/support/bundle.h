// SPDX-License-Identifier: Apache-2.0
#pragma once

// An OCI bundle in a folder of its own: a root file system with a static busybox and a
// configuration that works for the caller, which a test then changes where it matters.

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/json.h"
#include "tests/support/process.h"

namespace nosc::testing {

// The configuration of a container that runs /bin/true for `caller`, much as `spec` writes it.
Json default_config(Caller caller);

// One entry of /mounts.
Json mount_entry(const std::string& destination, const std::string& type, const std::string& source,
                 const std::vector<std::string>& options = {});

// One entry of /linux/uidMappings or /linux/gidMappings.
Json id_mapping(uint32_t container_id, uint32_t host_id, uint32_t size);

// The user and group id that `caller` has outside.
uid_t uid_of(Caller caller);
gid_t gid_of(Caller caller);

class Bundle {
 public:
  // Makes the folder `directory` and the root file system in it.
  Bundle(std::filesystem::path directory, Caller owner);
  ~Bundle();
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;

  const std::filesystem::path& directory() const { return directory_; }
  std::filesystem::path rootfs() const { return directory_ / "rootfs"; }
  Json& config() { return config_; }

  // The container runs these arguments, or this shell script.
  void set_args(const std::vector<std::string>& args);
  void set_script(const std::string& script);

  // New namespaces of exactly these types.
  void set_namespaces(const std::vector<std::string>& types);
  void add_mount(Json mount) { config_["mounts"].push(std::move(mount)); }

  // Every capability there is, in all sets but the ambient one.
  void grant_all_capabilities();

  // Makes a file, with the folders above it, below the bundle's folder.
  void add_file(const std::string& path, const std::string& content, int mode = 0644);

  // Writes config.json, from the configuration or as given, and makes everything the owner's.
  void write();
  void write_text(const std::string& config_text);

 private:
  std::filesystem::path directory_;
  Caller owner_;
  Json config_;
};

}  // namespace nosc::testing
