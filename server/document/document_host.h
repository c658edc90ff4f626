// DocumentHost: a Document at work. Loads it, carries out its effects, and counts its subscribers,
// loop by loop.
//
// Belongs to the loop of the document's hash: every method runs there, and what comes back from the
// log's threads is posted there first. Everything else it reaches through HostPorts.
//
// The document may be away: another thread owns it for a while, as a reader of the log does while
// it loads it, and a worker for a step that takes long. Requests and events wait until it is back.
// Where memory is short, it is forgotten between two requests.
//
// Where many follow it, or much else is to be told, they are told of a commit in later turns of
// their loops. While they have not been told of a few, no batch is appended: what comes meanwhile
// becomes one batch, which is told at once.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "server/document/document.h"
#include "server/document/document_memory.h"
#include "server/document/document_presences.h"
#include "server/document/history_reads.h"
#include "server/document/host_ports.h"
#include "server/document/limits.h"
#include "server/document/log_reader.h"
#include "server/document/messages.h"
#include "server/document/subscribed_loops.h"
#include "storage/operation_log.h"

namespace cowrite::document {

class DocumentHost : public std::enable_shared_from_this<DocumentHost> {
 public:
  // Starts to load the document; requests wait until it is there. Whoever asked for it pays.
  // REQUIRES: the ports are there whenever this is called.
  [[nodiscard]] static std::shared_ptr<DocumentHost> open(storage::DocumentKey key,
                                                          storage::OperationLog& log,
                                                          const HostPorts& ports,
                                                          storage::Payer payer);

  void handle(ToDocument request);
  // A session that joined is gone, or its reply found it gone.
  void leave(LoopIndex loop);
  // Somebody is gone who has asked for something and has no answer.
  void asker_gone();
  // The log holds another history than it did: forgets what is here and loads it anew, as soon as
  // nothing is in flight and nobody subscribes. Requests wait until then.
  void reload();

  // Forgets most of the document's newest records; false if there are few, or an append is under
  // way.
  bool shed();
  // Forgets the document, unless it is in use this moment, and loads it anew when somebody asks
  // for something; those who follow it stay. False if it is in use, or not here.
  [[nodiscard]] bool unload();

  // Nothing queued, in flight, away or subscribed to: it may be dropped, and nobody notices.
  [[nodiscard]] bool idle() const;

 private:
  // The log has answered, or a time is over.
  using Event = std::function<void(Document&)>;

  DocumentHost(storage::DocumentKey key, storage::OperationLog& log, const HostPorts& ports);

  [[nodiscard]] TextRoom room_of_text();
  void load(storage::Payer payer);
  void came_back(LoadedDocument loaded);
  void drop_what_waits_of_gone();
  [[nodiscard]] bool is_waited_for() const {
    return !waiting_.empty() || presences_.await_document();
  }
  void tell_what_came_meanwhile();
  void failed_to_load(const Error& error);
  void refuse(ToDocument request, const Error& error);

  void receive(Submission submission);
  void receive(const ReadRequest& request);
  void receive(const LeaveRequest& request);
  void receive(const SnapshotRequest& request);
  void receive(DocumentPresence presence);
  // Charges what the document takes now.
  void charge();

  // Tells the document of an event, and carries out what is due then.
  void tell(Event event);
  void advance();
  void wait_for_followers();
  void gather();
  void end_gathering();
  // It is here, and has nothing to do before.
  [[nodiscard]] bool takes_requests() const { return document_ && !awaits_apart_; }
  void await_apart();
  [[nodiscard]] HostPorts::Work begin_apart();
  void take_back(std::unique_ptr<Document> document, std::vector<Effect> effects);
  // What has waited for the document.
  void go_on();
  void carry_out(StartAppend effect);
  void tell_of_client_ahead(const Answer& answer);
  void carry_out(Announce effect);
  void carry_out(ReadHistory effect);
  void carry_out(const ReadForeign& effect);
  void carry_out(const RetryLater& effect);
  void carry_out(const AdvanceAgain& effect);
  void carry_out(SaveCheckpoint effect);
  void carry_out(const PackRecords& effect);
  void carry_out(const Halt& effect);

  void refuse_ahead(const ReadRequest& request);
  void answer(const ReadRequest& request, ReadContent content);
  void answer_part(const ReadRequest& request, std::vector<RecordPtr> records, std::uint64_t next);
  void answer_from_log(const ReadRequest& request, std::uint64_t from);

  // LogReader::read(), for this document.
  template <typename T>
  void read(const storage::ReadOrder& order, LogReader::Wanted is_wanted,
            std::function<Result<T>(const storage::History&)> job,
            std::function<void(Result<T>)> done) {
    reader_.read<T>(order, shared_from_this(), std::move(is_wanted), std::move(job),
                    std::move(done));
  }
  // How urgent it is to read what somebody missed who has the records before `from`.
  [[nodiscard]] storage::Urgency urgency_from(std::uint64_t from) const;

  storage::DocumentKey key_;
  storage::OperationLog& log_;
  const HostPorts& ports_;
  LogReader reader_;
  std::unique_ptr<Document> document_;  // Null while it is away, or not loaded.
  DocumentMemory::Charge charge_;       // For it.
  bool loading_ = false;
  bool gathering_ = false;  // What else comes now becomes one batch with what has come.
  // It has a step to do that takes long, and waits for its turn; or another thread has it for that.
  bool awaits_apart_ = false;
  bool is_apart_ = false;
  // The version up to which its followers were told of records, since it was forgotten.
  std::optional<std::uint64_t> told_;
  // Its commits that not all followers have been told of, and how many there may be.
  std::vector<std::weak_ptr<const CommitNotice>> untold_;
  std::size_t untold_max_ = kUntoldCommitsMax;
  bool looks_again_ = false;             // Whether that is so, in a while.
  std::weak_ptr<const void> text_room_;  // For the text of a version, if somebody is being sent it.
  std::uint64_t text_room_version_ = 0;
  std::vector<std::variant<ToDocument, Event>> waiting_;  // Until it is back, or loaded anew.
  // Of what waits here and in it, when it is next looked at for what nobody wants any longer.
  std::size_t look_at_waiting_ = 0;
  bool reloading_ = false;  // It is to be loaded anew.
  SubscribedLoops subscribers_;
  DocumentPresences presences_;
};

}  // namespace cowrite::document
