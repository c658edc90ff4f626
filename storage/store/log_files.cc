#include "storage/store/log_files.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <system_error>

#include "storage/errors.h"
#include "storage/format/checksum.h"

namespace cowrite::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlockBytes = 32'768;
constexpr std::size_t kHeaderBytes = 7;

std::uint32_t number_at(std::string_view bytes, std::size_t place, std::size_t count) {
  std::uint32_t number = 0;
  for (std::size_t i = count; i > 0; --i) {
    number = number << 8 | static_cast<std::uint8_t>(bytes[place + i - 1]);
  }
  return number;
}

// Where the record at a place ends, going by its header; absent if there cannot be one.
std::optional<std::size_t> record_end(std::string_view block, std::size_t place) {
  if (block.size() - place < kHeaderBytes) {
    return std::nullopt;
  }
  const auto type = static_cast<std::uint8_t>(block[place + 6]);
  const std::size_t end = place + kHeaderBytes + number_at(block, place + 4, 2);
  return type >= 1 && type <= 4 && end <= block.size() ? std::optional(end) : std::nullopt;
}

// Whether the sum at a place is that of a record that ends there.
bool sum_agrees(std::string_view block, std::size_t place, std::size_t end) {
  const std::uint32_t sum = crc32c(block.substr(place + 6, end - place - 6));
  const std::uint32_t masked = (sum >> 15 | sum << 17) + 0xA282EAD8U;
  return masked == number_at(block, place, 4);
}

bool is_record(std::string_view block, std::size_t place) {
  const std::optional<std::size_t> end = record_end(block, place);
  return end && sum_agrees(block, place, *end);
}

// Where the records of a block end; its size if they fill it.
std::size_t records_end(std::string_view block) {
  std::size_t place = 0;
  while (place < block.size()) {
    const std::optional<std::size_t> end = record_end(block, place);
    if (!end) {
      const bool filled = block.size() == kBlockBytes && kBlockBytes - place < kHeaderBytes;
      return filled ? block.size() : place;
    }
    place = *end;
  }
  return place;
}

// Whether what stands at a place, where no record can be, was one, or has one after it.
bool record_follows(std::string_view block, std::size_t place) {
  const bool only_length_is_wrong =
      block.size() - place > kHeaderBytes && sum_agrees(block, place, block.size());
  bool follows = only_length_is_wrong;
  for (std::size_t next = place + 1; !follows && next < block.size(); ++next) {
    follows = is_record(block, next);
  }
  return follows;
}

// The first place that is damaged for certain.
std::optional<std::size_t> find_damage(std::istream& log) {
  std::string block;
  std::optional<std::size_t> suspect;  // The log is whole up to here.
  for (std::size_t begin = 0;; begin += kBlockBytes) {
    block.resize(kBlockBytes);
    log.read(block.data(), kBlockBytes);
    block.resize(static_cast<std::size_t>(log.gcount()));
    if (block.empty()) {
      return std::nullopt;
    }
    if (suspect && is_record(block, 0)) {
      return suspect;
    }
    const std::size_t end = records_end(block);
    if (!suspect && end < block.size()) {
      suspect = begin + end;
      if (record_follows(block, end)) {
        return suspect;
      }
    }
  }
}

Result<void> check_log_file(const fs::path& path) {
  std::ifstream log(path, std::ios::binary);
  const std::optional<std::size_t> damage = log ? find_damage(log) : std::nullopt;
  if (damage) {
    return Error{kErrDamaged, "file " + path.string() + " is damaged at byte " +
                                  std::to_string(*damage) + ": restore it from a backup"};
  }
  std::error_code ignored;  // A running server may have removed it meanwhile.
  return log.bad() || (!log.is_open() && fs::exists(path, ignored))
             ? Result<void>(Error{kErrIo, "cannot read file " + path.string()})
             : Result<void>();
}

}  // namespace

Result<void> check_log_files(const std::string& folder) {
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    if (path.extension() != ".log" && !path.filename().string().starts_with("MANIFEST-")) {
      continue;
    }
    if (Result<void> whole = check_log_file(path); !whole) {
      return whole;
    }
  }
  return error
             ? Result<void>(Error{kErrIo, "cannot read folder " + folder + ": " + error.message()})
             : Result<void>();
}

bool has_log_file(const std::string& folder) {
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  return !error && std::any_of(fs::begin(entry), fs::end(entry),
                               [](const auto& file) { return file.path().extension() == ".log"; });
}

}  // namespace cowrite::storage
