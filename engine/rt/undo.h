// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace nosc {

// Something to take back when its scope is left, in whatever way: at its end, or because the
// command fails within it (error.h), which unwinds no stack. A plain list of what is open, the
// latest first; it belongs to one process, and what that forks leaves it alone.
class Undo {
 public:
  // Shape: calls undo(what), once. `what` outlives the Undo.
  // Pre: an Undo is destroyed before those made earlier.
  Undo(void (*undo)(void* what), void* what);
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;
  ~Undo();

  // There is nothing to take back any more.
  void dismiss() { undo_ = nullptr; }

  // Takes back everything that is open, the latest first. A failure meanwhile goes on with the
  // rest.
  static void all();

  // Leaves everything that is open to another process.
  static void leave_all() { latest = nullptr; }

 private:
  void run();

  static inline constinit Undo* latest = nullptr;

  void (*undo_)(void* what);
  void* what_;
  Undo* earlier_;
};

}  // namespace nosc
