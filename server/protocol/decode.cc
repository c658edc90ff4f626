#include "server/protocol/decode.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "ot/operation.h"
#include "server/protocol/error_codes.h"
#include "server/protocol/json_reader.h"
#include "server/protocol/json_writer.h"
#include "server/protocol/limits.h"
#include "server/protocol/operation_json.h"
#include "storage/document_name.h"
#include "storage/limits.h"

namespace cowrite::protocol {
namespace {

bool has_nul(std::string_view name) { return name.find('\0') != std::string_view::npos; }

std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

// Reads the fields of one request. The first fault is remembered and later reads yield empty
// values, so that decoders are straight lists of fields; whoever calls them asks for the fault at
// the end.
class Fields {
 public:
  explicit Fields(JsonValue request) : request_(request) {}

  [[nodiscard]] const std::optional<Error>& fault() const { return fault_; }

  void fail(std::string_view code, std::string message) {
    if (!fault_) fault_ = Error{code, std::move(message)};
  }

  // The field, or null where it is absent.
  [[nodiscard]] JsonValue get(const char* name) const { return request_[name]; }
  [[nodiscard]] bool has(const char* name) const { return request_.has(name); }

  std::string id(const char* name) { return id_value(get(name), name); }

  std::string collection() { return name_value(get("c"), "c", "Invalid collection"); }
  storage::DocumentKey key() {
    std::string collection_name = collection();
    return {std::move(collection_name), document_id(get("d"), "d")};
  }
  // One of the ids in a field.
  std::string document_id(const JsonValue& value, const char* name) {
    return name_value(value, name, "Invalid id");
  }
  std::string document_id(std::string_view text, const char* name) {
    return name_text(text, name, "Invalid id");
  }

  std::string channel() {
    return named(id_value(get("ch"), "ch", kChannelBytesMax), "Invalid presence channel");
  }
  std::string presence_id() { return named(id("id"), "Invalid presence ID"); }

  std::string id_value(const JsonValue& value, const char* name,
                       std::size_t bytes_max = storage::kIdBytesMax) {
    if (!value.is_string()) {
      fail(kErrMessageBadlyFormed, quoted(name) + " must be a string");
      return {};
    }
    return id_text(value.string(), name, bytes_max);
  }

  std::string id_text(std::string_view text, const char* name,
                      std::size_t bytes_max = storage::kIdBytesMax) {
    if (text.size() > bytes_max) {
      fail(kErrIdTooLong, quoted(name) + " is longer than " + std::to_string(bytes_max) + " bytes");
      return {};
    }
    return std::string(text);
  }

  std::uint64_t integer(const char* name) { return integer_value(get(name), name); }

  std::uint64_t integer_value(const JsonValue& value, const char* name) {
    if (!value.is_unsigned() || value.integer() > storage::kIntegerMax) {
      fail(kErrMessageBadlyFormed, quoted(name) + " must be an integer from 0 to 2^53-1");
      return 0;
    }
    return value.integer();
  }

  // Absent where the field is absent or null.
  std::optional<std::uint64_t> optional_integer(const char* name) {
    if (get(name).is_null()) return std::nullopt;
    return integer(name);
  }
  std::optional<std::string> optional_id(const char* name) {
    if (get(name).is_null()) return std::nullopt;
    return id(name);
  }

 private:
  // The name of a collection or a document. The complaints are ShareDB's.
  std::string name_value(const JsonValue& value, const char* name, const char* complaint) {
    if (value.is_string()) return name_text(value.string(), name, complaint);
    fail(kErrMessageBadlyFormed, complaint);
    return {};
  }
  std::string name_text(std::string_view text, const char* name, const char* complaint) {
    std::string checked = id_text(text, name);
    if (storage::problem_of_name(checked)) fail(kErrMessageBadlyFormed, complaint);
    return checked;
  }
  // What is no document's name, but is shown and kept by its name as well.
  std::string named(std::string name, const char* complaint) {
    if (name.empty() || has_nul(name) || storage::is_object_property(name)) {
      fail(kErrMessageBadlyFormed, complaint);
    }
    return name;
  }

  JsonValue request_;
  std::optional<Error> fault_;
};

bool is_text_type(std::string_view type) { return type == kTextType || type == "text-unicode"; }

// ---- Operations

storage::Change read_edit(Fields& fields) {
  const JsonValue value = fields.get("op");
  if (value.size() > storage::kOperationComponentsMax) {
    fields.fail(kErrOperationTooLarge, "the operation has more than " +
                                           std::to_string(storage::kOperationComponentsMax) +
                                           " components");
    return storage::Delete{};
  }
  Result<ot::Operation> operation = read_operation(value);
  if (!operation) {
    // To ShareDB an operation that is none is one that cannot be applied.
    fields.fail(kErrOpNotApplied, operation.error().message);
    return storage::Delete{};
  }
  return storage::Edit{*std::move(operation)};
}

storage::Change read_create(Fields& fields) {
  const JsonValue create = fields.get("create");
  const JsonValue type = create["type"];
  const JsonValue data = create["data"];
  if (!create.is_object()) {
    fields.fail(kErrOpBadlyFormed, "\"create\" must be an object");
  } else if (!type.is_string()) {
    fields.fail(kErrOpBadlyFormed, "Missing create type");
  } else if (!is_text_type(type.string())) {
    fields.fail(kErrTypeNotRecognized,
                "the only type of document here is " + std::string(kTextType));
  } else if (!create.has("data")) {
    return storage::Create{};
  } else if (!data.is_string()) {
    fields.fail(kErrOpBadlyFormed, "the data of a text document must be a string");
  } else {
    return storage::Create{std::string(data.string())};
  }
  return storage::Delete{};
}

storage::Change read_change(Fields& fields) {
  if (fields.has("op")) return read_edit(fields);
  if (fields.has("create")) return read_create(fields);
  if (!fields.has("del")) {
    fields.fail(kErrMessageBadlyFormed, "an operation must have \"op\", \"create\" or \"del\"");
  } else if (fields.get("del").boolean() != true) {
    fields.fail(kErrOpBadlyFormed, "\"del\" must be true");
  }
  return storage::Delete{};
}

Message read_submit(Fields& fields) {
  Submit submit{.key = fields.key(),
                .version = fields.optional_integer("v"),
                .source = fields.optional_id("src")};
  const JsonValue sequence = fields.get("seq");
  if (sequence.is_null()) {
    fields.fail(kErrOpBadlyFormed, "an operation must have a \"seq\"");
  } else if (sequence.number() >= static_cast<double>(storage::kIntegerMax)) {
    fields.fail(kErrSequenceOverflow, "\"seq\" must be below 2^53-1");
  } else {
    submit.sequence = fields.integer("seq");
  }
  if (submit.source && submit.source->empty()) submit.source.reset();
  submit.change = read_change(fields);
  return submit;
}

// ---- The other messages

Message read_handshake(Fields& fields) {
  for (const char* name : {"protocol", "protocolMinor"}) {
    const JsonValue value = fields.get(name);
    if (!value.is_null() && !value.number() && !value.is_string()) {
      fields.fail(kErrMessageBadlyFormed, quoted(name) + " must be a number or a string");
    }
  }
  Handshake handshake{.id = fields.optional_id("id")};
  if (handshake.id && handshake.id->empty()) handshake.id.reset();
  return handshake;
}

Message read_read(Fields& fields, ReadKind kind) {
  return Read{.kind = kind, .key = fields.key(), .version = fields.optional_integer("v")};
}

bool too_many(Fields& fields, std::size_t count) {
  if (count <= kSubscriptionsPerConnectionMax) return false;
  fields.fail(
      kErrTooManySubscriptions,
      "more than " + std::to_string(kSubscriptionsPerConnectionMax) + " documents in one message");
  return true;
}

std::vector<std::string> read_ids(Fields& fields, const JsonValue& array) {
  std::vector<std::string> ids;
  if (too_many(fields, array.size())) return ids;
  for (const JsonValue id : array.elements()) ids.push_back(fields.document_id(id, "b"));
  return ids;
}

Message read_many(Fields& fields, ReadKind kind) {
  ReadMany many{.kind = kind, .collection = fields.collection(), .documents = {}};
  const JsonValue wanted = fields.get("b");
  if (wanted.is_array()) {
    for (std::string& id : read_ids(fields, wanted)) {
      many.documents.emplace_back(std::move(id), std::nullopt);
    }
  } else if (wanted.is_object()) {
    many.with_versions = true;
    const std::vector<JsonField> versions = wanted.fields();
    if (too_many(fields, versions.size())) return many;
    for (const auto& [id, version] : versions) {
      many.documents.emplace_back(fields.document_id(id, "b"),
                                  version.is_null() ? 0 : fields.integer_value(version, "b"));
    }
  } else {
    fields.fail(kErrMessageBadlyFormed, "\"b\" must be an array of ids or an object of versions");
  }
  return many;
}

Message read_unsubscribe_many(Fields& fields) {
  UnsubscribeMany many{.collection = fields.collection(), .ids = {}};
  const JsonValue ids = fields.get("b");
  if (ids.is_array()) {
    many.ids = read_ids(fields, ids);
  } else {
    fields.fail(kErrMessageBadlyFormed, "\"b\" must be an array of ids");
  }
  return many;
}

Message read_fetch_snapshot(Fields& fields) {
  return FetchSnapshot{.request = fields.integer("id"),
                       .key = fields.key(),
                       .version = fields.optional_integer("v")};
}

Message read_fetch_snapshot_by_time(Fields& fields) {
  FetchSnapshotByTime fetch{.request = fields.integer("id"), .key = fields.key()};
  const JsonValue time = fields.get("ts");
  if (const std::optional<double> time_ms = time.number()) {
    // Fractions and times before 1970 are legal.
    fetch.time_ms = static_cast<std::int64_t>(
        std::clamp(*time_ms, -1.0, static_cast<double>(storage::kIntegerMax)));
  } else if (!time.is_null()) {
    fields.fail(kErrMessageBadlyFormed, "\"ts\" must be a number of milliseconds");
  }
  return fetch;
}

// Of the document that a presence is about. To ShareDB one that names half of a document is about
// none.
std::optional<storage::DocumentKey> read_presence_key(Fields& fields) {
  const bool has_collection = !fields.get("c").is_null();
  const bool has_id = !fields.get("d").is_null();
  if (has_collection && has_id) return fields.key();
  if (has_collection) (void)fields.collection();
  if (has_id) (void)fields.document_id(fields.get("d"), "d");
  return std::nullopt;
}

Message read_presence(Fields& fields) {
  std::optional<storage::DocumentKey> key = read_presence_key(fields);
  Presence presence{.channel = fields.channel(),
                    .id = fields.presence_id(),
                    .presence_version = fields.integer("pv"),
                    .key = std::move(key),
                    .version = fields.optional_integer("v"),
                    .type = fields.optional_id("t")};
  presence.value = fields.get("p").to_json();
  if (presence.value.size() > kPresenceBytesMax) {
    fields.fail(kErrPresenceTooLarge,
                "a presence value is larger than " + std::to_string(kPresenceBytesMax) + " bytes");
  }
  if (presence.type && !is_text_type(*presence.type)) {
    fields.fail(kErrTypeWithoutPresence,
                "the type \"" + *presence.type + "\" does not support presence");
  }
  if (!presence.key) return presence;
  if (!presence.version) {
    fields.fail(kErrMessageBadlyFormed, "the presence of a document must have a \"v\"");
  }
  if (presence.channel != presence_channel(*presence.key)) {
    fields.fail(kErrMessageBadlyFormed, "the presence of a document belongs on the channel \"" +
                                            presence_channel(*presence.key) + "\"");
  }
  return presence;
}

// Of queries there is only the empty one, for all documents of a collection, and its next page.
Message read_query(Fields& fields, ReadKind kind) {
  Query query{.kind = kind,
              .request = fields.integer("id"),
              .collection = fields.collection(),
              .after = {}};
  const JsonValue wanted = fields.get("q");
  const JsonValue after = wanted["after"];
  if (!wanted.is_object() || wanted.size() > (wanted.has("after") ? 1 : 0)) {
    fields.fail(kErrQueriesUnsupported,
                "the only query here is {}, for all documents of the collection");
  } else if (wanted.has("after")) {
    query.after = fields.id_value(after, "after");
  }
  return query;
}

// Without a name the author is unknown again.
Message read_set_name(Fields& fields) {
  SetName request{.name = fields.id("name")};
  if (has_nul(request.name)) fields.fail(kErrMessageBadlyFormed, "Invalid name");
  return request;
}

Message read_message(Fields& fields, const std::string& action) {
  if (action == "op") return read_submit(fields);
  if (action == "p") return read_presence(fields);
  if (action == "hs") return read_handshake(fields);
  if (action == "pp") return Ping{};
  if (action == "f") return read_read(fields, ReadKind::kFetch);
  if (action == "s") return read_read(fields, ReadKind::kSubscribe);
  if (action == "u") return Unsubscribe{fields.key()};
  if (action == "bf") return read_many(fields, ReadKind::kFetch);
  if (action == "bs") return read_many(fields, ReadKind::kSubscribe);
  if (action == "bu") return read_unsubscribe_many(fields);
  if (action == "nf") return read_fetch_snapshot(fields);
  if (action == "nt") return read_fetch_snapshot_by_time(fields);
  if (action == "ps") {
    return JoinChannel{.channel = fields.channel(), .sequence = fields.integer("seq")};
  }
  if (action == "pu") {
    return LeaveChannel{.channel = fields.channel(), .sequence = fields.integer("seq")};
  }
  if (action == "pr") return RequestPresence{fields.channel()};
  if (action == "qf") return read_query(fields, ReadKind::kFetch);
  if (action == "qs") return read_query(fields, ReadKind::kSubscribe);
  if (action == "qu") return EndQuery{.request = fields.integer("id")};
  if (action == "x-name") return read_set_name(fields);
  fields.fail(kErrMessageBadlyFormed, "unknown action");
  return Ping{};
}

// Operations are measured as JSON writes them, not by how the client chose to escape them; most are
// settled by the message's size.
void check_operation_size(Fields& fields, std::size_t message_bytes) {
  if (message_bytes <= kOperationBytesMax) return;
  for (const char* name : {"op", "create"}) {
    if (fields.has(name) && fields.get(name).to_json().size() > kOperationBytesMax) {
      fields.fail(kErrOperationTooLarge,
                  "the operation is larger than " + std::to_string(kOperationBytesMax) + " bytes");
    }
  }
}

// A field as a refusal repeats it; absent if that is too long.
std::optional<std::string> echo(std::string_view name, const JsonValue& value) {
  const std::size_t bytes_max = name == "b" ? kEchoBulkBytesMax : kEchoBytesMax;
  if (value.is_string() && value.string().size() > bytes_max) return std::nullopt;
  std::string json = value.to_json();
  if (json.size() > bytes_max) return std::nullopt;
  return json;
}

// The error, with the fields by which the client recognises its request.
Refused refuse(const JsonValue& request, Error error) {
  JsonWriter reply;
  reply.begin_object();
  for (const char* name :
       {"a", "b", "c", "ch", "d", "id", "name", "p", "pv", "q", "seq", "src", "t", "ts", "v"}) {
    if (!request.has(name)) continue;
    const std::optional<std::string> value = echo(name, request[name]);
    if (value) reply.raw(name, *value);
  }
  reply.begin_object("error").text("code", error.code).text("message", error.message).end_object();
  std::string text = reply.end_object().take();
  return {std::move(error), std::move(text)};
}

// With more than that, what was read of the message is not all of it.
void refuse_values(Fields& fields) {
  if (fields.get("op").size() > storage::kOperationComponentsMax) {
    (void)read_edit(fields);
  } else {
    fields.fail(kErrMessageBadlyFormed,
                "a message holds more than " + std::to_string(kJsonValuesMax) + " values");
  }
}

}  // namespace

Decoded decode(std::string_view text) {
  const ParsedJson parsed(text);
  const JsonValue request = parsed.root();
  if (parsed.fault() == JsonFault::kTooDeep) {
    return NotAMessage{"nested more than " + std::to_string(kJsonDepthMax) + " deep"};
  }
  if (parsed.fault() == JsonFault::kNotJson) return NotAMessage{"not JSON"};
  if (!request.is_object()) return NotAMessage{"not a JSON object"};

  Fields fields(request);
  if (!fields.get("a").is_string()) {
    return refuse(request, {kErrMessageBadlyFormed, "\"a\" must be a string"});
  }
  const std::string action(fields.get("a").string());
  if (parsed.fault() == JsonFault::kLoneSurrogate) {
    fields.fail(action == "op" ? kErrOpNotApplied : kErrMessageBadlyFormed,
                "a text holds half of a surrogate pair");
  }
  if (parsed.fault() == JsonFault::kTooManyValues) {
    refuse_values(fields);
    return refuse(request, *fields.fault());
  }
  if (action == "op") check_operation_size(fields, text.size());
  Message message = read_message(fields, action);
  if (fields.fault()) return refuse(request, *fields.fault());
  return message;
}

}  // namespace cowrite::protocol
