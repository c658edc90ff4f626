// Where the newest segments of documents begin, as far as the one who packed them remembers: the
// store finds that by going back over every entry that was packed into one.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "storage/format/keys.h"

namespace cowrite::storage {

class OpenSegments {
 public:
  // Of so many documents; then it begins anew.
  static constexpr std::size_t kDocumentsMax = 16'384;

  // The first version of the segment that ends at this one, if that has room for more.
  [[nodiscard]] std::optional<std::uint64_t> find(DocumentNumber number, std::uint64_t end) const {
    const auto found = segments_.find(number);
    const bool ends_there = found != segments_.end() && found->second.end == end;
    return ends_there ? std::optional(found->second.begin) : std::nullopt;
  }

  // A segment of the versions begin <= version < end, which has room for more or is empty.
  void set(DocumentNumber number, std::uint64_t begin, std::uint64_t end) {
    if (segments_.size() >= kDocumentsMax) segments_.clear();
    segments_[number] = {begin, end};
  }

 private:
  struct Segment {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };
  std::unordered_map<DocumentNumber, Segment> segments_;
};

}  // namespace cowrite::storage
