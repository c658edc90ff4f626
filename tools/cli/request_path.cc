#include "tools/cli/request_path.h"

#include "server/http/url.h"

namespace cowrite::cli {

RequestPath& RequestPath::part(std::string_view segment) {
  text_ += "/" + http::percent_encode(segment);
  return *this;
}

RequestPath& RequestPath::document(const storage::DocumentKey& key) {
  return part(key.collection()).part(key.id());
}

RequestPath& RequestPath::with(std::string_view name, std::string_view value) {
  text_ += has_query_ ? '&' : '?';
  text_.append(name) += "=" + http::percent_encode(value);
  has_query_ = true;
  return *this;
}

RequestPath& RequestPath::with(std::string_view name, std::uint64_t value) {
  return with(name, std::to_string(value));
}

RequestPath& RequestPath::with(const storage::VersionSelector& at) {
  if (std::holds_alternative<storage::Newest>(at)) return *this;
  const bool version = std::holds_alternative<storage::AtVersion>(at);
  return with(version ? "version" : "time", storage::to_text(at));
}

RequestPath& RequestPath::with(history::VersionRange range) {
  return with("from", range.first).with("to", range.last);
}

}  // namespace cowrite::cli
