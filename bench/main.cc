// SPDX-License-Identifier: Apache-2.0
#include "bench/table.h"

int main() { return merlon::bench::RunRegistered() ? 0 : 1; }
