#include "server/session/own_sources.h"

#include <algorithm>
#include <utility>

#include "server/session/limits.h"
#include "storage/source.h"

namespace cowrite::session {

void OwnSources::take(std::string id) {
  if (const auto known = find(id); known != sources_.end()) {
    std::rotate(known, known + 1, sources_.end());
    return;
  }
  if (sources_.size() >= kOwnSourcesMax) sources_.erase(sources_.begin());
  std::string name = storage::source_of("", id);
  sources_.push_back({std::move(name), std::make_shared<const std::string>(std::move(id))});
}

const OwnSources::Source& OwnSources::add(const std::string& id) {
  if (const auto known = find(id); known != sources_.end()) return *known;
  take(id);
  // The connection's own stays the last.
  std::swap(sources_[sources_.size() - 2], sources_.back());
  return sources_[sources_.size() - 2];
}

bool OwnSources::has_any_of(std::span<const std::string_view> sources) const {
  const auto are_among = [&](std::string_view name) {
    return std::ranges::binary_search(sources, name);
  };
  return are_among(*current().id) ||
         std::ranges::any_of(sources_, [&](const Source& own) { return are_among(own.name); });
}

std::string_view OwnSources::id_of(std::string_view source) const {
  const auto known = std::ranges::find(sources_, source, &Source::name);
  return known == sources_.end() ? source : std::string_view(*known->id);
}

std::vector<OwnSources::Source>::iterator OwnSources::find(std::string_view id) {
  return std::ranges::find_if(sources_, [id](const Source& own) { return *own.id == id; });
}

}  // namespace cowrite::session
