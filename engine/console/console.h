// SPDX-License-Identifier: Apache-2.0
#pragma once

// The foreground: a terminal of the container's own, and the wait for its end.
//
// A container that shared the user's terminal could push characters into it (TIOCSTI,
// CVE-2017-5226), so an interactive one gets a pseudoterminal of its own devpts. The child opens
// it, keeps the user's side and sends the other to the parent, which copies bytes between it and
// the terminal that nosc was started on:
//
//   user's terminal (raw) <-> nosc, the parent <-> master | peer = 0, 1, 2 of the container
//
// The peer is taken from the master with TIOCGPTPEER and never by name: /dev/pts/N could be made to
// mean something else in the meantime (CVE-2025-52565).
//
// Signals that would end nosc are held before the container is made (hold_signals) and handed on to
// its first process while nosc waits, so that none is lost in between and the terminal is restored
// before nosc ends. Job control (SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT) stays as it is.
// Source: pty(7), TIOCGPTPEER(2const), unix(7), signalfd(2).

#include <cstdint>
#include <string_view>

#include "engine/rt/waiting.h"
#include "syscalls/signals.h"
#include "syscalls/sys/fd.h"
#include "syscalls/sys/ids.h"

namespace nosc::console {

struct TerminalSize {
  uint16_t rows = 0;  // characters; 0: unknown, left as it is
  uint16_t columns = 0;
};

// True if the descriptor is a terminal; then `size` is its size.
bool is_terminal(sys::BorrowedFd fd, TerminalSize& size);

// What a container's terminal is made for.
struct TerminalUse {
  TerminalSize size;
  sys::Uid user{};           // whose it is; one that the user namespace doesn't know gets nothing
  sys::BorrowedFd receiver;  // the socket on which the master is handed over
  bool is_relayed = false;   // by nosc, which is the receiver: keeps line ends as they are
  bool is_console = false;   // shown as the container's /dev/console too
};

// The child's half, in this order: make it in the devpts beneath `root`, while that is still
// beneath the host's, which hands over the master; after setsid take the container's side, which is
// returned, as controlling terminal; make it the standard streams.
// Step: kTerminal.
sys::Fd make_terminal(sys::BorrowedFd root, const TerminalUse& use);
void take_terminal(sys::BorrowedFd peer);
void apply_terminal(sys::BorrowedFd peer);

// Opens a new terminal's two sides. A part of make_terminal().
void open_terminal(sys::BorrowedFd root, TerminalSize size, sys::Fd& master, sys::Fd& peer);
void send_terminal(sys::BorrowedFd socket, sys::BorrowedFd master);

// Sends a descriptor with a text, or one byte. Errors of the result: those of sendmsg(2).
sys::Result<void> send_descriptor(sys::BorrowedFd socket, sys::BorrowedFd fd,
                                  std::string_view text = {});

// The parent's end of send_terminal().
sys::Fd receive_terminal(sys::BorrowedFd socket);

// Blocks the signals that are handed on, and SIGCHLD. In the parent, before clone.
void hold_signals();

// Gives the program its signals (rt::reset_signals). In the child, before exec. Step: kExec.
// Shape: `ignored` as there.
void apply_default_signals(uint32_t ignored = rt::kStandardSignals);

// Copies what the container has written to its terminal and nobody has read yet.
void copy_rest(sys::BorrowedFd master);

// Waits for the container's first process; hands on signals and, where there is a terminal, copies
// bytes both ways until nothing is left to copy.
// Shape: `pidfd` is the same process, or -1; `master` is the container's terminal, or -1. Returns
// the exit status, or 128 + the signal. Pre: hold_signals() was called, and `init` is a child that
// hasn't been waited for.
int wait_foreground(sys::Pid init, sys::BorrowedFd pidfd, sys::BorrowedFd master);

// The exit status that stands for a child's end: its own, or 128 + the signal that ended it.
int exit_status_of(const sys::Siginfo& info);

}  // namespace nosc::console
