// SPDX-License-Identifier: Apache-2.0
// Merlon's conformance kit on ACME's drivers.
#include <gtest/gtest.h>

#include "acme_hash.h"
#include "acme_keys.h"
#include "chip.h"
#include "crypto/drivers/portable/driver.h"
#include "crypto/drivers/testing/conformance_driver.h"
#include "crypto/drivers/testing/conformance_opaque.h"

namespace acme {
namespace {

using namespace merlon::crypto;  // NOLINT

const Driver* const kReference[] = {&kPortableDriver};

TEST(AcmeHash, PassesTheKit) {
  EXPECT_EQ(merlon::crypto::testing::CheckDriver(kHashDriver, DriverTable(kReference)).hashes, 1);
}

TEST(AcmeKeys, PassTheKit) {
  const KeyAttributes kinds[] = {{.type = KeyType::kEcP256,
                                  .usage = Usage::kSign,
                                  .algorithm = {SignFamily::kEcdsa, HashId::kSha256}}};
  const auto checked = merlon::crypto::testing::CheckOpaqueDriver({.driver = &kKeyDriver,
                                                                   .local = DriverTable(kReference),
                                                                   .kinds = kinds,
                                                                   .later = true,
                                                                   .fail_at = chip::FailAt});
  EXPECT_GE(checked.signatures, 20);
  EXPECT_GE(checked.later, 10);
  EXPECT_GE(checked.failures, 10);
}

TEST(AcmeEntropy, PassesTheKit) {
  merlon::crypto::testing::CheckEntropySource(kEntropy);
  chip::FailAt(1);
  uint8_t out[16];
  EXPECT_EQ(kEntropy.fill(merlon::MutableBytes(out)).error(),
            merlon::DriverError(merlon::Code::kEntropyFailure));
}

}  // namespace
}  // namespace acme
