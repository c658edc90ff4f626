#include "storage/store/view.h"

namespace cowrite::storage {

Result<std::optional<std::string>> first_key(const View& view, Table table, const KeyRange& range,
                                             Order order) {
  std::optional<std::string> first;
  const Result<void> scanned = view.scan(
      table, range, order, [&first](std::string_view key, std::string_view) -> Result<Visit> {
        first = key;
        return Visit::kStop;
      });
  if (!scanned) return scanned.error();
  return first;
}

}  // namespace cowrite::storage
