// SPDX-License-Identifier: Apache-2.0
#include "engine/console/raw_terminal.h"

#include "syscalls/sys.h"

namespace nosc::console {

Result<void> RawTerminal::enter(sys::BorrowedFd terminal) {
  TRY_SYS("read mode of", "terminal", sys::ioctl(terminal, sys::kTCGETS, &former_));
  sys::Termios raw = former_;
  raw.iflag &= ~(sys::kIGNBRK | sys::kBRKINT | sys::kPARMRK | sys::kISTRIP | sys::kINLCR |
                 sys::kIGNCR | sys::kICRNL | sys::kIXON);
  raw.oflag &= ~sys::kOPOST;
  raw.cflag &= ~(sys::kCSIZE | sys::kPARENB);
  raw.cflag |= sys::kCS8;
  raw.lflag &= ~(sys::kECHO | sys::kECHONL | sys::kICANON | sys::kISIG | sys::kIEXTEN);
  raw.cc[sys::kVMIN] = 1;
  raw.cc[sys::kVTIME] = 0;
  TRY_SYS("set mode of", "terminal", sys::ioctl(terminal, sys::kTCSETSW, &raw));
  terminal_ = terminal;
  return {};
}

RawTerminal::~RawTerminal() {
  // Nobody is left to tell of a terminal that has gone.
  if (terminal_.raw() >= 0) (void)sys::ioctl(terminal_, sys::kTCSETSW, &former_);
}

}  // namespace nosc::console
