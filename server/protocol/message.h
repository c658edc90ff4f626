// The messages of clients, typed. decode() (decode.h) makes them of JSON and has checked every
// field; the rest of the server sees no JSON but presence values. The letters are the action names
// on the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ot/base/result.h"
#include "storage/document_key.h"
#include "storage/record.h"

namespace cowrite::protocol {

using storage::DocumentKey;

// The one type of our documents, as the wire names it.
inline constexpr std::string_view kTextType = "http://sharejs.org/types/text-unicode";

// hs: the client introduces itself, with the id of its former connection if it had one.
struct Handshake {
  std::optional<std::string> id;
};

// pp: asks whether the connection is alive.
struct Ping {};

enum class ReadKind : std::uint8_t { kFetch, kSubscribe };

// f, s: a document's snapshot, or its operations from a version on; s also subscribes.
struct Read {
  ReadKind kind = ReadKind::kFetch;
  storage::DocumentKey key;
  std::optional<std::uint64_t> version;
};

// bf, bs: the same for many. Either no entry has a version (a list of ids on the wire), or all have
// one (a map).
struct ReadMany {
  ReadKind kind = ReadKind::kFetch;
  std::string collection;
  std::vector<std::pair<std::string, std::optional<std::uint64_t>>> documents;
  bool with_versions = false;
};

// u, bu
struct Unsubscribe {
  storage::DocumentKey key;
};
struct UnsubscribeMany {
  std::string collection;
  std::vector<std::string> ids;
};

// op: an operation on its way into the log.
struct Submit {
  storage::DocumentKey key;
  std::optional<std::uint64_t> version;  // Absent: the client never fetched the document.
  std::optional<std::string> source;     // When sent again: the id under which it was sent first.
  std::uint64_t sequence = 0;
  storage::Change change;
};

// nf, nt: a historical snapshot by version or time; the newest if absent.
struct FetchSnapshot {
  std::uint64_t request = 0;  // "id": the client's count of such requests.
  storage::DocumentKey key;
  std::optional<std::uint64_t> version;
};
struct FetchSnapshotByTime {
  std::uint64_t request = 0;
  storage::DocumentKey key;
  std::optional<std::int64_t> time_ms;
};

// ps, pu: listen to a presence channel, or stop.
struct JoinChannel {
  std::string channel;
  std::uint64_t sequence = 0;
};
struct LeaveChannel {
  std::string channel;
  std::uint64_t sequence = 0;
};

// The channel of a document's presences: collection.id. Others may have the same name, which is
// that of ("docs", "a.b") and of ("docs.a", "b").
[[nodiscard]] inline std::string presence_channel(const storage::DocumentKey& key) {
  return key.collection() + '.' + key.id();
}

// p: a presence on a channel.
struct Presence {
  std::string channel;
  std::string id;
  std::uint64_t presence_version = 0;       // "pv"
  std::string value = {};                   // JSON text; "null": gone.
  std::optional<storage::DocumentKey> key;  // Of the document that it is about, with its version.
  std::optional<std::uint64_t> version;
  std::optional<std::string> type;  // As sent.
};

// pr: asks the others on a channel to send their presences again.
struct RequestPresence {
  std::string channel;
};

// qf, qs: the documents of a collection, those after an id if one is named; one page. qs is
// answered in the same way.
struct Query {
  ReadKind kind = ReadKind::kFetch;
  std::uint64_t request = 0;  // "id": the client's count of queries.
  std::string collection;
  std::optional<std::string> after;
};

// What a query found: documents by id, each with its newest snapshot.
struct FoundDocument {
  std::string id;
  Result<storage::Snapshot> snapshot;
};
struct QueryPage {
  std::vector<FoundDocument> documents;
  std::optional<Error> damage = {};      // Of the list: it hides some between these.
  std::optional<std::string> next = {};  // If there are more: those after this id.
};

// qu: a query that was subscribed to is no longer wanted.
struct EndQuery {
  std::uint64_t request = 0;
};

// x-name: the name that the history gives to the author at this connection.
struct SetName {
  std::string name;
};

using Message = std::variant<Handshake, Ping, Read, ReadMany, Unsubscribe, UnsubscribeMany, Submit,
                             FetchSnapshot, FetchSnapshotByTime, JoinChannel, LeaveChannel,
                             Presence, RequestPresence, Query, EndQuery, SetName>;

}  // namespace cowrite::protocol
