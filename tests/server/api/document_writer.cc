#include "tests/server/api/document_writer.h"

#include <future>
#include <memory>
#include <vector>

#include "ot/check.h"

namespace cowrite::server {

DocumentWriter& DocumentWriter::insert(std::uint64_t position, std::string_view text) {
  ot::OperationBuilder operation;
  operation.retain(position).insert(text);
  return edit(std::move(operation).build());
}

DocumentWriter& DocumentWriter::erase(std::uint64_t position, std::uint64_t count) {
  ot::OperationBuilder operation;
  operation.retain(position).erase(count);
  return edit(std::move(operation).build());
}

DocumentWriter& DocumentWriter::append(storage::Change change) {
  storage::Record record;
  record.version = newest_.version;
  record.source = "source";
  record.sequence = newest_.version + 1;
  record.author = author_;
  record.time_ms = time_ms_;
  record.change = std::move(change);
  CHECK(storage::apply(newest_, record));

  storage::Append batch;
  batch.key = key_;
  batch.expected_version = record.version;
  batch.records = std::make_shared<const std::vector<storage::Record>>(1, record);
  batch.exists_after = newest_.exists;
  batch.bytes_after = newest_.text.bytes();
  std::promise<storage::AppendOutcome> outcome;
  log_.append(std::move(batch),
              [&outcome](storage::AppendOutcome reached) { outcome.set_value(reached); });
  CHECK(outcome.get_future().get() == storage::AppendOutcome::kCommitted);
  return *this;
}

}  // namespace cowrite::server
