// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "crypto/driver.h"

// The algorithms of the program: a static table, from which the linker takes what is named.
merlon::crypto::DriverTable Table();
