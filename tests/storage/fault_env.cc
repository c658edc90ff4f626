#include "tests/storage/fault_env.h"

#include <rocksdb/file_system.h>
#include <rocksdb/system_clock.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

#include "ot/base/check.h"

namespace cowrite::storage {
namespace {

namespace fs = std::filesystem;

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

// The bytes of a file, whatever its name is by now. They are kept under a name of our own, so that
// a file that was removed can come back.
struct File {
  explicit File(std::string kept_at) : kept(std::move(kept_at)) {}
  ~File() {
    std::error_code ignored;
    fs::remove(kept, ignored);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::string kept;
  std::uint64_t written = 0;
  std::uint64_t synced = 0;
  bool sync_failed = false;  // What was not synced then never will be.
};

using Names = std::map<std::string, std::shared_ptr<File>>;

// What becomes of names at once; a null file: there is none of that name any more.
using Change = std::vector<std::pair<std::string, std::shared_ptr<File>>>;

void make(const Change& change, Names& names) {
  for (const auto& [name, file] : change) {
    if (file == nullptr) {
      names.erase(name);
    } else {
      names.insert_or_assign(name, file);
    }
  }
}

// RocksDB's messages and its lock hold no data.
bool is_data(std::string_view name) { return name != "LOCK" && !name.starts_with("LOG"); }

void copy_front(const std::string& from, const fs::path& to, std::uint64_t bytes) {
  std::string content(bytes, '\0');
  std::ifstream in(from, std::ios::binary);
  CHECK(in.read(content.data(), static_cast<std::streamsize>(bytes)));
  CHECK(std::ofstream(to, std::ios::binary) << content);
}

}  // namespace

class FaultEnv::Disk : public rocksdb::FileSystemWrapper,
                       public std::enable_shared_from_this<FaultEnv::Disk> {
 public:
  explicit Disk(const std::string& folder)
      : FileSystemWrapper(rocksdb::FileSystem::Default()),
        folder_(folder),
        shelf_(folder + ".XXXXXX") {
    fs::create_directories(folder_);
    CHECK(mkdtemp(shelf_.data()) != nullptr);
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_)) {
      const std::string name = entry.path().filename();
      if (is_data(name)) {
        const std::shared_ptr<File> file = keep(name);
        file->synced = file->written = entry.file_size();
        names_.emplace(name, file);
      }
    }
    durable_ = names_;
  }
  ~Disk() override {
    std::error_code ignored;
    fs::remove_all(shelf_, ignored);
  }

  const char* Name() const override { return "FaultEnv"; }

  IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           IODebugContext* debug) override;
  IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* result,
                        IODebugContext* debug) override;
  IOStatus DeleteFile(const std::string& path, const IOOptions& options,
                      IODebugContext* debug) override;
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override;
  IOStatus GetFreeSpace(const std::string&, const IOOptions&, std::uint64_t* bytes,
                        IODebugContext*) override {
    *bytes = free_bytes();
    return IOStatus::OK();
  }

  IOStatus append(File& file, const rocksdb::Slice& data,
                  const std::function<IOStatus(const rocksdb::Slice&)>& write);
  IOStatus sync(File& file);
  IOStatus sync_names();

  [[nodiscard]] std::uint64_t operations() const {
    const std::lock_guard lock(mutex_);
    return operations_;
  }
  [[nodiscard]] bool has_lied() const {
    const std::lock_guard lock(mutex_);
    return lied_;
  }
  void set_fault(std::optional<Fault> fault) {
    const std::lock_guard lock(mutex_);
    fault_ = fault;
  }
  void set_quota(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    quota_ = bytes;
  }
  void before_each(std::function<void(std::uint64_t)> call) {
    const std::lock_guard lock(mutex_);
    before_each_ = std::move(call);
  }
  [[nodiscard]] std::uint64_t free_bytes() const;
  void cut_power(const std::string& to, std::optional<std::uint64_t> seed) const;

 private:
  // The name in the folder, if it is one that counts.
  [[nodiscard]] std::optional<std::string> name_of(const std::string& path) const {
    std::string name = fs::path(path).filename();
    const bool here = fs::path(path).parent_path() == fs::path(folder_);
    return here && is_data(name) ? std::optional(std::move(name)) : std::nullopt;
  }
  std::shared_ptr<File> keep(const std::string& name) {
    auto file = std::make_shared<File>(shelf_ + "/" + std::to_string(++files_));
    fs::create_hard_link(folder_ + "/" + name, file->kept);
    return file;
  }
  void change_names(Change change) {
    make(change, names_);
    not_durable_.push_back(std::move(change));
  }
  // Counts an operation, and says whether it may be done.
  IOStatus begin();

  const std::string folder_;
  std::string shelf_;

  mutable std::recursive_mutex mutex_;  // A power cut may be asked for inside before_each_.
  std::uint64_t operations_ = 0;
  std::uint64_t files_ = 0;
  bool lied_ = false;
  std::optional<Fault> fault_;
  std::uint64_t quota_ = std::numeric_limits<std::uint64_t>::max();
  std::function<void(std::uint64_t)> before_each_;
  Names names_;
  Names durable_;
  std::vector<Change> not_durable_;  // What leads from the durable names to the present ones.
};

namespace {

IOStatus no_space() { return IOStatus::NoSpace("no space left on the test's disk"); }

}  // namespace

IOStatus FaultEnv::Disk::begin() {
  ++operations_;
  if (before_each_) before_each_(operations_);
  const bool fails =
      fault_ && operations_ >= fault_->first && operations_ - fault_->first < fault_->count;
  if (!fails) return IOStatus::OK();
  return fault_->no_space ? no_space() : IOStatus::IOError("the test's disk fails");
}

std::uint64_t FaultEnv::Disk::free_bytes() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t used = 0;
  for (const auto& [name, file] : names_) used += file->written;
  return quota_ - std::min(quota_, used);
}

IOStatus FaultEnv::Disk::append(File& file, const rocksdb::Slice& data,
                                const std::function<IOStatus(const rocksdb::Slice&)>& write) {
  const std::lock_guard lock(mutex_);
  IOStatus status = begin();
  std::size_t bytes = status.ok() ? data.size() : data.size() / 2;
  if (const std::uint64_t room = free_bytes(); room < bytes) {
    bytes = room;
    status = no_space();
  }
  const IOStatus written = write(rocksdb::Slice(data.data(), bytes));
  CHECK(written.ok());
  file.written += bytes;
  return status;
}

IOStatus FaultEnv::Disk::sync(File& file) {
  const std::lock_guard lock(mutex_);
  const IOStatus status = begin();
  lied_ = lied_ || (file.sync_failed && status.ok());
  file.sync_failed = file.sync_failed || !status.ok();
  file.synced = file.sync_failed ? file.synced : file.written;
  return status;
}

IOStatus FaultEnv::Disk::sync_names() {
  const std::lock_guard lock(mutex_);
  IOStatus status = begin();
  if (status.ok()) {
    durable_ = names_;
    not_durable_.clear();
  }
  return status;
}

void FaultEnv::Disk::cut_power(const std::string& to, std::optional<std::uint64_t> seed) const {
  const std::lock_guard lock(mutex_);
  std::mt19937_64 random(seed.value_or(0));
  const auto up_to = [&](std::uint64_t most) {  // Nothing and all are as likely as what is between.
    const std::uint64_t kind = seed ? random() % 3 : 0;
    return kind == 0 ? 0 : kind == 1 ? most : random() % (most + 1);
  };
  Names left = durable_;
  const std::uint64_t changes = up_to(not_durable_.size());
  for (std::uint64_t i = 0; i < changes; ++i) make(not_durable_[i], left);
  fs::create_directories(to);
  for (const auto& [name, file] : left) {
    copy_front(file->kept, fs::path(to) / name, file->synced + up_to(file->written - file->synced));
  }
  // Written past RocksDB, and synced at once; a new one may take the place of one just now.
  for (const std::string name : {"/CLOSED", "/SYNCED"}) {
    if (std::ifstream in(folder_ + name, std::ios::binary); in) {
      std::ofstream(to + name, std::ios::binary) << in.rdbuf();
    }
  }
}

namespace {

class WritableFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  using Appender = std::function<IOStatus(const rocksdb::Slice&,
                                          const std::function<IOStatus(const rocksdb::Slice&)>&)>;
  using Syncer = std::function<IOStatus()>;

  WritableFile(std::unique_ptr<FSWritableFile> file, Appender append, Syncer sync)
      : FSWritableFileOwnerWrapper(std::move(file)),
        append_(std::move(append)),
        sync_(std::move(sync)) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  IODebugContext* debug) override {
    return append_(data, [&](const rocksdb::Slice& part) {
      return FSWritableFileOwnerWrapper::Append(part, options, debug);
    });
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo&, IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return sync_(); }
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return sync_(); }
  // Room that is set aside costs memory where the folder is in memory.
  void PrepareWrite(std::size_t, std::size_t, const IOOptions&, IODebugContext*) override {}

 private:
  Appender append_;
  Syncer sync_;
};

class Directory : public rocksdb::FSDirectoryWrapper {
 public:
  Directory(std::unique_ptr<FSDirectory> directory, std::function<IOStatus()> sync)
      : FSDirectoryWrapper(std::move(directory)), sync_(std::move(sync)) {}

  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return sync_(); }
  IOStatus FsyncWithDirOptions(const IOOptions&, IODebugContext*,
                               const rocksdb::DirFsyncOptions&) override {
    return sync_();
  }

 private:
  std::function<IOStatus()> sync_;
};

}  // namespace

IOStatus FaultEnv::Disk::NewWritableFile(const std::string& path,
                                         const rocksdb::FileOptions& options,
                                         std::unique_ptr<rocksdb::FSWritableFile>* result,
                                         IODebugContext* debug) {
  const std::optional<std::string> name = name_of(path);
  if (!name) return FileSystemWrapper::NewWritableFile(path, options, result, debug);
  const std::lock_guard lock(mutex_);
  if (IOStatus status = begin(); !status.ok()) return status;
  // A file of that name that is there already keeps its bytes, for the power cut.
  static_cast<void>(FileSystemWrapper::DeleteFile(path, IOOptions(), debug));
  std::unique_ptr<rocksdb::FSWritableFile> opened;
  if (IOStatus status = FileSystemWrapper::NewWritableFile(path, options, &opened, debug);
      !status.ok()) {
    return status;
  }
  const std::shared_ptr<File> file = keep(*name);
  change_names({{*name, file}});
  const std::shared_ptr<Disk> disk = shared_from_this();
  *result = std::make_unique<WritableFile>(
      std::move(opened),
      [disk, file](const rocksdb::Slice& data, const auto& write) {
        return disk->append(*file, data, write);
      },
      [disk, file] { return disk->sync(*file); });
  return IOStatus::OK();
}

IOStatus FaultEnv::Disk::NewDirectory(const std::string& path, const IOOptions& options,
                                      std::unique_ptr<rocksdb::FSDirectory>* result,
                                      IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSDirectory> opened;
  if (IOStatus status = FileSystemWrapper::NewDirectory(path, options, &opened, debug);
      !status.ok()) {
    return status;
  }
  *result = std::make_unique<Directory>(std::move(opened),
                                        [disk = shared_from_this()] { return disk->sync_names(); });
  return IOStatus::OK();
}

IOStatus FaultEnv::Disk::DeleteFile(const std::string& path, const IOOptions& options,
                                    IODebugContext* debug) {
  const std::optional<std::string> name = name_of(path);
  if (!name) return FileSystemWrapper::DeleteFile(path, options, debug);
  const std::lock_guard lock(mutex_);
  IOStatus status = begin();
  if (status.ok()) status = FileSystemWrapper::DeleteFile(path, options, debug);
  if (status.ok()) change_names({{*name, nullptr}});
  return status;
}

IOStatus FaultEnv::Disk::RenameFile(const std::string& from, const std::string& to,
                                    const IOOptions& options, IODebugContext* debug) {
  const std::optional<std::string> old_name = name_of(from);
  const std::optional<std::string> new_name = name_of(to);
  if (!old_name || !new_name) return FileSystemWrapper::RenameFile(from, to, options, debug);
  const std::lock_guard lock(mutex_);
  IOStatus status = begin();
  if (status.ok()) status = FileSystemWrapper::RenameFile(from, to, options, debug);
  if (status.ok()) change_names({{*new_name, names_.at(*old_name)}, {*old_name, nullptr}});
  return status;
}

namespace {

// After an error RocksDB sleeps for a second before it tries again.
class ImpatientClock : public rocksdb::SystemClockWrapper {
 public:
  ImpatientClock() : SystemClockWrapper(SystemClock::Default()) {}
  const char* Name() const override { return "ImpatientClock"; }
  void SleepForMicroseconds(int microseconds) override {
    SystemClockWrapper::SleepForMicroseconds(std::min(microseconds, 1'000));
  }
};

class Machine : public rocksdb::EnvWrapper {
 public:
  explicit Machine(const std::shared_ptr<rocksdb::FileSystem>& disk)
      : EnvWrapper(rocksdb::Env::Default()) {
    file_system_ = disk;
    system_clock_ = std::make_shared<ImpatientClock>();
  }
};

}  // namespace

FaultEnv::FaultEnv(const std::string& folder)
    : disk_(std::make_shared<Disk>(folder)), env_(std::make_unique<Machine>(disk_)) {}

FaultEnv::~FaultEnv() = default;

std::uint64_t FaultEnv::operations() const { return disk_->operations(); }
bool FaultEnv::has_lied() const { return disk_->has_lied(); }
void FaultEnv::set_fault(std::optional<Fault> fault) { disk_->set_fault(fault); }
void FaultEnv::set_quota(std::uint64_t bytes) { disk_->set_quota(bytes); }
std::uint64_t FaultEnv::free_bytes() const { return disk_->free_bytes(); }
void FaultEnv::before_each(std::function<void(std::uint64_t)> call) {
  disk_->before_each(std::move(call));
}
void FaultEnv::cut_power(const std::string& to, std::optional<std::uint64_t> seed) const {
  disk_->cut_power(to, seed);
}

}  // namespace cowrite::storage
