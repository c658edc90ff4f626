// View: one state of a store. It stays the same for as long as it is held, whatever is written
// meanwhile, so that all that one job reads fits together.
//
// Erasing for good waits for the views that are older, so a job holds its view for as long as it
// reads and no longer.
//
// Thread-safe. Reading fails with kErrDamaged where stored bytes do not have their checksum, else
// with kErrIo.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ot/base/result.h"
#include "storage/format/key_range.h"

namespace cowrite::storage {

enum class Table : std::uint8_t { kMeta, kRecords, kCheckpoints, kSources };

enum class Order {
  kForward,
  kBackward,
  kForwardFromFloor,  // Forward, from the last entry at or before range.from, if its key begins
                      // with the same kFloorPrefixBytes. Keys are of one length.
};
inline constexpr std::size_t kFloorPrefixBytes = 8;

enum class Visit { kContinue, kStop };

// Says whether to go on; an error ends the scan and is its result.
using EntryVisitor = std::function<Result<Visit>(std::string_view key, std::string_view value)>;

class View {
 public:
  virtual ~View() = default;

  // Absent if the table has no such key.
  [[nodiscard]] virtual Result<std::optional<std::string>> get(Table table,
                                                               std::string_view key) const = 0;

  // The values of several keys, in the order of the keys.
  [[nodiscard]] virtual Result<std::vector<std::optional<std::string>>> get_many(
      Table table, std::span<const std::string> keys) const = 0;

  // Shows the visitor the entries in range until it says stop.
  [[nodiscard]] virtual Result<void> scan(Table table, const KeyRange& range, Order order,
                                          const EntryVisitor& visit) const = 0;

  // How many bytes of its files lie between the blocks that these keys are in, or would be in: 0 if
  // they are in the same. Reads no block.
  [[nodiscard]] virtual Result<std::uint64_t> bytes_between(Table table,
                                                            const KeyRange& range) const = 0;

  // About how much of the disk the entries in range take now.
  [[nodiscard]] virtual Result<std::uint64_t> disk_bytes(Table table,
                                                         const KeyRange& range) const = 0;
};

// The key that a scan would come to first; absent if the range is empty.
[[nodiscard]] Result<std::optional<std::string>> first_key(const View& view, Table table,
                                                           const KeyRange& range, Order order);

}  // namespace cowrite::storage
