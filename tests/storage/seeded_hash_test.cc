#include "storage/seeded_hash.h"

#include <gtest/gtest.h>

#include "storage/document_key.h"

namespace cowrite::storage {
namespace {

// Python's hash of bytes is SipHash-1-3, too, and has this seed with PYTHONHASHSEED=0:
// hash(b"abcdefg") & (2**64 - 1)
TEST(SeededHash, IsWhatAnotherImplementationGives) {
  EXPECT_EQ(sip_hash("a", {}), 4'644'417'185'603'328'019U);
  EXPECT_EQ(sip_hash("abcdefg", {}), 7'904'145'750'247'929'094U);
  EXPECT_EQ(sip_hash("abcdefgh", {}), 4'574'395'652'268'504'554U);
  EXPECT_EQ(sip_hash("a document of somebody", {}), 15'773'155'352'296'650'963U);
}

TEST(SeededHash, TheSeedDecides) {
  EXPECT_NE(sip_hash("a", {}), sip_hash("a", {1, 0}));
  EXPECT_NE(sip_hash("a", {}), sip_hash("a", {0, 1}));
  EXPECT_NE(sip_hash("", {1, 0}), sip_hash("", {0, 1}));
}

TEST(SeededHash, OneProcessHasOneSeed) {
  EXPECT_EQ(seeded_hash("docs.a"), seeded_hash("docs.a"));
  EXPECT_EQ(DocumentKey("docs", "a").hash(), seeded_hash("docs.a"));
  EXPECT_NE(seeded_hash("docs.a"), sip_hash("docs.a", {})) << "which is random";
}

}  // namespace
}  // namespace cowrite::storage
