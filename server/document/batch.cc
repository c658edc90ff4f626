#include "server/document/batch.h"

#include <memory>
#include <utility>
#include <variant>

#include "server/document/limits.h"

namespace cowrite::document {

Batch::Batch(storage::Snapshot committed)
    : newest_(std::move(committed)), records_(newest_.version) {}

bool Batch::full() const {
  return records_.recent().size() >= kBatchRecordsMax || bytes_ >= kBatchBytesMax;
}

std::optional<HistoryWanted> Batch::add(PendingSubmission& pending, LogCache& log,
                                        std::int64_t now_ms) {
  Verdict verdict = judge(pending, {log, records_, newest_}, now_ms);
  if (auto* read = std::get_if<ReadFirst>(&verdict)) return std::move(read->wanted);
  if (auto* accepted = std::get_if<Accepted>(&verdict)) {
    bytes_ += pending.bytes();
    acknowledge(pending, accepted->record->version, log);
    records_.push(std::move(accepted->record));
  } else if (const auto* repeated = std::get_if<Repeated>(&verdict)) {
    acknowledge(pending, repeated->version, log);
  } else {
    answers_.push_back(answer_with_error(pending.submission(), std::get<Error>(std::move(verdict)),
                                         newest_.version));
  }
  members_.push_back(std::move(pending));
  return std::nullopt;
}

void Batch::acknowledge(const PendingSubmission& pending, std::uint64_t version,
                        const LogCache& log) {
  const Submission& submission = pending.submission();
  answers_.push_back({submission.session, submission.bytes,
                      Ack{submission.source, submission.request.sequence, version,
                          pending.missed(version, log.recent(), records_.recent())}});
}

storage::Append Batch::append(const storage::DocumentKey& key) const {
  const RecentRecords& made = records_.recent();
  auto records = std::make_shared<std::vector<storage::Record>>();
  records->reserve(made.size());
  for (const RecordPtr& record : made.range(made.begin(), made.end())) records->push_back(*record);
  return {key, made.begin(), std::move(records), newest_.exists, newest_.text.bytes()};
}

CommitNotice Batch::announce(const storage::DocumentKey& key) && {
  const RecentRecords& made = records_.recent();
  return {key, made.range(made.begin(), made.end()), /*encoded=*/{}, std::move(answers_)};
}

}  // namespace cowrite::document
