#include "server/history/restoration.h"

#include <algorithm>
#include <string>
#include <utility>

#include "ot/base/utf8.h"
#include "server/history/queries.h"

namespace cowrite::history {

namespace utf8 = ot::utf8;

Result<Restoration> make_restoration(const storage::History& history,
                                     const storage::DocumentKey& key,
                                     const storage::VersionSelector& at) {
  Result<VersionText> wanted = read_text(history, key, at);
  if (!wanted) return wanted.error();
  const Result<storage::Snapshot> newest = history.snapshot(key, std::nullopt);
  if (!newest) return newest.error();
  if (!newest->exists) {
    return Restoration{newest->version, storage::Create{std::move(wanted->text)}};
  }
  const std::string text = newest->text.to_string();
  if (text == wanted->text) return Restoration{newest->version, std::nullopt};
  return Restoration{newest->version, storage::Edit{replacement(text, wanted->text)}};
}

ot::Operation replacement(std::string_view before, std::string_view after) {
  const auto differ = std::mismatch(before.begin(), before.end(), after.begin(), after.end());
  const std::size_t head = utf8::floor_boundary(
      before, static_cast<std::size_t>(std::distance(before.begin(), differ.first)));
  const std::string_view kept = before.substr(0, std::min(head, after.size()));
  before.remove_prefix(kept.size());
  after.remove_prefix(kept.size());
  const auto differ_back =
      std::mismatch(before.rbegin(), before.rend(), after.rbegin(), after.rend());
  auto tail = static_cast<std::size_t>(std::distance(before.rbegin(), differ_back.first));
  // A code point that only ends alike is another one.
  while (tail > 0 && utf8::is_continuation(before[before.size() - tail])) --tail;
  before.remove_suffix(tail);
  after.remove_suffix(tail);
  ot::OperationBuilder builder;
  builder.retain(utf8::count_code_points(kept));
  if (!after.empty()) builder.insert(after);
  builder.erase(utf8::count_code_points(before));
  return std::move(builder).build();
}

}  // namespace cowrite::history
