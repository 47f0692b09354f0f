// SPDX-License-Identifier: Apache-2.0
//
// Terminals: a pair of them, modes and window size. Requests, flags and the layout of the modes
// differ on ppc64le and mips64el.

#include "tests/arch/probes/support.h"

namespace {

struct Terminal {
  sys::Fd master;
  sys::Fd slave;
};

Terminal open_terminal() {
  const auto flags = sys::kO_RDWR | sys::kO_NOCTTY | sys::kO_CLOEXEC;
  auto master = sys::openat(sys::kCwd, "/dev/ptmx", flags);
  if (!master.ok()) {
    check::skip_error("/dev/ptmx", master.error());
  }
  Terminal terminal;
  terminal.master = master.take();
  int locked = 0;
  CHECK_OK(sys::ioctl(terminal.master, sys::kTIOCSPTLCK, &locked));
  const int slave =
      CHECK_VALUE(sys::ioctl(terminal.master, sys::kTIOCGPTPEER, static_cast<int>(flags.bits())));
  terminal.slave = sys::Fd::adopt(slave);
  return terminal;
}

sys::Termios modes_of(sys::BorrowedFd terminal) {
  sys::Termios modes = {};
  CHECK_OK(sys::ioctl(terminal, sys::kTCGETS, &modes));
  return modes;
}

}  // namespace

SHARED_CASE(terminal_starts_with_the_usual_modes) {
  const Terminal terminal = open_terminal();
  const sys::Termios modes = modes_of(terminal.slave);
  CHECK(modes.lflag.has(sys::kICANON | sys::kECHO | sys::kISIG | sys::kIEXTEN));
  CHECK(modes.oflag.has(sys::kOPOST | sys::kONLCR));
  CHECK(modes.iflag.has(sys::kICRNL | sys::kIXON));
  CHECK(modes.cflag.has(sys::kCREAD));
  CHECK((modes.cflag & sys::kCSIZE) == sys::kCS8);
  CHECK_EQUAL(modes.cc[sys::kVINTR], 'C' - '@');
  CHECK_EQUAL(modes.cc[sys::kVEOF], 'D' - '@');
  CHECK_EQUAL(modes.cc[sys::kVSUSP], 'Z' - '@');
}

SHARED_CASE(terminal_modes_are_read_back) {
  const Terminal terminal = open_terminal();
  sys::Termios modes = modes_of(terminal.slave);
  modes.lflag &= ~(sys::kICANON | sys::kECHO | sys::kISIG);
  modes.iflag &= ~sys::kICRNL;
  modes.cc[sys::kVMIN] = 3;
  modes.cc[sys::kVTIME] = 7;
  CHECK_OK(sys::ioctl(terminal.slave, sys::kTCSETSW, &modes));
  const sys::Termios now = modes_of(terminal.slave);
  CHECK(now.lflag == modes.lflag && now.iflag == modes.iflag);
  CHECK(now.oflag == modes.oflag && now.cflag == modes.cflag);
  CHECK_EQUAL(now.cc[sys::kVMIN], 3);
  CHECK_EQUAL(now.cc[sys::kVTIME], 7);
}

SHARED_CASE(terminal_passes_lines_and_raw_bytes) {
  const Terminal terminal = open_terminal();
  char line[16] = {};
  CHECK_OK(sys::write(terminal.master, sys::text("line\r")));
  CHECK_EQUAL(CHECK_VALUE(sys::read(terminal.slave, line)), 5);
  CHECK(check::equal(line, "line\n"));
  CHECK_EQUAL(CHECK_VALUE(sys::read(terminal.master, line)), 6);
  CHECK(check::equal(line, "line\r\n"));  // the echo
}

SHARED_CASE(window_size_is_read_back) {
  const Terminal terminal = open_terminal();
  sys::Winsize size = {24, 80, 640, 480};
  CHECK_OK(sys::ioctl(terminal.master, sys::kTIOCSWINSZ, &size));
  sys::Winsize now = {};
  CHECK_OK(sys::ioctl(terminal.slave, sys::kTIOCGWINSZ, &now));
  CHECK_EQUAL(now.row, 24);
  CHECK_EQUAL(now.col, 80);
  CHECK_EQUAL(now.xpixel, 640);
  CHECK_EQUAL(now.ypixel, 480);
}

SHARED_CASE(terminal_becomes_the_session_s_own) {
  const Terminal terminal = open_terminal();
  static int slave_raw;
  slave_raw = terminal.slave.raw();
  const sys::Pid pid = probe::start_child([] {
    const sys::BorrowedFd slave = sys::BorrowedFd::from_raw(slave_raw);
    CHECK_OK(sys::setsid());
    CHECK_OK(sys::ioctl(slave, sys::kTIOCSCTTY, 0));
    int group = 0;
    CHECK_OK(sys::ioctl(slave, sys::kTIOCGPGRP, &group));
    CHECK_EQUAL(group, to_raw(sys::getpid()));
    return 0;
  });
  CHECK_EQUAL(probe::wait_for(pid), 0);
}

SHARED_CASE(a_file_is_no_terminal) {
  const sys::Fd file = probe::memory_file({});
  sys::Termios modes = {};
  CHECK_ERROR(sys::kENOTTY, sys::ioctl(file, sys::kTCGETS, &modes));
}
