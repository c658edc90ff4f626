#include "tools/cli/document_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <set>
#include <vector>

#include "tests/storage/support.h"

namespace cowrite::cli {
namespace {

TEST(FileNames, AreSafeInAnyFolder) {
  EXPECT_EQ(file_name_of("notes.md"), "notes.md");
  EXPECT_EQ(file_name_of("Æther 日本 😀"), "Æther 日本 😀");
  EXPECT_EQ(file_name_of("a/b"), "a%2Fb");
  EXPECT_EQ(file_name_of(".."), "%2E.");
  EXPECT_EQ(file_name_of(".bashrc"), "%2Ebashrc");
  EXPECT_EQ(file_name_of("-rf"), "%2Drf");
  EXPECT_EQ(file_name_of("100%"), "100%25");
  EXPECT_EQ(file_name_of(std::string("a\0\n\x1b", 4)), "a%00%0A%1B");
  EXPECT_EQ(file_name_of("\xff"), "%FF");
}

TEST(FileNames, LeadBackToTheDocument) {
  for (const std::string document :
       {"notes.md", "a/b", "..", "-x", "~", "100%", "%2F", "%", "日本/x", "\xff\xfe", " "}) {
    EXPECT_EQ(document_of(file_name_of(document)), document);
  }
  EXPECT_EQ(document_of("50%41.txt"), "50%41.txt") << "export would have written 50A.txt";
  EXPECT_EQ(document_of("100%"), "100%");
}

TEST(FileNames, OfAnyLengthFitAndDiffer) {
  std::set<std::string> names;
  for (const char last : {'a', 'b'}) {
    for (const std::string& letter : {std::string("x"), std::string("/"), std::string("日")}) {
      std::string document;
      while (document.size() < 250) document += letter;
      const std::string name = file_name_of(document + last);
      EXPECT_LE(name.size() + std::string_view("..jsonl.cowrite-part").size(), 255U);
      names.insert(name);
    }
  }
  EXPECT_EQ(names.size(), 6U);
  EXPECT_FALSE(file_name_of("").empty());
}

TEST(LineEndings, AreRememberedOnlyWhereAllAreCrlf) {
  EXPECT_TRUE(is_all_crlf("a\r\nb\r\n"));
  EXPECT_TRUE(is_all_crlf("\r\n"));
  EXPECT_FALSE(is_all_crlf(""));
  EXPECT_FALSE(is_all_crlf("a"));
  EXPECT_FALSE(is_all_crlf("a\nb\r\n"));
  EXPECT_FALSE(is_all_crlf("a\r\nb\n"));
  EXPECT_FALSE(is_all_crlf("a\rb\r\n"));
  EXPECT_FALSE(is_all_crlf("a\r\r\n"));
  EXPECT_FALSE(is_all_crlf("a\r\nb\r"));
  EXPECT_EQ(from_crlf("a\r\nb\r\n"), "a\nb\n");
  EXPECT_EQ(to_crlf(from_crlf("a\r\n\r\nb")), "a\r\n\r\nb");
}

Result<void> write_file(const std::string& path, std::string_view bytes, Existing existing) {
  Result<NewFile> file = NewFile::begin(path);
  if (!file) return file.error();
  if (Result<void> written = file->write(bytes); !written) return written;
  const Result<Finished> finished = file->finish(existing);
  return finished ? Result<void>() : finished.error();
}

// Lets these system calls fail in this process, from now on.
void forbid(std::initializer_list<std::uint32_t> calls, std::uint32_t error) {
  std::vector<sock_filter> filter = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (const std::uint32_t call : calls) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error));
  }
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog program = {static_cast<unsigned short>(filter.size()), filter.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) std::abort();
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) std::abort();
}

// Each ends the process, with 0 if all went as it should.

// A file is written, and none replaced, without the calls that a file system such as FAT lacks.
[[noreturn]] void write_without_links(const std::string& path) {
  forbid({SYS_link, SYS_linkat, SYS_renameat2}, EPERM);
  const bool written = write_file(path, "one", Existing::kRefuse).has_value();
  const bool replaced = write_file(path, "two", Existing::kRefuse).has_value();
  std::_Exit(written && !replaced ? 0 : 1);
}

// A file is written on a file system that has no locks, such as some over a network.
[[noreturn]] void write_without_locks(const std::string& path) {
  forbid({SYS_flock}, ENOLCK);
  std::_Exit(write_file(path, "one", Existing::kRefuse) ? 0 : 1);
}

// No file is written, nor replaced, if it cannot be synced.
[[noreturn]] void write_without_sync(const std::string& path) {
  forbid({SYS_fsync}, EIO);
  const bool written = write_file(path, "one", Existing::kRefuse).has_value();
  const bool replaced = write_file(path, "two", Existing::kReplace).has_value();
  std::_Exit(!written && !replaced ? 0 : 1);
}

TEST(Files, AreWrittenWholeAndReplacedOnlyOnRequest) {
  const storage::TempFolder temp;
  const std::string path = temp / "x";
  EXPECT_TRUE(write_file(path, "one", Existing::kRefuse));
  EXPECT_EQ(write_file(path, "two", Existing::kRefuse).error().code, kErrFile);
  EXPECT_EQ(*read_file(path, 3), "one");
  EXPECT_TRUE(write_file(path, "two", Existing::kReplace));
  EXPECT_EQ(*read_file(path, 3), "two");
  EXPECT_EQ(read_file(path, 2).error().code, kErrFile);
  EXPECT_EQ(read_file(temp / "y", 2).error().code, kErrFile);
  EXPECT_EQ(read_file(temp.path(), 2).error().code, kErrFile);
  EXPECT_EQ(write_file(temp / "no/x", "", Existing::kRefuse).error().code, kErrFile);
  { const Result<NewFile> unfinished = NewFile::begin(temp / "z"); }
  const auto files = std::filesystem::directory_iterator(temp.path());
  EXPECT_EQ(std::distance(begin(files), end(files)), 1) << "nothing is left lying about";
}

TEST(Files, AreWrittenExclusivelyWhereTheFileSystemHasNoLinks) {
  const storage::TempFolder temp;
  EXPECT_EXIT(write_without_links(temp / "x"), testing::ExitedWithCode(0), "");
  EXPECT_EQ(*read_file(temp / "x", 3), "one");
  EXPECT_FALSE(std::filesystem::exists(temp / ".x.cowrite-part"));
}

TEST(Files, ThatAreThereWithTheSameBytesStayUnchanged) {
  const storage::TempFolder temp;
  ASSERT_TRUE(write_file(temp / "x", "one", Existing::kRefuse));
  Result<NewFile> file = NewFile::begin(temp / "x");
  ASSERT_TRUE(file->write("one"));
  EXPECT_EQ(*file->finish(Existing::kRefuse), Finished::kUnchanged);
  for (const char* other : {"on", "one ", "onx", ""}) {
    EXPECT_FALSE(write_file(temp / "x", other, Existing::kRefuse)) << other;
  }
  std::filesystem::create_directory(temp / "folder");
  EXPECT_FALSE(write_file(temp / "folder", "", Existing::kRefuse));
  EXPECT_FALSE(write_file(temp / "folder", "", Existing::kReplace));
}

TEST(Files, ThatAKilledExportBeganAreTakenOver) {
  const storage::TempFolder temp;
  std::ofstream(temp / ".x.cowrite-part") << "half of something that was long";
  EXPECT_TRUE(write_file(temp / "x", "one", Existing::kRefuse));
  EXPECT_EQ(*read_file(temp / "x", 100), "one");
  EXPECT_FALSE(std::filesystem::exists(temp / ".x.cowrite-part"));
}

TEST(Files, AreWrittenByOneExportAtATime) {
  const storage::TempFolder temp;
  Result<NewFile> first = NewFile::begin(temp / "x");
  ASSERT_TRUE(first->write("one"));
  EXPECT_EQ(NewFile::begin(temp / "x").error().code, kErrFile);
  EXPECT_TRUE(first->finish(Existing::kRefuse));
  EXPECT_EQ(*read_file(temp / "x", 3), "one");
}

TEST(Files, AreWrittenWhereTheFileSystemHasNoLocks) {
  const storage::TempFolder temp;
  EXPECT_EXIT(write_without_locks(temp / "x"), testing::ExitedWithCode(0), "");
  EXPECT_EQ(*read_file(temp / "x", 3), "one");
}

TEST(Files, AreNotNamedBeforeTheirBytesAreOnTheDisk) {
  const storage::TempFolder temp;
  EXPECT_EXIT(write_without_sync(temp / "x"), testing::ExitedWithCode(0), "");
  EXPECT_FALSE(std::filesystem::exists(temp / "x"));
  EXPECT_FALSE(std::filesystem::exists(temp / ".x.cowrite-part"));
}

TEST(Files, AreNotWrittenThroughPipesAndLeaveOthersFilesAlone) {
  const storage::TempFolder temp;
  std::ofstream(temp / ".x.part") << "of a browser";
  EXPECT_TRUE(write_file(temp / "x", "one", Existing::kRefuse));
  EXPECT_EQ(*read_file(temp / ".x.part", 20), "of a browser");
  ASSERT_EQ(mkfifo((temp / ".y.cowrite-part").c_str(), 0600), 0);
  EXPECT_FALSE(write_file(temp / "y", "one", Existing::kRefuse));
  const int reader = open((temp / ".y.cowrite-part").c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  EXPECT_FALSE(write_file(temp / "y", "one", Existing::kRefuse));
  close(reader);
  EXPECT_TRUE(std::filesystem::exists(temp / ".y.cowrite-part"));
}

TEST(Files, ThatAreNamedPipesAreNotWaitedFor) {
  const storage::TempFolder temp;
  ASSERT_EQ(mkfifo((temp / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(read_file(temp / "pipe", 10).error().code, kErrFile);
  EXPECT_FALSE(check_plain_file(temp / "pipe"));
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  ASSERT_EQ(write(ends[1], "text", 4), 4);
  close(ends[1]);
  const std::string name = "/dev/fd/" + std::to_string(ends[0]);
  EXPECT_FALSE(check_plain_file(name));
  EXPECT_EQ(*read_file(name, 10), "text");
  close(ends[0]);
}

}  // namespace
}  // namespace cowrite::cli
