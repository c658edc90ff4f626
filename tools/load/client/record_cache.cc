#include "tools/load/client/record_cache.h"

#include <functional>
#include <utility>

namespace cowrite::load {

const ToldRecord* RecordCache::find(std::string_view message) const {
  const Place& place = places_[place_of(message)];
  return place.message == message ? &place.record : nullptr;
}

const ToldRecord& RecordCache::keep(std::string_view message, ToldRecord record) {
  Place& place = places_[place_of(message)];
  place.message = message;
  place.record = std::move(record);
  return place.record;
}

std::size_t RecordCache::place_of(std::string_view message) {
  return std::hash<std::string_view>()(message) % kPlaces;
}

}  // namespace cowrite::load
