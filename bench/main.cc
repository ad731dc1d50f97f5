// SPDX-License-Identifier: Apache-2.0
#include "bench/table.h"

int main(int argc, char** argv) {
  return merlon::bench::RunRegistered(merlon::bench::OptionsOf(argc, argv)) ? 0 : 1;
}
