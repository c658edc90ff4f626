#include "storage/read/salvage.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "storage/errors.h"
#include "storage/format/keys.h"
#include "storage/read/record_scan.h"
#include "storage/read/verify.h"
#include "storage/store/heads.h"
#include "storage/store/sources.h"

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
        {Table::kCheckpoints, versions(head.number, 0, kVersionMax)}};
    for (const auto& [table, range] : entries) {
      if (Result<void> copied = copy(table, range); !copied) return copied;
    }
    if (Result<void> indexed = index_sources(head); !indexed) return indexed;
    put_head(key, head, batch_);
    return {};
  }

  Result<void> flush(Durability durability) {
    Result<void> written = target_.write(batch_, durability);
    batch_.clear();
    return written;
  }

 private:
  // From the records, since the index itself may be damaged.
  Result<void> index_sources(const Head& head) {
    std::map<std::string, SourceEntry> newest;
    Result<void> scanned = scan_records(view_, head.number, head.erased, head.version,
                                        [&newest](const Record& record) -> Result<Visit> {
                                          newest[record.source] = {record.sequence, record.version};
                                          return Visit::kContinue;
                                        });
    for (const auto& [source, entry] : newest) put_source(head.number, source, entry, batch_);
    return scanned;
  }

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

// Finds the documents that verify() proves, but for the index of sources.
class Prover {
 public:
  explicit Prover(const View& view) : view_(view) {}

  Result<void> run() {
    return scan_heads(view_, DocumentKey(),
                      [this](std::optional<DocumentKey>&& key, const Result<Head>& head) {
                        if (head) {
                          prove(*std::move(key), *head);
                        } else {
                          left_out.push_back({std::move(key), head.error()});
                        }
                        return Visit::kContinue;
                      });
  }

  std::vector<LeftOut> left_out;
  std::vector<std::pair<DocumentKey, Head>> proven;

 private:
  void prove(DocumentKey&& key, const Head& head) {
    const Result<Proof> proof = verify(
        view_, key, [](std::uint64_t) { return true; }, Proving::kAllButSources);
    if (!proof) return left_out.push_back({std::move(key), proof.error()});
    proven.emplace_back(std::move(key), head);
  }

  const View& view_;
};

}  // namespace

Result<std::vector<LeftOut>> salvage(const View& view, Store& target) {
  Prover prover(view);
  if (const Result<void> listed = prover.run(); !listed) return listed.error();
  Copier copier(view, target);
  for (const auto& [key, head] : prover.proven) {
    if (const Result<void> copied = copier.copy_document(key, head); !copied) {
      return copied.error();
    }
  }
  if (const Result<void> synced = copier.flush(Durability::kSynced); !synced) {
    return synced.error();
  }
  return std::move(prover.left_out);
}

}  // namespace cowrite::storage
