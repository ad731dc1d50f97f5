// SPDX-License-Identifier: Apache-2.0
// Planted: a file, which check_symbols.py must find.
#include <fstream>

bool Planted(const char* name) { return std::ifstream(name).good(); }
