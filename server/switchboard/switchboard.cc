#include "server/switchboard/switchboard.h"

#include <atomic>
#include <utility>
#include <variant>

#include "server/document/collection_reads.h"
#include "server/document/log_reader.h"
#include "server/switchboard/channel_table.h"
#include "server/switchboard/document_table.h"
#include "server/switchboard/gathering.h"
#include "server/switchboard/session_table.h"

namespace cowrite::switchboard {

using storage::DocumentKey;

struct Switchboard::Shard {
  Shard(Switchboard& board, LoopIndex loop, const Options& options, storage::OperationLog& log)
      : run([&board, loop](Ports::Work work) { board.ports().post(loop, std::move(work)); }),
        run_after([&board, loop](std::chrono::milliseconds delay, Ports::Work work) {
          board.ports().post_after(loop, delay, std::move(work));
        }),
        queries(log, run, run_after),
        gathering(board.ports().now, run),
        sessions(board, loop, options, counts, gathering),
        channels(board, loop, counts),
        documents(board, loop, log, channels, options.at_once, counts, gathering) {}

  const std::function<void(Ports::Work)> run;
  const std::function<void(std::chrono::milliseconds, Ports::Work)> run_after;
  Counts counts;
  document::LogReader queries;
  Gathering gathering;
  SessionTable sessions;
  ChannelTable channels;
  DocumentTable documents;
  std::atomic<bool> memory_wanted = false;  // Its documents are about to be looked at.
};

Switchboard::Switchboard(const Options& options, storage::OperationLog& log, Ports ports)
    : ports_(std::move(ports)),
      memory_(std::make_shared<document::DocumentMemory>(options.documents_bytes,
                                                         [this] { want_memory(); })),
      followed_(std::make_shared<session::FollowedMemory>(options.followed_bytes)) {
  for (std::size_t loop = 0; loop < options.loops; ++loop) {
    shards_.push_back(std::make_unique<Shard>(*this, static_cast<LoopIndex>(loop), options, log));
  }
}

Switchboard::~Switchboard() = default;

LoopIndex Switchboard::home_of(const DocumentKey& key) const {
  return static_cast<LoopIndex>(key.hash() % shards_.size());
}

LoopIndex Switchboard::home_of(const std::string& channel) const {
  return static_cast<LoopIndex>(storage::hash_of_channel(channel) % shards_.size());
}

template <typename Work>
void Switchboard::post(LoopIndex loop, Work work) {
  ports_.post(loop, [&shard = *shards_[loop], work = std::move(work)]() mutable { work(shard); });
}

// ---- Clients

std::shared_ptr<transport::ConnectionEvents> Switchboard::accept(
    LoopIndex loop, std::shared_ptr<transport::Connection> connection, storage::Payer payer) {
  return shards_[loop]->sessions.accept(std::move(connection), payer);
}

void Switchboard::drain(LoopIndex loop, std::function<void()> done) {
  shards_[loop]->sessions.drain(std::move(done));
}

// From any thread. Posted, since the caller may be the document that is to leave.
void Switchboard::want_memory() {
  for (std::size_t loop = 0; loop < shards_.size(); ++loop) {
    if (shards_[loop]->memory_wanted.exchange(true)) continue;
    post(static_cast<LoopIndex>(loop),
         [this, loop](Shard&) { make_room(static_cast<LoopIndex>(loop)); });
  }
}

document::TextRoom Switchboard::reserve_text(std::size_t bytes) {
  document::DocumentMemory::Charge charge = memory_->try_charge(document::memory_of_text(bytes));
  if (!charge) return nullptr;
  return std::make_shared<document::DocumentMemory::Charge>(std::move(charge));
}

void Switchboard::make_room(LoopIndex loop) {
  Shard& shard = *shards_[loop];
  if (shard.documents.make_room()) {
    return post(loop, [this, loop](Shard&) { make_room(loop); });
  }
  shard.memory_wanted = false;
  if (!memory_->scarce()) return;
  memory_->give_in();
  shard.sessions.give_back_texts();
  ports_.on_memory_scarce(loop);
}

void Switchboard::evict_idle(LoopIndex loop) { shards_[loop]->documents.evict_idle(); }

std::string Switchboard::in_use(LoopIndex loop) const {
  const Shard& shard = *shards_[loop];
  if (!shard.channels.empty()) return "a channel";
  if (!shard.queries.idle()) return "a query";
  if (std::string document = shard.documents.in_use(); !document.empty()) return document;
  if (!shard.sessions.all_told()) return "a notice";
  return shard.sessions.empty() ? "" : "a session";
}

const Counts& Switchboard::counts(LoopIndex loop) const { return shards_[loop]->counts; }

// ---- The operator

void Switchboard::submit(document::Submission submission,
                         std::function<void(const document::Answer&)> done) {
  const LoopIndex home = home_of(submission.request.key);
  post(home, [submission = std::move(submission), done = std::move(done)](Shard& shard) mutable {
    shard.sessions.submit(std::move(submission), std::move(done));
  });
}

void Switchboard::reload(const DocumentKey& key) {
  post(home_of(key), [key](Shard& shard) { shard.documents.reload(key); });
}

// ---- Routing

void Switchboard::to_document(document::ToDocument request) {
  const LoopIndex home = home_of(key_of(request));
  post(home, [request = std::move(request)](Shard& shard) mutable {
    shard.documents.handle(std::move(request));
  });
}

void Switchboard::to_channel(presence::ToChannel request) {
  const LoopIndex home = home_of(channel_of(request));
  post(home, [request = std::move(request)](Shard& shard) { shard.channels.handle(request); });
}

void Switchboard::query(const document::QueryRequest& request) {
  post(request.session.loop, [this, request](Shard& shard) {
    shard.queries.read<document::RoomyPage>(
        {storage::Urgency::kPast, request.payer}, nullptr,
        [asker = request.asker] { return !asker.is_gone(); },
        [query = request.query, memory = memory_](const storage::History& history) {
          return document::read_collection(history, *memory, query);
        },
        [&shard, request](Result<document::RoomyPage> read) {
          document::QueryReply reply =
              read ? document::QueryReply{request.query, std::move(read->page), read->room}
                   : document::QueryReply{request.query, read.error()};
          shard.sessions.deliver(request.session, reply);
        });
  });
}

void Switchboard::leave_document(const DocumentKey& key, LoopIndex loop) {
  post(home_of(key), [key, loop](Shard& shard) { shard.documents.leave(key, loop); });
}

void Switchboard::asker_gone(const DocumentKey& key, storage::Payer asker) {
  post(home_of(key), [key, asker](Shard& shard) { shard.documents.asker_gone(key, asker); });
}

void Switchboard::leave_channel(const std::string& channel, LoopIndex loop) {
  post(home_of(channel), [channel, loop](Shard& shard) { shard.channels.leave(channel, loop); });
}

void Switchboard::to_session(SessionId session, document::HostPorts::Reply reply) {
  post(session.loop, [session, reply = std::move(reply)](Shard& shard) mutable {
    std::visit([&](auto known) { shard.sessions.deliver(session, std::move(known)); },
               std::move(reply));
  });
}

void Switchboard::to_session(SessionId session, presence::ChannelReply reply) {
  post(session.loop, [session, reply = std::move(reply)](Shard& shard) {
    std::visit([&](const auto& known) { shard.sessions.deliver(session, known); }, reply);
  });
}

void Switchboard::to_loop(LoopIndex loop, document::SharedCommit notice) {
  post(loop, [notice = std::move(notice)](Shard& shard) { shard.sessions.announce(notice); });
}

void Switchboard::to_loop(LoopIndex loop, presence::ChannelNotice notice) {
  post(loop, [notice = std::move(notice)](Shard& shard) {
    std::visit([&](const auto& known) { shard.sessions.announce(known); }, notice);
  });
}

void Switchboard::close_subscribers(const DocumentKey& key) {
  for (std::size_t loop = 0; loop < shards_.size(); ++loop) {
    post(static_cast<LoopIndex>(loop),
         [key](Shard& shard) { shard.sessions.close_subscribers(key); });
  }
}

}  // namespace cowrite::switchboard
