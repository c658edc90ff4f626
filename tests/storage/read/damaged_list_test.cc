// A damaged block of the list of names hides those that are in it, and no others.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
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

// Documents with names of a kind, in a folder that all tests copy.
struct Original {
  explicit Original(const std::vector<DocumentKey>& names) : keys(names) {
    const auto log = open_folder(temp / "data");
    std::map<std::string, std::vector<std::string>> ids;
    for (const DocumentKey& key : keys) ids[key.collection()].push_back(key.id());
    for (const auto& [collection, names_in_it] : ids) create_empty(*log, collection, names_in_it);
    std::ranges::sort(keys);
  }

  TempFolder temp{quick_folder()};
  std::vector<DocumentKey> keys;  // In order.
};

constexpr std::size_t kLongNames = 600;  // They fill about ten blocks.
constexpr std::size_t kLikeNames = 3'000;

// Long names that have nothing in common, in two collections.
std::vector<DocumentKey> long_names() {
  std::mt19937_64 random(5);
  std::vector<DocumentKey> keys;
  for (std::size_t i = 0; i < kLongNames; ++i) {
    keys.emplace_back(i % 2 == 0 ? "docs" : "drafts", random_text(random, 200));
  }
  return keys;
}

// A few names, and many that differ in their last digits only.
std::vector<DocumentKey> like_names() {
  std::vector<DocumentKey> keys;
  for (std::size_t i = 0; i < kLikeNames; ++i) {
    const std::string number = std::to_string(10'000 + i);
    keys.emplace_back("docs", i % 20 == 0 ? "alpha-" + number
                                          : "minutes-of-the-weekly-meeting-of-2026-" + number);
  }
  return keys;
}

const std::vector<const Original*>& originals() {
  static const Original long_ones(long_names());
  static const Original like_ones(like_names());
  static const std::vector<const Original*> both = {&long_ones, &like_ones};
  return both;
}

using Check = std::function<void(const Original& original, const std::string& folder)>;

// Checks copies of the folders, each damaged at other places of its names: one, or two or three
// that are some blocks from one another.
void for_each_damage(const Check& check) {
  for (const Original* const original : originals()) {
    const fs::path whole = original->temp / "data";
    const fs::path names = file_of_names(whole);
    const std::uint64_t bytes = fs::file_size(names) / 10 * 9;
    const std::uint64_t step = bytes / 3;
    for (std::uint64_t place = 100; place < bytes; place += step) {
      for (std::uint64_t flips = 1; flips <= 3; ++flips) {
        const TempFolder temp(quick_folder());
        const std::string copy = temp / "data";
        fs::copy(whole, copy);
        for (std::uint64_t i = 0; i < flips; ++i) {
          flip_bit(fs::path(copy) / names.filename(), (place + i * bytes / 3) % bytes);
        }
        SCOPED_TRACE("damage at " + std::to_string(place) + ", times " + std::to_string(flips));
        check(*original, copy);
      }
    }
  }
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

// Between which documents, without RocksDB's words on one of the damaged blocks.
std::string place_of(const Error& error) {
  return error.message.substr(0, error.message.find(", and does not show"));
}

// The gap of a list in which a document is hidden.
std::string gap_of(const DocumentKey& key, const std::vector<ListEntry>& whole) {
  std::string gap;
  for (const ListEntry& entry : whole) {
    if (entry.key && *entry.key > key) break;
    gap = entry.key ? std::string() : place_of(entry.info.error());
  }
  return gap;
}

TEST(DamagedList, ShowsEveryDocumentThatCanBeReadAndSaysBetweenWhichOthersAreHidden) {
  for_each_damage([&](const Original& original, const std::string& folder) {
    const auto store = *RocksDbStore::open(folder, OpenMode::kReadOnly);
    const LatestHistory history(*store);
    const std::vector<ListEntry> entries = list_all(history, kLikeNames);
    auto listed = entries.begin();
    std::size_t unlisted = 0;
    for (const DocumentKey& key : original.keys) {
      if (const Result<std::optional<DocumentInfo>> info = history.info(key); !info) {
        EXPECT_EQ(info.error().code, kErrDamaged);
        ++unlisted;
        continue;
      }
      while (listed != entries.end() && !listed->key) ++listed;
      ASSERT_NE(listed, entries.end());
      EXPECT_EQ(listed++->key, key);
    }
    EXPECT_EQ(std::ranges::find_if(listed, entries.end(), [](const auto& e) { return !!e.key; }),
              entries.end());
    EXPECT_GT(unlisted, 0U);
    EXPECT_LT(unlisted, original.keys.size());
    ASSERT_FALSE(hidden(entries).empty());
    for (auto gap = entries.begin(); gap != entries.end(); ++gap) {
      if (gap->key) continue;
      const std::string before =
          gap == entries.begin() ? "its beginning" : describe(*std::prev(gap)->key);
      const std::string behind =
          std::next(gap) == entries.end() ? "its end" : describe(*std::next(gap)->key);
      EXPECT_EQ(gap->info.error().code, kErrDamaged);
      EXPECT_TRUE(gap->info.error().message.starts_with(
          "the list of documents is damaged between " + before + " and " + behind))
          << gap->info.error().message;
    }
  });
}

TEST(DamagedList, IsTheSameInPagesOfAnySizeAndFromAnyDocument) {
  for_each_damage([&](const Original& original, const std::string& folder) {
    const auto store = *RocksDbStore::open(folder, OpenMode::kReadOnly);
    const LatestHistory history(*store);
    const std::vector<ListEntry> whole = list_all(history, kLikeNames);
    for (const std::size_t count : {std::size_t{1}, std::size_t{7}}) {
      const std::vector<ListEntry> pages = list_all(history, count);
      ASSERT_EQ(pages.size(), whole.size());
      for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_EQ(pages[i].key, whole[i].key);
      EXPECT_EQ(hidden(pages), hidden(whole));
    }
    for (const DocumentKey& key : original.keys) {
      if (history.info(key)) continue;  // Else it is hidden.
      const std::vector<ListEntry> from_within = *history.list(key, 1);
      ASSERT_FALSE(from_within.empty());
      EXPECT_FALSE(from_within.front().key);
      EXPECT_EQ(place_of(hidden(from_within).back()), gap_of(key, whole));
    }
  });
}

TEST(DamagedList, IsWholeWhereOnlyTheFormatOfAYoungFolderIsDamaged) {
  const TempFolder temp(quick_folder());
  const std::string folder = temp / "data";
  // Else RocksDB rewrites the file when it is opened again, perhaps.
  ASSERT_TRUE(open_folder(folder)->store().compact());
  const fs::path format = file_of_names(folder);  // There is no name yet.
  create_empty(*open_folder(folder), "docs", {"one", "two"});
  ASSERT_TRUE(fs::exists(format)) << "the names are in a file of their own";
  flip_bit(format, 5);
  const auto store = *RocksDbStore::open(folder, OpenMode::kReadOnly);
  const std::vector<ListEntry> entries = list_all(LatestHistory(*store), 10);
  EXPECT_EQ(hidden(entries), std::vector<Error>());
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries.front().key, DocumentKey("docs", "one"));
  EXPECT_EQ(entries.back().key, DocumentKey("docs", "two"));
}

// Behind the names stands the format, so that the block goes on where they end.
TEST(DamagedList, OfAYoungFolderThatIsOneBlockSaysThatNoneIsShown) {
  const TempFolder temp(quick_folder());
  const std::string folder = temp / "data";
  create_empty(*open_folder(folder), "docs", {"one", "two"});
  flip_bit(file_of_names(folder), 5);
  const auto store = *RocksDbStore::open(folder, OpenMode::kReadOnly);
  const std::vector<ListEntry> entries = list_all(LatestHistory(*store), 10);
  ASSERT_EQ(hidden(entries).size(), 1U);
  EXPECT_EQ(place_of(hidden(entries).front()),
            "the list of documents is damaged between its beginning and its end");
  EXPECT_EQ(entries.size(), 1U);
}

TEST(DamagedList, LeavesNewDocumentsTheirOwnNumbers) {
  for_each_damage([&](const Original& original, const std::string& folder) {
    Author author({"docs", "new"});
    author.create("a document of its own").insert(0, "yes, ");
    {
      const auto log = open_folder(folder);
      ASSERT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);
    }
    const auto store = *RocksDbStore::open(folder, OpenMode::kReadOnly);
    EXPECT_EQ(prove(*store, author.key())->records, 2U);
    for (const DocumentKey& key : original.keys) {
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
