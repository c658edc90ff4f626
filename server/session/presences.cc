#include "server/session/presences.h"

#include <memory>
#include <utility>

#include "server/protocol/error_codes.h"
#include "server/session/limits.h"

namespace cowrite::session {

Result<void> OwnPresences::remember(const protocol::Presence& presence) {
  const Name name{presence.channel, presence.id};
  const auto known = presences_.find(name);
  if (known != presences_.end() && known->second.key && known->second.key != presence.key) {
    return Error{protocol::kErrMessageBadlyFormed,
                 "a presence of a document is about it until it ends"};
  }
  if (presence.value == "null") {
    if (known == presences_.end()) return {};
    followed_.give_back(bytes_of(name, known->second));
    presences_.erase(known);
    return {};
  }
  const bool is_shown = known != presences_.end() && known->second.is_shown;
  Latest latest{presence.presence_version, presence.key, presence.version, presence.type, is_shown};
  const std::size_t bytes = bytes_of(name, latest);
  if (known != presences_.end()) {
    const std::size_t before = bytes_of(name, known->second);
    if (bytes > before) followed_.hold(bytes - before);
    if (bytes < before) followed_.give_back(before - bytes);
    known->second = std::move(latest);
    return {};
  }
  if (presences_.size() >= kPresencesPerConnectionMax) {
    return Error{protocol::kErrTooManyPresences, "a connection may announce at most " +
                                                     std::to_string(kPresencesPerConnectionMax) +
                                                     " presences"};
  }
  if (!followed_.take(bytes)) {
    return Error{protocol::kErrTooManyPresences,
                 "all clients together announce as many presences as the server has memory for; "
                 "try again later"};
  }
  presences_.emplace(name, std::move(latest));
  return {};
}

void OwnPresences::note_shown(const protocol::Presence& presence) {
  const auto known = presences_.find({presence.channel, presence.id});
  if (known != presences_.end()) known->second.is_shown = true;
}

OwnPresences::State OwnPresences::state_of(const protocol::Presence& presence) const {
  const auto known = presences_.find({presence.channel, presence.id});
  if (known == presences_.end()) return State::kUnknown;
  return known->second.is_shown ? State::kShown : State::kAnnounced;
}

// The channel holds the id, too, and a presence about a document the document's name.
std::size_t OwnPresences::bytes_of(const Name& name, const Latest& latest) {
  const std::size_t names = kPresenceNames * (name.first.size() + name.second.size());
  return kPresenceBytes + names + latest.type.value_or("").size();
}

protocol::Presence OwnPresences::take(Presences::value_type& presence) {
  const auto& [name, latest] = presence;
  followed_.give_back(bytes_of(name, latest));
  return {.channel = name.first,
          .id = name.second,
          .presence_version = latest.presence_version,
          .value = "null",
          .key = latest.key,
          .version = latest.version,
          .type = latest.type};
}

std::vector<protocol::Presence> OwnPresences::take_back(const std::string& channel) {
  std::vector<protocol::Presence> ended;
  auto next = presences_.lower_bound({channel, {}});
  while (next != presences_.end() && next->first.first == channel) {
    ended.push_back(take(*next));
    next = presences_.erase(next);
  }
  return ended;
}

std::vector<protocol::Presence> OwnPresences::take_back_all() {
  std::vector<protocol::Presence> ended;
  ended.reserve(presences_.size());
  for (Presences::value_type& presence : presences_) ended.push_back(take(presence));
  presences_.clear();
  return ended;
}

void WaitingPresences::put(const document::PresenceNotice& notice,
                           transport::SharedOutbound encoded) {
  Latest next{notice.presence.presence_version, notice.presence.value == "null",
              std::move(encoded)};
  const Name name{notice.presence.channel, notice.source, notice.presence.id};
  const auto known = latest_.find(name);
  if (known != latest_.end()) {
    const bool begins_anew = known->second.is_end && !next.is_end;
    if (!begins_anew && next.presence_version < known->second.presence_version) return;
    next = after(known->second, std::move(next));
    erase(known);
  }
  make_room(next.bytes());
  bytes_ += next.bytes();
  latest_.emplace(name, std::move(next));
}

// What waits when `next` follows. What began anew and has ended before anybody saw it leaves the
// end before it, of which the client has to hear, and nothing else.
WaitingPresences::Latest WaitingPresences::after(const Latest& known, Latest next) {
  if (known.end_before && next.is_end) return *known.end_before;
  if (known.end_before) next.end_before = known.end_before;
  if (known.is_end && !next.is_end) next.end_before = std::make_shared<const Latest>(known);
  return next;
}

void WaitingPresences::make_room(std::size_t bytes) {
  while (!latest_.empty() &&
         (latest_.size() >= kWaitingPresencesMax || bytes_ + bytes > kWaitingPresenceBytesMax)) {
    erase(latest_.begin());
  }
}

void WaitingPresences::erase(std::map<Name, Latest>::iterator forgotten) {
  bytes_ -= forgotten->second.bytes();
  latest_.erase(forgotten);
}

std::vector<std::string> WaitingPresences::take() {
  std::vector<std::string> messages;
  messages.reserve(2 * latest_.size());
  const auto add = [&messages](const transport::SharedOutbound& of_one) {
    messages.insert(messages.end(), of_one->messages.begin(), of_one->messages.end());
  };
  for (const auto& [name, latest] : latest_) {
    if (latest.end_before) add(latest.end_before->encoded);
    add(latest.encoded);
  }
  latest_.clear();
  bytes_ = 0;
  return messages;
}

}  // namespace cowrite::session
