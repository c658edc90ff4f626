#include "storage/store/file_check.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "ot/base/varint.h"
#include "storage/errors.h"
#include "storage/format/checksum.h"
#include "storage/store/data_folder.h"

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
  if (block.size() - place < kHeaderBytes) return std::nullopt;
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

// Where the records of a block end, or the first begins that does not have its checksum; the
// block's size if they fill it.
enum class Sums : std::uint8_t { kTrusted, kCompared };
std::size_t records_end(std::string_view block, Sums sums = Sums::kTrusted) {
  std::size_t place = 0;
  while (place < block.size()) {
    const std::optional<std::size_t> end = record_end(block, place);
    if (end && sums == Sums::kCompared && !sum_agrees(block, place, *end)) return place;
    if (!end) {
      const bool filled = block.size() == kBlockBytes && kBlockBytes - place < kHeaderBytes;
      return filled ? block.size() : place;
    }
    place = *end;
  }
  return place;
}

// Whether a record can begin like this whose end was never written. Zeros are room that was set
// aside.
bool may_be_torn(std::string_view block, std::size_t place) {
  if (block.size() - place < kHeaderBytes ||
      block.find_first_not_of('\0', place) == std::string_view::npos) {
    return true;
  }
  const auto type = static_cast<std::uint8_t>(block[place + 6]);
  return type >= 1 && type <= 4 &&
         place + kHeaderBytes + number_at(block, place + 4, 2) <= kBlockBytes;
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

struct Finding {
  std::optional<std::uint64_t> damage;  // The first place that is damaged for certain.
  std::uint64_t whole = 0;              // Of a log: it is whole up to here.
};

Finding check_log(std::istream& log) {
  std::string block;
  std::optional<std::uint64_t> suspect;
  for (std::size_t begin = 0;; begin += block.size()) {
    block.resize(kBlockBytes);
    log.read(block.data(), kBlockBytes);
    block.resize(static_cast<std::size_t>(log.gcount()));
    if (block.empty()) return {.damage = std::nullopt, .whole = suspect.value_or(begin)};
    if (suspect && is_record(block, 0)) return {.damage = suspect};
    const std::size_t end = records_end(block);
    if (!suspect && end < block.size()) {
      suspect = begin + end;
      if (!may_be_torn(block, end) || record_follows(block, end)) return {.damage = suspect};
    }
  }
}

// The first record that does not have its checksum.
Finding compare_sums(std::istream& log) {
  std::string block(kBlockBytes, '\0');
  for (std::uint64_t begin = 0;; begin += block.size()) {
    log.read(block.data(), kBlockBytes);
    const std::string_view read(block.data(), static_cast<std::size_t>(log.gcount()));
    const std::size_t end = records_end(read, Sums::kCompared);
    const bool is_last = read.size() < kBlockBytes;
    if (record_end(read, end)) return {.damage = begin + end};
    if (is_last) return {};
  }
}

Error damaged_at(const fs::path& path, std::uint64_t place) {
  return {kErrDamaged, "file " + path.string() + " is damaged at byte " + std::to_string(place) +
                           ": restore it from a backup"};
}

Error cut_at(const fs::path& path, std::uint64_t place, std::uint64_t synced) {
  return {kErrDamaged, "file " + path.string() + " ends at byte " + std::to_string(place) +
                           ", though " + std::to_string(synced) +
                           " bytes of it were synced: restore it from a backup"};
}

// The first place of a table that is damaged for certain.
std::optional<std::uint64_t> find_damage(std::istream& file) {
  constexpr std::uint64_t kFooterBytes = 53;
  constexpr std::uint64_t kTrailerBytes = 5;
  constexpr std::string_view kMagic = "\xF7\xCF\xF4\x85\xB7\x41\xE2\x88";
  constexpr char kXxh3 = 4;  // What rocksdb/options.h chooses.
  file.seekg(0, std::ios::end);
  const auto bytes = static_cast<std::uint64_t>(file.tellg());
  std::string footer(kFooterBytes, '\0');
  file.seekg(static_cast<std::streamoff>(bytes - std::min(bytes, kFooterBytes)));
  if (!file.read(footer.data(), kFooterBytes) || !footer.ends_with(kMagic)) {
    return std::nullopt;  // Unfinished; or RocksDB says that it is no table.
  }
  if (footer.front() != kXxh3) return bytes - kFooterBytes;
  std::string_view place(footer);
  place.remove_prefix(1);
  const std::optional<std::uint64_t> index = ot::take_varint(place);
  if (!index || *index < 4 + kTrailerBytes || *index > bytes) return bytes - kFooterBytes + 1;
  // The highest bit of the properties' last number says that they are hashed.
  const std::uint64_t last = *index - kTrailerBytes - 1;
  file.seekg(static_cast<std::streamoff>(last));
  return (file.get() & 0x80) == 0 ? std::nullopt : std::optional(last);
}

Finding check_ends(std::istream& file) { return {.damage = find_damage(file)}; }

// `synced`: how many bytes it must have that are whole.
Result<void> check_file(const fs::path& path, Finding (*check)(std::istream& file),
                        std::uint64_t synced) {
  std::ifstream file(path, std::ios::binary);
  const Finding finding = file ? check(file) : Finding();
  if (finding.damage) return damaged_at(path, *finding.damage);
  std::error_code ignored;  // A running server may have removed it meanwhile.
  if (file.bad() || (!file.is_open() && fs::exists(path, ignored))) {
    return Error{kErrIo, "cannot read file " + path.string()};
  }
  const bool is_cut = file.is_open() && finding.whole < synced;
  return is_cut ? Result<void>(cut_at(path, finding.whole, synced)) : Result<void>();
}

bool any_name(const std::string& folder, bool (*predicate)(std::string_view name)) {
  const Result<std::vector<std::string>> names = names_in(folder);
  return names && std::ranges::any_of(*names, predicate);
}

bool is_log(std::string_view name) { return name.ends_with(".log"); }
bool is_table(std::string_view name) { return name.ends_with(".sst"); }

}  // namespace

Result<void> check_files(const std::string& folder, const std::optional<SyncNote>& synced) {
  const Result<std::vector<std::string>> names = names_in(folder);
  if (!names) return names.error();
  for (const std::string& name : *names) {
    if (!is_table(name) && !is_log(name) && !name.starts_with("MANIFEST-")) continue;
    const bool is_noted = synced && name == log_file(synced->log);
    Result<void> whole =
        check_file(fs::path(folder) / name, is_table(name) ? check_ends : check_log,
                   is_noted ? synced->bytes : 0);
    if (!whole) return whole;
  }
  return {};
}

Result<void> check_table(const fs::path& table) { return check_file(table, check_ends, 0); }

std::optional<Error> find_damaged_record(const std::string& folder) {
  const Result<std::vector<std::string>> names = names_in(folder);
  if (!names) return std::nullopt;
  for (const std::string& name : *names) {
    if (!is_log(name) && !name.starts_with("MANIFEST-")) continue;
    if (Result<void> whole = check_file(fs::path(folder) / name, compare_sums, 0); !whole) {
      return whole.error();
    }
  }
  return std::nullopt;
}

std::string log_file(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits + ".log";
}

bool has_log_file(const std::string& folder) { return any_name(folder, is_log); }

bool has_data_file(const std::string& folder) {
  return any_name(folder, [](std::string_view name) { return is_table(name) || name == "CLOSED"; });
}

}  // namespace cowrite::storage
