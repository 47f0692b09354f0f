// SPDX-License-Identifier: Apache-2.0
//
// Includes everything and uses nothing: the object must be empty.
#include "syscalls/sys.h"
