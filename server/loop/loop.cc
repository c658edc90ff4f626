#include "server/loop/loop.h"

#include <boost/asio/post.hpp>
#include <random>
#include <set>
#include <utility>
#include <variant>

#include "ot/base/check.h"
#include "server/switchboard/limits.h"

namespace cowrite::loop {
namespace {

// 128 random bits in hex, from the operating system: ids of clients must not be guessed, nor come
// again.
std::string random_id() {
  static constexpr char kHex[] = "0123456789abcdef";
  thread_local std::random_device device;
  std::string id;
  for (int word = 0; word < 4; ++word) {
    for (unsigned bits = device(), digit = 0; digit < 8; ++digit, bits >>= 4) id += kHex[bits & 15];
  }
  return id;
}

std::int64_t unix_time_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Loop& Loops::home_of(const std::string& channel) const {
  return *all[std::hash<std::string>{}(channel) % all.size()];
}
Loop& Loops::home_of(const storage::DocumentKey& key) const {
  return home_of(key.collection() + '.' + key.id());
}

Loop::Loop(document::LoopIndex index, Dependencies surroundings)
    : index_(index),
      around_(std::move(surroundings)),
      work_(context_.get_executor()),
      eviction_(context_) {}

Loop::~Loop() { stop(); }

void Loop::post(std::function<void()> work) { boost::asio::post(context_, std::move(work)); }

void Loop::start() {
  post([this] { evict_idle(); });
  thread_ = std::thread([this] { context_.run(); });
}

void Loop::stop() {
  context_.stop();
  if (thread_.joinable()) thread_.join();
}

void Loop::run_after(std::chrono::milliseconds delay, std::function<void()> work) {
  post([this, delay, work = std::move(work)]() mutable {
    auto timer = std::make_shared<boost::asio::steady_timer>(context_, delay);
    timer->async_wait([timer, work = std::move(work)](const boost::system::error_code& error) {
      if (!error) work();
    });
  });
}

// ---- Sessions

std::shared_ptr<transport::ConnectionEvents> Loop::accept(
    std::shared_ptr<transport::Connection> connection) {
  const document::SessionId id{index_, next_session_++};
  auto host = std::make_shared<session::SessionHost>(id, random_id(), std::move(connection),
                                                     session_ports(), around_.history_id);
  sessions_.emplace(id.number, host);
  host->open();
  if (drained_) host->drain();
  return host;
}

session::SessionPorts Loop::session_ports() {
  return {
      .to_document =
          [this](document::ToDocument request) {
            Loop& home = around_.loops.home_of(document::key_of(request));
            home.post([&home, request = std::move(request)]() mutable {
              home.handle(std::move(request));
            });
          },
      .to_channel =
          [this](presence::ToChannel request) {
            Loop& home = around_.loops.home_of(presence::channel_of(request));
            home.post([&home, request = std::move(request)] { home.handle(request); });
          },
      .closed = [this](document::SessionId session) { forget(session); },
  };
}

void Loop::forget(document::SessionId session) {
  for (const storage::DocumentKey& key : followers_.leave_all(session.number)) {
    Loop& home = around_.loops.home_of(key);
    home.post([&home, key, loop = index_] { home.leave_document(key, loop); });
  }
  for (const std::string& channel : listeners_.leave_all(session.number)) {
    Loop& home = around_.loops.home_of(channel);
    home.post([&home, channel, loop = index_] { home.leave_channel(channel, loop); });
  }
  sessions_.erase(session.number);
  if (sessions_.empty()) finish_drain();
}

void Loop::drain(std::function<void()> done) {
  drained_ = std::move(done);
  if (sessions_.empty()) return finish_drain();
  std::vector<std::shared_ptr<session::SessionHost>> hosts;
  for (const auto& [number, host] : sessions_) hosts.push_back(host);
  for (const auto& host : hosts) host->drain();
  run_after(switchboard::kDrain, [this] { finish_drain(); });
}

void Loop::finish_drain() {
  const auto done = std::exchange(drained_, nullptr);
  if (!done) return;
  const auto late = sessions_;
  for (const auto& [number, host] : late) host->terminate();
  done();
}

std::shared_ptr<session::SessionHost> Loop::session(SessionNumber number) const {
  const auto found = sessions_.find(number);
  return found == sessions_.end() ? nullptr : found->second;
}

void Loop::deliver(document::SessionId id, document::ReadReply reply) {
  const std::shared_ptr<session::SessionHost> host = session(id.number);
  // It is counted for one session only once, and not at all if the session is gone by now.
  if (reply.joined && (!host || !followers_.join(reply.key, id.number))) {
    Loop& home = around_.loops.home_of(reply.key);
    home.post([&home, key = reply.key, loop = index_] { home.leave_document(key, loop); });
  }
  if (host) host->deliver(std::move(reply));
}

void Loop::deliver(document::SessionId id, const document::LeaveReply& reply) {
  if (followers_.leave(reply.key, id.number)) {
    Loop& home = around_.loops.home_of(reply.key);
    home.post([&home, key = reply.key, loop = index_] { home.leave_document(key, loop); });
  }
  if (const auto host = session(id.number)) host->deliver(reply);
}

void Loop::deliver(document::SessionId id, const document::SnapshotReply& reply) {
  if (const auto host = session(id.number)) host->deliver(reply);
}

void Loop::deliver(document::SessionId id, const document::PresenceRefused& refused) {
  if (const auto host = session(id.number)) host->deliver(refused);
}

void Loop::deliver(document::SessionId id, const presence::ChannelJoined& reply) {
  const std::shared_ptr<session::SessionHost> host = session(id.number);
  if (!host || !listeners_.join(reply.channel, id.number)) {
    Loop& home = around_.loops.home_of(reply.channel);
    home.post(
        [&home, channel = reply.channel, loop = index_] { home.leave_channel(channel, loop); });
  }
  if (host) host->deliver(reply);
}

void Loop::deliver(document::SessionId id, const presence::ChannelLeft& reply) {
  if (listeners_.leave(reply.channel, id.number)) {
    Loop& home = around_.loops.home_of(reply.channel);
    home.post(
        [&home, channel = reply.channel, loop = index_] { home.leave_channel(channel, loop); });
  }
  if (const auto host = session(id.number)) host->deliver(reply);
}

void Loop::announce(const document::SharedCommit& notice) {
  std::set<SessionNumber> numbers;
  for (const SessionNumber number : followers_.sessions(notice->key)) numbers.insert(number);
  for (const document::Answer& answer : notice->answers) {
    if (answer.session.loop != index_) continue;
    if (const auto errand = errands_.extract(answer.session.number)) {
      errand.mapped()(answer);
    } else {
      numbers.insert(answer.session.number);
    }
  }
  const transport::SharedOutbound all = session::Outbox::share(notice->encoded);
  for (const SessionNumber number : numbers) {
    if (const auto host = session(number)) host->deliver(*notice, all);
  }
}

void Loop::announce(const document::SharedPresence& notice) {
  const transport::SharedOutbound encoded = session::Outbox::share({notice->encoded});
  const std::vector<SessionNumber> listeners = listeners_.sessions(notice->presence.channel);
  std::set<SessionNumber> numbers(listeners.begin(), listeners.end());
  if (notice->sender.loop == index_) numbers.insert(notice->sender.number);
  for (const SessionNumber number : numbers) {
    if (const auto host = session(number)) host->deliver(*notice, encoded);
  }
}

void Loop::announce(const presence::ChannelCall& call) {
  for (const SessionNumber number : listeners_.sessions(call.channel)) {
    if (const auto host = session(number)) host->deliver(call);
  }
}

// ---- On behalf of the operator

void Loop::submit(document::Submission submission,
                  std::function<void(const document::Answer&)> done) {
  submission.session = {index_, next_session_++};
  submission.source = random_id();
  errands_.emplace(submission.session.number, std::move(done));
  Loop& home = around_.loops.home_of(submission.request.key);
  home.post([&home, submission = std::move(submission)]() mutable {
    home.handle(document::ToDocument(std::move(submission)));
  });
}

void Loop::reload_document(const storage::DocumentKey& key) {
  const auto found = documents_.find(key);
  if (found == documents_.end()) return;
  for (const auto& loop : around_.loops.all) {
    loop->post([&loop = *loop, key] { loop.close_followers(key); });
  }
  found->second.host->reload();
}

void Loop::close_followers(const storage::DocumentKey& key) {
  for (const SessionNumber number : followers_.sessions(key)) {
    if (const auto host = session(number)) {
      host->close(transport::CloseCode::kServiceRestart, "the document was replaced");
    }
  }
}

// ---- Documents

void Loop::handle(document::ToDocument request) {
  const storage::DocumentKey key = document::key_of(request);
  document(key).handle(std::move(request));
}

document::DocumentHost& Loop::document(const storage::DocumentKey& key) {
  const auto [found, is_new] = documents_.try_emplace(key);
  Resident& resident = found->second;
  if (is_new) resident.use = by_use_.insert(by_use_.end(), key);
  by_use_.splice(by_use_.end(), by_use_, resident.use);
  if (!resident.host || resident.host->failed()) {
    resident.host = document::DocumentHost::open(key, around_.log, host_ports(key));
  }
  resident.was_idle = false;
  return *resident.host;
}

document::HostPorts Loop::host_ports(const storage::DocumentKey& key) {
  return {
      .now_ms = unix_time_ms,
      .run = [this](std::function<void()> work) { post(std::move(work)); },
      .run_after = [this](std::chrono::milliseconds delay,
                          std::function<void()> work) { run_after(delay, std::move(work)); },
      .reply =
          [this](document::SessionId session, auto reply) {
            Loop& loop = around_.loops.at(session.loop);
            loop.post([&loop, session, reply = std::move(reply)]() mutable {
              std::visit([&](auto known) { loop.deliver(session, std::move(known)); },
                         std::move(reply));
            });
          },
      .announce =
          [this](document::LoopIndex index, document::SharedCommit notice) {
            Loop& loop = around_.loops.at(index);
            loop.post([&loop, notice = std::move(notice)] { loop.announce(notice); });
          },
      .announce_presence =
          [this](document::SharedPresence notice) {
            handle(presence::ToChannel(std::move(notice)));
          },
      .ahead = [this, key](std::uint64_t seen,
                           std::uint64_t held) { around_.ahead(key, seen, held); },
      .holds = [this, key](std::size_t bytes) { holds(key, bytes); },
      .halt = around_.halt,
  };
}

void Loop::leave_document(const storage::DocumentKey& key, document::LoopIndex loop) {
  const auto found = documents_.find(key);
  CHECK(found != documents_.end());
  found->second.host->leave(loop);
  schedule_eviction();
}

// ---- Memory

void Loop::holds(const storage::DocumentKey& key, std::size_t bytes) {
  const auto found = documents_.find(key);
  if (found == documents_.end()) return;
  documents_bytes_ += bytes - found->second.bytes;
  found->second.bytes = bytes;
  schedule_eviction();
}

// Later: whoever is to leave may be the one that speaks.
void Loop::schedule_eviction() {
  if (documents_bytes_ <= around_.documents_bytes || makes_room_) return;
  makes_room_ = true;
  post([this] { make_room(); });
}

// Those in use are put behind the others, so that a few looks reach the idle ones next time.
void Loop::make_room() {
  makes_room_ = false;
  bool found_any = false;
  for (std::size_t looks = 0; looks < switchboard::kEvictionLooksMax && !by_use_.empty() &&
                              documents_bytes_ > around_.documents_bytes;
       ++looks) {
    const auto oldest = documents_.find(by_use_.front());
    if (oldest->second.host->idle()) {
      evict(oldest);
      found_any = true;
    } else {
      by_use_.splice(by_use_.end(), by_use_, by_use_.begin());
    }
  }
  if (found_any) schedule_eviction();
}

Loop::Residents::iterator Loop::evict(Residents::iterator resident) {
  by_use_.erase(resident->second.use);
  documents_bytes_ -= resident->second.bytes;
  return documents_.erase(resident);
}

// A document goes when two looks in a row find it idle.
void Loop::evict_idle() {
  for (auto next = documents_.begin(); next != documents_.end();) {
    Resident& resident = next->second;
    const bool idle = resident.host->idle();
    next = std::exchange(resident.was_idle, idle) && idle ? evict(next) : std::next(next);
  }
  eviction_.expires_after(around_.idle_document);
  eviction_.async_wait([this](const boost::system::error_code& error) {
    if (!error) evict_idle();
  });
}

// ---- Channels

void Loop::handle(const presence::ToChannel& request) {
  const std::string name = presence::channel_of(request);
  presence::Channel& channel = channels_.try_emplace(name, channel_ports()).first->second;
  channel.handle(request);
  if (channel.idle()) channels_.erase(name);
}

presence::ChannelPorts Loop::channel_ports() {
  return {
      .reply =
          [this](document::SessionId session,
                 std::variant<presence::ChannelJoined, presence::ChannelLeft> reply) {
            Loop& loop = around_.loops.at(session.loop);
            loop.post([&loop, session, reply = std::move(reply)] {
              std::visit([&](const auto& known) { loop.deliver(session, known); }, reply);
            });
          },
      .announce =
          [this](document::LoopIndex index, presence::ChannelNotice notice) {
            Loop& loop = around_.loops.at(index);
            loop.post([&loop, notice = std::move(notice)] {
              std::visit([&](const auto& known) { loop.announce(known); }, notice);
            });
          },
  };
}

void Loop::leave_channel(const std::string& name, document::LoopIndex loop) {
  const auto found = channels_.find(name);
  CHECK(found != channels_.end());
  found->second.leave(loop);
  if (found->second.idle()) channels_.erase(found);
}

}  // namespace cowrite::loop
