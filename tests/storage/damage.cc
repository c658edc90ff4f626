#include "tests/storage/damage.h"

#include <cstdint>
#include <fstream>
#include <sstream>
#include <system_error>

namespace cowrite::storage {

namespace fs = std::filesystem;

std::string random_text(std::mt19937_64& random, std::size_t bytes) {
  std::string text(bytes, ' ');
  for (char& character : text) character = static_cast<char>('!' + random() % 90);
  return text;
}

fs::path largest_file(const fs::path& folder, std::string_view extension) {
  fs::path largest;
  std::uintmax_t bytes = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (!extension.empty() && entry.path().extension() != extension) continue;
    // A log that is not needed any more vanishes by itself.
    std::error_code vanished;
    const std::uintmax_t size = fs::file_size(entry.path(), vanished);
    if (!vanished && size > bytes) {
      largest = entry.path();
      bytes = size;
    }
  }
  return largest;
}

fs::path file_of_names(const fs::path& folder) {
  fs::path largest;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".sst") continue;
    std::ostringstream bytes;
    bytes << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    // Among its properties: the name of its column family.
    if (bytes.str().find("namedefault") == std::string::npos) continue;
    if (largest.empty() || entry.file_size() > fs::file_size(largest)) largest = entry.path();
  }
  return largest;
}

void flip_bit(const fs::path& file, std::uint64_t place) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(static_cast<std::streamoff>(place));
  const int byte = bytes.get();
  bytes.seekp(static_cast<std::streamoff>(place));
  bytes.put(static_cast<char>(byte ^ 1));
}

void flip_bit_in_the_middle(const fs::path& file) { flip_bit(file, fs::file_size(file) / 2); }

}  // namespace cowrite::storage
