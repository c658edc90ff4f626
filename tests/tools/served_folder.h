// ServedFolder: a data folder with documents of every kind, and the HTTP API on it, as a running
// server has both at once.
#pragma once

#include <memory>
#include <string>

#include "server/http/api.h"
#include "storage/rocksdb_log.h"
#include "tests/storage/support.h"
#include "tests/tools/http_endpoint.h"

namespace cowrite::cli {

class ServedFolder {
 public:
  ServedFolder();

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::string& url() const { return endpoint_.url(); }
  [[nodiscard]] storage::OperationLog& log() { return *log_; }

 private:
  storage::TempFolder folder_;
  std::string path_ = folder_ / "data";
  std::unique_ptr<storage::RocksDbLog> log_;
  http::Api api_;
  HttpEndpoint endpoint_;
};

// The one that all tests share.
ServedFolder& served_folder();

}  // namespace cowrite::cli
