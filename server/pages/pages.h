// Pages: serves the web pages, from files that are part of the program.
//
//     /                 start page (index.html)
//     /d/NAME           the editor on document NAME (editor.html)
//     /embed/NAME       the same for an iframe
//     /status           the operator's status page (status.html)
//     /assets/...       and other embedded files, by exact path
//
// Names under /assets/ hold a hash of the content, so browsers keep them forever.
//
// Each of these pages is for everybody. What the status page shows it reads from /metrics, which
// wants the operator's token.
//
// A response depends on the request alone, but for the nonce: there are no cookies, no file system
// and no state. Any thread may call it.
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
  // The origins whose pages may show /embed/NAME in a frame: "https://wiki.example.org". "*" is not
  // allowed: any page could then lay ours invisibly under a visitor's clicks and typing, and reach
  // documents through the visitor's access (clickjacking).
  std::vector<std::string> embed_origins;
};

class Pages {
 public:
  // Fails with kErrEmbedOrigin, naming the value. The files are borrowed and must outlive the
  // pages.
  [[nodiscard]] static Result<Pages> make(std::span<const EmbeddedFile> files,
                                          const PagesOptions& options);

  // HEAD is answered as GET; the transport leaves the body out.
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
