// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/undo.h"

namespace nosc {

Undo::~Undo() { run(); }

void Undo::all() {
  while (latest_ != nullptr) latest_->run();
}

// Off the list first: whatever undo_ does, even failing, it is called once.
void Undo::run() {
  if (latest_ == this) latest_ = earlier_;
  const auto undo = undo_;
  undo_ = nullptr;
  if (undo != nullptr) undo(what_);
}

}  // namespace nosc
