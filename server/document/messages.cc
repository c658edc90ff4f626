#include "server/document/messages.h"

#include <utility>
#include <variant>

#include "ot/base/check.h"
#include "server/protocol/encode.h"
#include "storage/errors.h"

namespace cowrite::document {

std::vector<RecordPtr> share(std::vector<storage::Record> records) {
  std::vector<RecordPtr> shared;
  shared.reserve(records.size());
  for (storage::Record& record : records) {
    shared.push_back(std::make_shared<const storage::Record>(std::move(record)));
  }
  return shared;
}

std::size_t memory_bytes(const Submission& submission) {
  const protocol::Submit& request = submission.request;
  std::size_t bytes = submission.source.size() + submission.author.size() +
                      request.key.collection().size() + request.key.id().size();
  if (request.source) bytes += request.source->size();
  if (const auto* const edit = std::get_if<storage::Edit>(&request.change)) {
    bytes += edit->operation.heap_bytes();
  } else if (const auto* const create = std::get_if<storage::Create>(&request.change)) {
    bytes += create->text.size();
  }
  return bytes;
}

const storage::DocumentKey& key_of(const ToDocument& request) {
  struct Key {
    const storage::DocumentKey& operator()(const Submission& submission) const {
      return submission.request.key;
    }
    const storage::DocumentKey& operator()(const ReadRequest& read) const {
      return read.request.key;
    }
    const storage::DocumentKey& operator()(const LeaveRequest& leave) const { return leave.key; }
    const storage::DocumentKey& operator()(const SnapshotRequest& snapshot) const {
      return snapshot.key;
    }
    const storage::DocumentKey& operator()(const DocumentPresence& presence) const {
      return *presence.presence.key;
    }
  };
  return std::visit(Key{}, request);
}

storage::Payer payer_of(const ToDocument& request) {
  return std::visit([](const auto& known) { return known.payer; }, request);
}

bool is_unwanted(const ToDocument& request) {
  return std::visit(
      [](const auto& known) {
        if constexpr (requires { known.asker; }) return known.asker.is_gone();
        return false;
      },
      request);
}

const storage::Record& CommitNotice::at(std::uint64_t version) const {
  const bool is_new = !records.empty() && version >= records.front()->version;
  const std::vector<RecordPtr>& among = is_new ? records : earlier;
  CHECK(!among.empty() && version - among.front()->version < among.size());
  return *among[version - among.front()->version];
}

std::string CommitNotice::encoded_at(std::size_t index) const {
  return encoded.empty() ? protocol::encode_operation(key, *records[index]) : encoded[index];
}

std::vector<std::string> CommitNotice::all_encoded() const {
  if (!encoded.empty()) return encoded;
  std::vector<std::string> all;
  all.reserve(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) all.push_back(encoded_at(i));
  return all;
}

Answer answer_with_error(const Submission& submission, Error error, std::uint64_t version) {
  Answer answer{.session = submission.session,
                .bytes = submission.bytes,
                .received = submission.received,
                .outcome = Unsettled{}};
  if (error.code != storage::kErrIo) {
    answer.outcome = Refusal{submission.request, std::move(error), version};
  }
  return answer;
}

}  // namespace cowrite::document
