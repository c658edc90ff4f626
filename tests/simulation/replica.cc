#include "tests/simulation/replica.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "ot/apply.h"
#include "ot/base/check.h"
#include "ot/compose.h"
#include "ot/invert.h"
#include "ot/transform.h"

namespace cowrite::simulation {
namespace {

using storage::Change;
using storage::Create;
using storage::Delete;
using storage::Edit;

// Rewrites each to follow the other; an empty `theirs` changes nothing. False if `mine` cannot be
// kept.
bool cross(Change& mine, std::optional<Change>& theirs) {
  if (std::holds_alternative<Delete>(mine)) {
    theirs.reset();
    return true;
  }
  if (!theirs) return true;
  if (!std::holds_alternative<Edit>(*theirs) || std::holds_alternative<Create>(mine)) return false;
  ot::Operation& own = std::get<Edit>(mine).operation;
  ot::Operation& incoming = std::get<Edit>(*theirs).operation;
  const ot::Operation before = own;
  own = ot::transform(own, incoming, ot::Side::kLeft);
  incoming = ot::transform(incoming, before, ot::Side::kRight);
  return true;
}

}  // namespace

// ---- The application

void Replica::submit(Change change) {
  if (!compose(change)) pending_.push_back({change, std::nullopt, std::nullopt, false});
  CHECK(apply(change));
}

// Joins it to the last pending operation, if that was never sent.
bool Replica::compose(const Change& change) {
  const auto* edit = std::get_if<Edit>(&change);
  if (!edit || pending_.empty() || pending_.back().sent) return false;
  Change& last = pending_.back().change;
  if (auto* create = std::get_if<Create>(&last)) {
    ot::Rope text(create->text);
    CHECK(ot::apply(text, edit->operation));
    create->text = text.to_string();
    return true;
  }
  if (auto* before = std::get_if<Edit>(&last)) {
    before->operation = ot::compose(before->operation, edit->operation);
    return true;
  }
  return false;
}

void Replica::flush() {
  if (!uplink_.open || in_flight_ || pending_.empty()) return;
  in_flight_ = std::move(pending_.front());
  pending_.pop_front();
  if (!in_flight_->sequence) in_flight_->sequence = uplink_.next_sequence++;
  uplink_.submit({key_, version_, in_flight_->source, *in_flight_->sequence, in_flight_->change});
  in_flight_->sent = true;
  in_flight_->base = version_;
  // Not needed when it is sent first; when it is sent again the connection may have another id.
  if (!in_flight_->source) in_flight_->source = uplink_.source;
}

void Replica::fetch(Fetching fetching) {
  pending_fetches_.push_back(fetching);
  if (!uplink_.open || (fetching == Fetching::kToCatchUp && !fetches_in_flight_.empty())) return;
  fetches_in_flight_.push_back(pending_fetches_.front());
  pending_fetches_.pop_front();
  uplink_.read("f", key_, version_);
}

void Replica::queue_subscribe(bool wanted) {
  const auto last =
      pending_subscribes_.empty() ? subscribing_ : std::optional(pending_subscribes_.back());
  if (last == wanted) return;
  pending_subscribes_.push_back(wanted);
  flush_subscribe();
}

void Replica::flush_subscribe() {
  if (subscribing_ || pending_subscribes_.empty()) return;
  const bool wanted = pending_subscribes_.front();
  if (!uplink_.open && wanted) return;
  pending_subscribes_.pop_front();
  subscribing_ = wanted;
  if (!uplink_.open) {  // Offline it is not subscribed anyway.
    wants_subscription_ = false;
    return answered_subscribe({}, std::nullopt);
  }
  wants_subscription_ = wanted;
  if (wanted) {
    uplink_.read("s", key_, version_);
  } else {
    subscribed_ = false;
    uplink_.read("u", key_, std::nullopt);
  }
}

void Replica::restore(const storage::Snapshot& snapshot) {
  exists_ = snapshot.exists;
  text_ = snapshot.text;
  set_version(snapshot.version);
}

bool Replica::in_flight(const std::string& source, std::uint64_t sequence) const {
  return in_flight_ && in_flight_->source == source && in_flight_->sequence == sequence;
}

// ---- The connection

void Replica::connected() {
  flush();
  if (pending_subscribes_.empty() && wants_subscription_) return subscribe();
  bool will_subscribe = false;
  for (const bool wanted : pending_subscribes_) will_subscribe = will_subscribe || wanted;
  if (!will_subscribe && !pending_fetches_.empty()) fetch();
  flush_subscribe();
}

void Replica::disconnected() {
  if (in_flight_) {
    pending_.push_front(*std::move(in_flight_));
    in_flight_.reset();
  }
  subscribed_ = false;
  if (subscribing_ == true) {
    pending_subscribes_.push_front(true);
    subscribing_.reset();
  } else if (subscribing_ == false) {
    answered_subscribe({}, std::nullopt);
  }
  for (const Fetching fetching : std::exchange(fetches_in_flight_, {})) {
    pending_fetches_.push_back(fetching);
  }
}

// ---- The server

void Replica::fetched(const std::string& error, const std::optional<WireSnapshot>& snapshot) {
  std::deque<Fetching> answered = std::exchange(pending_fetches_, {});
  if (!fetches_in_flight_.empty()) {
    answered.push_back(fetches_in_flight_.front());
    fetches_in_flight_.pop_front();
  }
  finish_fetches(std::move(answered));
  if (error.empty() && snapshot) ingest(*snapshot);
}

void Replica::finish_fetches(std::deque<Fetching> fetches) {
  if (std::ranges::find(fetches, Fetching::kToRecover) != fetches.end()) recovering_ = false;
}

void Replica::answered_subscribe(const std::string& error,
                                 const std::optional<WireSnapshot>& snapshot) {
  const bool wanted = *std::exchange(subscribing_, std::nullopt);
  finish_fetches(std::exchange(pending_fetches_, {}));
  if (error.empty()) {
    subscribed_ = wanted;
    if (wanted && snapshot) ingest(*snapshot);
  }
  flush_subscribe();
}

void Replica::ingest(const WireSnapshot& snapshot) {
  if (exists_ || in_flight_ || !pending_.empty()) {
    if (version_ && snapshot.version > *version_) fetch();
    return;
  }
  if (version_ && *version_ > snapshot.version) return;
  exists_ = snapshot.exists;
  text_ = ot::Rope(snapshot.text);
  set_version(snapshot.version);
}

void Replica::received(const WireMessage& operation) {
  if (in_flight(operation.source, operation.sequence.value())) return acknowledge(operation);
  if (!version_ || *operation.version > *version_) return fetch();
  if (*operation.version < *version_) return;
  std::optional<Change> theirs = operation.change;
  if (in_flight_ && !cross(in_flight_->change, theirs)) return roll_back_all();
  for (Local& local : pending_) {
    if (!cross(local.change, theirs)) return roll_back_all();
  }
  set_version(*version_ + 1);
  if (!apply(theirs)) roll_back_all();
}

void Replica::acknowledge(const WireMessage& operation) {
  if (std::holds_alternative<Create>(in_flight_->change)) {
    version_ = *operation.version;
  } else if (version_ != operation.version) {
    return fetch();
  }
  set_version(*version_ + 1);
  in_flight_.reset();
  flush();
}

// Takes back the operation in flight alone, if its deletes know what they deleted.
void Replica::refused() {
  if (!in_flight_) return;
  const auto* edit = std::get_if<Edit>(&in_flight_->change);
  const Result<ot::Operation> inverse =
      edit ? ot::invert(edit->operation) : Error{ot::kErrOperationNotInvertible, {}};
  if (!inverse) return roll_back_all();
  std::optional<Change> undo = Edit{*inverse};
  for (Local& local : pending_) {
    if (!cross(local.change, undo)) return roll_back_all();
  }
  if (!apply(undo)) return roll_back_all();
  in_flight_.reset();
  flush();
}

// False if it does not fit.
bool Replica::apply(const std::optional<Change>& change) {
  if (!change) return true;
  if (const auto* edit = std::get_if<Edit>(&*change)) {
    return exists_ && ot::apply(text_, edit->operation).has_value();
  }
  const auto* create = std::get_if<Create>(&*change);
  exists_ = create != nullptr;
  text_ = create ? ot::Rope(create->text) : ot::Rope();
  return true;
}

void Replica::roll_back_all() {
  exists_ = false;
  text_ = {};
  version_.reset();
  uplink_.forgot(key_);
  in_flight_.reset();
  pending_.clear();
  recovering_ = true;
  fetch(Fetching::kToRecover);
}

void Replica::set_version(std::uint64_t version) {
  version_ = version;
  uplink_.moved(key_, version);
}

}  // namespace cowrite::simulation
