// HostPorts: how the hosts of documents reach the rest of the server.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <variant>

#include "server/document/document_memory.h"
#include "server/document/messages.h"
#include "storage/document_key.h"
#include "storage/operation_log.h"

namespace cowrite::document {

// Those of one loop share one of these.
struct HostPorts {
  using Work = std::function<void()>;
  using Reply =
      std::variant<ReadReply, LeaveReply, SnapshotReply, PresenceAcknowledged, PresenceRefused>;

  // Unix time.
  std::function<std::int64_t()> now_ms;
  // Run work of a document on its loop, later, in order; the first from any thread.
  std::function<void(const storage::DocumentKey&, Work)> run;
  std::function<void(const storage::DocumentKey&, std::chrono::milliseconds, Work)> run_after;
  // Runs work of a document when the sessions of its loop have asked for all that they ask for now.
  // On that loop.
  std::function<void(const storage::DocumentKey&, Work)> run_gathered;
  // As OperationLog::append(), with others'; `done` runs on the document's loop.
  std::function<void(storage::Append, std::function<void(storage::AppendOutcome)> done)> append;
  // Calls `begin`, on the document's loop, when it is the document's turn to do work that takes
  // long where it holds up no loop; then does what that returns.
  std::function<void(const storage::DocumentKey&, std::function<Work()> begin)> run_apart =
      [](const auto&, const auto& begin) { begin()(); };
  // To one session, wherever it is; dropped if it is gone.
  std::function<void(SessionId, Reply)> reply;
  // To a loop, for all of its sessions that follow the document or are named in it.
  std::function<void(LoopIndex, SharedCommit)> announce;
  // To the document's channel, which lives on the same loop.
  std::function<void(SharedPresence)> announce_presence;
  // Once for each time that submissions are answered, before any session is told.
  std::function<void(const CommitNotice&)> on_answered = [](const auto&) {};
  // A client has the document at version `seen`, and the log has it at `held` only.
  std::function<void(const storage::DocumentKey&, std::uint64_t seen, std::uint64_t held)>
      on_client_ahead = [](const auto&, auto, auto) {};
  // A loop tells so many sessions in one turn, and others later.
  std::size_t told_at_once = 0;
  // Of all documents.
  std::shared_ptr<DocumentMemory> memory;
  // The log is in an unknown state: the process must end.
  std::function<void()> halt;
};

}  // namespace cowrite::document
