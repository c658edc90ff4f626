// Notices: sentences of one kind that the operator is told on stderr, each once. Clients choose
// what they name, so only the first kNoticesMax different ones are told.
//
// Thread-safe.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>

namespace cowrite::server {

class Notices {
 public:
  explicit Notices(std::function<void(const std::string&)> warn) : warn_(std::move(warn)) {}

  void tell(const std::string& sentence);

 private:
  const std::function<void(const std::string&)> warn_;
  std::mutex mutex_;
  std::unordered_set<std::string> told_;
};

}  // namespace cowrite::server
