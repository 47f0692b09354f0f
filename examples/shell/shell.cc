// SPDX-License-Identifier: Apache-2.0
//
//   shell < COMMANDS
//
// A shell in one file: commands with pipes (a | b), redirection (< > >>), quotes ('...', "..."),
// `;`, comments, $? (the last status), cd [FOLDER] and exit [STATUS]. Programs are searched in
// $PATH. The status of a command is its own, or 128 and the signal that ended it; 127 if it cannot
// be run.
//
// A command is parsed twice: by the shell, to know where it ends and whether it is built in, and by
// the process that runs it, which opens the files that it is redirected to on the way.

#include "syscalls/freestanding/start.h"
#include "syscalls/sys.h"
#include "syscalls/sys/signal_set.h"

namespace {

constexpr int kSyntaxError = 2;
constexpr int kNotRun = 127;
constexpr int kSignalled = 128;
constexpr size_t kMaxWords = 128;
constexpr size_t kLineBytes = 4096;
constexpr auto kIn = sys::BorrowedFd::from_raw(0);
constexpr auto kErr = sys::BorrowedFd::from_raw(2);

// Who parses a command.
enum class Parser { kShell, kProgram };

struct Shell {
  const char* at;  // what is to be parsed of the line
  char* room;      // where the next word goes to
  char** environment;
  sys::Sigset former_mask;
  int status;
  char status_text[4];
  const char* words[kMaxWords + 1];
  char line[kLineBytes];
  char text[4 * kLineBytes];  // the words, each with its NUL; then a path
};

void complain(const char* what) {
  constexpr char kWhy[] = ": cannot be used\n";
  const sys::Iovec line[] = {{what, __builtin_strlen(what)}, {kWhy, sizeof(kWhy) - 1}};
  (void)sys::writev(kErr, line);
}

bool equal(const char* left, const char* right) {
  for (; *left != '\0' && *left == *right; ++left, ++right) {
  }
  return *left == *right;
}

bool ends_command(char c) { return c == '\0' || c == '|' || c == ';'; }

char skip_blanks(Shell& shell) {
  while (*shell.at == ' ' || *shell.at == '\t') ++shell.at;
  return *shell.at;
}

// The word that comes next, without its quotes; empty if there is none.
const char* read_word(Shell& shell) {
  char* const word = shell.room;
  char quote = '\0';
  for (char c = skip_blanks(shell); c != '\0'; c = *++shell.at) {
    if (c == quote) {
      quote = '\0';
    } else if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
    } else if (quote == '\0' &&
               (ends_command(c) || c == ' ' || c == '\t' || c == '<' || c == '>')) {
      break;
    } else {
      *shell.room++ = c;
    }
  }
  *shell.room++ = '\0';
  if (!equal(word, "$?")) return word;
  char* digit = shell.status_text + sizeof(shell.status_text) - 1;
  *digit = '\0';
  auto status = static_cast<unsigned>(shell.status);
  do {
    *--digit = static_cast<char>('0' + status % 10);
    status /= 10;
  } while (status != 0);
  return digit;
}

// Puts a file in the place of a standard descriptor.
void redirect(const char* path, sys::OpenFlags flags, int place) {
  constexpr auto kMode = sys::Mode::from_bits(0666);
  const auto file = sys::openat(sys::kCwd, sys::CStr::from_terminated(path), flags, kMode);
  if (file.ok() && sys::dup3(file.borrow(), place).ok()) return;
  complain(path);
  sys::exit_group(1);
}

// Reads a command into the words, and `at` to what ends it. False if it is none.
bool parse(Shell& shell, Parser parser) {
  size_t count = 0;
  shell.room = shell.text;
  while (true) {
    const char c = skip_blanks(shell);
    if (ends_command(c) || c == '#') {
      shell.words[count] = nullptr;
      return count != 0 || c != '|';
    }
    if (c != '<' && c != '>') {
      if (count == kMaxWords) return false;
      shell.words[count++] = read_word(shell);
      continue;
    }
    sys::OpenFlags flags = sys::kO_RDONLY;
    ++shell.at;
    if (c == '>') {
      flags = sys::kO_WRONLY | sys::kO_CREAT | sys::kO_TRUNC;
      if (*shell.at == '>') {
        ++shell.at;
        flags = sys::kO_WRONLY | sys::kO_CREAT | sys::kO_APPEND;
      }
    }
    const char* const path = read_word(shell);
    if (*path == '\0') return false;
    if (parser == Parser::kProgram) redirect(path, flags, c == '<' ? 0 : 1);
  }
}

// The value of the variable whose name, with its =, that is; empty if there is none.
const char* value_of(char** environment, const char* name) {
  for (; *environment != nullptr; ++environment) {
    const char* text = *environment;
    const char* key = name;
    for (; *key != '\0' && *text == *key; ++text, ++key) {
    }
    if (*key == '\0') return text;
  }
  return "";
}

// Executes the command that is parsed next, with its redirections.
[[noreturn]] void run_program(Shell& shell) {
  (void)parse(shell, Parser::kProgram);
  const char* const name = shell.words[0];
  const char* folder = value_of(shell.environment, "PATH=");
  for (const char* c = name; *c != '\0'; ++c) {
    if (*c == '/') folder = "";
  }
  // A name with a slash is executed as it is, others behind each folder.
  char* const path = shell.text + kLineBytes;
  do {
    char* end = path;
    for (; *folder != '\0' && *folder != ':'; ++folder) {
      if (end < path + kLineBytes) *end++ = *folder;
    }
    if (*folder == ':') ++folder;
    if (end != path) *end++ = '/';
    for (const char* c = name; (*end = *c) != '\0'; ++c) ++end;
    (void)sys::execve(sys::CStr::from_terminated(path), shell.words, shell.environment);
  } while (*folder != '\0');
  complain(name);
  sys::exit_group(kNotRun);
}

sys::Pid fork() {
  const auto child = sys::portable::clone_process({}, sys::kSIGCHLD);
  if (!child.ok()) sys::exit_group(kNotRun);
  return *child;
}

// Runs a pipeline in a process of its own, which becomes the last of its programs: the one whose
// status counts, and that is waited for.
[[noreturn]] void run_pipeline(Shell& shell) {
  (void)sys::rt_sigprocmask(sys::kSIG_SETMASK, &shell.former_mask);
  const char* start;
  while (true) {
    start = shell.at;
    if (!parse(shell, Parser::kShell) || shell.words[0] == nullptr) {
      complain("this line");
      sys::exit_group(kSyntaxError);
    }
    if (*shell.at != '|') break;
    ++shell.at;
    sys::FdPair pipe;
    (void)sys::pipe2(pipe, sys::kO_CLOEXEC);
    const bool writes = fork() == sys::Pid{0};
    (void)sys::dup3(writes ? pipe.second : pipe.first, writes);
    if (writes) break;
  }
  shell.at = start;
  run_program(shell);
}

// cd and exit change the shell itself. False if the command is neither.
bool run_builtin(Shell& shell) {
  const char* argument = shell.words[1];
  if (equal(shell.words[0], "exit")) {
    if (argument == nullptr) sys::exit_group(shell.status);
    int status = 0;
    while (*argument != '\0') status = status * 10 + (*argument++ - '0');
    sys::exit_group(status);
  }
  if (!equal(shell.words[0], "cd")) return false;
  if (argument == nullptr) argument = value_of(shell.environment, "HOME=");
  shell.status = !sys::chdir(sys::CStr::from_terminated(argument)).ok();
  if (shell.status != 0) complain(argument);
  return true;
}

// Runs what comes next on the line, up to a semicolon or its end.
void run_next(Shell& shell) {
  const char* const start = shell.at;
  if (parse(shell, Parser::kShell) && *shell.at != '|' &&
      (shell.words[0] == nullptr || run_builtin(shell))) {
    return;
  }
  while (*shell.at == '|') {
    ++shell.at;
    (void)parse(shell, Parser::kShell);
  }
  const sys::Pid child = fork();
  if (child == sys::Pid{0}) {
    shell.at = start;
    run_pipeline(shell);
  }
  int status = 0;
  // No signal has a handler here, and so none interrupts.
  (void)sys::wait4(child, &status);
  const int signal = status & 0x7f;
  shell.status = signal == 0 ? status >> 8 & 0xff : kSignalled + signal;
}

// Reads a line, byte by byte: what follows belongs to the programs that it starts. False at the
// end.
bool read_line(char* line) {
  size_t length = 0;
  while (true) {
    const auto got = sys::read(kIn, sys::MutableBytes(line + length, 1));
    const bool ends = !got.ok() || *got == 0;
    if (ends || line[length] == '\n') {
      line[length] = '\0';
      return !ends || length != 0;
    }
    if (length + 1 < kLineBytes) ++length;
  }
}

}  // namespace

int sys_main(int, char**, char** envp) {
  Shell shell;
  shell.environment = envp;
  shell.status = 0;
  // ^C ends the programs alone.
  const sys::Sigset interrupt = sys::signals_of(sys::kSIGINT);
  (void)sys::rt_sigprocmask(sys::kSIG_BLOCK, &interrupt, &shell.former_mask);
  sys::Termios terminal;
  const bool prompts = sys::ioctl(kIn, sys::kTCGETS, &terminal).ok();
  while (true) {
    if (prompts) (void)sys::write(kErr, sys::text("$ "));
    if (!read_line(shell.line)) return shell.status;
    shell.at = shell.line;
    do {
      run_next(shell);
    } while (*shell.at++ == ';');
  }
}
