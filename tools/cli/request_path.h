// RequestPath: the path of a request to the HTTP API with its query, percent-encoded:
//
//     RequestPath("/api/documents").document(key).part("text").with("version", 12)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/history/queries.h"
#include "storage/document_key.h"
#include "storage/version_selector.h"

namespace cowrite::cli {

class RequestPath {
 public:
  // As it is: "/api/documents".
  explicit RequestPath(std::string_view path) : text_(path) {}

  // One more segment, and the two that name a document.
  RequestPath& part(std::string_view segment);
  RequestPath& document(const storage::DocumentKey& key);

  // One more parameter.
  RequestPath& with(std::string_view name, std::string_view value);
  RequestPath& with(std::string_view name, std::uint64_t value);
  // "version" or "time", or nothing for the newest.
  RequestPath& with(const storage::VersionSelector& at);
  // "from" and "to".
  RequestPath& with(history::VersionRange range);

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  bool has_query_ = false;
};

}  // namespace cowrite::cli
