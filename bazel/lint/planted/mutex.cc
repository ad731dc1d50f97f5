// SPDX-License-Identifier: Apache-2.0
// Planted: a lock, which check_symbols.py must find.
#include <mutex>

void Planted(std::mutex& mutex) { const std::lock_guard lock(mutex); }
