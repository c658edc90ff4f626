// The Content-Security-Policy of our pages: only our own files run and load, whatever a document or
// a name contains.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cowrite::pages {

// 128 random bits for one response.
[[nodiscard]] std::string make_nonce();

// `host` is the request's Host header; WebSockets to it are allowed by name because Safari's 'self'
// leaves them out. `ancestors` are the sources that may frame the page: none at all, or 'self' and
// origins.
[[nodiscard]] std::string page_policy(std::string_view host, std::string_view nonce,
                                      const std::vector<std::string>& ancestors);

}  // namespace cowrite::pages
