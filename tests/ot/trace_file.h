// Files of editing traces: gzip or plain, one JSON value per line, the first a header object. They
// are not part of the project: COWRITE_TRACES names their folder, else it is shared/traces beside
// the source folder.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace cowrite::ot {

struct TraceFile {
  nlohmann::json header;
  std::vector<nlohmann::json> lines;
};

// The trace files of this folder of the traces (seq, wire, ...), by name; none where there are no
// traces.
[[nodiscard]] std::vector<std::filesystem::path> trace_files(const std::string& folder);

// CHECKs that it can be read.
[[nodiscard]] TraceFile read_trace_file(const std::filesystem::path& path);

// SHA-256 in hexadecimal.
[[nodiscard]] std::string sha256_hex(const std::string& bytes);

}  // namespace cowrite::ot
