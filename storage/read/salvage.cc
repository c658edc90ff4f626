#include "storage/read/salvage.h"

#include <cstdint>
#include <utility>

#include "storage/errors.h"
#include "storage/format/keys.h"
#include "storage/read/verify.h"
#include "storage/store/heads.h"

namespace cowrite::storage {
namespace {

// Entries are written in batches of about this size.
constexpr std::size_t kBatchBytes = std::size_t{4} << 20;

constexpr std::uint64_t kVersionMax = ~std::uint64_t{0};

class Copier {
 public:
  Copier(const View& view, Store& target) : view_(view), target_(target) {}

  Result<void> copy_document(const DocumentKey& key, const Head& head) {
    const std::pair<Table, KeyRange> entries[] = {
        {Table::kMeta, chain_values(head.number, 0, kVersionMax)},
        {Table::kRecords, versions(head.number, 0, kVersionMax)},
        {Table::kCheckpoints, versions(head.number, 0, kVersionMax)},
        {Table::kSources, sources(head.number)}};
    for (const auto& [table, range] : entries) {
      if (Result<void> copied = copy(table, range); !copied) return copied;
    }
    put_head(key, head, batch_);
    return {};
  }

  Result<void> flush(Durability durability) {
    Result<void> written = target_.write(batch_, durability);
    batch_.clear();
    return written;
  }

 private:
  Result<void> copy(Table table, const KeyRange& range) {
    return view_.scan(table, range, Order::kForward,
                      [&](std::string_view key, std::string_view value) -> Result<Visit> {
                        batch_.put(table, key, value);
                        if (batch_.bytes() < kBatchBytes) return Visit::kContinue;
                        const Result<void> written = flush(Durability::kWritten);
                        return written ? Result<Visit>(Visit::kContinue) : written.error();
                      });
  }

  const View& view_;
  Store& target_;
  WriteBatch batch_;
};

}  // namespace

Result<std::vector<Error>> salvage(const View& view, Store& target) {
  std::vector<Error> left_out;
  std::vector<std::pair<DocumentKey, Head>> proven;
  const Result<void> listed =
      scan_heads(view, std::nullopt, [&](DocumentKey&& key, const Head& head) -> Result<Visit> {
        const Result<Proof> proof = verify(view, key, [](std::uint64_t) { return true; });
        if (proof) {
          proven.emplace_back(std::move(key), head);
        } else {
          left_out.push_back(proof.error());
        }
        return Visit::kContinue;
      });
  // Where the list of documents itself is damaged, nobody knows what would follow.
  if (!listed) left_out.push_back(listed.error());
  Copier copier(view, target);
  for (const auto& [key, head] : proven) {
    if (const Result<void> copied = copier.copy_document(key, head); !copied) {
      return copied.error();
    }
  }
  if (const Result<void> synced = copier.flush(Durability::kSynced); !synced) {
    return synced.error();
  }
  return left_out;
}

}  // namespace cowrite::storage
