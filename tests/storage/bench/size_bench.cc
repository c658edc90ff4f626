// How many bytes an operation takes on disk: recorded typing, with a source, an author, and a time
// 80 to 300 ms after the one before, archived on the way as a server does and compacted in the end.
// Prints what each table takes, and each column of the segments: how long it is, what its bytes
// take by their entropy if each is taken for itself, and how it is stored.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "server/protocol/operation_json.h"
#include "storage/archive_schedule.h"
#include "storage/format/column.h"
#include "storage/format/encoding.h"
#include "storage/format/value.h"
#include "storage/rocksdb_log.h"
#include "tests/ot/trace_files.h"
#include "tests/replay/trace_file.h"
#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

constexpr std::size_t kBatch = 20;
constexpr std::array<const char*, 11> kColumns = {"intervals", "bits",   "writers", "who",
                                                  "sequences", "shapes", "cursors", "places",
                                                  "lengths",   "rest",   "texts"};

struct Bytes {
  double raw = 0;
  double entropy = 0;
  double stored = 0;
};

double entropy_bytes(std::string_view bytes) {
  std::array<double, 256> counts = {};
  for (const char byte : bytes) counts.at(static_cast<unsigned char>(byte)) += 1;
  double bits = 0;
  for (const double count : counts) {
    if (count > 0) bits += count * std::log2(static_cast<double>(bytes.size()) / count);
  }
  return bits / 8;
}

std::vector<Record> records_of(const replay::TraceFile& trace) {
  std::mt19937_64 random(1);
  std::int64_t time_ms = 1'700'000'000'000;
  std::vector<Record> records;
  const auto add = [&](Change change) {
    Record record;
    record.version = records.size();
    record.source = "0123456789abcdef0123456789abcdef";
    record.sequence = records.size() + 1;
    record.author = "Anonymous Otter";
    record.time_ms = time_ms += static_cast<std::int64_t>(80 + random() % 221);
    record.change = std::move(change);
    records.push_back(std::move(record));
  };
  add(Create{trace.header.at("start").get<std::string>()});
  for (const auto& line : trace.lines) add(Edit{protocol::parse_operation(line).value()});
  return records;
}

void write_all(RocksDbLog& log, const DocumentKey& key, const std::vector<Record>& records) {
  Snapshot now;
  ArchiveSchedule schedule(0, 0);
  for (std::size_t begin = 0; begin < records.size(); begin += kBatch) {
    auto batch = std::make_shared<std::vector<Record>>();
    const std::uint64_t version = now.version;
    for (std::size_t i = begin; i < std::min(records.size(), begin + kBatch); ++i) {
      CHECK(apply(now, records[i]));
      schedule.follow(records[i]);
      batch->push_back(records[i]);
    }
    CHECK(append(log, {key, version, std::move(batch), true, now.text.bytes()}) ==
          AppendOutcome::kCommitted);
    switch (schedule.take_due(now.text.bytes())) {
      case ArchiveSchedule::Due::kNothing:
        break;
      case ArchiveSchedule::Due::kPacking:
        log.pack(key, now.version);
        break;
      case ArchiveSchedule::Due::kCheckpoint:
        log.save_checkpoint(key, now);
    }
  }
  log.save_checkpoint(key, now);
}

void add_column(ValueReader& in, Bytes& column) {
  ValueReader ahead = in;
  const std::uint64_t stored = ahead.number() / 2;
  column.stored += static_cast<double>(stored);
  std::string unpacked;
  const std::string_view bytes = take_column(in, unpacked);
  column.raw += static_cast<double>(bytes.size());
  column.entropy += entropy_bytes(bytes);
}

std::array<Bytes, kColumns.size()> columns_of(const Store& store) {
  std::array<Bytes, kColumns.size()> columns;
  CHECK(store.view()->scan(Table::kRecords, {"", std::string(9, '\xFF')}, Order::kForward,
                           [&](std::string_view key, std::string_view value) -> Result<Visit> {
                             ValueReader in(key, value);
                             if (in.byte() != static_cast<int>(RecordTag::kSegment)) {
                               return Visit::kContinue;
                             }
                             in.number();
                             in.signed_number();
                             in.signed_number();
                             for (Bytes& column : columns) add_column(in, column);
                             return Visit::kContinue;
                           }));
  return columns;
}

void measure(const replay::TraceFile& trace) {
  const TempFolder temp("/var/tmp");
  const std::vector<Record> records = records_of(trace);
  write_all(*open_folder(temp.path()), {"docs", trace.name}, records);
  const auto log = open_folder(temp.path());
  CHECK(log->store().compact());
  const double count = static_cast<double>(records.size());
  const KeyRange all = {"", std::string(9, '\xFF')};
  std::printf("%s: %zu operations, %.3f bytes each\n ", trace.name.c_str(), records.size(),
              static_cast<double>(log->store().statistics().file_bytes) / count);
  constexpr std::array<const char*, 4> kTables = {"meta", "records", "checkpoints", "sources"};
  for (std::size_t table = 0; table < kTables.size(); ++table) {
    const Result<std::uint64_t> bytes =
        log->store().view()->disk_bytes(static_cast<Table>(table), all);
    std::printf(" %s %.3f", kTables.at(table), static_cast<double>(*bytes) / count);
  }
  std::printf("\n ");
  const auto columns = columns_of(log->store());
  Bytes all_columns;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto& [raw, entropy, stored] = columns.at(i);
    std::printf(" %s %.3f %.3f %.3f;", kColumns.at(i), raw / count, entropy / count,
                stored / count);
    all_columns.entropy += std::min(entropy, stored);
    all_columns.stored += stored;
  }
  std::printf("\n  all columns: %.3f, by entropy or as stored, whichever is less, %.3f\n",
              all_columns.stored / count, all_columns.entropy / count);
}

}  // namespace
}  // namespace cowrite::storage

int main() {
  const auto traces = cowrite::ot::trace_files("seq");
  if (traces.empty()) std::printf("skipped: no traces\n");
  for (const auto& path : traces) {
    cowrite::storage::measure(cowrite::replay::read_trace_file(path).value());
  }
}
