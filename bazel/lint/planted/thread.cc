// SPDX-License-Identifier: Apache-2.0
// Planted: a thread, which check_symbols.py must find.
#include <thread>

void Planted() { std::thread([] {}).detach(); }
