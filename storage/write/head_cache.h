// HeadCache: the heads of the documents written to lately, so that the commit thread compares
// versions without reading. Holds between kGeneration and twice as many. One thread.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <utility>

#include "storage/document_key.h"
#include "storage/format/head.h"

namespace cowrite::storage {

class HeadCache {
 public:
  // Null if it is not here. The pointer holds until the next call.
  [[nodiscard]] Head* find(const DocumentKey& key) {
    if (const auto found = young_.find(key); found != young_.end()) return &found->second;
    const auto found = old_.find(key);
    if (found == old_.end()) return nullptr;
    const Head head = found->second;
    return &insert(key, head);
  }

  // REQUIRES: find() did not find it. The reference holds until the next call.
  Head& insert(const DocumentKey& key, const Head& head) {
    if (young_.size() == kGeneration) {  // What was not used for a generation is forgotten.
      old_ = std::exchange(young_, {});
    }
    return young_.insert_or_assign(key, head).first->second;
  }

 private:
  static constexpr std::size_t kGeneration = 32'768;

  // What is in both is current in the young one, which is looked at first.
  std::unordered_map<DocumentKey, Head> young_;
  std::unordered_map<DocumentKey, Head> old_;
};

}  // namespace cowrite::storage
