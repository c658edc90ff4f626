#include "storage/write/next_document_number.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "storage/errors.h"

namespace cowrite::storage {
namespace {

constexpr std::uint64_t kGreatest = std::numeric_limits<std::uint64_t>::max();

using FirstKey = Result<std::optional<std::string>>;

FirstKey find_record(const View& view, DocumentNumber from, Order order) {
  return first_key(view, Table::kRecords, {version_key(from, 0), version_key(kGreatest, kGreatest)},
                   order);
}

FirstKey find_chain(const View& view, DocumentNumber from, Order order) {
  return first_key(view, Table::kMeta, {chain_key(from, 0), chain_key(kGreatest, kGreatest)},
                   order);
}

// Whether no document has this number or a greater one. What is damaged has, perhaps.
Result<bool> is_free_from(const View& view, DocumentNumber number) {
  for (const auto find : {&find_record, &find_chain}) {
    const FirstKey found = find(view, number, Order::kForward);
    if (!found && found.error().code != kErrDamaged) return found.error();
    if (!found || *found) return false;
  }
  return true;
}

// The least number from which on all are free: RocksDB knows without reading a block what its
// greatest key is at most.
Result<DocumentNumber> first_free_number(const View& view) {
  DocumentNumber taken = 0;
  DocumentNumber free = kGreatest;
  while (free - taken > 1) {
    const DocumentNumber middle = taken + (free - taken) / 2;
    const Result<bool> is_free = is_free_from(view, middle);
    if (!is_free) return is_free.error();
    (*is_free ? free : taken) = middle;
  }
  return free;
}

}  // namespace

Result<DocumentNumber> next_document_number(const View& view) {
  const FirstKey record = find_record(view, 0, Order::kBackward);
  const FirstKey chain = find_chain(view, 0, Order::kBackward);
  if (!record || !chain) {
    const Error& error = record ? chain.error() : record.error();
    return error.code == kErrDamaged ? first_free_number(view) : error;
  }
  DocumentNumber greatest = 0;
  const std::string_view of_record = *record ? std::string_view(**record) : std::string_view();
  const std::string_view of_chain = *chain ? chain_place(**chain) : std::string_view();
  for (const std::string_view key : {of_record, of_chain}) {
    if (key.empty()) continue;
    const Result<VersionKey> place = decode_version_key(key);
    if (!place) return place.error();
    greatest = std::max(greatest, place->number);
  }
  return greatest + 1;
}

}  // namespace cowrite::storage
