// EmbeddedFile: one file of the web page, as embed.cmake put it into the program.
#pragma once

#include <span>
#include <string_view>

namespace cowrite::pages {

struct EmbeddedFile {
  std::string_view path;  // As in a URL: "/assets/editor-4f2a.js".
  std::string_view content;
  std::string_view gzip;  // The content compressed.
};

// All files of web-editor/dist; none if the page was not built.
[[nodiscard]] std::span<const EmbeddedFile> embedded_web_editor();

}  // namespace cowrite::pages
