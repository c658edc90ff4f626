// RecordCache: the last records that clients of one loop were told. A server sends the same bytes
// to every follower of a document, so that each record is parsed once for all of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ot/operation.h"

namespace cowrite::load {

struct ToldRecord {
  std::uint64_t version = 0;
  std::string source;
  std::uint64_t sequence = 0;
  ot::Operation operation;
  std::uint64_t hash = 0;  // hash_of() the operation.
};

class RecordCache {
 public:
  // What a message of just these bytes tells; null if that is not known.
  [[nodiscard]] const ToldRecord* find(std::string_view message) const;
  // Returns the record as it is kept, until the next call.
  const ToldRecord& keep(std::string_view message, ToldRecord record);

 private:
  // More than are under way to the followers of one document at a time.
  static constexpr std::size_t kPlaces = 512;

  struct Place {
    std::string message;
    ToldRecord record;
  };

  [[nodiscard]] static std::size_t place_of(std::string_view message);

  std::array<Place, kPlaces> places_;
};

}  // namespace cowrite::load
