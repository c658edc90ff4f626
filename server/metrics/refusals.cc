#include "server/metrics/refusals.h"

#include <algorithm>

#include "server/http/error_table.h"

namespace cowrite::metrics {

Refusals::Refusals()
    : counts_(std::make_unique<counting::SharedCounter[]>(http::error_table().size() + 1)) {}

void Refusals::note(std::string_view code) {
  const auto known = std::ranges::find(http::error_table(), code, &http::ErrorEntry::code);
  counts_[static_cast<std::size_t>(known - http::error_table().begin())].add();
}

void Refusals::for_each(const Visitor& visit) const {
  std::size_t i = 0;
  for (const http::ErrorEntry& entry : http::error_table()) visit(entry.code, counts_[i++].value());
  visit("other", counts_[i].value());
}

}  // namespace cowrite::metrics
