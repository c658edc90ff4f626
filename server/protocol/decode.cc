#include "server/protocol/decode.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "ot/operation.h"
#include "server/protocol/error_codes.h"
#include "server/protocol/json_text.h"
#include "server/protocol/limits.h"
#include "server/protocol/operation_json.h"
#include "storage/limits.h"

namespace cowrite::protocol {
namespace {

using Json = nlohmann::json;

// Reads the fields of one request. The first fault is remembered and later reads yield empty
// values, so that decoders are straight lists of fields; whoever calls them asks for the fault at
// the end.
class Fields {
 public:
  explicit Fields(const Json& object) : object_(object) {}

  [[nodiscard]] const std::optional<Error>& fault() const { return fault_; }

  void fail(std::string_view code, std::string message) {
    if (!fault_) fault_ = Error{code, std::move(message)};
  }

  // The field, or null where it is absent.
  [[nodiscard]] const Json& get(const char* name) const {
    static const Json kNull;
    const auto found = object_.find(name);
    return found == object_.end() ? kNull : *found;
  }
  [[nodiscard]] bool has(const char* name) const { return object_.contains(name); }

  std::string id(const char* name) { return id_value(get(name), name); }

  std::string id_value(const Json& value, const char* name) {
    if (!value.is_string()) {
      fail(kErrMessageBadlyFormed, std::string("\"") + name + "\" must be a string");
      return {};
    }
    const auto& text = value.get_ref<const std::string&>();
    if (text.size() > storage::kIdBytesMax) {
      fail(kErrIdTooLong, std::string("\"") + name + "\" is longer than " +
                              std::to_string(storage::kIdBytesMax) + " bytes");
      return {};
    }
    return text;
  }

  storage::DocumentKey key() { return {id("c"), id("d")}; }

  std::uint64_t integer(const char* name) { return integer_value(get(name), name); }

  std::uint64_t integer_value(const Json& value, const char* name) {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > storage::kIntegerMax) {
      fail(kErrMessageBadlyFormed,
           std::string("\"") + name + "\" must be an integer from 0 to 2^53-1");
      return 0;
    }
    return value.get<std::uint64_t>();
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
  const Json& object_;
  std::optional<Error> fault_;
};

// ---- Operations

storage::Change read_edit(Fields& fields) {
  const Json& value = fields.get("op");
  if (value.size() > storage::kOperationComponentsMax) {
    fields.fail(kErrOperationTooLarge, "the operation has more than " +
                                           std::to_string(storage::kOperationComponentsMax) +
                                           " components");
    return storage::Delete{};
  }
  Result<ot::Operation> operation = operation_from_json(value);
  if (!operation) {
    // To ShareDB an operation that is none is one that cannot be applied.
    fields.fail(kErrOpNotApplied, operation.error().message);
    return storage::Delete{};
  }
  return storage::Edit{*std::move(operation)};
}

storage::Change read_create(Fields& fields) {
  const Json& create = fields.get("create");
  if (!create.is_object()) {
    fields.fail(kErrOpBadlyFormed, "\"create\" must be an object");
    return storage::Delete{};
  }
  const Json type = create.value("type", Json());
  if (!type.is_string()) {
    fields.fail(kErrOpBadlyFormed, "Missing create type");
    return storage::Delete{};
  }
  if (type != kTextType && type != "text-unicode") {
    fields.fail(kErrTypeNotRecognized,
                "the only type of document here is " + std::string(kTextType));
    return storage::Delete{};
  }
  if (!create.contains("data")) return storage::Create{};
  if (!create["data"].is_string()) {
    fields.fail(kErrOpBadlyFormed, "the data of a text document must be a string");
    return storage::Delete{};
  }
  return storage::Create{create["data"].get<std::string>()};
}

storage::Change read_change(Fields& fields) {
  if (fields.has("op")) return read_edit(fields);
  if (fields.has("create")) return read_create(fields);
  if (!fields.has("del")) {
    fields.fail(kErrMessageBadlyFormed, "an operation must have \"op\", \"create\" or \"del\"");
  } else if (fields.get("del") != Json(true)) {
    fields.fail(kErrOpBadlyFormed, "\"del\" must be true");
  }
  return storage::Delete{};
}

Message read_submit(Fields& fields) {
  Submit submit{.key = fields.key(),
                .version = fields.optional_integer("v"),
                .source = fields.optional_id("src")};
  const Json& sequence = fields.get("seq");
  if (sequence.is_null()) {
    fields.fail(kErrOpBadlyFormed, "an operation must have a \"seq\"");
  } else if (sequence.is_number() &&
             sequence.get<double>() >= static_cast<double>(storage::kIntegerMax)) {
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
    const Json& value = fields.get(name);
    if (!value.is_null() && !value.is_number() && !value.is_string()) {
      fields.fail(kErrMessageBadlyFormed,
                  std::string("\"") + name + "\" must be a number or a string");
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

Message read_many(Fields& fields, ReadKind kind) {
  ReadMany many{.kind = kind, .collection = fields.id("c"), .documents = {}};
  const Json& wanted = fields.get("b");
  if (!wanted.is_array() && !wanted.is_object()) {
    fields.fail(kErrMessageBadlyFormed, "\"b\" must be an array of ids or an object of versions");
    return many;
  }
  if (too_many(fields, wanted.size())) return many;
  many.with_versions = wanted.is_object();
  for (const auto& [name, value] : wanted.items()) {
    if (wanted.is_array()) {
      many.documents.emplace_back(fields.id_value(value, "b"), std::nullopt);
    } else {
      many.documents.emplace_back(fields.id_value(name, "b"),
                                  value.is_null() ? 0 : fields.integer_value(value, "b"));
    }
  }
  return many;
}

Message read_unsubscribe_many(Fields& fields) {
  UnsubscribeMany many{.collection = fields.id("c"), .ids = {}};
  const Json& ids = fields.get("b");
  if (!ids.is_array()) {
    fields.fail(kErrMessageBadlyFormed, "\"b\" must be an array of ids");
  } else if (!too_many(fields, ids.size())) {
    for (const Json& id : ids) many.ids.push_back(fields.id_value(id, "b"));
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
  const Json& time = fields.get("ts");
  if (time.is_number()) {
    // Fractions and times before 1970 are legal.
    fetch.time_ms = static_cast<std::int64_t>(
        std::clamp(time.get<double>(), -1.0, static_cast<double>(storage::kIntegerMax)));
  } else if (!time.is_null()) {
    fields.fail(kErrMessageBadlyFormed, "\"ts\" must be a number of milliseconds");
  }
  return fetch;
}

// A document's channel is its collection and id joined by a dot.
std::string channel_value(Fields& fields) {
  const Json& value = fields.get("ch");
  if (!value.is_string()) {
    fields.fail(kErrMessageBadlyFormed, "\"ch\" must be a string");
    return {};
  }
  const auto& channel = value.get_ref<const std::string&>();
  if (channel.size() > kChannelBytesMax) {
    fields.fail(kErrIdTooLong,
                "\"ch\" is longer than " + std::to_string(kChannelBytesMax) + " bytes");
    return {};
  }
  return channel;
}

Message read_presence(Fields& fields) {
  Presence presence{.channel = channel_value(fields),
                    .id = fields.id("id"),
                    .presence_version = fields.integer("pv"),
                    .value = {}};
  presence.value = fields.get("p").dump();
  if (presence.value.size() > kPresenceBytesMax) {
    fields.fail(kErrPresenceTooLarge,
                "a presence value is larger than " + std::to_string(kPresenceBytesMax) + " bytes");
  }
  if (fields.get("c").is_null() && fields.get("d").is_null()) return presence;
  PresencePlace place{
      .key = fields.key(), .version = fields.integer("v"), .type = fields.optional_id("t")};
  if (place.type && *place.type != kTextType && *place.type != "text-unicode") {
    fields.fail(kErrTypeWithoutPresence,
                "the type \"" + *place.type + "\" does not support presence");
  }
  presence.place = std::move(place);
  return presence;
}

Message read_query(Fields& fields, const std::string& action) {
  const Query query{.action = action, .request = fields.integer("id")};
  if (action != "qu") fields.fail(kErrQueriesUnsupported, "queries are not supported");
  return query;
}

Message read_set_name(Fields& fields) { return SetName{.name = fields.id("name")}; }

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
    return JoinChannel{.channel = channel_value(fields), .sequence = fields.integer("seq")};
  }
  if (action == "pu") {
    return LeaveChannel{.channel = channel_value(fields), .sequence = fields.integer("seq")};
  }
  if (action == "pr") return RequestPresence{channel_value(fields)};
  if (action == "qf" || action == "qs" || action == "qu") return read_query(fields, action);
  if (action == "x-name") return read_set_name(fields);
  fields.fail(kErrMessageBadlyFormed, "unknown action \"" + action + "\"");
  return Ping{};
}

// Operations are measured as JSON writes them, not by how the client chose to escape them; most are
// settled by the message's size.
void check_operation_size(Fields& fields, std::size_t message_bytes) {
  if (message_bytes <= kOperationBytesMax) return;
  for (const char* name : {"op", "create"}) {
    if (fields.has(name) && fields.get(name).dump().size() > kOperationBytesMax) {
      fields.fail(kErrOperationTooLarge,
                  "the operation is larger than " + std::to_string(kOperationBytesMax) + " bytes");
    }
  }
}

Refused refuse(Json request, const Error& error) {
  for (const char* large : {"op", "create", "x"}) request.erase(large);
  request["error"] = {{"code", error.code}, {"message", error.message}};
  return {error, request.dump()};
}

}  // namespace

Decoded decode(std::string_view text) {
  const JsonScan scan = scan_json(text);
  if (scan.depth > kJsonDepthMax) {
    return NotAMessage{"nested more than " + std::to_string(kJsonDepthMax) + " deep"};
  }
  Json request = Json::parse(scan.lone_surrogate ? std::string_view(scan.repaired) : text, nullptr,
                             /*allow_exceptions=*/false);
  if (request.is_discarded()) return NotAMessage{"not JSON"};
  if (!request.is_object()) return NotAMessage{"not a JSON object"};

  Fields fields(request);
  if (!fields.get("a").is_string()) {
    fields.fail(kErrMessageBadlyFormed, "\"a\" must be a string");
    return refuse(request, *fields.fault());
  }
  const auto action = fields.get("a").get<std::string>();
  if (scan.lone_surrogate) {
    fields.fail(action == "op" ? kErrOpNotApplied : kErrMessageBadlyFormed,
                "a text holds half of a surrogate pair");
  }
  if (action == "op") check_operation_size(fields, text.size());
  Message message = read_message(fields, action);
  if (fields.fault()) return refuse(std::move(request), *fields.fault());
  return message;
}

}  // namespace cowrite::protocol
