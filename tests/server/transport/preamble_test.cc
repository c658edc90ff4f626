#include "server/transport/preamble.h"

#include <gtest/gtest.h>

#include <string>

namespace cowrite::transport {
namespace {

using Verdict = Preamble::Verdict;

const std::string kMark("\r\n\r\n\0\r\nQUIT\n", 12);
const std::string kTcp4 =
    kMark + std::string("\x21\x11\0\x0C\xCB\0\x71\x05\x0A\0\0\x01\x12\x34\0\x50", 16);

std::string client(const std::string& stream) {
  const Preamble preamble = read_preamble(stream);
  EXPECT_EQ(preamble.verdict, Verdict::kWhole) << stream;
  EXPECT_EQ(preamble.bytes, stream.size());
  return preamble.client ? preamble.client->to_string() : "none";
}

TEST(Preamble, NamesTheClientInText) {
  EXPECT_EQ(client("PROXY TCP4 203.0.113.5 10.0.0.1 4711 80\r\n"), "203.0.113.5");
  EXPECT_EQ(client("PROXY TCP6 2001:db8::1 ::1 4711 80\r\n"), "2001:db8::1");
  EXPECT_EQ(client("PROXY UNKNOWN\r\n"), "none");
  EXPECT_EQ(client("PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n"), "none");
}

TEST(Preamble, NamesTheClientInBytes) {
  EXPECT_EQ(client(kTcp4), "203.0.113.5");
  std::string six = kMark + std::string("\x21\x21\0\x24", 4) + std::string(36, '\0');
  six[16] = '\x20';
  six[31] = '\x01';
  EXPECT_EQ(client(six), "2000::1");
  EXPECT_EQ(client(kMark + std::string("\x20\0\0\0", 4)), "none") << "the proxy itself";
  EXPECT_EQ(client(kMark + std::string("\x21\x31\0\x02xy", 6)), "none") << "a Unix socket";
}

TEST(Preamble, IsUndecidedUntilItIsWhole) {
  for (const std::string& whole : {std::string("PROXY TCP4 203.0.113.5 10.0.0.1 1 2\r\n"), kTcp4}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_EQ(read_preamble(whole.substr(0, size)).verdict, Verdict::kUndecided) << size;
    }
    EXPECT_EQ(read_preamble(whole + "GET / HTTP/1.1\r\n").bytes, whole.size());
  }
}

TEST(Preamble, IsNoneWhereARequestBegins) {
  for (const char* stream :
       {"G", "GET / HTTP/1.1\r\n\r\n", "PROPFIND", "\r\n\r\n\r\n", "\x16\x03"}) {
    EXPECT_EQ(read_preamble(stream).verdict, Verdict::kNone) << stream;
  }
}

TEST(Preamble, ThatIsMalformedIsSaidToBe) {
  for (const std::string& stream :
       {std::string("PROXY TCP4 nonsense 10.0.0.1 1 2\r\n"), std::string("PROXY \r\n"),
        std::string("PROXY TCP6 203.0.113.5 10.0.0.1 1 2\r\n"),
        std::string("PROXY UDP4 203.0.113.5 10.0.0.1 1 2\r\n"), "PROXY " + std::string(200, 'x'),
        kMark + std::string("\x31\x11\0\x0C", 4) + std::string(12, 'x'),
        kMark + std::string("\x21\x11\0\x04", 4) + std::string(4, 'x'),
        kMark + std::string("\x21\x11\xFF\xFF", 4)}) {
    EXPECT_EQ(read_preamble(stream).verdict, Verdict::kMalformed) << testing::PrintToString(stream);
  }
}

}  // namespace
}  // namespace cowrite::transport
