#include "tests/simulation/rival.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "ot/base/check.h"
#include "tests/simulation/typing.h"

namespace cowrite::simulation {
namespace {

// Its texts shrink beyond this.
constexpr std::uint64_t kTextMax = 200;

}  // namespace

void Rival::write(const DocumentKey& key, std::uint64_t count, std::int64_t now_ms) {
  storage::Snapshot snapshot = ledger_.book(key).newest();
  storage::Append append{.key = key, .expected_version = snapshot.version};
  std::vector<storage::Record> records;
  for (; count > 0; --count) {
    records.push_back({.version = snapshot.version,
                       .source = "rival" + std::to_string(random_.below(3)),
                       .sequence = ++sequence_,
                       .author = {},
                       .time_ms = std::max(now_ms, snapshot.time_ms),
                       .change = change(snapshot)});
    CHECK(storage::apply(snapshot, records.back()));
  }
  append.records = std::make_shared<const std::vector<storage::Record>>(std::move(records));
  append.exists_after = snapshot.exists;
  append.bytes_after = snapshot.text.bytes();
  if (const auto broken = ledger_.add(append)) oracle_.breach("rival", *broken);
}

storage::Change Rival::change(const storage::Snapshot& snapshot) {
  if (!snapshot.exists) return storage::Create{scribble(random_)};
  if (random_.one_in(200)) return storage::Delete{};
  const std::uint64_t length = snapshot.text.code_points();
  if (length > kTextMax) {
    return storage::Edit{std::move(ot::OperationBuilder().erase(length - kTextMax / 2)).build()};
  }
  const auto keys = [this] {
    return pasted_ > 0 && random_.one_in(2) ? std::string(pasted_, 'p') : scribble(random_);
  };
  return storage::Edit{edit(random_, snapshot.text, keys)};
}

}  // namespace cowrite::simulation
