// SPDX-License-Identifier: Apache-2.0
// Named by libc++'s <__config>; there is no libc whose features could be told.
#pragma once
