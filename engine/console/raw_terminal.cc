// SPDX-License-Identifier: Apache-2.0
#include "engine/console/raw_terminal.h"

#include "engine/rt/error.h"
#include "syscalls/sys.h"

namespace nosc::console {

void RawTerminal::enter(sys::BorrowedFd terminal) {
  or_fail(sys::ioctl(terminal, sys::kTCGETS, &former_), "read mode of", "terminal");
  sys::Termios raw = former_;
  raw.iflag &= ~(sys::kIGNBRK | sys::kBRKINT | sys::kPARMRK | sys::kISTRIP | sys::kINLCR |
                 sys::kIGNCR | sys::kICRNL | sys::kIXON);
  // Output stays as it is processed: what is copied has the ends of lines that programs write.
  raw.cflag &= ~(sys::kCSIZE | sys::kPARENB);
  raw.cflag |= sys::kCS8;
  raw.lflag &= ~(sys::kECHO | sys::kECHONL | sys::kICANON | sys::kISIG | sys::kIEXTEN);
  raw.cc[sys::kVMIN] = 1;
  raw.cc[sys::kVTIME] = 0;
  or_fail(sys::ioctl(terminal, sys::kTCSETSW, &raw), "set mode of", "terminal");
  terminal_ = terminal;
}

void RawTerminal::leave(void* raw_terminal) {
  auto& self = *static_cast<RawTerminal*>(raw_terminal);
  // Nobody is left to tell of a terminal that has gone.
  if (self.terminal_.raw() >= 0) (void)sys::ioctl(self.terminal_, sys::kTCSETSW, &self.former_);
}

}  // namespace nosc::console
