// Pages: what a browser is given, from files that are part of the program.
//
//     /                 start page (index.html)
//     /d/NAME           the editor on document NAME (editor.html)
//     /embed/NAME       the same for an iframe
//     /assets/...       and other embedded files, by exact path
//
// Names under /assets/ hold a hash of the content, so browsers keep them forever.
//
// A function of the request, but for the nonce: no cookie, no file system, no state. May be called
// from any thread.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ot/base/result.h"
#include "server/http/message.h"
#include "server/pages/embedded_file.h"

namespace cowrite::pages {

inline constexpr std::string_view kErrEmbedOrigin = "ERR_EMBED_ORIGIN";

struct PagesOptions {
  // Whose pages may show /embed/NAME in a frame: "https://wiki.example.org". Not "*": a page that
  // anybody may frame can be laid invisibly under a visitor's clicks and typing, who has access to
  // documents that the framing page has not.
  std::vector<std::string> embed_origins;
};

class Pages {
 public:
  // Fails with kErrEmbedOrigin, naming the value. The files are borrowed for good.
  [[nodiscard]] static Result<Pages> make(std::span<const EmbeddedFile> files,
                                          const PagesOptions& options);

  // To HEAD as to GET.
  [[nodiscard]] http::Response respond(const http::Request& request) const;

 private:
  enum class Framing { kNowhere, kEmbedding };

  [[nodiscard]] http::Response route(const http::Request& request) const;
  [[nodiscard]] http::Response document(const http::Request& request) const;
  [[nodiscard]] http::Response entry(const std::string& path, const http::Request& request,
                                     Framing framing) const;
  [[nodiscard]] static http::Response file(const EmbeddedFile& file, const http::Request& request);

  std::map<std::string, EmbeddedFile, std::less<>> files_;
  std::vector<std::string> embed_ancestors_;
};

}  // namespace cowrite::pages
