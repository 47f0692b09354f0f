// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

namespace nosc::testing {

// A process that keeps namespaces alive, for containers that join them by path. It ends with the
// object.
class NamespaceHolder {
 public:
  // Makes the namespaces named by `clone_flags` (CLONE_NEW...), and runs `inside` in them first.
  // A new user namespace maps ids 0 to 65535 to 100000 and on.
  // Pre: the test is root.
  explicit NamespaceHolder(int clone_flags, const std::function<void()>& inside = {});
  ~NamespaceHolder();
  NamespaceHolder(const NamespaceHolder&) = delete;
  NamespaceHolder& operator=(const NamespaceHolder&) = delete;

  pid_t pid() const { return holder_; }

  // The namespace file of that kernel name: "net", "pid", "user"...
  std::string path(const std::string& name) const;

  // What the namespace's link reads, as in "net:[4026531840]".
  std::string identity(const std::string& name) const;

 private:
  pid_t starter_ = -1;  // made the namespaces; the holder's parent
  pid_t holder_ = -1;
};

}  // namespace nosc::testing
