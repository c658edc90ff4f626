#include "server/history/collections.h"

#include <optional>
#include <utility>

namespace cowrite::history {

Result<std::vector<std::string>> list_collections(const storage::History& history) {
  std::vector<std::string> collections;
  std::optional<storage::DocumentKey> after;
  while (true) {
    Result<std::vector<storage::DocumentInfo>> next = history.list(after, 1);
    if (!next) return next.error();
    if (next->empty()) return collections;
    const std::string& found = next->front().key.collection();
    if (collections.empty() || collections.back() != found) {
      collections.push_back(found);
      // No name sorts between a collection's and the same with a zero byte.
      after = {found + '\0', ""};
    } else {
      after = std::move(next->front().key);
    }
  }
}

}  // namespace cowrite::history
