// SPDX-License-Identifier: Apache-2.0
#include "tests/support/lifecycle.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/support/inspect.h"

namespace nosc::testing {
std::string member_of(const std::string& json, const std::string& name) {
  size_t at = json.find("\"" + name + "\":");
  if (at == json.npos) return "";
  at = json.find_first_not_of(" ", at + name.size() + 3);
  if (json[at] == '"') return json.substr(at + 1, json.find('"', at + 1) - at - 1);
  return json.substr(at, json.find_first_of(",\n}", at) - at);
}

void LifecycleFixture::TearDown() {
  // The first process of a container is the caller's to wait for: here process 1, which is this.
  while (waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  ContainerFixture::TearDown();
}

Completed LifecycleFixture::create(Bundle& bundle, std::vector<std::string> options) {
  return create_as(next_id(), bundle, std::move(options));
}

Completed LifecycleFixture::create_as(const std::string& id, Bundle& bundle,
                                      std::vector<std::string> options) {
  bundle.write();
  streams_path_ = make_folder("streams") / "out";
  std::vector<std::string> words = {"create", "--bundle", bundle.directory()};
  if (!options.empty() && options[0] == "run") {
    words[0] = options[0];
    options.erase(options.begin());
  }
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(id);
  Command create = runtime_command(words);
  const std::string path = streams_path_;
  create.before_exec = [path] {
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0666);
    for (const int stream : {1, 2}) dup2(file, stream);
    close(file);
  };
  Completed result = run(create);
  result.err = output();
  return result;
}

Completed LifecycleFixture::command(std::vector<std::string> words) {
  for (std::string& word : words) {
    if (word == "ID") word = last_id();
  }
  return run(runtime_command(words));
}

std::string LifecycleFixture::output() const { return read_file(streams_path_); }

bool LifecycleFixture::wait_for_output(const std::string& text) const {
  return wait_until([&] { return output().find(text) != std::string::npos; });
}

std::string LifecycleFixture::status() { return member_of(command({"state", "ID"}).out, "status"); }

pid_t LifecycleFixture::pid() {
  return static_cast<pid_t>(std::atoi(member_of(command({"state", "ID"}).out, "pid").c_str()));
}

bool LifecycleFixture::wait_for_status(const std::string& wanted) {
  return wait_until([&] { return status() == wanted; });
}

bool LifecycleFixture::wait_for_no_process(const std::string& words) const {
  return wait_until([&] {
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      const std::string line = read_file(entry.path() / "cmdline");
      if (line.find(words) != line.npos) return false;
    }
    return true;
  });
}

std::filesystem::path LifecycleFixture::state_root() const {
  if (caller() == Caller::kRoot) return "/run/nosc";
  return std::string(kStage) + "/user/nosc";
}

}  // namespace nosc::testing
