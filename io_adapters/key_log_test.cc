// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/key_log.h"

#include <sys/stat.h>
#include <unistd.h>

#include "gtest/gtest.h"
#include "io_adapters/files.h"
#include "io_adapters/test_identity.h"

namespace merlon::io {
namespace {

TEST(KeyLog, AppendsLinesForItsOwnerAlone) {
  const std::string path = TestFile("key_log");
  unlink(path.c_str());
  const uint8_t random[] = {0x01, 0x02}, secret[] = {0xfe, 0xff};
  for (const char* label : {"CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"}) {
    const auto log = KeyLog::Open(path);
    ASSERT_TRUE(log.ok()) << log.status();
    (*log)->Add({label, random, secret});
  }
  EXPECT_EQ(*ReadFile(path),
            "CLIENT_TRAFFIC_SECRET_0 0102 feff\nSERVER_TRAFFIC_SECRET_0 0102 feff\n");
  struct stat info = {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST(KeyLog, SaysWhereItCannotWrite) {
  EXPECT_FALSE(KeyLog::Open(TestFile("no/such/folder")).ok());
}

}  // namespace
}  // namespace merlon::io
