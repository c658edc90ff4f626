// Restoring a backup, also a damaged one, and after a restore that was interrupted.
#include "storage/restore_backup.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "storage/errors.h"
#include "storage/format/keys.h"
#include "storage/store/format_version.h"
#include "storage/store/rocksdb_store.h"
#include "tests/storage/damage.h"
#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

namespace fs = std::filesystem;

constexpr int kDocuments = 12;

DocumentKey key(int number) { return {"docs", "document-" + std::to_string(number)}; }

class RestoreBackup : public testing::Test {
 protected:
  RestoreBackup() {
    const auto log = open_folder(temp_ / "data");
    std::mt19937_64 random(3);
    for (int i = 0; i < kDocuments; ++i) {
      Author author(key(i));
      author.create(random_text(random, 60'000)).insert(0, "first ").erase(10, 5);
      if (i == 0) author.remove();
      EXPECT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);
    }
    EXPECT_TRUE(log->erase(key(0)));
    EXPECT_TRUE(log->back_up(temp_ / "backups", {}));
  }

  [[nodiscard]] Result<RestoredBackup> restore(
      DamagedDocuments damaged = DamagedDocuments::kRefused) const {
    return restore_backup(temp_ / "backups", temp_ / "new", damaged);
  }

  // The documents of the restored folder that are whole.
  [[nodiscard]] int proven() const {
    const auto store = *RocksDbStore::open(temp_ / "new", OpenMode::kReadOnly);
    int count = 0;
    for (int i = 0; i < kDocuments; ++i) count += prove(*store, key(i)) ? 1 : 0;
    return count;
  }

  TempFolder temp_;
};

TEST_F(RestoreBackup, MakesAFolderOfAllDocumentsWithANewHistoryId) {
  const Result<RestoredBackup> restored = restore();
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_TRUE(restored->left_out.empty());
  EXPECT_EQ(proven(), kDocuments);
  EXPECT_EQ(fs::status(temp_ / "new").permissions(), fs::perms::owner_all);
  EXPECT_FALSE(fs::exists(temp_ / "new/cowrite-restoring"));
  EXPECT_NE(open_folder(temp_ / "new")->history_id(), open_folder(temp_ / "data")->history_id());
}

TEST(CopyProgress, GrowsUpToWhatThereIsToCopy) {
  const TempFolder temp;
  std::uint64_t bytes = 0;
  std::uint64_t bytes_max = 0;
  const CopyProgress note = [&](std::uint64_t now, std::uint64_t max) {
    EXPECT_GE(now, bytes);
    EXPECT_LE(now, max);
    bytes = now;
    bytes_max = max;
  };
  {
    const auto log = open_folder(temp / "data");
    std::mt19937_64 random(3);
    for (int i = 0; i < 10; ++i) {
      Author author(key(i));
      author.create(random_text(random, 1'000'000));
      ASSERT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);
    }
    const Result<BackupInfo> backup = log->back_up(temp / "backups", note);
    ASSERT_TRUE(backup);
    EXPECT_GT(bytes, 0U);
    EXPECT_GE(bytes_max, backup->bytes / 2) << "without what a flush will pack";
  }
  bytes = 0;
  ASSERT_TRUE(restore_backup(temp / "backups", temp / "new", DamagedDocuments::kRefused, note));
  EXPECT_EQ(bytes_max, RocksDbStore::newest_backup(temp / "backups")->bytes);
}

TEST_F(RestoreBackup, LeavesOutNothingWhereOnlyTheFormatIsDamaged) {
  {
    const auto store = *RocksDbStore::open(temp_ / "data", OpenMode::kReadWrite);
    put(*store, Table::kMeta, kFormatKey, "?");
    ASSERT_TRUE(store->back_up(temp_ / "backups"));
  }
  EXPECT_EQ(RocksDbStore::open(temp_ / "data", OpenMode::kReadWrite).error().code, kErrDamaged);
  EXPECT_EQ(restore().error().code, kErrDamaged);
  const Result<RestoredBackup> restored = restore(DamagedDocuments::kLeftOut);
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_TRUE(restored->left_out.empty());
  EXPECT_EQ(proven(), kDocuments);
}

TEST_F(RestoreBackup, MakesADamagedIndexOfSourcesAnew) {
  {
    const auto store = *RocksDbStore::open(temp_ / "data", OpenMode::kReadWrite);
    put(*store, Table::kSources, source_key(5, "ann"), "damaged");
    ASSERT_TRUE(store->back_up(temp_ / "backups"));
    EXPECT_EQ(prove(*store, key(4)).error().code, kErrDamaged);
  }
  const Result<RestoredBackup> restored = restore(DamagedDocuments::kLeftOut);
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_TRUE(restored->left_out.empty());
  EXPECT_EQ(proven(), kDocuments);
}

TEST_F(RestoreBackup, NeedsABackupAndAnEmptyFolder) {
  const auto code = [&](const char* backups, const char* folder) {
    return restore_backup(temp_ / backups, temp_ / folder, DamagedDocuments::kRefused).error().code;
  };
  EXPECT_EQ(code("backups", "data"), kErrForeign);
  EXPECT_EQ(code("data", "new"), kErrNoBackup);
  EXPECT_EQ(code("absent", "new"), kErrNoBackup);
  fs::create_directories(temp_ / "full/cowrite-restoring");
  std::ofstream(temp_ / "full/letter.txt") << "text";
  EXPECT_EQ(code("backups", "full"), kErrForeign);
  EXPECT_TRUE(fs::exists(temp_ / "full/letter.txt"));
  EXPECT_FALSE(fs::exists(temp_ / "new"));
}

TEST_F(RestoreBackup, FitsIntoAFolderThatIsThere) {
  fs::create_directories(temp_ / "new/lost+found");
  std::ofstream(temp_ / "new/operator-token") << "token";
  ASSERT_TRUE(restore());
  EXPECT_EQ(proven(), kDocuments);
  EXPECT_TRUE(fs::exists(temp_ / "new/operator-token"));
}

TEST_F(RestoreBackup, OfADamagedFileNamesItAndLeavesNothing) {
  flip_bit_in_the_middle(largest_file(temp_ / "backups"));
  const Result<RestoredBackup> restored = restore();
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code, kErrDamaged);
  EXPECT_NE(restored.error().message.find(largest_file(temp_ / "backups").filename()),
            std::string::npos)
      << restored.error().message;
  EXPECT_FALSE(fs::exists(temp_ / "new"));
  fs::create_directory(temp_ / "new");
  EXPECT_FALSE(restore());
  EXPECT_TRUE(fs::is_empty(temp_ / "new"));
}

TEST_F(RestoreBackup, LeavesOutDamagedDocumentsAloneIfAsked) {
  flip_bit_in_the_middle(largest_file(temp_ / "backups"));
  const Result<RestoredBackup> restored = restore(DamagedDocuments::kLeftOut);
  ASSERT_TRUE(restored) << restored.error().message;
  const auto left_out = static_cast<int>(restored->left_out.size());
  EXPECT_GE(left_out, 1);
  EXPECT_LE(left_out, 2) << "the flipped block, and the one beside it";
  EXPECT_NE(restored->left_out.front().error.message.find("docs/document-"), std::string::npos);
  ASSERT_TRUE(restored->left_out.front().key);
  EXPECT_TRUE(restored->left_out.front().key->id().starts_with("document-"));
  EXPECT_EQ(proven(), kDocuments - left_out);
  const auto store = *RocksDbStore::open(temp_ / "new", OpenMode::kReadWrite);
  EXPECT_TRUE(verify_no_orphans(*store->view()));
}

TEST_F(RestoreBackup, LeavesOutWhatWasDamagedWhenItWasBackedUpIfAsked) {
  flip_bit_in_the_middle(largest_file(temp_ / "data"));
  fs::remove_all(temp_ / "backups");
  ASSERT_TRUE(
      (*RocksDbStore::open(temp_ / "data", OpenMode::kReadOnly))->back_up(temp_ / "backups"));
  EXPECT_TRUE(restore()) << "no file of the backup is damaged";
  EXPECT_LT(proven(), kDocuments);
  fs::remove_all(temp_ / "new");
  const Result<RestoredBackup> restored = restore(DamagedDocuments::kLeftOut);
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_FALSE(restored->left_out.empty());
  EXPECT_EQ(proven(), kDocuments - static_cast<int>(restored->left_out.size()));
}

TEST(RestoreDamagedList, LeavesOutThoseWhoseNamesAreInTheDamagedBlockAndSaysSo) {
  constexpr int kMany = 600;
  const TempFolder temp;
  {
    const auto log = open_folder(temp / "data");
    std::mt19937_64 random(5);
    for (int i = 0; i < kMany; ++i) {
      Author author({"docs", std::to_string(1'000 + i) + random_text(random, 200)});
      author.create("x");
      ASSERT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);
    }
    ASSERT_TRUE(log->back_up(temp / "backups", {}));
  }
  flip_bit_in_the_middle(largest_file(temp / "backups"));
  const Result<RestoredBackup> restored =
      restore_backup(temp / "backups", temp / "new", DamagedDocuments::kLeftOut);
  ASSERT_TRUE(restored) << restored.error().message;
  ASSERT_EQ(restored->left_out.size(), 1U);
  const std::string& message = restored->left_out.front().error.message;
  EXPECT_NE(message.find("the list of documents is damaged between docs/1"), std::string::npos)
      << message;
  const auto documents = *open_folder(temp / "new")->history().list({}, kMany);
  EXPECT_LT(documents.size(), kMany);
  EXPECT_GT(documents.size(), kMany / 10 * 7);
  EXPECT_TRUE(documents.front().key->id().starts_with("1000"));
  EXPECT_TRUE(documents.back().key->id().starts_with("1599"));
}

TEST_F(RestoreBackup, LeavesOutADocumentWhoseHeadIsDamagedAndNoLaterOne) {
  {
    const auto store = *RocksDbStore::open(temp_ / "data", OpenMode::kReadWrite);
    put(*store, Table::kMeta, document_name_key(key(3)), "damaged");
    ASSERT_TRUE(store->back_up(temp_ / "backups"));
  }
  flip_bit_in_the_middle(largest_file(temp_ / "backups"));
  const Result<RestoredBackup> restored = restore(DamagedDocuments::kLeftOut);
  ASSERT_TRUE(restored) << restored.error().message;
  const auto left_out = static_cast<int>(restored->left_out.size());
  EXPECT_LE(left_out, 3);
  EXPECT_EQ(proven(), kDocuments - left_out);
}

// Each step of a restore could have been its last.
TEST_F(RestoreBackup, ThatWasInterruptedIsRefusedByOthersAndBegunAnew) {
  ASSERT_TRUE(restore());
  fs::rename(temp_ / "new", temp_ / "whole");
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(temp_ / "whole")) {
    if (entry.path().filename() != "CURRENT") names.push_back(entry.path().filename());
  }
  for (std::size_t moved = 0; moved <= names.size(); ++moved) {
    fs::create_directory(temp_ / "new");
    fs::copy(temp_ / "whole", temp_ / "new/cowrite-restoring");
    for (std::size_t i = 0; i < moved; ++i) {
      fs::rename(temp_ / ("new/cowrite-restoring/" + names[i]), temp_ / ("new/" + names[i]));
    }
    const auto opened = RocksDbStore::open(temp_ / "new", OpenMode::kReadWrite);
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().message.find("interrupted"), std::string::npos);
    const Result<RestoredBackup> restored = restore();
    ASSERT_TRUE(restored) << restored.error().message;
    EXPECT_EQ(proven(), kDocuments);
    fs::remove_all(temp_ / "new");
  }
}

TEST_F(RestoreBackup, RefusesAFolderOfFilesThatAreOnlyNamedLikeOurs) {
  for (const char* const name :
       {"LOGBOOK.txt", "LOG.old.txt", "OPTIONS-trading.xls", "MANIFEST-", "thesis.dbtmp", "CLOSED2",
        "SYNCED.md", "operator-token.backup", "letter7.log"}) {
    fs::create_directory(temp_ / "new");
    std::ofstream(temp_ / ("new/" + std::string(name))) << "the only copy";
    const Result<RestoredBackup> restored = restore();
    ASSERT_FALSE(restored) << name;
    EXPECT_EQ(restored.error().code, kErrForeign) << name;
    EXPECT_EQ(RocksDbStore::open(temp_ / "new", OpenMode::kReadWrite).error().code, kErrForeign)
        << name;
    EXPECT_TRUE(fs::exists(temp_ / ("new/" + std::string(name))));
    fs::remove_all(temp_ / "new");
  }
}

TEST_F(RestoreBackup, WhoseInnerFolderOutlivedItIsADataFolderAndNoInterruptedRestore) {
  ASSERT_TRUE(restore());
  fs::create_directory(temp_ / "new/cowrite-restoring");
  fs::copy(temp_ / "new", temp_ / "lost", fs::copy_options::recursive);
  fs::permissions(temp_ / "new", fs::perms::all);
  ASSERT_TRUE(RocksDbStore::open(temp_ / "new", OpenMode::kReadWrite));
  EXPECT_FALSE(fs::exists(temp_ / "new/cowrite-restoring"));
  EXPECT_EQ(fs::status(temp_ / "new").permissions(), fs::perms::owner_all);
  fs::remove(temp_ / "lost/CURRENT");
  const Error lost = RocksDbStore::open(temp_ / "lost", OpenMode::kReadWrite).error();
  EXPECT_NE(lost.message.find("lost its file CURRENT"), std::string::npos) << lost.message;
  const auto files = [this] {
    return std::distance(fs::directory_iterator(temp_ / "lost"), fs::directory_iterator());
  };
  const auto before = files();
  EXPECT_EQ(
      restore_backup(temp_ / "backups", temp_ / "lost", DamagedDocuments::kRefused).error().code,
      kErrForeign);
  EXPECT_EQ(files(), before);
}

TEST_F(RestoreBackup, IsAloneInItsFolder) {
  fs::create_directory(temp_ / "new");
  const int other = ::open((temp_ / "new").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ASSERT_EQ(::flock(other, LOCK_EX), 0);
  fs::create_directory(temp_ / "new/cowrite-restoring");
  std::ofstream(temp_ / "new/cowrite-restoring/000009.sst") << "of the other restore";
  EXPECT_EQ(restore().error().code, kErrInUse);
  EXPECT_TRUE(fs::exists(temp_ / "new/cowrite-restoring/000009.sst"));
  ::close(other);
  EXPECT_TRUE(restore());
}

TEST_F(RestoreBackup, OfADamagedLogIsRefusedAndSoIsReadingIt) {
  {
    const auto store = *RocksDbStore::open(temp_ / "data", OpenMode::kReadWrite);
    for (int i = 0; i < 100; ++i) {
      put(*store, Table::kSources, std::to_string(i), std::string(500, 'x'));
    }
    ASSERT_TRUE(store->back_up(temp_ / "backups", BeforeBackup::kNothing));
  }
  EXPECT_TRUE(RocksDbStore::open(temp_ / "backups", OpenMode::kReadOnly));
  for (const char* const kind : {".log", "MANIFEST-"}) {
    fs::path file;
    for (const auto& entry : fs::directory_iterator(temp_ / "backups/private/2")) {
      const std::string name = entry.path().filename();
      if (name.find(kind) != std::string::npos) file = entry.path();
    }
    ASSERT_TRUE(fs::exists(file)) << kind;
    fs::copy(file, temp_ / "whole");
    fs::resize_file(file, fs::file_size(file) / 2);
    const auto opened = RocksDbStore::open(temp_ / "backups", OpenMode::kReadOnly);
    ASSERT_FALSE(opened) << kind;
    EXPECT_EQ(opened.error().code, kErrDamaged);
    EXPECT_NE(opened.error().message.find(file.filename()), std::string::npos);
    for (const auto damaged : {DamagedDocuments::kRefused, DamagedDocuments::kLeftOut}) {
      EXPECT_EQ(restore(damaged).error().code, kErrDamaged) << kind;
    }
    fs::rename(temp_ / "whole", file);
  }
  EXPECT_TRUE(restore());
}

// The one before would lack what was written since.
TEST_F(RestoreBackup, OfANewestBackupThatHasLostAFileNamesItAndGivesNoOlderOne) {
  Author author({"docs", "later"});
  author.create("later");
  {
    const auto log = open_folder(temp_ / "data");
    ASSERT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);
    ASSERT_TRUE(log->back_up(temp_ / "backups", {}));
  }
  for (const auto& entry : fs::directory_iterator(temp_ / "backups/private/2")) {
    if (entry.path().filename().string().starts_with("MANIFEST-")) fs::remove(entry.path());
  }
  const Error opened = RocksDbStore::open(temp_ / "backups", OpenMode::kReadOnly).error();
  EXPECT_EQ(opened.code, kErrDamaged);
  EXPECT_NE(opened.message.find("backup 2"), std::string::npos) << opened.message;
  for (const auto damaged : {DamagedDocuments::kRefused, DamagedDocuments::kLeftOut}) {
    EXPECT_EQ(restore(damaged).error(), opened);
  }
  fs::remove(temp_ / "backups/meta/2");
  EXPECT_TRUE(restore());
  EXPECT_EQ(proven(), kDocuments);
}

}  // namespace
}  // namespace cowrite::storage
