#include "server/document/document_host.h"

#include <algorithm>
#include <set>
#include <utility>

#include "ot/base/check.h"
#include "server/document/limits.h"
#include "server/protocol/encode.h"
#include "server/protocol/error_codes.h"
#include "server/protocol/presence_value.h"
#include "storage/errors.h"
#include "storage/limits.h"

namespace cowrite::document {
namespace {

std::vector<RecordPtr> share(std::vector<storage::Record> records) {
  std::vector<RecordPtr> shared;
  shared.reserve(records.size());
  for (storage::Record& record : records) {
    shared.push_back(std::make_shared<const storage::Record>(std::move(record)));
  }
  return shared;
}

Result<std::unique_ptr<Document>> load_document(const storage::DocumentKey& key,
                                                const storage::History& history) {
  Result<storage::Snapshot> snapshot = history.snapshot(key, std::nullopt);
  if (!snapshot) return snapshot.error();
  Result<std::optional<storage::DocumentInfo>> info = history.info(key);
  if (!info) return info.error();
  const std::uint64_t version = snapshot->version;
  const std::uint64_t erased = *info ? std::min((*info)->erased, version) : 0;
  const std::uint64_t from =
      std::max(erased, version - std::min<std::uint64_t>(version, kRecentRecordsOnOpening));
  std::vector<storage::Record> tail;
  while (from + tail.size() < version) {
    Result<std::vector<storage::Record>> records =
        history.records(key, from + tail.size(), version, kRecentBytesMax);
    if (!records) return records.error();
    if (records->empty()) {
      return Error{protocol::kErrLogUnavailable,
                   "the log has no record " + std::to_string(from + tail.size())};
    }
    tail.insert(tail.end(), std::make_move_iterator(records->begin()),
                std::make_move_iterator(records->end()));
  }
  const Result<std::uint64_t> checkpoint = history.checkpoint(key);
  if (!checkpoint) return checkpoint.error();
  return std::make_unique<Document>(key, *std::move(snapshot), std::move(tail), *checkpoint);
}

Result<HistoryChunk> read_chunk(const storage::DocumentKey& key, const HistoryWanted& wanted,
                                const storage::History& history) {
  HistoryChunk chunk;
  Result<std::optional<storage::SourceEntry>> last = history.source(key, wanted.source);
  if (!last) return last.error();
  chunk.last = *last;
  if (chunk.last && chunk.last->sequence == wanted.sequence) {
    Result<std::vector<storage::Record>> repeated =
        history.records(key, chunk.last->version, chunk.last->version + 1, kHistoryChunkBytes);
    if (!repeated) return repeated.error();
    if (!repeated->empty()) chunk.repeated = std::move(repeated->front());
  }
  if (wanted.from == wanted.to) return chunk;
  Result<std::vector<storage::Record>> records =
      history.records(key, wanted.from, wanted.to, kHistoryChunkBytes);
  if (!records) return records.error();
  chunk.records = *std::move(records);
  return chunk;
}

// The version that a moment means, no later than what was announced.
Result<storage::Snapshot> read_snapshot(const storage::DocumentKey& key,
                                        const storage::VersionSelector& moment,
                                        std::uint64_t newest, const storage::History& history) {
  std::uint64_t version = newest;
  if (const auto* at = std::get_if<storage::AtVersion>(&moment)) version = at->version;
  if (const auto* at = std::get_if<storage::AtTime>(&moment)) {
    const Result<std::uint64_t> found = history.version_at(key, at->time_ms);
    if (!found) return found.error();
    version = std::min(*found, newest);
  }
  return history.snapshot(key, version);
}

// Says how much there should be of a document that is damaged, and what to do about it.
Error with_advice(const storage::DocumentKey& key, Error error, const storage::History& history) {
  if (error.code != storage::kErrDamaged) return error;
  const Result<std::optional<storage::DocumentInfo>> info = history.info(key);
  if (info && *info) error.message += "; its newest version is " + std::to_string((*info)->version);
  error.message += "; restore it from a backup, or look with: cowrite verify " + key.id();
  return error;
}

}  // namespace

std::shared_ptr<DocumentHost> DocumentHost::open(storage::DocumentKey key,
                                                 storage::OperationLog& log, HostPorts ports) {
  std::shared_ptr<DocumentHost> host(new DocumentHost(std::move(key), log, std::move(ports)));
  host->load();
  return host;
}

DocumentHost::DocumentHost(storage::DocumentKey key, storage::OperationLog& log, HostPorts ports)
    : key_(std::move(key)), log_(log), ports_(std::move(ports)) {}

template <typename T>
void DocumentHost::read(std::function<T(const storage::History&)> work,
                        std::function<void(T)> then) {
  ++reads_;
  log_.read([self = shared_from_this(), work = std::move(work),
             then = std::move(then)](const storage::History& history) mutable {
    auto outcome = std::make_shared<T>(work(history));
    HostPorts& ports = self->ports_;
    ports.run([self = std::move(self), work = std::move(work), then = std::move(then), outcome] {
      --self->reads_;
      if (*outcome || outcome->error().code != storage::kErrBusy) return then(std::move(*outcome));
      // Bad timing is nobody's fault: it is tried until there is room.
      ++self->reads_;
      self->ports_.run_after(kReadRetry, [self, work, then] {
        --self->reads_;
        self->template read<T>(work, then);
      });
    });
  });
}

void DocumentHost::load() {
  using Loaded = Result<std::unique_ptr<Document>>;
  read<Loaded>(
      [key = key_](const storage::History& history) {
        Loaded loaded = load_document(key, history);
        return loaded ? std::move(loaded) : with_advice(key, loaded.error(), history);
      },
      [this](Loaded document) { loaded(std::move(document)); });
}

void DocumentHost::loaded(Result<std::unique_ptr<Document>> document) {
  std::vector<ToDocument> waiting = std::exchange(waiting_, {});
  if (!document) {
    failure_ = document.error();
    for (ToDocument& request : waiting) refuse(std::move(request), *failure_);
    return;
  }
  document_ = *std::move(document);
  for (ToDocument& request : waiting) handle(std::move(request));
  ports_.holds(memory_bytes());
}

void DocumentHost::handle(ToDocument request) {
  if (failure_) {
    refuse(std::move(request), *failure_);
  } else if (!document_ || reloading_) {
    waiting_.push_back(std::move(request));
  } else {
    std::visit([this](auto message) { receive(std::move(message)); }, std::move(request));
  }
}

void DocumentHost::leave(LoopIndex loop) { audience_.leave(loop); }

void DocumentHost::reload() {
  if (failure_) return;
  reloading_ = true;
  if (!document_ || document_->busy() || !audience_.empty() || reads_ > 0) {
    ports_.run_after(kReadRetry, [self = shared_from_this()] {
      if (self->reloading_) self->reload();
    });
    return;
  }
  reloading_ = false;
  document_.reset();
  load();
}

bool DocumentHost::idle() const {
  return failure_ ||
         (document_ && !reloading_ && !document_->busy() && audience_.empty() && reads_ == 0);
}

std::size_t DocumentHost::memory_bytes() const {
  return kOpenDocumentBytes + (document_ ? document_->memory_bytes() : 0);
}

void DocumentHost::refuse(ToDocument request, const Error& error) {
  if (auto* submission = std::get_if<Submission>(&request)) {
    carry_out(Announce{{.key = key_,
                        .records = {},
                        .encoded = {},
                        .answers = {answer_with_error(*submission, error, 0)}}});
  } else if (auto* wanted = std::get_if<ReadRequest>(&request)) {
    ports_.reply(wanted->session,
                 ReadReply{.ticket = wanted->ticket, .key = key_, .content = error});
  } else if (auto* leaving = std::get_if<LeaveRequest>(&request)) {
    receive(*leaving);
  } else if (auto* snapshot = std::get_if<SnapshotRequest>(&request)) {
    ports_.reply(snapshot->session, SnapshotReply{snapshot->ticket, error});
  } else if (auto* presence = std::get_if<DocumentPresence>(&request)) {
    ports_.reply(presence->session, PresenceRefused{std::move(presence->presence), error});
  }
}

// ---- Requests

void DocumentHost::receive(Submission submission) {
  const std::uint64_t held = document_->committed().version;
  if (submission.request.version > held) ports_.ahead(*submission.request.version, held);
  document_->submit(std::move(submission));
  advance();
}

void DocumentHost::receive(ReadRequest request) {
  const storage::Snapshot& committed = document_->committed();
  if (request.request.version > committed.version) return refuse_ahead(request);
  if (request.request.version) {
    const std::uint64_t from = *request.request.version;
    if (from < document_->tail().begin()) return answer_from_log(request, from);
    return answer_from_tail(request, from);
  }
  const bool joins = request.request.kind == protocol::ReadKind::kSubscribe;
  if (joins) audience_.join(request.session.loop);
  ports_.reply(request.session, ReadReply{.ticket = request.ticket,
                                          .key = key_,
                                          .content = ReadContent(committed),
                                          .joined = joins,
                                          .next = committed.version});
}

// The client has records that are not in the log. It must not go on from them: what will be written
// under these versions is something else.
void DocumentHost::refuse_ahead(const ReadRequest& request) {
  const std::uint64_t seen = *request.request.version;
  const std::uint64_t held = document_->committed().version;
  ports_.ahead(seen, held);
  ports_.reply(
      request.session,
      ReadReply{.ticket = request.ticket,
                .key = key_,
                .content = Error{protocol::kErrVersionNewer,
                                 "the client has the document at version " + std::to_string(seen) +
                                     ", the server at version " + std::to_string(held) +
                                     ": it was set back to an older state"}});
}

void DocumentHost::answer_from_tail(const ReadRequest& request, std::uint64_t from) {
  const std::uint64_t version = document_->committed().version;
  const bool joins = request.request.kind == protocol::ReadKind::kSubscribe;
  if (joins) audience_.join(request.session.loop);
  ports_.reply(request.session,
               ReadReply{.ticket = request.ticket,
                         .key = key_,
                         .content = ReadContent(document_->tail().range(from, version)),
                         .joined = joins,
                         .next = version});
}

// A part of the way; whoever asked comes again for the rest, until the tail can answer.
void DocumentHost::answer_from_log(const ReadRequest& request, std::uint64_t from) {
  using Records = Result<std::vector<storage::Record>>;
  const std::uint64_t to = document_->tail().begin();
  read<Records>(
      [key = key_, from, to](const storage::History& history) {
        return history.records(key, from, to, kHistoryChunkBytes);
      },
      [this, session = request.session, ticket = request.ticket, from](Records records) {
        ReadReply reply{.ticket = ticket,
                        .key = key_,
                        .content = Error{protocol::kErrLogUnavailable,
                                         "the log has no record " + std::to_string(from)}};
        if (!records) {
          reply.content = records.error();
        } else if (!records->empty()) {
          reply.complete = false;
          reply.next = from + records->size();
          reply.content = ReadContent(share(*std::move(records)));
        }
        ports_.reply(session, std::move(reply));
      });
}

void DocumentHost::receive(const LeaveRequest& request) {
  ports_.reply(request.session, LeaveReply{request.ticket, key_});
}

void DocumentHost::receive(SnapshotRequest request) {
  const storage::Snapshot& committed = document_->committed();
  const auto* at = std::get_if<storage::AtVersion>(&request.moment);
  if (at && at->version > committed.version) {
    ports_.reply(request.session,
                 SnapshotReply{request.ticket, Error{protocol::kErrVersionNewer,
                                                     "the document is at version " +
                                                         std::to_string(committed.version)}});
    return;
  }
  if (std::holds_alternative<storage::Newest>(request.moment) ||
      (at && at->version == committed.version)) {
    ports_.reply(request.session, SnapshotReply{request.ticket, committed});
    return;
  }
  using Snapshot = Result<storage::Snapshot>;
  read<Snapshot>(
      [key = key_, moment = request.moment, newest = committed.version](
          const storage::History& history) { return read_snapshot(key, moment, newest, history); },
      [this, session = request.session, ticket = request.ticket](Snapshot snapshot) {
        ports_.reply(session, SnapshotReply{ticket, std::move(snapshot)});
      });
}

void DocumentHost::receive(DocumentPresence presence) {
  const std::uint64_t version = presence.presence.place->version;
  const RecentRecords& tail = document_->tail();
  if (version >= tail.end()) return move_presence(std::move(presence), {});
  if (version >= tail.begin()) {
    return move_presence(std::move(presence), tail.range(version, tail.end()));
  }
  ports_.reply(presence.session, PresenceRefused{std::move(presence.presence),
                                                 {protocol::kErrPresenceTransform,
                                                  "the presence is too far behind the document"}});
}

// Takes a presence over the records that its sender had not seen, so that it fits the text that the
// others have.
void DocumentHost::move_presence(DocumentPresence presence, const std::vector<RecordPtr>& records) {
  protocol::Presence& value = presence.presence;
  if (!records.empty() && !value.place->type && value.value != "null") {
    ports_.reply(presence.session, PresenceRefused{std::move(value),
                                                   {protocol::kErrTypeNotRecognized,
                                                    "a presence without a type cannot be moved"}});
    return;
  }
  for (const RecordPtr& record : records) {
    const auto* edit = std::get_if<storage::Edit>(&record->change);
    value.value = edit ? protocol::transform_presence_value(value.value, edit->operation,
                                                            record->source == presence.source)
                       : "null";
    value.place->version = record->version + 1;
  }
  auto notice = std::make_shared<PresenceNotice>();
  notice->encoded = protocol::encode_presence(value, presence.source);
  notice->sender = presence.session;
  notice->source = std::move(presence.source);
  notice->presence = std::move(value);
  ports_.announce_presence(std::move(notice));
}

// ---- Effects

void DocumentHost::advance() {
  for (Effect& effect : document_->advance(ports_.now_ms())) {
    std::visit([this](auto due) { carry_out(std::move(due)); }, std::move(effect));
  }
  ports_.holds(memory_bytes());
}

void DocumentHost::carry_out(StartAppend effect) {
  log_.append(std::move(effect.append),
              [self = shared_from_this()](storage::AppendOutcome outcome) {
                self->ports_.run([self, outcome] {
                  self->document_->append_finished(outcome);
                  self->advance();
                });
              });
}

void DocumentHost::carry_out(Announce effect) {
  for (const RecordPtr& record : effect.notice.records) {
    effect.notice.encoded.push_back(protocol::encode_operation(key_, *record));
  }
  std::set<LoopIndex> loops;
  if (!effect.notice.records.empty()) {
    for (const auto& [loop, listeners] : audience_.loops()) loops.insert(loop);
  }
  for (const Answer& answer : effect.notice.answers) loops.insert(answer.session.loop);
  const auto notice = std::make_shared<const CommitNotice>(std::move(effect.notice));
  for (const LoopIndex loop : loops) ports_.announce(loop, notice);
}

void DocumentHost::carry_out(const ReadHistory& effect) {
  using Chunk = Result<HistoryChunk>;
  read<Chunk>([key = key_, wanted = effect.wanted](
                  const storage::History& history) { return read_chunk(key, wanted, history); },
              [this, ticket = effect.ticket](Chunk chunk) {
                document_->history_read(ticket, std::move(chunk));
                advance();
              });
}

void DocumentHost::carry_out(const ReadForeign& effect) {
  using Records = Result<std::vector<storage::Record>>;
  read<Records>(
      [key = key_, from = effect.from](const storage::History& history) {
        return history.records(key, from, storage::kIntegerMax, kHistoryChunkBytes);
      },
      [this, effect](Records records) {
        if (!records) {
          ports_.run_after(kAppendRetry,
                           [self = shared_from_this(), effect] { self->carry_out(effect); });
          return;
        }
        document_->records_committed(*std::move(records));
        advance();
      });
}

void DocumentHost::carry_out(const RetryLater&) {
  ports_.run_after(kAppendRetry, [self = shared_from_this()] {
    self->document_->retry();
    self->advance();
  });
}

void DocumentHost::carry_out(SaveCheckpoint effect) {
  log_.save_checkpoint(key_, std::move(effect.snapshot));
}

void DocumentHost::carry_out(const Halt&) { ports_.halt(); }

}  // namespace cowrite::document
