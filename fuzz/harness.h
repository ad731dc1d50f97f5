// SPDX-License-Identifier: Apache-2.0
// A fuzz harness on Merlon's engine, for its own targets and for users': an End (end.h) that does
// what a Script (script.h) says under the fuzz driver (fuzz_driver.h), and the world around it.
//
//   static const auto config = merlon::fuzz::FuzzWorld().ServerBuilder().Build();
//   merlon::fuzz::RunServer({data, size}, **config, {.on_data = MyParser});
//
// is all that LLVMFuzzerTestOneInput needs to fuzz a server and the application behind it. With
// MutateScript (script.h) a LLVMFuzzerCustomMutator keeps scripts whole.
#pragma once
#include "fuzz/end.h"
#include "fuzz/fuzz_driver.h"
#include "tls/testing/world.h"

namespace merlon::fuzz {

using tls::testing::World;

// Credentials, trust anchors, a PSK and a ticket key under the fuzz driver.
World& FuzzWorld();

// The operations that a client, or a server, of that world answers.
tls::LocalOptions ClientOperations(const tls::ClientConfig& config);
tls::LocalOptions ServerOperations(const tls::ServerConfig& config);

// One end over a stream that does what `script` says. Whatever comes of it, twice: with the bytes
// in one piece and other contents of memory at first, which must not matter.
Outcome RunClient(Bytes script, const tls::ClientConfig& config, EndOptions options = {},
                  const tls::ClientOptions& client = {.server_name = tls::testing::kServerName});
Outcome RunServer(Bytes script, const tls::ServerConfig& config, EndOptions options = {});
// The same over datagrams.
Outcome RunDatagramClient(Bytes script, const tls::ClientConfig& config, EndOptions options = {},
                          const tls::ClientOptions& client = {
                              .server_name = tls::testing::kServerName});
Outcome RunDatagramServer(Bytes script, const tls::ServerConfig& config, EndOptions options = {});

}  // namespace merlon::fuzz
