// Files of editing traces: gzip or plain, one JSON value per line, the first a header object.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "ot/base/result.h"

namespace cowrite::replay {

inline constexpr std::string_view kErrTraceUnreadable = "ERR_TRACE_UNREADABLE";

struct TraceFile {
  std::string name;  // Of the file, without its endings: "rustcode".
  nlohmann::json header;
  std::vector<std::string> lines;  // After the header, unparsed.
};

// Fails with kErrTraceUnreadable if it cannot be read or does not begin with a header.
[[nodiscard]] Result<TraceFile> read_trace_file(const std::filesystem::path& path);

// SHA-256 in hexadecimal.
[[nodiscard]] std::string sha256_hex(const std::string& bytes);

}  // namespace cowrite::replay
