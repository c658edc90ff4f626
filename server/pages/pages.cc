#include "server/pages/pages.h"

#include <algorithm>
#include <array>
#include <utility>

#include "server/access/host_and_port.h"
#include "server/http/url.h"
#include "server/pages/content_security_policy.h"
#include "storage/document_name.h"

namespace cowrite::pages {

namespace {

constexpr std::string_view kNoncePlaceholder = "__CSP_NONCE__";
constexpr std::string_view kNotFound = "There is no such page.";

std::string_view content_type(std::string_view path) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kTypes{{
      {".css", "text/css; charset=utf-8"},
      {".ico", "image/x-icon"},
      {".jpg", "image/jpeg"},
      {".js", "text/javascript; charset=utf-8"},
      {".json", "application/json"},
      {".map", "application/json"},
      {".png", "image/png"},
      {".svg", "image/svg+xml"},
      {".txt", "text/plain; charset=utf-8"},
      {".webmanifest", "application/manifest+json"},
      {".webp", "image/webp"},
      {".woff2", "font/woff2"},
  }};
  for (const auto& [ending, type] : kTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

// "gzip" in an Accept-Encoding, unless its weight is 0.
bool accepts_gzip(std::string_view header) {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(','), header.size());
    std::string coding(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    std::erase_if(coding, [](char c) { return c == ' ' || c == '\t'; });
    if (coding == "gzip") return true;
    if (coding.starts_with("gzip;q=")) return coding.find_first_of("123456789") != coding.npos;
  }
  return false;
}

std::string replace_all(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

}  // namespace

Result<Pages> Pages::make(std::span<const EmbeddedFile> files, const PagesOptions& options) {
  Pages pages;
  for (const EmbeddedFile& file : files) pages.files_.emplace(file.path, file);
  pages.embed_ancestors_.emplace_back("'self'");
  for (const std::string& text : options.embed_origins) {
    const auto origin = access::parse_origin(text);
    // frame-ancestors has no form for IPv6 addresses.
    if (!origin || !can_have_pages(*origin) || origin->host.find(':') != std::string::npos) {
      return Error{
          kErrEmbedOrigin,
          "\"" + text +
              "\" is not an origin such as https://wiki.example.org; pages of each origin that may "
              "embed documents must be named."};
    }
    pages.embed_ancestors_.push_back(to_string(*origin));
  }
  return pages;
}

http::Response Pages::respond(const http::Request& request) const {
  if (!request.only_reads()) return http::only_reads_response("Pages can only be read.");
  http::Response response = route(request);
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  return response;
}

http::Response Pages::route(const http::Request& request) const {
  const std::string_view path = request.path;
  if (path == "/") return entry("/index.html", request, Framing::kNowhere);
  if (path == "/status") return entry("/status.html", request, Framing::kNowhere);
  if (path.starts_with("/d/") || path.starts_with("/embed/")) return document(request);
  const auto found = files_.find(path);
  if (found == files_.end() || path.ends_with(".html")) return http::plain_response(404, kNotFound);
  return file(found->second, request);
}

http::Response Pages::document(const http::Request& request) const {
  const auto segments = http::split_path(request.path);
  if (!segments) {
    return http::plain_response(400,
                                "The document's name in the address is not percent-encoded UTF-8.");
  }
  if (segments->size() != 2 || segments->back().empty()) {
    return http::plain_response(404, kNotFound);
  }
  if (const auto problem = storage::problem_of_page_name(segments->back())) {
    return http::plain_response(400, "A document's name " + *problem + ".");
  }
  return entry("/editor.html", request,
               segments->front() == "embed" ? Framing::kEmbedding : Framing::kNowhere);
}

http::Response Pages::entry(const std::string& path, const http::Request& request,
                            Framing framing) const {
  const auto found = files_.find(path);
  if (found == files_.end()) {
    return http::plain_response(
        503, "This server was built without its web page: install Node.js and run tools/build.");
  }
  const std::string nonce = make_nonce();
  const bool embedding = framing == Framing::kEmbedding;
  const std::string policy = page_policy(request.header("host"), nonce,
                                         embedding ? embed_ancestors_ : std::vector<std::string>{});
  http::Response response{
      200, replace_all(std::string(found->second.content), kNoncePlaceholder, nonce), {}};
  response.headers = {{"Content-Type", "text/html; charset=utf-8"},
                      {"Cache-Control", "no-store"},  // Each response has its own nonce.
                      {"Content-Security-Policy", policy},
                      {"X-Content-Type-Options", "nosniff"}};
  if (!embedding) response.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  return response;
}

http::Response Pages::file(const EmbeddedFile& file, const http::Request& request) {
  const bool hashed = file.path.starts_with("/assets/");
  const bool smaller = file.gzip.size() < file.content.size();
  const bool compressed = smaller && accepts_gzip(request.header("accept-encoding"));
  http::Response response{200, std::string(compressed ? file.gzip : file.content), {}};
  response.headers = {
      {"Content-Type", std::string(content_type(file.path))},
      {"Cache-Control", hashed ? "public, max-age=31536000, immutable" : "public, max-age=3600"},
      {"Vary", "Accept-Encoding"},
      {"X-Content-Type-Options", "nosniff"}};
  if (compressed) response.headers.emplace_back("Content-Encoding", "gzip");
  return response;
}

}  // namespace cowrite::pages
