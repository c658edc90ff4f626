#include "server/switchboard/document_table.h"

#include <functional>
#include <iterator>
#include <utility>
#include <variant>

#include "ot/base/check.h"
#include "server/switchboard/limits.h"

namespace cowrite::switchboard {

using document::DocumentHost;
using storage::DocumentKey;

namespace {

storage::Payer payer_for(const DocumentKey& key) {
  return static_cast<storage::Payer>(std::hash<DocumentKey>()(key));
}

}  // namespace

DocumentTable::DocumentTable(Switchboard& board, LoopIndex loop, storage::OperationLog& log,
                             ChannelTable& channels, const AtOnce& at_once, Counts& counts,
                             Gathering& gathering)
    : board_(board),
      loop_(loop),
      log_(log),
      channels_(channels),
      told_at_once_(at_once.told),
      counts_(counts),
      turns_(at_once.worked_ns,
             [this](std::function<void()> work) { board_.ports().post(loop_, std::move(work)); }),
      openings_([this](Ports::Work work) { board_.ports().post(loop_, std::move(work)); },
                {.is_held = [this] { return turns_.waiting() > kTurnsWaitingMax; },
                 .post_later =
                     [this](Ports::Work work) {
                       board_.ports().post_after(loop_, kOpeningRetry, std::move(work));
                     }}),
      appends_(
          log, [this](Ports::Work work) { board_.ports().post(loop_, std::move(work)); },
          [this](const DocumentKey& key, Ports::Work work) {
            in_turn(payer_for(key), std::move(work));
          }),
      gathering_(gathering),
      ports_(host_ports()) {}

// Does it, and returns its nanoseconds; where no time is measured, 1.
template <typename Work>
std::size_t DocumentTable::cost_of(Work& work) {
  const document::Moment began = board_.ports().now();
  work();
  return static_cast<std::size_t>(1 + (board_.ports().now() - began).count());
}

template <typename Work>
void DocumentTable::in_turn(storage::Payer document, Work work) {
  turns_.take(document, [this, work = std::move(work)]() mutable { return cost_of(work); });
}

// ---- Together

void DocumentTable::gather(const DocumentKey& key, Ports::Work work) {
  gathered_.push_back({payer_for(key), std::move(work)});
  if (gathered_.size() == 1) gathering_.begin([this] { gathered(); });
}

void DocumentTable::gathered() {
  appends_.together([this] {
    for (Gathered& gathered : std::exchange(gathered_, {})) {
      in_turn(gathered.document, std::move(gathered.work));
    }
  });
}

// ---- Apart

// Those that wait stay on the loop, where they can give up what they do not need.
void DocumentTable::begin_apart() {
  while (apart_ < kDocumentsApart && !waiting_apart_.empty()) {
    const auto next = waiting_apart_.pop();
    const storage::Payer document = next.first;
    document::HostPorts::Work work = next.second();
    ++apart_;
    board_.ports().run_apart(document, [this, document, work = std::move(work)] {
      const std::size_t cost = cost_of(work);
      board_.ports().post(loop_, [this, document, cost] {
        --apart_;
        waiting_apart_.charge(document, cost);
        begin_apart();
      });
    });
  }
}

void DocumentTable::handle(document::ToDocument request) {
  gathering_.note_request();
  const storage::Payer asker = payer_of(request);
  const DocumentKey key = key_of(request);
  ask(asker, key, [this, request = std::move(request)]() mutable { take(std::move(request)); });
}

template <typename Work>
void DocumentTable::ask(storage::Payer asker, const DocumentKey& key, Work work) {
  const storage::Payer document = payer_for(key);
  if (documents_.contains(key) && !openings_.has(key)) return in_turn(document, std::move(work));
  openings_.take(asker, key, [this, document, work = std::move(work)]() mutable {
    in_turn(document, std::move(work));
  });
}

void DocumentTable::take(document::ToDocument request) {
  const std::size_t waiting = turns_.waiting() + openings_.waiting();
  if (waiting > kRequestsWaiting && document::is_unwanted(request)) return;
  const DocumentKey key = key_of(request);
  const auto* const leave = std::get_if<document::LeaveRequest>(&request);
  if (leave != nullptr && !documents_.contains(key)) {  // Nobody has joined it.
    return ports_.reply(leave->session, document::LeaveReply{leave->ticket, key});
  }
  DocumentHost& host = open(key, payer_of(request));
  host.handle(std::move(request));
}

DocumentHost& DocumentTable::open(const DocumentKey& key, storage::Payer payer) {
  const auto [found, is_new] = documents_.try_emplace(key);
  OpenDocument& opened = found->second;
  if (is_new) opened.use = by_use_.insert(by_use_.end(), &found->first);
  by_use_.splice(by_use_.end(), by_use_, opened.use);
  if (!opened.host) {
    opened.host = DocumentHost::open(key, log_, ports_, payer);
    counts_.documents_opened.add();
    counts_.documents.set(documents_.size());
  }
  opened.was_idle = false;
  return *opened.host;
}

document::HostPorts DocumentTable::host_ports() {
  const Ports& ports = board_.ports();
  const auto turn_of = [this](const DocumentKey& key, Ports::Work work) {
    return [this, document = payer_for(key), work = std::move(work)]() mutable {
      in_turn(document, std::move(work));
    };
  };
  return {
      .now_ms = ports.now_ms,
      .run = [this, turn_of](
                 const DocumentKey& key,
                 Ports::Work work) { board_.ports().post(loop_, turn_of(key, std::move(work))); },
      .run_after =
          [this, turn_of](const DocumentKey& key, std::chrono::milliseconds delay,
                          Ports::Work work) {
            board_.ports().post_after(loop_, delay, turn_of(key, std::move(work)));
          },
      .run_gathered = [this](const DocumentKey& key,
                             Ports::Work work) { gather(key, std::move(work)); },
      .append =
          [this](storage::Append append, AppendGroup::Done done) {
            appends_.append(std::move(append), std::move(done));
          },
      .run_apart =
          [this](const DocumentKey& key, Begin begin) {
            waiting_apart_.push(payer_for(key), std::move(begin));
            begin_apart();
          },
      .reply = [this](SessionId session,
                      auto reply) { board_.to_session(session, std::move(reply)); },
      .announce =
          [this](LoopIndex loop, document::SharedCommit notice) {
            check_time(*notice);
            board_.to_loop(loop, std::move(notice));
          },
      // At once: a presence that took another turn of the loop would fall behind the operations.
      .announce_presence =
          [this](document::SharedPresence notice) { channels_.handle(std::move(notice)); },
      .on_answered = [this](const document::CommitNotice& notice) { count_answers(notice); },
      .on_client_ahead =
          [this](const DocumentKey& key, std::uint64_t seen, std::uint64_t held) {
            board_.ports().on_client_ahead(key, seen, held);
          },
      .told_at_once = told_at_once_,
      .memory = board_.memory(),
      .halt = ports.halt,
  };
}

// The times of a document's records never go back, so that a clock which was ahead once leaves them
// ahead.
void DocumentTable::check_time(const document::CommitNotice& notice) const {
  if (notice.records.empty()) return;
  const std::int64_t time_ms = notice.records.back()->time_ms;
  if (time_ms > board_.ports().now_ms() + kClockDifferenceMax.count()) {
    board_.ports().on_time_ahead(notice.key, time_ms);
  }
}

void DocumentTable::count_answers(const document::CommitNotice& notice) {
  for (const document::Answer& answer : notice.answers) {
    if (const auto* ack = std::get_if<document::Ack>(&answer.outcome)) {
      (ack->depth ? counts_.committed : counts_.repeated).add();
      if (ack->depth) counts_.rebase_depth.record(static_cast<double>(*ack->depth));
    } else if (std::holds_alternative<document::Refusal>(answer.outcome)) {
      counts_.refused.add();
    }
  }
}

void DocumentTable::leave(const DocumentKey& key, LoopIndex loop) {
  const auto found = documents_.find(key);
  CHECK(found != documents_.end());
  found->second.host->leave(loop);
}

void DocumentTable::asker_gone(const DocumentKey& key, storage::Payer asker) {
  ask(asker, key, [this, key] {
    const auto found = documents_.find(key);
    if (found != documents_.end()) found->second.host->asker_gone();
  });
}

void DocumentTable::reload(const DocumentKey& key) {
  const auto found = documents_.find(key);
  if (found == documents_.end()) return;
  board_.close_subscribers(key);
  found->second.host->reload();
}

std::string DocumentTable::in_use() const {
  for (const auto& [key, opened] : documents_) {
    if (!opened.host->idle()) return "the document " + describe(key);
  }
  return {};
}

// ---- Eviction

void DocumentTable::evict_idle() {
  for (auto next = documents_.begin(); next != documents_.end();) {
    OpenDocument& opened = next->second;
    const bool idle = opened.host->idle();
    const bool leaves = std::exchange(opened.was_idle, idle) && idle;
    if (leaves) counts_.evicted_idle.add();
    next = leaves ? evict(next) : std::next(next);
  }
}

DocumentTable::OpenDocuments::iterator DocumentTable::evict(OpenDocuments::iterator evicted) {
  by_use_.erase(evicted->second.use);
  const auto next = documents_.erase(evicted);
  counts_.documents.set(documents_.size());
  return next;
}

// Those that stay are put behind the others, so that a few looks reach others next time. First each
// gives up what it does not need to go on.
bool DocumentTable::make_room() {
  bool found_any = false;
  for (std::size_t looks = 0; looks < kEvictionLooksMax && board_.memory()->scarce(); ++looks) {
    if (by_use_.empty()) return false;
    const auto oldest = documents_.find(*by_use_.front());
    DocumentHost& host = *oldest->second.host;
    by_use_.splice(by_use_.end(), by_use_, by_use_.begin());
    if (host.shed()) {  // It may be wanted again at once.
      found_any = true;
      continue;
    }
    if (host.idle()) {
      evict(oldest);
    } else if (!host.unload()) {
      continue;
    }
    counts_.evicted_for_room.add();
    found_any = true;
  }
  return found_any && board_.memory()->scarce();
}

}  // namespace cowrite::switchboard
