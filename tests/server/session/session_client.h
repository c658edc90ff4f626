// A session as its client and the documents see it: what it was sent, what it asked of documents
// and has no answer to. Whoever uses it plays both.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/document/messages.h"
#include "server/session/followed_memory.h"
#include "server/session/session.h"

namespace cowrite::session {

class SessionClient {
 public:
  explicit SessionClient(std::shared_ptr<FollowedMemory> followed = nullptr,
                         std::uint64_t number = 1)
      : id_{0, number}, session_(id_, "me", {}, {}, std::move(followed)) {}

  void receive(const std::string& text) {
    session_.receive(text);
    take();
  }

  // What was asked of documents since this was called last, as "fetch a", "subscribe a", "leave a",
  // "submit a". A text that was read too early, and is asked for again, counts once.
  std::vector<std::string> asked() { return std::exchange(asked_, {}); }
  // What was sent.
  std::vector<std::string> sent() { return std::exchange(sent_, {}); }

  // Answers the read or the leaving that waits longest. False if none does.
  bool answer(
      const Result<document::ReadContent>& content = document::ReadContent(storage::Snapshot{})) {
    if (unanswered_.empty()) return false;
    const document::ToDocument request = std::move(unanswered_.front());
    unanswered_.pop_front();
    if (const auto* read = std::get_if<document::ReadRequest>(&request)) {
      const bool joins =
          content.has_value() && read->request.kind == protocol::ReadKind::kSubscribe;
      session_.deliver(
          document::ReadReply{read->ticket, read->request.key, content, true, joins, 0});
    } else {
      const auto& leave = std::get<document::LeaveRequest>(request);
      session_.deliver(document::LeaveReply{leave.ticket, leave.key});
    }
    take();
    return true;
  }
  void answer_all() {
    while (answer()) {
    }
  }

  // The next record of the document, of somebody else, with so many bytes.
  void commit(const storage::DocumentKey& key, std::size_t bytes) {
    auto record = std::make_shared<storage::Record>(
        storage::Record{.version = committed_++, .source = "other", .sequence = 1});
    document::CommitNotice notice{.key = key, .records = {record}};
    notice.encoded = {std::string(bytes, 'x')};
    notice.sources = {record->source};
    session_.follow(notice, Outbox::share(notice.encoded));
    take();
  }

  Session& session() { return session_; }
  [[nodiscard]] bool paused() const { return paused_; }
  [[nodiscard]] bool dropped() const { return dropped_; }
  [[nodiscard]] const std::optional<transport::CloseCode>& closed() const { return closed_; }
  // Long messages that the client has not taken.
  std::vector<SendLong>& not_taken() { return not_taken_; }

 private:
  void take() {
    for (SessionEffect& effect : session_.take_effects()) {
      if (const auto* sent = std::get_if<Send>(&effect)) {
        sent_.insert(sent_.end(), sent->outbound->messages.begin(), sent->outbound->messages.end());
      } else if (auto* long_one = std::get_if<SendLong>(&effect)) {
        not_taken_.push_back(std::move(*long_one));
      } else if (auto* request = std::get_if<document::ToDocument>(&effect)) {
        note(std::move(*request));
      } else if (const auto* reading = std::get_if<ReadControl>(&effect)) {
        paused_ = *reading == ReadControl::kPause;
      } else if (const auto* close = std::get_if<Close>(&effect)) {
        closed_ = close->code;
      } else if (std::holds_alternative<Drop>(effect)) {
        dropped_ = true;
      }
    }
  }
  // Operations are answered at once.
  void note(document::ToDocument request) {
    const auto what = [&]() -> std::string {
      if (const auto* read = std::get_if<document::ReadRequest>(&request)) {
        return read->request.kind == protocol::ReadKind::kFetch ? "fetch " : "subscribe ";
      }
      return std::holds_alternative<document::LeaveRequest>(request) ? "leave " : "submit ";
    };
    const auto* const read = std::get_if<document::ReadRequest>(&request);
    const bool again =
        read != nullptr && !read->request.version && !tickets_.insert(read->ticket).second;
    if (!again) asked_.push_back(what() + key_of(request).id());
    if (const auto* submission = std::get_if<document::Submission>(&request)) {
      session_.answer({.key = submission->request.key,
                       .answers = {{.session = id_,
                                    .bytes = submission->bytes,
                                    .outcome = document::Ack{submission->source, 1, 0}}}});
      return take();
    }
    unanswered_.push_back(std::move(request));
  }

  document::SessionId id_;
  Session session_;
  std::vector<std::string> asked_;
  std::set<std::uint64_t> tickets_;  // Of texts that were asked for.
  std::vector<std::string> sent_;
  std::deque<document::ToDocument> unanswered_;
  std::vector<SendLong> not_taken_;
  std::uint64_t committed_ = 0;
  bool paused_ = false;
  bool dropped_ = false;
  std::optional<transport::CloseCode> closed_;
};

// `"from", ... "to - 1"`
inline std::string list_of(int from, int to) {
  std::string list;
  for (int number = from; number < to; ++number) {
    if (!list.empty()) list += ',';
    list += '"' + std::to_string(number) + '"';
  }
  return list;
}
inline std::string many(const std::string& action, const std::string& list) {
  return R"({"a":")" + action + R"(","c":"docs","b":[)" + list + "]}";
}
inline std::string one(const std::string& action, const std::string& id) {
  return R"({"a":")" + action + R"(","c":"docs","d":")" + id + "\"}";
}

}  // namespace cowrite::session
