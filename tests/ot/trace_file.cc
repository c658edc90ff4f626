#include "tests/ot/trace_file.h"

#include <openssl/evp.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <sstream>

#include "ot/check.h"

namespace cowrite::ot {

namespace {

std::string read_gzip(const std::filesystem::path& path) {
  const gzFile file = gzopen(path.c_str(), "rb");
  CHECK(file != nullptr);
  std::string bytes;
  std::array<char, 65'536> buffer;
  int count = 0;
  while ((count = gzread(file, buffer.data(), buffer.size())) > 0)
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
  CHECK(count == 0);
  CHECK(gzclose(file) == Z_OK);
  return bytes;
}

}  // namespace

std::vector<std::filesystem::path> trace_files(const std::string& folder) {
  const char* given = std::getenv("COWRITE_TRACES");
  const std::filesystem::path traces = given != nullptr ? given : COWRITE_TRACES_DEFAULT;
  std::vector<std::filesystem::path> paths;
  if (!std::filesystem::is_directory(traces / folder)) return paths;
  for (const auto& entry : std::filesystem::directory_iterator(traces / folder))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

TraceFile read_trace_file(const std::filesystem::path& path) {
  std::istringstream lines(read_gzip(path));
  TraceFile trace;
  std::string line;
  CHECK(std::getline(lines, line).good());
  trace.header = nlohmann::json::parse(line);
  while (std::getline(lines, line)) trace.lines.push_back(nlohmann::json::parse(line));
  return trace;
}

std::string sha256_hex(const std::string& bytes) {
  std::array<unsigned char, 32> digest;
  CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1);
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += "0123456789abcdef"[byte >> 4U];
    hex += "0123456789abcdef"[byte & 15U];
  }
  return hex;
}

}  // namespace cowrite::ot
