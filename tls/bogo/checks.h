// SPDX-License-Identifier: Apache-2.0
// The runner's expectations of a handshake (-expect-...) against what was negotiated.
#pragma once
#include "tls/bogo/engine.h"

namespace merlon::bogo {

// False: what is not met is on stderr.
bool CheckHandshake(Engine& engine, bool is_resumption);

}  // namespace merlon::bogo
