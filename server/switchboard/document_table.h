// DocumentTable: the documents that live on one loop, opened when somebody asks for them, and
// evicted when nobody needs them or there is no room. Belongs to that loop.
//
// Documents take turns (loop/fair_turns.h), each as its own payer: one that has much to do, however
// many ask for it, holds up no other. What would open a document waits while others have enough to
// do (openings.h). Before they form their batches, all of them wait until what
// comes together has come, and their appends go to the log together.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/document/document_host.h"
#include "server/document/messages.h"
#include "server/loop/fair_turns.h"
#include "server/switchboard/append_group.h"
#include "server/switchboard/channel_table.h"
#include "server/switchboard/counts.h"
#include "server/switchboard/gathering.h"
#include "server/switchboard/openings.h"
#include "server/switchboard/switchboard.h"
#include "storage/fair_queue.h"
#include "storage/operation_log.h"

namespace cowrite::switchboard {

class DocumentTable {
 public:
  // `channels` are those of the same loop. REQUIRES: all that is referred to outlives this.
  DocumentTable(Switchboard& board, LoopIndex loop, storage::OperationLog& log,
                ChannelTable& channels, const AtOnce& at_once, Counts& counts,
                Gathering& gathering);

  void handle(document::ToDocument request);
  // A session of this loop that joined the document has left. REQUIRES: it had joined.
  void leave(const storage::DocumentKey& key, LoopIndex loop);
  // As Switchboard::asker_gone().
  void asker_gone(const storage::DocumentKey& key, storage::Payer asker);
  // As Switchboard::reload().
  void reload(const storage::DocumentKey& key);

  // A document goes when two calls in a row find it idle.
  void evict_idle();
  // While memory is scarce, documents leave that are not in use this moment, those used longest ago
  // first. True if there are more to look at.
  bool make_room();

  // A document that is in use, in words; empty if none is.
  [[nodiscard]] std::string in_use() const;

 private:
  void check_time(const document::CommitNotice& notice) const;
  void count_answers(const document::CommitNotice& notice);
  using ByUse = std::list<const storage::DocumentKey*>;
  struct OpenDocument {
    std::shared_ptr<document::DocumentHost> host;
    ByUse::iterator use;    // In by_use_.
    bool was_idle = false;  // When it was looked at last.
  };
  using OpenDocuments = std::unordered_map<storage::DocumentKey, OpenDocument>;

  [[nodiscard]] document::DocumentHost& open(const storage::DocumentKey& key, storage::Payer payer);
  void take(document::ToDocument request);
  [[nodiscard]] document::HostPorts host_ports();
  template <typename Work>
  [[nodiscard]] std::size_t cost_of(Work& work);
  // Does what somebody asks of a document after what they have asked of it before.
  template <typename Work>
  void ask(storage::Payer asker, const storage::DocumentKey& key, Work work);
  // Does what a document has to do when it is its turn.
  template <typename Work>
  void in_turn(storage::Payer document, Work work);
  void begin_apart();
  void gather(const storage::DocumentKey& key, Ports::Work work);
  void gathered();
  OpenDocuments::iterator evict(OpenDocuments::iterator evicted);

  Switchboard& board_;
  const LoopIndex loop_;
  storage::OperationLog& log_;
  ChannelTable& channels_;
  const std::size_t told_at_once_;
  Counts& counts_;
  loop::FairTurns turns_;
  Openings openings_;
  AppendGroup appends_;
  Gathering& gathering_;
  // What documents do at its end.
  struct Gathered {
    storage::Payer document = {};
    Ports::Work work;
  };
  std::vector<Gathered> gathered_;

  // What documents have to do on other threads, and how many are there.
  using Begin = std::function<document::HostPorts::Work()>;
  storage::FairQueue<Begin> waiting_apart_;
  std::size_t apart_ = 0;

  const document::HostPorts ports_;  // Of all of them.
  OpenDocuments documents_;
  ByUse by_use_;  // All of them, those used longest ago first.
};

}  // namespace cowrite::switchboard
