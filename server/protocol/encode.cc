#include "server/protocol/encode.h"

#include <optional>

#include "server/protocol/json_text.h"
#include "server/protocol/operation_json.h"

namespace cowrite::protocol {
namespace {

// Writes one JSON object, field by field, into one string.
class Writer {
 public:
  explicit Writer(std::string_view action) {
    out_ = "{\"a\":";
    append_string(out_, action);
  }

  Writer& text(std::string_view name, std::string_view value) {
    field(name);
    append_string(out_, value);
    return *this;
  }
  Writer& integer(std::string_view name, std::uint64_t value) {
    field(name);
    append_integer(out_, value);
    return *this;
  }
  Writer& raw(std::string_view name, std::string_view json) {
    field(name);
    out_ += json;
    return *this;
  }
  // Absent values are written as null.
  Writer& nullable(std::string_view name, const std::optional<std::uint64_t>& value) {
    return value ? integer(name, *value) : raw(name, "null");
  }
  Writer& key(const storage::DocumentKey& key) {
    return text("c", key.collection()).text("d", key.id());
  }
  Writer& error(const Error& error) {
    field("error");
    append_error(out_, error);
    return *this;
  }
  // Opens the value of a field that the caller writes by itself.
  std::string& open(std::string_view name) {
    field(name);
    return out_;
  }

  [[nodiscard]] std::string finish() {
    out_ += '}';
    return std::move(out_);
  }

  static void append_error(std::string& out, const Error& error) {
    out += "{\"code\":";
    append_string(out, error.code);
    out += ",\"message\":";
    append_string(out, error.message);
    out += '}';
  }

 private:
  void field(std::string_view name) {
    out_ += ",\"";
    out_ += name;
    out_ += "\":";
  }

  std::string out_;
};

void append_rope(std::string& out, const ot::Rope& text) {
  out.reserve(out.size() + text.bytes() + text.bytes() / 16 + 64);
  out += '"';
  text.for_each_chunk([&out](std::string_view chunk) { append_escaped(out, chunk); });
  out += '"';
}

// {"v":3,"data":"text","type":URI}, or {"v":4,"type":null} where there is no document.
void append_snapshot(std::string& out, const storage::Snapshot& snapshot) {
  out += "{\"v\":";
  append_integer(out, snapshot.version);
  if (snapshot.exists) {
    out += ",\"type\":";
    append_string(out, kTextType);
    out += ",\"data\":";
    append_rope(out, snapshot.text);
  } else {
    out += ",\"type\":null";
  }
  out += '}';
}

void append_create(std::string& out, const storage::Create& create) {
  out += "{\"type\":";
  append_string(out, kTextType);
  out += ",\"data\":";
  append_string(out, create.text);
  out += '}';
}

std::string_view action_of(ReadKind kind) { return kind == ReadKind::kFetch ? "f" : "s"; }
std::string_view bulk_action_of(ReadKind kind) { return kind == ReadKind::kFetch ? "bf" : "bs"; }

void append_ids(std::string& out, const std::vector<std::string>& ids) {
  out += '[';
  for (const std::string& id : ids) {
    if (out.back() != '[') out += ',';
    append_string(out, id);
  }
  out += ']';
}

// The "b" of a bulk request, as the client sent it: a list of ids, or a map of versions.
void append_wanted(std::string& out, const ReadMany& many) {
  out += many.with_versions ? '{' : '[';
  bool first = true;
  for (const auto& [id, version] : many.documents) {
    if (!first) out += ',';
    first = false;
    append_string(out, id);
    if (!many.with_versions) continue;
    out += ':';
    if (version) {
      append_integer(out, *version);
    } else {
      out += "null";
    }
  }
  out += many.with_versions ? '}' : ']';
}

// The fields by which a client recognises its own request.
struct Echo {
  Writer operator()(const Handshake&) const { return Writer("hs"); }
  Writer operator()(const Ping&) const { return Writer("pp"); }
  Writer operator()(const Read& read) const {
    return std::move(Writer(action_of(read.kind)).key(read.key).nullable("v", read.version));
  }
  Writer operator()(const ReadMany& many) const {
    Writer writer(bulk_action_of(many.kind));
    append_wanted(writer.text("c", many.collection).open("b"), many);
    return writer;
  }
  Writer operator()(const Unsubscribe& request) const {
    return std::move(Writer("u").key(request.key));
  }
  Writer operator()(const UnsubscribeMany& request) const {
    Writer writer("bu");
    append_ids(writer.text("c", request.collection).open("b"), request.ids);
    return writer;
  }
  Writer operator()(const Submit& submit) const {
    Writer writer("op");
    writer.key(submit.key).nullable("v", submit.version).integer("seq", submit.sequence);
    if (submit.source) writer.text("src", *submit.source);
    return writer;
  }
  Writer operator()(const FetchSnapshot& request) const {
    return std::move(Writer("nf")
                         .integer("id", request.request)
                         .key(request.key)
                         .nullable("v", request.version));
  }
  Writer operator()(const FetchSnapshotByTime& request) const {
    Writer writer("nt");
    writer.integer("id", request.request).key(request.key);
    writer.raw("ts", request.time_ms ? std::to_string(*request.time_ms) : "null");
    return writer;
  }
  Writer operator()(const JoinChannel& request) const {
    return std::move(Writer("ps").text("ch", request.channel).integer("seq", request.sequence));
  }
  Writer operator()(const LeaveChannel& request) const {
    return std::move(Writer("pu").text("ch", request.channel).integer("seq", request.sequence));
  }
  Writer operator()(const Presence& presence) const {
    Writer writer("p");
    writer.text("ch", presence.channel)
        .text("id", presence.id)
        .raw("p", presence.value)
        .integer("pv", presence.presence_version);
    if (!presence.place) return writer;
    writer.key(presence.place->key).integer("v", presence.place->version);
    if (presence.place->type) writer.text("t", *presence.place->type);
    return writer;
  }
  // The answer has no channel: with it the client would take it for our request to send its own
  // presences.
  Writer operator()(const RequestPresence&) const { return Writer("pr"); }
  Writer operator()(const Query& query) const {
    return std::move(Writer(query.action).integer("id", query.request));
  }
  Writer operator()(const SetName& request) const {
    return std::move(Writer("x-name").text("name", request.name));
  }
};

std::string encode_greeting(std::string_view action, std::string_view connection_id,
                            std::string_view history_id) {
  Writer writer(action);
  writer.integer("protocol", 1)
      .integer("protocolMinor", 2)
      .text("id", connection_id)
      .text("type", "http://sharejs.org/types/JSONv0");
  if (!history_id.empty()) writer.text("x-history", history_id);
  return writer.finish();
}

}  // namespace

std::string encode_init(std::string_view connection_id) {
  return encode_greeting("init", connection_id, {});
}
std::string encode_handshake(std::string_view connection_id, std::string_view history_id) {
  return encode_greeting("hs", connection_id, history_id);
}

std::string encode_operation(const storage::DocumentKey& key, const storage::Record& record) {
  Writer writer("op");
  writer.key(key)
      .integer("v", record.version)
      .text("src", record.source)
      .integer("seq", record.sequence);
  if (const auto* edit = std::get_if<storage::Edit>(&record.change)) {
    append_operation(writer.open("op"), edit->operation);
  } else if (const auto* create = std::get_if<storage::Create>(&record.change)) {
    append_create(writer.open("create"), *create);
  } else {
    writer.raw("del", "true");
  }
  return writer.finish();
}

std::string encode_ack(const storage::DocumentKey& key, std::string_view source,
                       std::uint64_t sequence, std::uint64_t version) {
  return Writer("op")
      .key(key)
      .text("src", source)
      .integer("seq", sequence)
      .integer("v", version)
      .finish();
}

std::string encode_read(const Read& read, const storage::Snapshot& snapshot) {
  Writer writer(action_of(read.kind));
  append_snapshot(writer.key(read.key).open("data"), snapshot);
  return writer.finish();
}
std::string encode_read(const Read& read) {
  return Writer(action_of(read.kind)).key(read.key).finish();
}

std::string encode_bulk(const ReadMany& many, std::string_view data) {
  Writer writer(bulk_action_of(many.kind));
  std::string& out = writer.text("c", many.collection).open("data");
  out.reserve(out.size() + data.size() + 3);
  out.append("{").append(data).append("}");
  return writer.finish();
}

void append_bulk_snapshot(std::string& data, std::string_view id,
                          const storage::Snapshot& snapshot) {
  if (!data.empty()) data += ',';
  append_string(data, id);
  data += ':';
  append_snapshot(data, snapshot);
}

void append_bulk_error(std::string& data, std::string_view id, const Error& error) {
  if (!data.empty()) data += ',';
  append_string(data, id);
  data += ":{\"error\":";
  Writer::append_error(data, error);
  data += '}';
}

void append_bulk_resumed(std::string& data, std::string_view id) {
  if (!data.empty()) data += ',';
  append_string(data, id);
  data += ":false";  // Not null: sharedb's client looks for an error in it.
}

std::string encode_named_snapshot(std::string_view action, std::uint64_t request,
                                  const storage::Snapshot& snapshot) {
  Writer writer(action);
  writer.integer("id", request).integer("v", snapshot.version);
  if (snapshot.exists) {
    writer.text("type", kTextType);
    append_rope(writer.open("data"), snapshot.text);
  } else {
    writer.raw("type", "null");
  }
  return writer.raw("m", "null").finish();
}

std::string encode_presence(const Presence& presence, std::string_view source) {
  return Echo{}(presence).text("src", source).finish();
}

std::string encode_presence_request(std::string_view channel) {
  return Writer("pr").text("ch", channel).finish();
}

std::string encode_done(const Message& request) { return std::visit(Echo{}, request).finish(); }

std::string encode_error(const Message& request, const Error& error) {
  return std::visit(Echo{}, request).error(error).finish();
}

}  // namespace cowrite::protocol
