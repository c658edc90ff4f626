#include "tests/simulation/node.h"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "ot/base/check.h"

namespace cowrite::simulation {
namespace {

using document::Answer;
using document::DocumentHost;
using document::HostPorts;
using document::LeaveReply;
using document::LoopIndex;
using document::PresenceRefused;
using document::ReadReply;
using document::SharedCommit;
using document::SharedPresence;
using document::SnapshotReply;
using document::ToDocument;
using presence::ChannelCall;
using presence::ChannelJoined;
using presence::ChannelLeft;
using presence::ChannelNotice;
using presence::ChannelPorts;
using presence::ToChannel;
using session::Outbox;
using session::SessionHost;
using session::SessionPorts;
using transport::SharedOutbound;

// How long what is posted may wait for its loop, in microseconds.
constexpr Microseconds kLoopDelayMax = 30;

}  // namespace

void Node::post(LoopIndex loop, std::function<void()> work) {
  Microseconds& last = loops_[loop].last;
  last = std::max(last, around_.timeline.now() + around_.random.between(0, kLoopDelayMax));
  around_.timeline.at(last, [node = weak_from_this(), work = std::move(work)] {
    if (const auto alive = node.lock()) work();
  });
}

LoopIndex Node::home_of(const std::string& channel) const {
  std::size_t sum = 0;
  for (const char byte : channel) sum = sum * 31 + static_cast<unsigned char>(byte);
  return static_cast<LoopIndex>(sum % loops_.size());
}
LoopIndex Node::home_of(const DocumentKey& key) const {
  return home_of(key.collection() + '.' + key.id());
}

// ---- Sessions

void Node::accept(const std::shared_ptr<Link>& link) {
  const auto index = static_cast<LoopIndex>(around_.random.below(loops_.size()));
  Loop& loop = loops_[index];
  const SessionId id{index, loop.next_session++};
  std::string source = "s" + std::to_string(around_.random.next());
  auto host = std::make_shared<SessionHost>(id, std::move(source), link, session_ports());
  loop.sessions.emplace(id.number, host);
  host->open();
  if (draining_) host->drain();
  link->accepted(host);
}

SessionPorts Node::session_ports() {
  return {
      .to_document =
          [this](ToDocument request) {
            const LoopIndex home = home_of(key_of(request));
            post(home, [this, home, request = std::move(request)] { handle(home, request); });
          },
      .to_channel =
          [this](ToChannel request) {
            const LoopIndex home = home_of(channel_of(request));
            post(home, [this, home, request = std::move(request)] { handle(home, request); });
          },
      .closed = [this](SessionId session) { forget(session); },
  };
}

void Node::forget(SessionId id) {
  Loop& loop = loops_[id.loop];
  for (const DocumentKey& key : loop.followers.leave_all(id.number)) {
    post(home_of(key), [this, key, index = id.loop] { leave_document(key, index); });
  }
  for (const std::string& channel : loop.listeners.leave_all(id.number)) {
    post(home_of(channel), [this, channel, index = id.loop] { leave_channel(channel, index); });
  }
  loop.sessions.erase(id.number);
}

void Node::drain() {
  draining_ = true;
  std::vector<std::shared_ptr<SessionHost>> hosts;
  for (const Loop& loop : loops_) {
    for (const auto& [number, host] : loop.sessions) hosts.push_back(host);
  }
  for (const auto& host : hosts) host->drain();
}

std::size_t Node::sessions() const {
  std::size_t count = 0;
  for (const Loop& loop : loops_) count += loop.sessions.size();
  return count;
}

std::shared_ptr<SessionHost> Node::session(SessionId id) const {
  const auto& sessions = loops_[id.loop].sessions;
  const auto found = sessions.find(id.number);
  return found == sessions.end() ? nullptr : found->second;
}

void Node::deliver(SessionId id, ReadReply reply) {
  const std::shared_ptr<SessionHost> host = session(id);
  // It is counted for one session only once, and not at all if the session is gone by now.
  if (reply.joined && (!host || !loops_[id.loop].followers.join(reply.key, id.number))) {
    post(home_of(reply.key), [this, key = reply.key, id] { leave_document(key, id.loop); });
  }
  if (host) host->deliver(std::move(reply));
}

void Node::deliver(SessionId id, const LeaveReply& reply) {
  if (loops_[id.loop].followers.leave(reply.key, id.number)) {
    post(home_of(reply.key), [this, key = reply.key, id] { leave_document(key, id.loop); });
  }
  if (const auto host = session(id)) host->deliver(reply);
}

void Node::deliver(SessionId id, const SnapshotReply& reply) {
  if (const auto host = session(id)) host->deliver(reply);
}

void Node::deliver(SessionId id, const PresenceRefused& refused) {
  if (const auto host = session(id)) host->deliver(refused);
}

void Node::deliver(SessionId id, const ChannelJoined& reply) {
  const std::shared_ptr<SessionHost> host = session(id);
  if (!host || !loops_[id.loop].listeners.join(reply.channel, id.number)) {
    post(home_of(reply.channel),
         [this, channel = reply.channel, id] { leave_channel(channel, id.loop); });
  }
  if (host) host->deliver(reply);
}

void Node::deliver(SessionId id, const ChannelLeft& reply) {
  if (loops_[id.loop].listeners.leave(reply.channel, id.number)) {
    post(home_of(reply.channel),
         [this, channel = reply.channel, id] { leave_channel(channel, id.loop); });
  }
  if (const auto host = session(id)) host->deliver(reply);
}

void Node::announce(LoopIndex index, const SharedCommit& notice) {
  const auto followers = loops_[index].followers.sessions(notice->key);
  std::set<std::uint64_t> numbers(followers.begin(), followers.end());
  for (const Answer& answer : notice->answers) {
    if (answer.session.loop == index) numbers.insert(answer.session.number);
  }
  const SharedOutbound all = Outbox::share(notice->encoded);
  for (const std::uint64_t number : numbers) {
    if (const auto host = session({index, number})) host->deliver(*notice, all);
  }
}

void Node::announce(LoopIndex index, const SharedPresence& notice) {
  const SharedOutbound encoded = Outbox::share({notice->encoded});
  const auto listeners = loops_[index].listeners.sessions(notice->presence.channel);
  std::set<std::uint64_t> numbers(listeners.begin(), listeners.end());
  if (notice->sender.loop == index) numbers.insert(notice->sender.number);
  for (const std::uint64_t number : numbers) {
    if (const auto host = session({index, number})) host->deliver(*notice, encoded);
  }
}

void Node::announce(LoopIndex index, const ChannelCall& call) {
  for (const std::uint64_t number : loops_[index].listeners.sessions(call.channel)) {
    if (const auto host = session({index, number})) host->deliver(call);
  }
}

// ---- Documents and channels

void Node::handle(LoopIndex home, ToDocument request) {
  const DocumentKey key = key_of(request);
  std::shared_ptr<DocumentHost>& host = loops_[home].documents[key];
  if (!host || host->failed()) host = DocumentHost::open(key, around_.log, host_ports(home));
  host->handle(std::move(request));
}

HostPorts Node::host_ports(LoopIndex home) {
  return {
      .now_ms = around_.now_ms,
      .run = [this, home](std::function<void()> work) { post(home, std::move(work)); },
      .run_after =
          [this](std::chrono::milliseconds delay, std::function<void()> work) {
            around_.timeline.after(delay.count() * 1'000,
                                   [node = weak_from_this(), work = std::move(work)] {
                                     if (const auto alive = node.lock()) work();
                                   });
          },
      .reply =
          [this](SessionId session, auto reply) {
            post(session.loop, [this, session, reply = std::move(reply)] {
              std::visit([&](const auto& known) { deliver(session, known); }, reply);
            });
          },
      .announce =
          [this](LoopIndex loop, SharedCommit notice) {
            post(loop, [this, loop, notice = std::move(notice)] { announce(loop, notice); });
          },
      .announce_presence = [this, home](SharedPresence notice) { handle(home, ToChannel(notice)); },
      .halt = around_.halt,
  };
}

void Node::leave_document(const DocumentKey& key, LoopIndex loop) {
  const auto& documents = loops_[home_of(key)].documents;
  const auto found = documents.find(key);
  CHECK(found != documents.end());
  found->second->leave(loop);
}

void Node::handle(LoopIndex home, const ToChannel& request) {
  auto& channels = loops_[home].channels;
  const auto channel = channels.try_emplace(channel_of(request), channel_ports()).first;
  channel->second.handle(request);
  if (channel->second.idle()) channels.erase(channel);
}

ChannelPorts Node::channel_ports() {
  return {
      .reply =
          [this](SessionId session, auto reply) {
            post(session.loop, [this, session, reply = std::move(reply)] {
              std::visit([&](const auto& known) { deliver(session, known); }, reply);
            });
          },
      .announce =
          [this](LoopIndex loop, ChannelNotice notice) {
            post(loop, [this, loop, notice = std::move(notice)] {
              std::visit([&](const auto& known) { announce(loop, known); }, notice);
            });
          },
  };
}

void Node::leave_channel(const std::string& channel, LoopIndex loop) {
  auto& channels = loops_[home_of(channel)].channels;
  const auto found = channels.find(channel);
  CHECK(found != channels.end());
  found->second.leave(loop);
  if (found->second.idle()) channels.erase(found);
}

void Node::evict_idle() {
  for (Loop& loop : loops_) {
    std::erase_if(loop.documents, [](const auto& entry) { return entry.second->idle(); });
  }
}

std::string Node::leftovers() const {
  for (const Loop& loop : loops_) {
    if (!loop.sessions.empty()) return "a session";
    if (!loop.channels.empty()) return "the channel " + loop.channels.begin()->first;
    for (const auto& [key, host] : loop.documents) {
      if (!host->idle()) return "the document " + key.id();
    }
  }
  return {};
}

}  // namespace cowrite::simulation
