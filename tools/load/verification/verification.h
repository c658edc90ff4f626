// The verification: the history of a document against what each of its clients did, was told and
// has in the end.
//
// - Each operation that was acknowledged is in the history once, as the record that the ack named,
//   and as its author had transformed it by then. Each author's operations are in the order in
//   which it submitted them.
// - The history has nothing else.
// - Each client was told each record, and has the text that a replay of them makes, which is the
//   one that the server gives to whoever fetches it.
//
// What it cannot see: a server that tells every client the same wrong history; an ack that was sent
// before the operation was on disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/load/verification/breaches.h"
#include "tools/load/verification/history.h"
#include "tools/load/verification/ledger.h"
#include "tools/load/verification/operation_digest.h"

namespace cowrite::load {

// One client at the end of a run.
struct ClientState {
  std::string name;    // "client 3", for sentences.
  std::string source;  // ShareDB's "src".
  const Ledger* ledger = nullptr;
  const OperationDigest* told = nullptr;  // Up to the version at which it is.
  std::uint64_t first_text = 0;           // hash_of() what it was given at version 1.
  std::string text;
};

// `document` is its name, for sentences.
void verify(const std::string& document, const History& history,
            const std::vector<ClientState>& clients, Breaches& breaches);

}  // namespace cowrite::load
