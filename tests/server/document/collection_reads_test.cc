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
  const auto memory = std::make_shared<DocumentMemory>(1'000'000);
  const Result<RoomyPage> read =
      read_collection(log->history(), *memory, {.collection = "docs", .after = {}});
  ASSERT_TRUE(read);
  const protocol::QueryPage* const page = &read->page;
  ASSERT_EQ(page->documents.size(), 3U);
  EXPECT_EQ(page->documents[0].snapshot->text.to_string(), "a");
  EXPECT_EQ(page->documents[1].id, "b");
  EXPECT_EQ(page->documents[1].snapshot.error().code, storage::kErrDamaged);
  EXPECT_EQ(page->documents[2].snapshot->text.to_string(), "c");
  EXPECT_EQ(page->next, std::nullopt);
  const Result<RoomyPage> rest =
      read_collection(log->history(), *memory, {.collection = "docs", .after = "b"});
  ASSERT_EQ(rest->page.documents.size(), 1U);
  EXPECT_EQ(rest->page.documents.front().id, "c");
}

}  // namespace
}  // namespace cowrite::document
