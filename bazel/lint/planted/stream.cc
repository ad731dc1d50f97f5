// SPDX-License-Identifier: Apache-2.0
// Planted: a stream, which check_symbols.py must find.
#include <cstdio>

void Planted() { std::puts("planted"); }
