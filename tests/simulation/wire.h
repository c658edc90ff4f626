// The wire as a client sees it: requests as JSON text, and what the server says, parsed. The only
// file (its .cc) that includes a JSON library; it shares none of the server's own parsing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/document_key.h"
#include "storage/record.h"

namespace cowrite::simulation {

using storage::DocumentKey;

struct WireSnapshot {
  std::uint64_t version = 0;
  bool exists = false;
  std::string text;
};

// One document of a bulk reply.
struct WirePart {
  std::string id;
  std::optional<WireSnapshot> snapshot;
  std::string error;
};

// A message of the server, or a presence of a client. Fields that it does not have are empty.
struct WireMessage {
  std::string action;
  std::string error;  // Its code.
  DocumentKey key;    // "c", "d"
  std::optional<std::uint64_t> version;
  std::string source;
  std::optional<std::uint64_t> sequence;
  std::optional<storage::Change> change;
  std::optional<WireSnapshot> snapshot;
  std::vector<WirePart> parts;  // "data" or "b" of a bulk reply.
  std::string id;               // Of init and hs: the connection's; of p: the presence's.
  std::uint64_t request = 0;    // "id" of nf and nt.
  std::string channel;          // "ch"
  std::string value;            // "p", as JSON text.
  std::uint64_t presence_version = 0;
};

// Absent if it is not what a server may say.
[[nodiscard]] std::optional<WireMessage> parse(std::string_view text);

// ---- Requests

[[nodiscard]] std::string write_handshake(const std::string& id);
[[nodiscard]] std::string write_read(std::string_view action, const DocumentKey& key,
                                     std::optional<std::uint64_t> version);
// One message for several documents of a collection: ids, or ids with versions.
[[nodiscard]] std::string write_bulk(
    std::string_view action, const std::string& collection,
    const std::vector<std::pair<std::string, std::optional<std::uint64_t>>>& documents);
struct WireSubmission {
  DocumentKey key;
  std::optional<std::uint64_t> version;
  std::optional<std::string> source;
  std::uint64_t sequence = 0;
  storage::Change change;
};
[[nodiscard]] std::string write_submission(const WireSubmission& submission);
// nf and nt; `moment` is a version or a time.
[[nodiscard]] std::string write_past(std::string_view action, std::uint64_t request,
                                     const DocumentKey& key, std::optional<std::uint64_t> moment);
// p: of a document if it has a version.
[[nodiscard]] std::string write_presence(const WireMessage& presence);
// ps, pu
[[nodiscard]] std::string write_channel(std::string_view action, const std::string& channel,
                                        std::uint64_t sequence);

}  // namespace cowrite::simulation
