// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/undo.h"

namespace nosc {

Undo::Undo(void (*undo)(void* what), void* what) : undo_(undo), what_(what), earlier_(latest) {
  latest = this;
}

Undo::~Undo() { run(); }

void Undo::all() {
  while (latest != nullptr) latest->run();
}

// Off the list first: whatever undo_ does, even failing, it is called once.
void Undo::run() {
  if (latest == this) latest = earlier_;
  const auto undo = undo_;
  undo_ = nullptr;
  if (undo != nullptr) undo(what_);
}

}  // namespace nosc
