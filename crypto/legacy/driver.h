// SPDX-License-Identifier: Apache-2.0
// The driver of what is obsolete and still met: an application that wants it names it behind the
// others in its table. Nothing that the library links by itself does.
#pragma once
#include "crypto/driver.h"

namespace merlon::crypto {

extern const Driver kLegacyDriver;

}  // namespace merlon::crypto
