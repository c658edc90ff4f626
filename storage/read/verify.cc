#include "storage/read/verify.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "storage/errors.h"
#include "storage/format/chain.h"
#include "storage/format/encoding.h"
#include "storage/format/keys.h"
#include "storage/read/record_scan.h"
#include "storage/store/heads.h"

namespace cowrite::storage {
namespace {

// How often progress is told.
constexpr std::uint64_t kProgressRecords = 4'096;

bool equal(const ot::Rope& left, const ot::Rope& right) {
  return left.bytes() == right.bytes() && left.to_string() == right.to_string();
}

class Verifier {
 public:
  Verifier(const KeyValueStore& store, const DocumentKey& key, const Head& head,
           const VerifyProgress& progress)
      : store_(store), key_(key), head_(head), progress_(progress), chain_(chain_start(key)) {}

  Result<Proof> run() {
    for (const auto step :
         {&Verifier::find_start, &Verifier::read_chain_values, &Verifier::read_checkpoint_versions,
          &Verifier::replay, &Verifier::check_head, &Verifier::check_nothing_beyond,
          &Verifier::check_sources}) {
      if (Result<void> done = (this->*step)(); !done) return done.error();
    }
    return proof_;
  }

 private:
  // What was erased is vouched for by the chain's value at its end.
  Result<void> find_start() {
    now_.version = head_.erased;
    if (head_.erased == 0) return {};
    const std::string name = chain_key(head_.number, head_.erased);
    const Result<std::optional<std::string>> value = store_.get(Table::kMeta, name);
    if (!value || !*value) {
      return value ? damaged_at(head_.erased, "the chain's value is missing") : value.error();
    }
    const Result<ChainValue> chain = decode_chain(name, **value);
    return chain ? (chain_ = *chain, Result<void>())
                 : damaged_at(head_.erased, chain.error().message);
  }

  Result<void> read_chain_values() {
    Result<void> valid;
    const Result<void> scanned = store_.scan(
        Table::kMeta, chain_values(head_.number, head_.erased + 1, head_.version + 1),
        Order::kForward, [&](std::string_view key, std::string_view value) {
          const Result<VersionKey> place = decode_version_key(chain_place(key));
          const Result<ChainValue> chain = decode_chain(key, value);
          if (!place || !chain) {
            valid = place ? damaged_at(place->version, chain.error().message) : place.error();
            return Visit::kStop;
          }
          chain_values_.emplace(place->version, *chain);
          return Visit::kContinue;
        });
    return scanned ? valid : scanned;
  }

  Result<void> read_checkpoint_versions() {
    Result<void> valid;
    const Result<void> scanned =
        store_.scan(Table::kCheckpoints, versions(head_.number, 0, head_.version + 1),
                    Order::kForward, [&](std::string_view key, std::string_view) {
                      const Result<VersionKey> place = decode_version_key(key);
                      if (!place) {
                        valid = place.error();
                        return Visit::kStop;
                      }
                      checkpoints_.insert(place->version);
                      return Visit::kContinue;
                    });
    return scanned ? valid : scanned;
  }

  Result<void> replay() {
    Result<void> scanned =
        scan_records(store_, head_.number, now_.version, head_.version,
                     [&](const Record& record) -> Result<Visit> {
                       const Result<void> taken = take(record);
                       return taken ? Result<Visit>(Visit::kContinue) : taken.error();
                     });
    if (!scanned) return scanned;
    if (!checkpoints_.empty()) {
      return damaged_at(*checkpoints_.begin(), "there is a checkpoint before the first record");
    }
    return {};
  }

  Result<void> take(const Record& record) {
    if (record.time_ms < now_.time_ms && record.version > head_.erased) {
      return damaged_at(record.version, "its record is older than the one before");
    }
    if (Result<void> applied = apply(now_, record); !applied) {
      return damaged_at(record.version, applied.error().message);
    }
    if (record.version == 0 || record.version == head_.erased) first_ms_ = record.time_ms;
    chain_ = chain_next(chain_, record);
    newest_[record.source] = {record.sequence, record.version};
    proof_.records += 1;
    if (Result<void> compared = compare_chain(); !compared) return compared;
    if (Result<void> compared = compare_checkpoint(); !compared) return compared;
    if (proof_.records % kProgressRecords == 0 && !progress_(proof_.records)) {
      return Error{kErrBusy, "the verification was ended before it was done"};
    }
    return {};
  }

  Result<void> compare_chain() {
    const auto stored = chain_values_.find(now_.version);
    if (stored == chain_values_.end()) {
      const bool due = now_.version % kChainVersions == 0 && !checkpoints_.empty();
      return due ? damaged_at(now_.version, "the chain's value is missing") : Result<void>();
    }
    const bool same = stored->second == chain_;
    chain_values_.erase(stored);
    proof_.chain_values += 1;
    return same ? Result<void>() : not_what_was_written();
  }

  Result<void> compare_checkpoint() {
    if (checkpoints_.erase(now_.version) == 0) return {};
    proof_.checkpoints += 1;
    const std::string name = version_key(head_.number, now_.version);
    const Result<std::optional<std::string>> value = store_.get(Table::kCheckpoints, name);
    if (!value || !*value) {  // A newer one took its place meanwhile.
      return value ? Result<void>() : value.error();
    }
    const Result<Checkpoint> checkpoint = decode_checkpoint(name, **value);
    if (!checkpoint) return damaged_at(now_.version, checkpoint.error().message);
    if (checkpoint->chain != chain_) return not_what_was_written();
    const Snapshot& stored = checkpoint->snapshot;
    const bool same = stored.exists == now_.exists && stored.time_ms == now_.time_ms &&
                      equal(stored.text, now_.text);
    return same ? Result<void>()
                : damaged_at(now_.version, "its checkpoint is not what its records give");
  }

  [[nodiscard]] Error not_what_was_written() const {
    return damaged_at(now_.version,
                      "the chain does not come out: a record since the last value "
                      "that did is not what was written");
  }

  Result<void> check_head() {
    const bool created = head_.erased > 0 || head_.created_ms == first_ms_;
    const bool changed = head_.erased == head_.version || head_.changed_ms == now_.time_ms;
    const bool same =
        created && changed && head_.exists == now_.exists && head_.bytes == now_.text.bytes();
    return same ? Result<void>()
                : damaged_at(head_.version, "its records do not give what its head says");
  }

  // Writers may have gone on since the head was read.
  Result<void> check_nothing_beyond() {
    std::uint64_t end = 0;
    Result<void> valid;
    for (const Table table : {Table::kRecords, Table::kCheckpoints}) {
      Result<void> scanned = store_.scan(
          table, versions(head_.number, head_.version, ~std::uint64_t{0}), Order::kBackward,
          [&](std::string_view key, std::string_view) {
            const Result<VersionKey> place = decode_version_key(key);
            valid = place ? valid : place.error();
            end = place ? std::max(end, place->version + (table == Table::kRecords ? 1 : 0)) : end;
            return Visit::kStop;
          });
      if (!scanned) return scanned;
    }
    const Result<std::optional<Head>> head = read_head(store_, key_);
    if (!head || !valid) return head ? valid : head.error();
    return *head && (*head)->version >= end
               ? Result<void>()
               : damaged_at(head_.version, "there is more stored than its head says");
  }

  Result<void> check_sources() {
    Result<void> valid;
    std::size_t written_since = 0;  // Their entries in the index are newer than what was read.
    const Result<void> scanned = store_.scan(
        Table::kSources, sources(head_.number), Order::kForward,
        [&](std::string_view key, std::string_view value) {
          const Result<SourceEntry> entry = decode_source(key, value);
          if (entry && entry->version >= head_.version) {
            written_since += 1;
            return Visit::kContinue;
          }
          const auto newest = newest_.find(std::string(key.substr(sizeof(DocumentNumber))));
          if (!entry || newest == newest_.end() || newest->second != *entry) {
            valid = damaged_at(entry ? entry->version : head_.version,
                               "the index of sources does not name the newest record");
            return Visit::kStop;
          }
          newest_.erase(newest);
          return Visit::kContinue;
        });
    if (!scanned || !valid) return scanned ? valid : scanned;
    return newest_.size() <= written_since ? Result<void>()
                                           : damaged_at(newest_.begin()->second.version,
                                                        "the index of sources lacks its record");
  }

  const KeyValueStore& store_;
  const DocumentKey& key_;
  const Head& head_;
  const VerifyProgress& progress_;
  Snapshot now_;
  ChainValue chain_;
  std::int64_t first_ms_ = 0;
  std::map<std::uint64_t, ChainValue> chain_values_;  // Those that are still to come.
  std::set<std::uint64_t> checkpoints_;               // Likewise.
  std::unordered_map<std::string, SourceEntry> newest_;
  Proof proof_;
};

// The numbers of all documents.
Result<std::set<DocumentNumber>> document_numbers(const KeyValueStore& store) {
  std::set<DocumentNumber> numbers;
  Result<void> valid;
  const Result<void> scanned = store.scan(Table::kMeta, all_document_names(), Order::kForward,
                                          [&](std::string_view name, std::string_view value) {
                                            const Result<Head> head = decode_head(name, value);
                                            if (!head) {
                                              valid = head.error();
                                              return Visit::kStop;
                                            }
                                            numbers.insert(head->number);
                                            return Visit::kContinue;
                                          });
  if (!scanned || !valid) return scanned ? valid.error() : scanned.error();
  return numbers;
}

// The first document number at or after `number` that a table has entries of.
Result<std::optional<DocumentNumber>> next_number(const KeyValueStore& store, Table table,
                                                  DocumentNumber number) {
  std::optional<DocumentNumber> found;
  const KeyRange range = {version_key(number, 0), std::string(8, '\xFF')};
  const Result<void> scanned =
      store.scan(table, range, Order::kForward, [&](std::string_view key, std::string_view) {
        found = document_number(key);
        return Visit::kStop;
      });
  return scanned ? Result<std::optional<DocumentNumber>>(found) : scanned.error();
}

}  // namespace

Result<Proof> verify(const KeyValueStore& store, const DocumentKey& key,
                     const VerifyProgress& progress) {
  const Result<std::optional<Head>> head = read_head(store, key);
  if (!head) return head.error();
  if (!*head) return Error{kErrDocumentUnknown, describe(key) + ": no such document"};
  Result<Proof> proof = Verifier(store, key, **head, progress).run();
  return proof ? proof : Error{proof.error().code, describe(key) + ": " + proof.error().message};
}

Result<void> verify_no_orphans(const KeyValueStore& store) {
  const Result<std::set<DocumentNumber>> known = document_numbers(store);
  if (!known) return known.error();
  for (const Table table : {Table::kRecords, Table::kCheckpoints, Table::kSources}) {
    Result<std::optional<DocumentNumber>> number = next_number(store, table, 0);
    while (number && *number) {
      if (!known->contains(**number)) {
        return Error{kErrDamaged, "there is history of a document (number " +
                                      std::to_string(**number) + ") whose name is missing"};
      }
      number = next_number(store, table, **number + 1);
    }
    if (!number) return number.error();
  }
  return {};
}

}  // namespace cowrite::storage
