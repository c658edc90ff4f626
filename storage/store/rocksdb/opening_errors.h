// What is said of a folder that RocksDB cannot open: who has it in use, or which file is damaged,
// of which RocksDB itself names another, or none.
#pragma once

#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/status.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "storage/store/data_folder.h"
#include "storage/store/file_check.h"
#include "storage/store/rocksdb/status.h"

namespace cowrite::storage::rocks {

// The first table of which RocksDB cannot read what the file says about itself.
inline std::optional<Error> find_damaged_table(const std::string& folder) {
  const Result<std::vector<std::string>> names = names_in(folder);
  if (!names) return std::nullopt;
  for (const std::string& name : *names) {
    if (!name.ends_with(".sst")) continue;
    const std::string path = (std::filesystem::path(folder) / name).string();
    const rocksdb::Status opened = rocksdb::SstFileReader(rocksdb::Options()).Open(path);
    if (opened.IsCorruption()) {
      return error_of(opened, "file " + path + " is damaged, restore it from a backup");
    }
  }
  return std::nullopt;
}

// Asked of RocksDB's message because its codes do not say it.
inline bool is_locked(const rocksdb::Status& status) {
  const std::string message = status.ToString();
  return message.find("lock hold by current process") != std::string::npos ||
         message.find("While lock file") != std::string::npos;
}

inline Error cannot_open(const rocksdb::Status& status, const std::string& folder) {
  if (is_locked(status)) {
    return {kErrInUse, "folder " + folder + " is in use: another server runs on it"};
  }
  if (status.IsPathNotFound()) {
    return {kErrDamaged, "folder " + folder + " lacks a file, restore it from a backup: " +
                             status.ToString() + " (.ldb stands for .sst)"};
  }
  if (!status.IsCorruption()) return error_of(status, "cannot open folder " + folder);
  if (std::optional<Error> table = find_damaged_table(folder)) return *std::move(table);
  if (std::optional<Error> log = find_damaged_record(folder)) return *std::move(log);
  return error_of(status, "folder " + folder + " is damaged, restore it from a backup");
}

}  // namespace cowrite::storage::rocks
