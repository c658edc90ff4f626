#include "storage/write/put_records.h"

#include <cstddef>
#include <string>

#include "storage/format/encoding.h"
#include "storage/format/segment.h"

namespace cowrite::storage {

void put_entry(DocumentNumber number, std::span<const Record> records, Effort effort,
               WriteBatch& batch) {
  const std::string key = version_key(number, records.front().version);
  batch.put(Table::kRecords, key,
            records.size() == 1 ? encode_record(key, records.front())
                                : encode_segment(key, records, effort));
}

void put_records(DocumentNumber number, std::span<const Record> records, WriteBatch& batch) {
  put_records(number, records, Effort::kNone, batch);
}

void put_records(DocumentNumber number, std::span<const Record> records, Effort effort,
                 WriteBatch& batch) {
  while (!records.empty()) {
    const std::size_t count = records_of_entry(records);
    put_entry(number, records.first(count), effort, batch);
    records = records.subspan(count);
  }
}

}  // namespace cowrite::storage
