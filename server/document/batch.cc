#include "server/document/batch.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "server/document/limits.h"

namespace cowrite::document {

Batch::Batch(storage::Snapshot committed)
    : newest_(std::move(committed)), records_(newest_.version), missed_from_(newest_.version) {}

bool Batch::full() const {
  return records_.size() >= kBatchRecordsMax || bytes_ >= kBatchBytesMax || work_ >= kBatchWorkMax;
}

std::optional<ReadFirst> Batch::add(PendingSubmission& pending, LogCache& log,
                                    std::int64_t now_ms) {
  const LastSubmission last = last_submission(pending.submission(), log);
  const std::uint64_t before = log.recent().work() + records_.work();
  Verdict verdict = judge(pending, last, {log.recent(), records_, newest_}, now_ms);
  work_ += log.recent().work() + records_.work() - before;
  if (const auto* read = std::get_if<ReadFirst>(&verdict)) return *read;
  if (auto* accepted = std::get_if<Accepted>(&verdict)) {
    bytes_ += pending.bytes();
    const storage::Record& record = *accepted->record;
    acknowledge(pending, record.version, log,
                record.version - pending.base().value_or(record.version));
    last_submissions_[record.source] = {record.sequence, record.version};
    records_.push(std::move(accepted->record));
  } else if (const auto* repeated = std::get_if<Repeated>(&verdict)) {
    acknowledge(pending, repeated->version, log, std::nullopt);
  } else {
    answers_.push_back(answer_with_error(pending.submission(), std::get<Error>(std::move(verdict)),
                                         newest_.version));
  }
  members_.push_back(std::move(pending));
  return std::nullopt;
}

LastSubmission Batch::last_submission(const Submission& submission, const LogCache& log) const {
  const auto found = last_submissions_.find(submission.source);
  return found == last_submissions_.end() ? log.last_submission(submission) : found->second;
}

void Batch::acknowledge(const PendingSubmission& pending, std::uint64_t version,
                        const LogCache& log, std::optional<std::uint64_t> depth) {
  const Submission& submission = pending.submission();
  const std::optional<std::uint64_t> missed_from =
      pending.missed_from(version, log.recent(), records_);
  if (missed_from) missed_from_ = std::min(missed_from_, *missed_from);
  answers_.push_back(
      {submission.session, submission.bytes, submission.received,
       Ack{submission.source, submission.request.sequence, version, missed_from, depth}});
}

storage::Append Batch::append(const storage::DocumentKey& key) const {
  auto records = std::make_shared<std::vector<storage::Record>>();
  records->reserve(records_.size());
  for (const RecordPtr& record : records_.since(records_.begin())) records->push_back(*record);
  return {key, records_.begin(), std::move(records), newest_.exists, newest_.text.bytes()};
}

CommitNotice Batch::announce(const storage::DocumentKey& key, const LogCache& log) && {
  return {.key = key,
          .records = records_.since(records_.begin()),
          .earlier = log.recent().since(missed_from_),
          .answers = std::move(answers_)};
}

}  // namespace cowrite::document
