#include "server/document/collection_reads.h"

#include <gtest/gtest.h>

#include <memory>

#include "storage/errors.h"
#include "storage/format/keys.h"
#include "storage/rocksdb_log.h"
#include "tests/storage/document_writer.h"
#include "tests/storage/support.h"

namespace cowrite::document {
namespace {

TEST(CollectionReads, ADocumentWhoseEntryIsDamagedIsAnErrorAmongTheOthers) {
  const auto log = storage::open_in_memory();
  for (const char* id : {"a", "b", "c"}) storage::DocumentWriter(*log, {"docs", id}).create(id);
  storage::DocumentWriter(*log, {"drafts", "d"}).create("d");
  storage::put(log->store(), storage::Table::kMeta, storage::document_name_key({"docs", "b"}),
               "damaged");
  const Result<protocol::QueryPage> page =
      read_collection(log->history(), {.collection = "docs", .after = {}});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->documents.size(), 3U);
  EXPECT_EQ(page->documents[0].snapshot->text.to_string(), "a");
  EXPECT_EQ(page->documents[1].id, "b");
  EXPECT_EQ(page->documents[1].snapshot.error().code, storage::kErrDamaged);
  EXPECT_EQ(page->documents[2].snapshot->text.to_string(), "c");
  EXPECT_EQ(page->next, std::nullopt);
  const Result<protocol::QueryPage> rest =
      read_collection(log->history(), {.collection = "docs", .after = "b"});
  ASSERT_EQ(rest->documents.size(), 1U);
  EXPECT_EQ(rest->documents.front().id, "c");
}

}  // namespace
}  // namespace cowrite::document
