// Records on their way into the store.
#pragma once

#include <span>

#include "storage/format/column.h"
#include "storage/format/keys.h"
#include "storage/record.h"
#include "storage/store/write_batch.h"

namespace cowrite::storage {

// Puts consecutive records into one entry, of its own or a segment. REQUIRES: records_of_entry()
// says that they share it.
void put_entry(DocumentNumber number, std::span<const Record> records, Effort effort,
               WriteBatch& batch);

// Puts consecutive records into as few entries as may hold them. Without an effort they are not
// packed, which is for later.
void put_records(DocumentNumber number, std::span<const Record> records, WriteBatch& batch);
void put_records(DocumentNumber number, std::span<const Record> records, Effort effort,
                 WriteBatch& batch);

}  // namespace cowrite::storage
