// encode: the messages that the server sends, as JSON text. Each function names the action it
// writes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ot/base/result.h"
#include "server/protocol/json_writer.h"
#include "server/protocol/message.h"
#include "server/protocol/pieced_text.h"
#include "storage/record.h"

namespace cowrite::protocol {

// Greets a new connection / answers its handshake (init, hs). The type is json0's, which the client
// insists on. `history_id` names the server's histories (x-history); it is left out if it is empty.
[[nodiscard]] std::string encode_init(std::string_view connection_id);
[[nodiscard]] std::string encode_handshake(std::string_view connection_id,
                                           std::string_view history_id);

// One committed record, for the document's subscribers (op).
[[nodiscard]] std::string encode_operation(const storage::DocumentKey& key,
                                           const storage::Record& record);

// The same for a client of that source, with the id by which the client knows it.
[[nodiscard]] std::string encode_operation(const storage::DocumentKey& key,
                                           const storage::Record& record, std::string_view source);

// Tells an author that its operation is durable as record `version` (op, without the operation).
[[nodiscard]] std::string encode_ack(const storage::DocumentKey& key, std::string_view source,
                                     std::uint64_t sequence, std::uint64_t version);

// Answers f and s: with a snapshot, or to a client that was sent the operations since its version.
[[nodiscard]] PiecedText encode_read(const Read& read, const storage::Snapshot& snapshot);
[[nodiscard]] std::string encode_read(const Read& read);

// Answers bf and bs without versions (with versions: encode_done).
class BulkReply {
 public:
  void add_snapshot(std::string id, storage::Snapshot snapshot) {
    documents_.emplace_back(std::move(id), std::move(snapshot));
  }
  void add_error(std::string id, Error error) {
    documents_.emplace_back(std::move(id), std::move(error));
  }
  // The document was resumed: the client has it, and there is no snapshot of it.
  void add_resumed(std::string id) { documents_.emplace_back(std::move(id), Resumed{}); }

  // Puts the error in the place of each snapshot, and returns of which documents.
  [[nodiscard]] std::vector<std::string> give_up_snapshots(const Error& error);

  [[nodiscard]] PiecedText encode(const ReadMany& many) const;

 private:
  struct Resumed {};
  using Document = std::variant<storage::Snapshot, Error, Resumed>;

  std::vector<std::pair<std::string, Document>> documents_;  // By id.
};

// Answers nf and nt.
[[nodiscard]] PiecedText encode_named_snapshot(std::string_view action, std::uint64_t request,
                                               const storage::Snapshot& snapshot);

// Answers qf and qs. What cannot be read has its error under "errors" of "extra", by id.
[[nodiscard]] PiecedText encode_query(const Query& query, const QueryPage& page);

// A presence, for its sender as acknowledgement and for the others on the channel (p).
[[nodiscard]] std::string encode_presence(const Presence& presence, std::string_view source);
// Asks a client to send its presences on a channel again (pr).
[[nodiscard]] std::string encode_presence_request(std::string_view channel);

// Answers a request with the fields by which the client recognises it: pp, u, bu, bf and bs with
// versions, ps, pu, pr, qu, x-name.
[[nodiscard]] std::string encode_done(const Message& request);

// The fields by which a client recognises its request, with the error added.
[[nodiscard]] std::string encode_error(const Message& request, const Error& error);

}  // namespace cowrite::protocol
