#include "server/session/request_queue.h"

#include <utility>
#include <variant>

#include "ot/base/check.h"

namespace cowrite::session {
namespace {

using document::ReadRequest;
using document::ToDocument;

bool reads_records(const ToDocument& request) {
  const auto* const read = std::get_if<ReadRequest>(&request);
  return read != nullptr && read->request.version;
}

bool reads_text(const ToDocument& request) {
  const auto* const read = std::get_if<ReadRequest>(&request);
  return read != nullptr && !read->request.version;
}

bool subscribes(const ToDocument& request) {
  const auto* const read = std::get_if<ReadRequest>(&request);
  return read != nullptr && read->request.kind == protocol::ReadKind::kSubscribe;
}

}  // namespace

bool RequestQueue::may_pass(const Lane& lane) {
  if (lane.requests.empty() || (lane.in_parts && !lane.has_rest)) return false;
  const Request& first = lane.requests.front();
  // Else its answer would overtake others.
  if (first.cancelled) return lane.under_way == 0;
  return lane.unanswered == 0 || !reads_text(first.request);
}

// Lists a lane whose first may be passed on, and forgets one that has nothing to say.
void RequestQueue::update(Lanes::iterator lane) {
  Lane& known = lane->second;
  if (known.listed) return;
  if (may_pass(known)) {
    known.listed = true;
    (reads_records(known.requests.front().request) ? readers_ : others_).push_back(lane);
  } else if (known.requests.empty() && known.under_way == 0 && known.unanswered == 0 &&
             !known.in_parts) {
    lanes_.erase(lane);
  }
}

void RequestQueue::push(ToDocument request) {
  const auto lane = lanes_.try_emplace(key_of(request)).first;
  lane->second.requests.push_back({std::move(request)});
  ++size_;
  update(lane);
}

std::optional<RequestQueue::Request> RequestQueue::next(bool records_too) {
  if (records_too) {
    if (std::optional<Request> reader = take_first(readers_, true)) return reader;
  }
  return take_first(others_, false);
}

std::optional<RequestQueue::Request> RequestQueue::take_first(std::list<Lanes::iterator>& list,
                                                              bool of_records) {
  while (!list.empty()) {
    const auto lane = list.front();
    list.pop_front();
    Lane& known = lane->second;
    known.listed = false;
    std::optional<Request> taken;
    if (may_pass(known) && reads_records(known.requests.front().request) == of_records) {
      taken = std::move(known.requests.front());
      known.requests.pop_front();
      known.has_rest = false;
      --size_;
      const bool is_operation = std::holds_alternative<document::Submission>(taken->request);
      if (!taken->cancelled && !is_operation) ++known.under_way;
    }
    update(lane);
    if (taken) return taken;
  }
  return std::nullopt;
}

void RequestQueue::answered(const storage::DocumentKey& key) {
  const auto lane = lanes_.find(key);
  CHECK(lane != lanes_.end() && lane->second.under_way > 0);
  --lane->second.under_way;
  update(lane);
}

void RequestQueue::cancel_subscriptions(const storage::DocumentKey& key) {
  const auto lane = lanes_.find(key);
  if (lane == lanes_.end()) return;
  for (Request& waiting : lane->second.requests) {
    waiting.cancelled = waiting.cancelled || subscribes(waiting.request);
  }
  update(lane);
}

bool RequestQueue::holds(const storage::DocumentKey& key) const {
  const auto lane = lanes_.find(key);
  return lane != lanes_.end() && (!lane->second.requests.empty() || lane->second.in_parts);
}

void RequestQueue::submitted(const storage::DocumentKey& key) { ++lanes_[key].unanswered; }

void RequestQueue::settled(const storage::DocumentKey& key) {
  const auto lane = lanes_.find(key);
  if (lane == lanes_.end() || lane->second.unanswered == 0) return;
  --lane->second.unanswered;
  update(lane);
}

bool RequestQueue::awaits_answers(const storage::DocumentKey& key) const {
  const auto lane = lanes_.find(key);
  return lane != lanes_.end() && lane->second.unanswered > 0;
}

std::vector<storage::DocumentKey> RequestQueue::asked() const {
  std::vector<storage::DocumentKey> asked;
  for (const auto& [key, lane] : lanes_) {
    if (lane.under_way > 0 || lane.unanswered > 0) asked.push_back(key);
  }
  return asked;
}

void RequestQueue::put_back(ReadRequest request) {
  const auto lane = lanes_.try_emplace(request.request.key).first;
  lane->second.requests.push_front({std::move(request)});
  ++size_;
  update(lane);
}

void RequestQueue::begin_parts(const storage::DocumentKey& key) { lanes_[key].in_parts = true; }

void RequestQueue::push_rest(ReadRequest rest) {
  const auto lane = lanes_.find(rest.request.key);
  CHECK(lane != lanes_.end() && lane->second.in_parts && !lane->second.has_rest);
  lane->second.requests.push_front({std::move(rest)});
  lane->second.has_rest = true;
  ++size_;
  update(lane);
}

void RequestQueue::end_parts(const storage::DocumentKey& key) {
  const auto lane = lanes_.find(key);
  if (lane == lanes_.end()) return;
  lane->second.in_parts = false;
  update(lane);
}

}  // namespace cowrite::session
