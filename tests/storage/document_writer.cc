#include "tests/storage/document_writer.h"

#include <future>
#include <latch>
#include <memory>
#include <vector>

#include "ot/base/check.h"

namespace cowrite::storage {

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

DocumentWriter& DocumentWriter::type(std::size_t count) {
  std::vector<Change> changes;
  for (std::size_t i = 0; i < count; ++i) {
    ot::OperationBuilder operation;
    operation.retain(newest_.text.code_points() + i).insert("x");
    changes.emplace_back(Edit{std::move(operation).build()});
  }
  return append(std::move(changes));
}

DocumentWriter& DocumentWriter::append(std::vector<Change> changes) {
  Append batch;
  batch.key = key_;
  batch.expected_version = newest_.version;
  std::vector<Record> records;
  for (Change& change : changes) {
    const std::uint64_t version = newest_.version;
    records.push_back({version, "source", version + 1, author_, time_ms_, std::move(change)});
    CHECK(apply(newest_, records.back()));
  }
  batch.records = std::make_shared<const std::vector<Record>>(std::move(records));
  batch.exists_after = newest_.exists;
  batch.bytes_after = newest_.text.bytes();
  std::promise<AppendOutcome> outcome;
  log_.append(std::move(batch), [&outcome](AppendOutcome reached) { outcome.set_value(reached); });
  CHECK(outcome.get_future().get() == AppendOutcome::kCommitted);
  return *this;
}

void create_empty(OperationLog& log, const std::string& collection,
                  const std::vector<std::string>& ids) {
  std::latch committed(static_cast<std::ptrdiff_t>(ids.size()));
  for (const std::string& id : ids) {
    Append batch;
    batch.key = {collection, id};
    batch.records =
        std::make_shared<const std::vector<Record>>(1, Record{0, "source", 1, "", 0, Create{}});
    batch.exists_after = true;
    log.append(std::move(batch), [&committed](AppendOutcome reached) {
      CHECK(reached == AppendOutcome::kCommitted);
      committed.count_down();
    });
  }
  committed.wait();
}

}  // namespace cowrite::storage
