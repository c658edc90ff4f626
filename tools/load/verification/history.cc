#include "tools/load/verification/history.h"

#include <utility>

#include "ot/apply.h"
#include "tools/load/verification/breaches.h"

namespace cowrite::load {
namespace {

Error wrong(std::uint64_t version, const std::string& what) {
  return {kErrProtocol, "record " + std::to_string(version) + " " + what};
}

}  // namespace

Result<void> History::add(const ServerMessage& record) {
  if (record.version() != version()) return wrong(version(), "is missing");
  const std::size_t source = number_of(record.source());
  if (records_.empty()) {
    const auto text = record.created();
    if (!text) return wrong(0, "is no creation");
    replayed_ = ot::Rope(*text);
    first_text_ = hash_of(*text);
    records_.push_back({source, record.sequence()});
    return {};
  }
  const Result<ot::Operation> operation = record.operation();
  if (!operation) return wrong(version(), "is no edit: " + operation.error().message);
  if (const Result<void> applied = ot::apply(replayed_, *operation); !applied) {
    return wrong(version(), "does not fit: " + applied.error().message);
  }
  records_.push_back({source, record.sequence(), hash_of(*operation), hash_of_inserts(*operation)});
  digest_.add(records_.back().hash);
  return {};
}

Result<void> History::finish(const WireSnapshot& newest) {
  if (!newest.is_text) return Error{kErrProtocol, "the newest text is none"};
  if (newest.version != version()) {
    return Error{kErrProtocol, "the newest text is at version " + std::to_string(newest.version) +
                                   ", and there are " + std::to_string(version()) + " records"};
  }
  text_ = newest.text;
  return {};
}

std::size_t History::number_of(std::string_view source) {
  const auto [found, is_new] = source_numbers_.try_emplace(std::string(source), sources_.size());
  if (is_new) sources_.emplace_back(source);
  return found->second;
}

}  // namespace cowrite::load
