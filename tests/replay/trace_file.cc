#include "tests/replay/trace_file.h"

#include <zlib.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <sstream>
#include <utility>

#include "storage/format/sha256.h"

namespace cowrite::replay {

namespace {

Error unreadable(const std::filesystem::path& path, const std::string& reason) {
  return {kErrTraceUnreadable, path.string() + ": " + reason};
}

// The bytes of a file, unpacked where they are gzip.
Result<std::string> read_bytes(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) return unreadable(path, "is a folder");
  errno = 0;
  const gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return unreadable(path, std::strerror(errno));
  std::string bytes;
  std::array<char, 65'536> buffer;
  int count = 0;
  while ((count = gzread(file, buffer.data(), buffer.size())) > 0) {
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
  }
  const bool whole = gzclose(file) == Z_OK && count == 0;
  if (!whole) return unreadable(path, "damaged or cut off");
  return bytes;
}

std::string name_of(const std::filesystem::path& path) {
  std::string name = path.filename().string();
  for (const std::string_view ending : {".gz", ".jsonl"}) {
    if (name.size() > ending.size() && name.ends_with(ending)) {
      name.resize(name.size() - ending.size());
    }
  }
  return name;
}

}  // namespace

Result<TraceFile> read_trace_file(const std::filesystem::path& path) {
  Result<std::string> bytes = read_bytes(path);
  if (!bytes) return bytes.error();
  TraceFile trace{name_of(path), {}, {}};
  std::istringstream lines(*std::move(bytes));
  std::string line;
  std::getline(lines, line);
  trace.header = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  while (std::getline(lines, line)) trace.lines.push_back(line);
  if (!trace.header.is_object()) return unreadable(path, "does not begin with a header object");
  return trace;
}

std::string sha256_hex(const std::string& bytes) {
  std::string hex;
  for (const std::uint8_t byte : storage::sha256(bytes)) {
    hex += "0123456789abcdef"[byte >> 4U];
    hex += "0123456789abcdef"[byte & 15U];
  }
  return hex;
}

}  // namespace cowrite::replay
