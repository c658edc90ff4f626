#include "tests/storage/format_fixture.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <sstream>

#include "storage/format/chain.h"
#include "storage/format/keys.h"
#include "storage/format/sha256.h"
#include "storage/read/latest_history.h"
#include "storage/read/verify.h"
#include "storage/store/heads.h"
#include "storage/write/archive.h"
#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

std::string hex(const ChainValue& bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

void tell_version(const History& history, const DocumentKey& key, std::uint64_t version,
                  std::ostream& out) {
  const Result<Snapshot> at = history.snapshot(key, version);
  out << "  version " << version << ": ";
  if (!at) {
    out << at.error().code << "\n";
    return;
  }
  out << (at->exists ? "exists" : "no document") << ", time " << at->time_ms << ", text "
      << hex(sha256(at->text.to_string())) << "\n";
}

void tell_sources(const History& history, const DocumentInfo& info, std::ostream& out) {
  const Result<std::vector<Record>> records =
      history.records(info.key, info.erased, info.version, std::numeric_limits<std::size_t>::max());
  if (!records) {
    out << "  records: " << records.error().message << "\n";
    return;
  }
  std::vector<std::string> known;
  for (const Record& record : *records) {
    if (std::find(known.begin(), known.end(), record.source) != known.end()) continue;
    known.push_back(record.source);
    const Result<std::optional<SourceEntry>> entry = newest_of(history, info.key, record.source);
    out << "  source of " << record.source.size() << " bytes: sequence "
        << (entry && *entry ? (*entry)->sequence : 0) << " in record "
        << (entry && *entry ? (*entry)->version : 0) << "\n";
  }
}

void tell_document(const Store& store, const DocumentInfo& info, std::ostream& out) {
  const LatestHistory history(store);
  out << describe(info.key) << ": version " << info.version << ", erased " << info.erased << ", "
      << (info.exists ? "exists" : "deleted") << ", " << info.bytes << " bytes, created "
      << info.created_ms << ", changed " << info.changed_ms << "\n";
  const Result<Proof> proof = prove(store, info.key);
  if (proof) {
    out << "  proven: " << proof->records << " records, " << proof->checkpoints << " checkpoints, "
        << proof->chain_values << " values of the chain\n";
  } else {
    out << "  not proven: " << proof.error().message << "\n";
  }
  const Result<std::optional<Head>> head = read_head(*store.view(), info.key);
  const Result<ChainValue> chain = newest_chain_value(*store.view(), info.key, **head);
  out << "  chain " << (chain ? hex(*chain) : chain.error().message) << "\n";
  for (std::uint64_t version = 0; version < info.version; version += 1 + info.version / 5) {
    tell_version(history, info.key, version, out);
  }
  tell_version(history, info.key, info.version, out);
  tell_sources(history, info, out);
}

}  // namespace

std::string fixture_contents(const Store& store) {
  std::ostringstream out;
  const Result<std::vector<ListEntry>> entries = LatestHistory(store).list({}, 1'000);
  if (!entries) return entries.error().message + "\n";
  for (const ListEntry& entry : *entries) {
    if (!entry.info) return entry.info.error().message + "\n";
    tell_document(store, *entry.info, out);
  }
  const Result<void> orphans = verify_no_orphans(*store.view());
  out << (orphans ? "nothing else" : orphans.error().message) << "\n";
  return out.str();
}

}  // namespace cowrite::storage
