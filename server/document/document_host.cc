#include "server/document/document_host.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "server/document/limits.h"
#include "server/protocol/error_codes.h"
#include "server/protocol/limits.h"
#include "storage/limits.h"

namespace cowrite::document {
namespace {

bool subscribes(const ReadRequest& request) {
  return request.request.kind == protocol::ReadKind::kSubscribe;
}

void list_sources(CommitNotice& notice) {
  notice.sources.reserve(notice.records.size());
  for (const RecordPtr& record : notice.records) notice.sources.emplace_back(record->source);
  std::ranges::sort(notice.sources);
  notice.sources.erase(std::unique(notice.sources.begin(), notice.sources.end()),
                       notice.sources.end());
}

}  // namespace

// ---- Coming and going

std::shared_ptr<DocumentHost> DocumentHost::open(storage::DocumentKey key,
                                                 storage::OperationLog& log, const HostPorts& ports,
                                                 storage::Payer payer) {
  std::shared_ptr<DocumentHost> host(new DocumentHost(std::move(key), log, ports));
  host->load(payer);
  return host;
}

DocumentHost::DocumentHost(storage::DocumentKey key, storage::OperationLog& log,
                           const HostPorts& ports)
    : key_(std::move(key)),
      log_(log),
      ports_(ports),
      reader_(
          log, [this](HostPorts::Work work) { ports_.run(key_, std::move(work)); },
          [this](std::chrono::milliseconds delay, HostPorts::Work work) {
            ports_.run_after(key_, delay, std::move(work));
          }),
      presences_(ports) {}

void DocumentHost::load(storage::Payer payer) {
  loading_ = true;
  read<LoadedDocument>(
      {storage::Urgency::kOpening, payer}, [this] { return is_waited_for(); },
      [key = key_, since = told_, memory = ports_.memory](const storage::History& history) {
        return load_document(key, since, *memory, history);
      },
      [this](Result<LoadedDocument> loaded) {
        loading_ = false;
        loaded ? came_back(*std::move(loaded)) : failed_to_load(loaded.error());
      });
}

void DocumentHost::came_back(LoadedDocument loaded) {
  document_ = std::move(loaded.document);
  charge_ = std::move(loaded.charge);
  tell_what_came_meanwhile();
  if (takes_requests()) presences_.show_held(document_->committed().version, *document_);
  go_on();
  if (document_) charge();
}

// Those that come to wait anew, since the document is away again, keep their order.
void DocumentHost::go_on() {
  for (auto& waiting : std::exchange(waiting_, {})) {
    if (auto* event = std::get_if<Event>(&waiting)) {
      tell(std::move(*event));
    } else {
      handle(std::get<ToDocument>(std::move(waiting)));
    }
  }
  for (DocumentPresence& presence : presences_.take_early()) handle(std::move(presence));
}

// While it was not here, somebody else may have added records. Its followers have not seen them.
void DocumentHost::tell_what_came_meanwhile() {
  const std::optional<std::uint64_t> told = std::exchange(told_, std::nullopt);
  if (!told || *told >= document_->committed().version) return;
  document_->announce_since(*told);
  advance();
}

// The next request tries again.
void DocumentHost::failed_to_load(const Error& error) {
  for (auto& waiting : std::exchange(waiting_, {})) {
    if (auto* request = std::get_if<ToDocument>(&waiting)) refuse(std::move(*request), error);
  }
  for (DocumentPresence& presence : presences_.take_early()) {
    presences_.refuse(std::move(presence), error);
  }
}

void DocumentHost::handle(ToDocument request) {
  const bool is_answered = !std::holds_alternative<Submission>(request) &&
                           !std::holds_alternative<DocumentPresence>(request);
  if (is_answered) end_gathering();
  if (!takes_requests() || reloading_) {
    const auto* const leave = std::get_if<LeaveRequest>(&request);
    if (leave != nullptr && waiting_.empty()) return receive(*leave);  // It needs no document.
    const storage::Payer payer = payer_of(request);
    if (auto* const presence = std::get_if<DocumentPresence>(&request)) {
      presences_.receive_early(std::move(*presence), told_);
    } else {
      waiting_.emplace_back(std::move(request));
    }
    if (!document_ && is_waited_for() && !loading_ && !is_apart_ && !reloading_) load(payer);
  } else {
    std::visit([this](auto message) { receive(std::move(message)); }, std::move(request));
  }
}

// A client hears that its operation is refused before it hears what it has asked for after it.
void DocumentHost::end_gathering() {
  if (takes_requests() && std::exchange(gathering_, false)) advance();
}

void DocumentHost::leave(LoopIndex loop) { subscribers_.leave(loop); }

// Much is not looked through again before there is twice as much: however many come and go, what
// nobody wants is no more than what somebody did.
void DocumentHost::asker_gone() {
  const auto waiting = [this] {
    return waiting_.size() + (document_ ? document_->waiting() : std::size_t{0});
  };
  if (waiting() > kLookedThroughAtOnce && waiting() < look_at_waiting_) return;
  drop_what_waits_of_gone();
  if (awaits_apart_) {
    document_->drop_gone();
  } else if (document_ || is_apart_) {
    tell([](Document& document) { document.drop_gone(); });
  }
  look_at_waiting_ = 2 * waiting();
}

void DocumentHost::drop_what_waits_of_gone() {
  std::erase_if(waiting_, [](const std::variant<ToDocument, Event>& waiting) {
    const auto* const request = std::get_if<ToDocument>(&waiting);
    return request != nullptr && is_unwanted(*request);
  });
}

void DocumentHost::reload() {
  reloading_ = true;
  if (loading_ || awaits_apart_ || is_apart_ || (document_ && document_->busy()) ||
      !subscribers_.empty() || !reader_.idle()) {
    ports_.run_after(key_, kReloadRetry, [self = shared_from_this()] {
      if (self->reloading_) self->reload();
    });
    return;
  }
  reloading_ = false;
  document_.reset();
  charge_ = {};
  told_.reset();
  load(storage::Payer::kServer);
}

bool DocumentHost::shed() {
  if (!document_) return false;
  const bool forgot = presences_.forget_large();
  if (!document_->shed() && !forgot) return false;
  charge();
  return true;
}

void DocumentHost::charge() { charge_.resize(document_->memory_bytes() + presences_.bytes()); }

// Texts of the past that are being read do not need it, and may wait for the room that it takes.
bool DocumentHost::unload() {
  if (!document_ || awaits_apart_ || document_->busy()) return false;
  if (!subscribers_.empty()) told_ = document_->committed().version;
  document_.reset();
  presences_.forget_large();
  charge_ = {};
  return true;
}

bool DocumentHost::idle() const {
  if (loading_ || awaits_apart_ || is_apart_ || reloading_) return false;
  if (document_ && document_->busy()) return false;
  return subscribers_.empty() && reader_.idle();
}

void DocumentHost::refuse(ToDocument request, const Error& error) {
  struct Refuse {
    DocumentHost& host;
    const Error& error;

    void operator()(const Submission& submission) const {
      host.carry_out(
          Announce{{.key = host.key_, .answers = {answer_with_error(submission, error, 0)}}});
    }
    void operator()(const ReadRequest& read) const {
      host.ports_.reply(read.session,
                        ReadReply{.ticket = read.ticket, .key = host.key_, .content = error});
    }
    void operator()(const LeaveRequest& leaving) const { host.receive(leaving); }
    void operator()(const SnapshotRequest& snapshot) const {
      host.ports_.reply(snapshot.session, SnapshotReply{snapshot.ticket, error});
    }
    void operator()(DocumentPresence presence) const {
      host.presences_.refuse(std::move(presence), error);
    }
  };
  std::visit(Refuse{*this, error}, std::move(request));
}

// ---- Requests

void DocumentHost::receive(Submission submission) {
  document_->submit(std::move(submission));
  gather();
}

// What comes to the loop at the same time becomes one batch: the more there is to do, the less each
// operation costs.
void DocumentHost::gather() {
  if (std::exchange(gathering_, true)) return;
  ports_.run_gathered(key_, [self = shared_from_this()] {
    self->end_gathering();
    self->gathering_ = false;
  });
}

void DocumentHost::receive(const ReadRequest& request) {
  const storage::Snapshot& committed = document_->committed();
  const std::optional<std::uint64_t>& from = request.request.version;
  if (!from) return answer(request, committed);
  if (*from > committed.version) return refuse_ahead(request);
  if (*from < document_->recent().begin()) return answer_from_log(request, *from);
  std::vector<RecordPtr> records = document_->recent().since(*from, kCatchUpBytes);
  const std::uint64_t next = *from + records.size();
  if (next == committed.version) return answer(request, std::move(records));
  answer_part(request, std::move(records), next);
}

void DocumentHost::answer_part(const ReadRequest& request, std::vector<RecordPtr> records,
                               std::uint64_t next) {
  ports_.reply(request.session, ReadReply{.ticket = request.ticket,
                                          .key = key_,
                                          .content = ReadContent(std::move(records)),
                                          .complete = false,
                                          .next = next});
}

// The client has records that are not in the log. It must not go on from them: what will be written
// under these versions is something else.
void DocumentHost::refuse_ahead(const ReadRequest& request) {
  const std::uint64_t seen = *request.request.version;
  const std::uint64_t held = document_->committed().version;
  ports_.on_client_ahead(key_, seen, held);
  ports_.reply(
      request.session,
      ReadReply{.ticket = request.ticket,
                .key = key_,
                .content = Error{protocol::kErrVersionNewer,
                                 "the client has the document at version " + std::to_string(seen) +
                                     ", the server at version " + std::to_string(held) +
                                     ": it was set back to an older state"}});
}

// With what leads to the present version: from here on its loop is told of what follows, if it
// subscribes.
void DocumentHost::answer(const ReadRequest& request, ReadContent content) {
  if (subscribes(request)) subscribers_.join(request.session.loop);
  const bool has_text = std::holds_alternative<storage::Snapshot>(content);
  ports_.reply(request.session, ReadReply{.ticket = request.ticket,
                                          .key = key_,
                                          .content = std::move(content),
                                          .joined = subscribes(request),
                                          .next = document_->committed().version,
                                          .room = has_text ? room_of_text() : nullptr});
}

// All who are sent the text of one version share it.
TextRoom DocumentHost::room_of_text() {
  const storage::Snapshot& committed = document_->committed();
  if (committed.text.bytes() <= protocol::kTextBytesOfPiece) return nullptr;
  TextRoom room = text_room_.lock();
  if (room && text_room_version_ == committed.version) return room;
  room = std::make_shared<DocumentMemory::Charge>(
      ports_.memory->charge(memory_of_sent_text(committed.text.bytes())));
  text_room_ = room;
  text_room_version_ = committed.version;
  return room;
}

storage::Urgency DocumentHost::urgency_from(std::uint64_t from) const {
  const bool is_far = document_->committed().version - from > kRecentRecordsMax;
  return is_far ? storage::Urgency::kCatchUp : storage::Urgency::kOpening;
}

// A part of the way; the session asks again for the rest, until the recent records can answer.
void DocumentHost::answer_from_log(const ReadRequest& request, std::uint64_t from) {
  using Records = std::vector<storage::Record>;
  const std::uint64_t to = document_->recent().begin();
  read<Records>(
      {urgency_from(from), request.payer}, [asker = request.asker] { return !asker.is_gone(); },
      [key = key_, from, to](const storage::History& history) {
        return history.records(key, from, to, kCatchUpBytes);
      },
      [this, request, from](Result<Records> records) {
        if (records && !records->empty()) {
          const std::uint64_t next = from + records->size();
          return answer_part(request, share(*std::move(records)), next);
        }
        const Error missing{protocol::kErrLogUnavailable,
                            "the log has no record " + std::to_string(from)};
        ports_.reply(request.session, ReadReply{.ticket = request.ticket,
                                                .key = key_,
                                                .content = records ? missing : records.error()});
      });
}

void DocumentHost::receive(const LeaveRequest& request) {
  ports_.reply(request.session, LeaveReply{request.ticket, key_});
}

void DocumentHost::receive(const SnapshotRequest& request) {
  const storage::Snapshot& committed = document_->committed();
  const auto* at = std::get_if<storage::AtVersion>(&request.selector);
  if (at && at->version > committed.version) {
    const Error error{protocol::kErrVersionNewer,
                      "the document is at version " + std::to_string(committed.version)};
    return ports_.reply(request.session, SnapshotReply{request.ticket, error});
  }
  if (std::holds_alternative<storage::Newest>(request.selector) ||
      (at && at->version == committed.version)) {
    return ports_.reply(request.session, SnapshotReply{request.ticket, committed, room_of_text()});
  }
  read<RoomySnapshot>(
      {storage::Urgency::kPast, request.payer},
      [asker = request.asker] { return !asker.is_gone(); },
      [key = key_, selector = request.selector, newest = committed.version,
       memory = ports_.memory](const storage::History& history) {
        return read_snapshot(key, selector, newest, *memory, history);
      },
      [this, session = request.session, ticket = request.ticket](Result<RoomySnapshot> read) {
        ports_.reply(session, read ? SnapshotReply{ticket, std::move(read->snapshot), read->room}
                                   : SnapshotReply{ticket, read.error()});
      });
}

void DocumentHost::receive(DocumentPresence presence) {
  presences_.receive(std::move(presence), *document_);
  charge();
}

// ---- Effects

void DocumentHost::tell(Event event) {
  if (!takes_requests()) {
    waiting_.emplace_back(std::move(event));
    return;
  }
  event(*document_);
  advance();
}

void DocumentHost::advance() {
  wait_for_followers();
  if (document_->takes_long()) return await_apart();
  for (Effect& effect : document_->advance(ports_.now_ms())) {
    std::visit([this](auto due) { carry_out(std::move(due)); }, std::move(effect));
  }
  charge();
}

void DocumentHost::wait_for_followers() {
  if (!untold_.empty()) std::erase_if(untold_, [](const auto& notice) { return notice.expired(); });
  if (gathering_) return document_->hold();
  if (untold_.size() < untold_max_) return document_->go_on();
  document_->hold();
  if (!document_->is_held_up() || std::exchange(looks_again_, true)) return;
  ports_.run_after(key_, kUntoldRetry, [self = shared_from_this()] {
    self->looks_again_ = false;
    if (self->document_ || self->is_apart_) self->tell([](Document&) {});
  });
}

// Until it is done, other events wait, as nobody may hear of what comes later before.
void DocumentHost::await_apart() {
  awaits_apart_ = true;
  ports_.run_apart(key_, [self = shared_from_this()]() -> HostPorts::Work {
    self->awaits_apart_ = false;
    return self->begin_apart();
  });
}

HostPorts::Work DocumentHost::begin_apart() {
  struct Step {
    std::unique_ptr<Document> document;
    std::vector<Effect> effects;
  };
  is_apart_ = true;
  const auto step = std::make_shared<Step>(Step{std::move(document_), {}});
  return [self = shared_from_this(), step, now_ms = ports_.now_ms()] {
    step->effects = step->document->advance(now_ms);
    for (Effect& effect : step->effects) {
      if (auto* const announce = std::get_if<Announce>(&effect)) {
        announce->notice.encoded = announce->notice.all_encoded();
      }
    }
    self->ports_.run(self->key_, [self, step] {
      self->take_back(std::move(step->document), std::move(step->effects));
    });
  };
}

void DocumentHost::take_back(std::unique_ptr<Document> document, std::vector<Effect> effects) {
  document_ = std::move(document);
  is_apart_ = false;
  for (Effect& effect : effects) {
    std::visit([this](auto due) { carry_out(std::move(due)); }, std::move(effect));
  }
  charge();
  go_on();
}

void DocumentHost::carry_out(StartAppend effect) {
  ports_.append(std::move(effect.append),
                [self = shared_from_this()](storage::AppendOutcome outcome) {
                  self->tell([outcome](Document& document) { document.append_finished(outcome); });
                });
}

// A client may send an operation before the one before it is acknowledged, so it is known only now
// that its version is none.
void DocumentHost::tell_of_client_ahead(const Answer& answer) {
  const auto* const refusal = std::get_if<Refusal>(&answer.outcome);
  if (refusal == nullptr || refusal->error.code != protocol::kErrVersionNewer) return;
  ports_.on_client_ahead(key_, refusal->request.version.value_or(refusal->version),
                         refusal->version);
}

void DocumentHost::carry_out(Announce effect) {
  ports_.on_answered(effect.notice);
  for (const Answer& answer : effect.notice.answers) tell_of_client_ahead(answer);
  list_sources(effect.notice);
  std::vector<LoopIndex> loops;
  std::size_t most = 0;
  std::size_t followers = 0;
  if (!effect.notice.records.empty()) {
    for (const auto& [loop, listeners] : subscribers_.loops()) {
      loops.push_back(loop);
      most = std::max<std::size_t>(most, listeners);
      followers += listeners;
    }
  }
  for (const Answer& answer : effect.notice.answers) {
    if (std::ranges::find(loops, answer.session.loop) == loops.end()) {
      loops.push_back(answer.session.loop);
    }
  }
  // Written once for all; a single follower is usually the author, who needs none.
  if (followers > 1) effect.notice.encoded = effect.notice.all_encoded();
  const auto notice = std::make_shared<const CommitNotice>(std::move(effect.notice));
  if (most > 0) {
    untold_.push_back(notice);
    untold_max_ = kUntoldCommitsMax * std::max<std::size_t>(ports_.told_at_once / most, 1);
  }
  for (const LoopIndex loop : loops) ports_.announce(loop, notice);
  if (notice->records.empty()) return;
  presences_.show_held(notice->records.back()->version + 1, *document_);
}

void DocumentHost::carry_out(ReadHistory effect) {
  const auto travelling = std::make_shared<ReadHistory>(std::move(effect));
  read<void>(
      travelling->departure.order,
      [travelling] {
        return std::ranges::any_of(travelling->departure.members, [](const CatchUpMember& member) {
          return !member.pending.is_gone();
        });
      },
      [key = key_, travelling](const storage::History& history) {
        return catch_up(key, travelling->departure.members, travelling->known_from, history);
      },
      [this, travelling](const Result<void>&) {
        tell([travelling](Document& document) {
          document.history_read(travelling->departure.lane,
                                std::move(travelling->departure.members), travelling->known_since);
        });
      });
}

void DocumentHost::carry_out(const ReadForeign& effect) {
  using Records = std::vector<storage::Record>;
  read<Records>(
      {storage::Urgency::kOpening, storage::Payer::kServer}, [] { return true; },
      [key = key_, from = effect.from](const storage::History& history) {
        return history.records(key, from, storage::kIntegerMax, kHistoryChunkBytes);
      },
      [this, effect](Result<Records> records) {
        if (!records) {
          ports_.run_after(key_, kForeignRecordsRetry,
                           [self = shared_from_this(), effect] { self->carry_out(effect); });
          return;
        }
        tell([records = *std::move(records)](Document& document) mutable {
          document.records_committed(std::move(records));
        });
      });
}

void DocumentHost::carry_out(const RetryLater&) {
  ports_.run_after(key_, kAppendRetry, [self = shared_from_this()] {
    self->tell([](Document& document) { document.retry(); });
  });
}

void DocumentHost::carry_out(const AdvanceAgain&) {
  ports_.run(key_, [self = shared_from_this()] { self->tell([](Document&) {}); });
}

void DocumentHost::carry_out(SaveCheckpoint effect) {
  log_.save_checkpoint(key_, std::move(effect.snapshot));
}

void DocumentHost::carry_out(const PackRecords& effect) { log_.pack(key_, effect.version); }

void DocumentHost::carry_out(const Halt&) { ports_.halt(); }

}  // namespace cowrite::document
