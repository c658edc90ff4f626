// A damaged block of the list of names hides those that are in it, and no others.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "storage/errors.h"
#include "storage/read/latest_history.h"
#include "storage/rocksdb_log.h"
#include "tests/storage/damage.h"
#include "tests/storage/document_writer.h"
#include "tests/storage/support.h"
#include "tests/storage/trial.h"

namespace cowrite::storage {
namespace {

namespace fs = std::filesystem;

constexpr int kDocuments = 600;  // Their names fill about ten blocks.

// A folder of documents that all tests copy.
struct Original {
  Original() {
    const auto log = open_folder(temp / "data");
    std::mt19937_64 random(5);
    for (const char* collection : {"docs", "drafts"}) {
      std::vector<std::string> ids;
      for (int i = 0; i < kDocuments / 2; ++i) {
        ids.push_back(std::to_string(1'000 + i) + random_text(random, 200));
        keys.emplace_back(collection, ids.back());
      }
      create_empty(*log, collection, ids);
    }
  }

  TempFolder temp{quick_folder()};
  std::vector<DocumentKey> keys;  // In order.
};

const Original& original() {
  static const Original original;
  return original;
}

// Checks copies of the folder, each damaged at another place of its names.
void for_each_damage(const std::function<void(const std::string& folder)>& check) {
  const fs::path whole = original().temp / "data";
  const fs::path names = largest_file(whole);
  const std::uint64_t bytes = fs::file_size(names);
  int damages = 0;
  for (std::uint64_t place = 100; place < bytes / 10 * 9; place += 20'000) {
    const TempFolder temp(quick_folder());
    const std::string copy = temp / "data";
    fs::copy(whole, copy);
    flip_bit(fs::path(copy) / names.filename(), place);
    SCOPED_TRACE("damage at " + std::to_string(place));
    check(copy);
    ++damages;
  }
  EXPECT_GE(damages, 5);
}

// Lists in pages of `count`.
std::vector<ListEntry> list_all(const History& history, std::size_t count) {
  std::vector<ListEntry> all;
  DocumentKey first;
  while (true) {
    const Result<std::vector<ListEntry>> page = history.list(first, count);
    EXPECT_TRUE(page) << page.error().message;
    if (!page || page->empty()) return all;
    all.insert(all.end(), page->begin(), page->end());
    if (!page->back().key) return all;
    first = key_after(*page->back().key);
  }
}

std::vector<Error> hidden(const std::vector<ListEntry>& entries) {
  std::vector<Error> errors;
  for (const ListEntry& entry : entries) {
    if (!entry.key) errors.push_back(entry.info.error());
  }
  return errors;
}

TEST(DamagedList, ShowsEveryDocumentThatCanBeReadAndSaysBetweenWhichOthersAreHidden) {
  for_each_damage([&](const std::string& folder) {
    const auto store = *RocksDbStore::open(folder, OpenMode::kReadOnly);
    const LatestHistory history(*store);
    const std::vector<ListEntry> entries = list_all(history, kDocuments);
    auto listed = entries.begin();
    std::size_t unlisted = 0;
    for (const DocumentKey& key : original().keys) {
      if (const Result<std::optional<DocumentInfo>> info = history.info(key); !info) {
        EXPECT_EQ(info.error().code, kErrDamaged);
        ++unlisted;
        continue;
      }
      while (listed != entries.end() && !listed->key) ++listed;
      ASSERT_NE(listed, entries.end());
      EXPECT_EQ(listed++->key, key);
    }
    EXPECT_GT(unlisted, 0U);
    EXPECT_LT(unlisted, 100U);
    const std::vector<Error> errors = hidden(entries);
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors.front().code, kErrDamaged);
    const auto gap = std::ranges::find_if(entries, [](const auto& entry) { return !entry.key; });
    const std::string before =
        gap == entries.begin() ? "its beginning" : describe(*std::prev(gap)->key);
    const std::string behind =
        std::next(gap) == entries.end() ? "its end" : describe(*std::next(gap)->key);
    EXPECT_TRUE(errors.front().message.starts_with("the list of documents is damaged between " +
                                                   before + " and " + behind))
        << errors.front().message;
  });
}

TEST(DamagedList, IsTheSameInPagesOfAnySizeAndFromAnyDocument) {
  for_each_damage([&](const std::string& folder) {
    const auto store = *RocksDbStore::open(folder, OpenMode::kReadOnly);
    const LatestHistory history(*store);
    const std::vector<ListEntry> whole = list_all(history, kDocuments);
    for (const std::size_t count : {std::size_t{1}, std::size_t{7}}) {
      const std::vector<ListEntry> pages = list_all(history, count);
      ASSERT_EQ(pages.size(), whole.size());
      for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_EQ(pages[i].key, whole[i].key);
      EXPECT_EQ(hidden(pages), hidden(whole));
    }
    for (const DocumentKey& key : original().keys) {
      if (history.info(key)) continue;  // Else it is hidden.
      const std::vector<ListEntry> from_within = *history.list(key, kDocuments);
      ASSERT_FALSE(from_within.empty());
      EXPECT_FALSE(from_within.front().key);
      EXPECT_EQ(hidden(from_within), hidden(whole));
    }
  });
}

TEST(DamagedList, LeavesNewDocumentsTheirOwnNumbers) {
  for_each_damage([&](const std::string& folder) {
    Author author({"docs", "new"});
    author.create("a document of its own").insert(0, "yes, ");
    {
      const auto log = open_folder(folder);
      ASSERT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);
    }
    const auto store = *RocksDbStore::open(folder, OpenMode::kReadOnly);
    EXPECT_EQ(prove(*store, author.key())->records, 2U);
    for (const DocumentKey& key : original().keys) {
      const Result<Proof> proof = prove(*store, key);
      EXPECT_TRUE(proof || proof.error().code == kErrDamaged);
      if (proof) {
        EXPECT_EQ(proof->records, 1U);
      }
    }
  });
}

}  // namespace
}  // namespace cowrite::storage
