// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "syscalls/errno.h"
#include "syscalls/sys/result.h"

namespace sys {

namespace detail {

template <typename T>
T& named();

// What a call returns; arguments are never moved, since they are used again.
template <typename Call, typename... Arguments>
using OutcomeOf = decltype(named<Call>()(named<Arguments>()...));

// True but for close: the descriptor is gone after the first try even where that failed with EINTR,
// and its number may be someone else's by the second.
template <typename Outcome>
inline constexpr bool kMayBeTriedAgain = true;
template <>
inline constexpr bool kMayBeTriedAgain<Result<Closed>> = false;

}  // namespace detail

// Makes a call until it isn't interrupted by a signal: retry_eintr(f, a, b) is f(a, b), again and
// again while that fails with EINTR. Returns the last result.
//
//   sys::retry_eintr([&] { return sys::read(fd, buffer); })
//
// Nothing in the layer does so by itself: a caller that waits may want its signal. A time span that
// is an argument begins anew with each try. close cannot be retried: that does not compile.
template <typename Call, typename... Arguments>
  requires detail::kMayBeTriedAgain<detail::OutcomeOf<Call, Arguments...>>
[[nodiscard, gnu::always_inline]] inline auto retry_eintr(Call&& call, Arguments&&... arguments) {
  using Outcome = detail::OutcomeOf<Call, Arguments...>;
  while (true) {
    Outcome outcome = call(arguments...);
    if (!outcome.failed_with(kEINTR)) return outcome;
  }
}

}  // namespace sys
