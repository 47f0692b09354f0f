// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/log.h"

#include <string_view>

#include "engine/cli/commands.h"
#include "engine/rt/time.h"
#include "syscalls/sys.h"

namespace nosc::cli {
namespace {

constexpr size_t kMessageBytes = 2048;

enum class Format : uint8_t { kText, kJson };

// Open until the end of the process.
constinit sys::BorrowedFd log_file = sys::BorrowedFd::from_raw(-1);
constinit Format log_format = Format::kText;

// What engines look for in the text of an error, beside its name.
struct Words {
  sys::Errno error;
  const char* text;
};
constexpr Words kWords[] = {
    {sys::kENOENT, "no such file or directory"},
    {sys::kEACCES, "permission denied"},
    {sys::kEPERM, "operation not permitted"},
    {sys::kEISDIR, "is a directory"},
    {sys::kENOTDIR, "not a directory"},
    {sys::kENOEXEC, "exec format error"},
    {sys::kESRCH, "no such process"},
};

void write_words(Writer& out, const Error& error) {
  for (const Words& words : kWords) {
    if (words.error != error.cause) continue;
    out.text(" (");
    const bool is_searched = error.object.find('/') == error.object.npos;
    if (error.code == ErrorCode::kNotFound && is_searched) {
      out.text("executable file not found in $PATH: ");
    }
    out.text(words.text).character(')');
  }
}

void write_message(Writer& out, const Error& error) {
  write_error(out, error);
  write_words(out, error);
  if (error.code == ErrorCode::kUsage) out.text(" (see nosc --help)");
}

// One record in one write: callers may read at any moment.
void append(const char* level, std::string_view message) {
  if (log_file.raw() < 0) return;
  BufferWriter<2 * kMessageBytes> out(log_file);
  if (log_format == Format::kJson) {
    out.text("{\"level\":\"").text(level).text("\",\"msg\":").quoted(message);
    write_time_now(out.text(",\"time\":\""));
    out.text("\"}\n");
  } else {
    write_time_now(out.text("time=\""));
    out.text("\" level=").text(level).text(" msg=").quoted(message).character('\n');
  }
  (void)out.flush();
}

void say(const char* before, const char* level, const Error& error) {
  BufferWriter<kMessageBytes> message;
  write_message(message, error);
  BufferWriter<1024> out(kStderr);
  out.text(before).text(message.view()).character('\n');
  (void)out.flush();
  append(level, message.view());
}

sys::Result<sys::Fd> open_file(const char* path) {
  return sys::openat(sys::kCwd, sys::CStr::from_terminated(path),
                     sys::kO_WRONLY | sys::kO_APPEND | sys::kO_CREAT | sys::kO_CLOEXEC,
                     sys::Mode::from_bits(0644));
}

// Whether the format is one that there is.
bool choose_format(const CommandLine& line) {
  const std::string_view format = line.option(Option::kLogFormat, "text");
  if (format == "json") log_format = Format::kJson;
  return log_format == Format::kJson || format == "text";
}

}  // namespace

void open_log(const CommandLine& line) {
  if (!choose_format(line)) {
    fail({.code = ErrorCode::kUsage,
          .operation = "unknown log format",
          .object = line.option(Option::kLogFormat)});
  }
  const char* path = line.option(Option::kLog);
  if (path != nullptr) {
    sys::Fd file = or_fail(open_file(path), "open log", path);
    log_file = sys::BorrowedFd::from_raw(file.release());
  }
  if (line.has(Option::kDebug) && path == nullptr) log_file = kStderr;
  if (line.has(Option::kDebug)) append("debug", command_name(line.command));
}

void log_error(const CommandLine& line, const Error& error) {
  (void)choose_format(line);
  if (log_file.raw() < 0 && line.has(Option::kLog)) {
    auto opened = open_file(line.option(Option::kLog));
    if (opened) log_file = sys::BorrowedFd::from_raw(opened.take().release());
  }
  say("nosc: ", "error", error);
}

void log_warning(const Error& warning) { say("nosc: warning: ", "warning", warning); }

}  // namespace nosc::cli
