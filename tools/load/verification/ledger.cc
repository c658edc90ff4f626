#include "tools/load/verification/ledger.h"

#include "ot/base/check.h"
#include "storage/source.h"

namespace cowrite::load {

void Ledger::type(Time due) {
  const std::scoped_lock lock(mutex_);
  keystrokes_.push_back(due);
}

void Ledger::submit(std::uint64_t sequence, std::uint64_t inserts) {
  const std::scoped_lock lock(mutex_);
  CHECK(sequence == submissions_.size() + 1);
  submissions_.push_back({submitted_keystrokes_, inserts});
  submitted_keystrokes_ = keystrokes_.size();
}

void Ledger::acknowledge(std::uint64_t sequence, std::uint64_t version, std::uint64_t hash) {
  const std::scoped_lock lock(mutex_);
  CHECK(0 < sequence && sequence <= submissions_.size());
  submissions_[sequence - 1].version = version;
  submissions_[sequence - 1].hash = hash;
}

void Authors::add(const std::string& source, Ledger& ledger, std::size_t client) {
  const std::scoped_lock lock(mutex_);
  authors_[source] = {&ledger, client};
  authors_[storage::source_of("", source)] = {&ledger, client};
}

const Authors::Author* Authors::find(std::string_view source) const {
  const auto found = authors_.find(source);
  return found == authors_.end() ? nullptr : &found->second;
}

}  // namespace cowrite::load
