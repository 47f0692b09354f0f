// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/cgroup_commands.h"
#include "engine/host/directory.h"
#include "syscalls/sys.h"

namespace nosc::cli {
namespace {

constexpr size_t kColumnGap = 3;

sys::Pid pid_of(const state::Record& record, state::Status status) {
  return status == state::Status::kStopped ? sys::Pid{} : record.progress().init.pid;
}

// One cell of a table, filled up to its column's width.
void write_cell(std::string_view text, size_t width, Writer& out) {
  out.text(text);
  for (size_t size = text.size(); size < width; ++size) out.character(' ');
  for (size_t i = 0; i < kColumnGap; ++i) out.character(' ');
}

enum class Format : uint8_t { kTable, kJson, kIds };

// The lines of a list, as they are found.
class List {
 public:
  List(Format format, Writer& out) : format_(format), out_(out) {
    if (format == Format::kTable) {
      write_row("ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER");
    }
  }

  void add(state::Record& record) {
    if (format_ == Format::kIds) {
      out_.text(record.id()).character('\n');
      return;
    }
    const state::Status status = state::status_of(record);
    const sys::Pid init = pid_of(record, status);
    BufferWriter<12> owner;
    if (record.owner() == 0) {
      owner.text("root");
    } else {
      owner.character('#').decimal(record.owner());
    }
    if (format_ == Format::kJson) {
      out_.character(is_empty_ ? '[' : ',');
      is_empty_ = false;
      state::write_state(out_, record.texts(), init, status, owner.view());
      return;
    }
    BufferWriter<12> pid;
    pid.decimal(static_cast<uint32_t>(sys::to_raw(init)));
    write_row(record.id(), pid.view(), state::status_name(status),
              record.texts()[state::Text::kBundle], record.texts()[state::Text::kCreated],
              owner.view());
  }

  void end() {
    if (format_ == Format::kJson) out_.text(is_empty_ ? "[]\n" : "]\n");
  }

 private:
  void write_row(std::string_view id, std::string_view pid, std::string_view status,
                 std::string_view bundle, std::string_view created, std::string_view owner) {
    write_cell(id, 12, out_);
    write_cell(pid, 7, out_);
    write_cell(status, 8, out_);
    write_cell(bundle, 20, out_);
    write_cell(created, 30, out_);
    out_.text(owner).character('\n');
  }

  Format format_;
  Writer& out_;
  bool is_empty_ = true;
};

struct Name {
  std::string_view text;
  Name* next;
};

// The names that may be containers', in their order.
Name* read_names(sys::BorrowedFd root, Arena& arena) {
  Name* first = nullptr;
  host::DirectoryReader reader(root);
  while (const char* found = reader.next()) {
    if (!state::is_valid_id(found)) continue;
    const std::string_view text = arena.copy_string(found);
    Name** place = &first;
    while (*place != nullptr && (*place)->text < text) place = &(*place)->next;
    Name* const name = arena.array<Name>(1).data();
    *name = {text, *place};
    *place = name;
  }
  return first;
}

Format format_of(const CommandLine& line) {
  if (line.has(Option::kQuiet)) return Format::kIds;
  return output_format(line) == OutputFormat::kJson ? Format::kJson : Format::kTable;
}

}  // namespace

void print_state(const CommandLine& line, const Environment& environment) {
  state::Record record;
  open_record(line, environment, record);
  BufferWriter<1024> out(kStdout);
  const state::Status status = state::status_of(record);
  state::write_state(out, record.texts(), pid_of(record, status), status, "",
                     state::Layout::kIndented);
  out.character('\n');
  or_fail(out.flush(), "write", "stdout");
}

void list(const CommandLine& line, const Environment& environment) {
  BufferWriter<1024> out(kStdout);
  List list(format_of(line), out);
  const auto root = state::find_root(state_root(line, environment), environment.caller.euid);
  if (root) {
    const Name* name = read_names(root.borrow(), *environment.arena);
    for (; name != nullptr; name = name->next) {
      state::Record record;
      // One that is damaged, or deleted meanwhile, hides no other.
      if (record.try_open(root.borrow(), name->text, *environment.arena)) list.add(record);
    }
  }
  list.end();
  or_fail(out.flush(), "write", "stdout");
}

}  // namespace nosc::cli
