#include "storage/read/verify.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "storage/errors.h"
#include "storage/format/chain.h"
#include "storage/format/encoding.h"
#include "storage/format/keys.h"
#include "storage/read/record_scan.h"
#include "storage/seeded_hash.h"
#include "storage/store/heads.h"
#include "storage/store/sources.h"

namespace cowrite::storage {
namespace {

// How often progress is told.
constexpr std::uint64_t kProgressRecords = 4'096;

bool equal(const ot::Rope& left, const ot::Rope& right) {
  return left.bytes() == right.bytes() && left.to_string() == right.to_string();
}

class Verifier {
 public:
  Verifier(const View& view, const DocumentKey& key, const Head& head,
           const VerifyProgress& progress, Proving proving)
      : view_(view),
        head_(head),
        progress_(progress),
        proving_(proving),
        chain_(chain_start(key)) {}

  Result<Proof> run() {
    for (const auto step :
         {&Verifier::find_start, &Verifier::read_chain_values, &Verifier::read_checkpoint_versions,
          &Verifier::read_sources, &Verifier::replay, &Verifier::check_head,
          &Verifier::check_nothing_beyond, &Verifier::check_sources}) {
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
    const Result<std::optional<std::string>> value = view_.get(Table::kMeta, name);
    if (!value || !*value) {
      return value ? damaged_at(head_.erased, "the chain's value is missing") : value.error();
    }
    const Result<ChainValue> chain = decode_chain(name, **value);
    return chain ? (chain_ = *chain, Result<void>())
                 : damaged_at(head_.erased, chain.error().message);
  }

  Result<void> read_chain_values() {
    return view_.scan(Table::kMeta, chain_values(head_.number, head_.erased + 1, head_.version + 1),
                      Order::kForward,
                      [this](std::string_view key, std::string_view value) -> Result<Visit> {
                        const Result<VersionKey> place = decode_version_key(chain_place(key));
                        if (!place) return place.error();
                        const Result<ChainValue> chain = decode_chain(key, value);
                        if (!chain) return damaged_at(place->version, chain.error().message);
                        chain_values_.emplace(place->version, *chain);
                        return Visit::kContinue;
                      });
  }

  Result<void> read_checkpoint_versions() {
    return view_.scan(Table::kCheckpoints, versions(head_.number, 0, head_.version + 1),
                      Order::kForward,
                      [this](std::string_view key, std::string_view) -> Result<Visit> {
                        const Result<VersionKey> place = decode_version_key(key);
                        if (!place) return place.error();
                        checkpoints_.insert(place->version);
                        return Visit::kContinue;
                      });
  }

  Result<void> read_sources() {
    indexed_ = chain_values_.empty() ? head_.erased : chain_values_.rbegin()->first;
    if (proving_ == Proving::kAllButSources) return {};
    return scan_sources(view_, head_.number,
                        [this](std::string_view source, const SourceEntry& entry) -> Result<Visit> {
                          sources_.emplace(source, IndexedSource{entry});
                          return Visit::kContinue;
                        });
  }

  Result<void> replay() {
    Result<void> scanned =
        scan_records(view_, head_.number, now_.version, head_.version,
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
    compare_source(record);
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
      const bool archived = !checkpoints_.empty() || !chain_values_.empty();
      const bool due = now_.version % kChainVersions == 0 && archived;
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
    const Result<std::optional<std::string>> value = view_.get(Table::kCheckpoints, name);
    if (!value) return value.error();
    CHECK(value->has_value());  // read_checkpoint_versions() saw it in this view.
    const Result<Checkpoint> checkpoint = decode_checkpoint(name, **value);
    if (!checkpoint) return unreadable_at(now_.version, checkpoint.error());
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

  Result<void> check_nothing_beyond() {
    for (const Table table : {Table::kRecords, Table::kCheckpoints}) {
      const std::uint64_t first = head_.version + (table == Table::kRecords ? 0 : 1);
      const Result<std::optional<std::string>> beyond = first_key(
          view_, table, versions(head_.number, first, ~std::uint64_t{0}), Order::kForward);
      if (!beyond) return beyond.error();
      if (*beyond) return damaged_at(head_.version, "there is more stored than its head says");
    }
    return {};
  }

  // The index has the newest record of each source before `indexed_`, or a newer one.
  void compare_source(const Record& record) {
    if (proving_ == Proving::kAllButSources) return;
    const auto found = sources_.find(record.source);
    if (found == sources_.end()) {
      if (record.version < indexed_) wrong_source(record.version, "lacks its record");
      return;
    }
    IndexedSource& source = found->second;
    source.is_record =
        source.is_record || source.entry == SourceEntry{record.sequence, record.version};
    if (record.version > source.entry.version && record.version < indexed_) {
      wrong_source(source.entry.version, "does not name the newest record");
    }
  }

  void wrong_source(std::uint64_t version, const std::string& what) {
    if (!source_error_) source_error_ = damaged_at(version, "the index of sources " + what);
  }

  Result<void> check_sources() {
    for (const auto& [name, source] : sources_) {
      if (!source.is_record) wrong_source(source.entry.version, "names what is no record of it");
    }
    return source_error_ ? *source_error_ : Result<void>();
  }

  // What the index says of a source.
  struct IndexedSource {
    SourceEntry entry;
    bool is_record = false;  // It was met.
  };

  const View& view_;
  const Head& head_;
  const VerifyProgress& progress_;
  const Proving proving_;
  Snapshot now_;
  ChainValue chain_;
  std::int64_t first_ms_ = 0;
  std::map<std::uint64_t, ChainValue> chain_values_;  // Those that are still to come.
  std::set<std::uint64_t> checkpoints_;               // Likewise.
  std::uint64_t indexed_ = 0;  // The index knows the sources of the records below it.
  std::unordered_map<std::string, IndexedSource, SeededHash> sources_;
  std::optional<Error> source_error_;  // The first; records come before it.
  Proof proof_;
};

// The numbers of all documents; fails if the head of any is damaged.
Result<std::set<DocumentNumber>> document_numbers(const View& view) {
  std::set<DocumentNumber> numbers;
  Result<void> read;
  const Result<void> scanned =
      scan_heads(view, DocumentKey(), [&](std::optional<DocumentKey>&&, const Result<Head>& head) {
        if (head) numbers.insert(head->number);
        if (!head) read = head.error();
        return head ? Visit::kContinue : Visit::kStop;
      });
  if (!scanned || !read) return scanned ? read.error() : scanned.error();
  return numbers;
}

// The first document number at or after `number` that a table has entries of.
Result<std::optional<DocumentNumber>> next_number(const View& view, Table table,
                                                  DocumentNumber number) {
  const Result<std::optional<std::string>> key =
      first_key(view, table, {version_key(number, 0), std::string(8, '\xFF')}, Order::kForward);
  if (!key) return key.error();
  return *key ? std::optional(document_number(**key)) : std::nullopt;
}

}  // namespace

Result<Proof> verify(const View& view, const DocumentKey& key, const VerifyProgress& progress,
                     Proving proving) {
  const Result<std::optional<Head>> head = read_head(view, key);
  if (!head) return head.error();
  if (!*head) return Error{kErrDocumentUnknown, describe(key) + ": no such document"};
  Result<Proof> proof = Verifier(view, key, **head, progress, proving).run();
  return proof ? proof : about(key, proof.error());
}

Result<void> verify_no_orphans(const View& view) {
  const Result<std::set<DocumentNumber>> known = document_numbers(view);
  if (!known) return known.error();
  for (const Table table : {Table::kRecords, Table::kCheckpoints, Table::kSources}) {
    Result<std::optional<DocumentNumber>> number = next_number(view, table, 0);
    while (number && *number) {
      if (!known->contains(**number)) {
        return Error{kErrDamaged, "there is history of a document (number " +
                                      std::to_string(**number) + ") whose name is missing"};
      }
      number = next_number(view, table, **number + 1);
    }
    if (!number) return number.error();
  }
  return {};
}

}  // namespace cowrite::storage
