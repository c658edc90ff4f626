// ClientsAheadOfLog: clients that have seen versions of a document which the log does not have.
// Nothing is sent before it is on disk, so either the data folder was replaced by an older one, or
// records on the disk are lost, or the client lies.
//
// Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>

#include "storage/document_key.h"

namespace cowrite::server {

class ClientsAheadOfLog {
 public:
  struct Count {
    std::uint64_t requests = 0;
    std::size_t documents = 0;  // Different ones, up to kDocumentsAheadMax.
  };

  // `warn` is told once of each document, of the first kDocumentsAheadMax.
  explicit ClientsAheadOfLog(std::function<void(const std::string&)> warn)
      : warn_(std::move(warn)) {}

  // A client has the document at version `seen`, and the log at `held`. REQUIRES: seen > held.
  void note(const storage::DocumentKey& key, std::uint64_t seen, std::uint64_t held);

  [[nodiscard]] Count count() const;

 private:
  const std::function<void(const std::string&)> warn_;
  mutable std::mutex mutex_;
  std::uint64_t requests_ = 0;
  std::unordered_set<storage::DocumentKey> documents_;
};

}  // namespace cowrite::server
