// SPDX-License-Identifier: Apache-2.0
// One connection from hello to goodbye, as the runner's flags script it, and what has to come of
// it.
#pragma once
#include "tls/bogo/carrier.h"

namespace merlon::bogo {

// False: it did not go as the flags say; the reason is on stderr.
bool RunExchange(Carrier& carrier, Engine& engine, bool is_resumption);

}  // namespace merlon::bogo
