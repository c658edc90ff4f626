#include "server/protocol/encode.h"

#include <optional>
#include <utility>

#include "server/protocol/json_writer.h"
#include "server/protocol/operation_json.h"

namespace cowrite::protocol {
namespace {

// ---- Parts of messages

// A message as far as its action, which the caller continues and finishes.
JsonWriter begin_message(std::string_view action) {
  JsonWriter json;
  json.begin_object().text("a", action);
  return json;
}

JsonWriter& write_key(JsonWriter& json, const storage::DocumentKey& key) {
  return json.text("c", key.collection()).text("d", key.id());
}

JsonWriter begin_message(std::string_view action, const storage::DocumentKey& key) {
  JsonWriter json = begin_message(action);
  write_key(json, key);
  return json;
}

std::string finish(JsonWriter& json) { return json.end_object().take(); }
PiecedText finish_pieces(JsonWriter& json) { return json.end_object().take_pieces(); }

JsonWriter& write_error_value(JsonWriter& json, const Error& error) {
  return json.begin_object().text("code", error.code).text("message", error.message).end_object();
}

JsonWriter& write_error(JsonWriter& json, const Error& error) {
  return write_error_value(json.name("error"), error);
}

// "v":3,"type":URI,"data":"text", or "v":4,"type":null where there is no document.
JsonWriter& write_snapshot(JsonWriter& json, const storage::Snapshot& snapshot) {
  json.integer("v", snapshot.version);
  if (!snapshot.exists) return json.name("type").null();
  return json.text("type", kTextType).name("data").text(snapshot.text);
}

void write_change(JsonWriter& json, const storage::Change& change) {
  if (const auto* edit = std::get_if<storage::Edit>(&change)) {
    write_operation(json.name("op"), edit->operation);
  } else if (const auto* create = std::get_if<storage::Create>(&change)) {
    json.begin_object("create").text("type", kTextType).text("data", create->text).end_object();
  } else {
    json.boolean("del", true);
  }
}

std::string_view action_of(ReadKind kind) { return kind == ReadKind::kFetch ? "f" : "s"; }
std::string_view bulk_action_of(ReadKind kind) { return kind == ReadKind::kFetch ? "bf" : "bs"; }

// ---- Requests

JsonWriter channel_request(std::string_view action, std::string_view channel,
                           std::uint64_t sequence) {
  JsonWriter json = begin_message(action);
  json.text("ch", channel).integer("seq", sequence);
  return json;
}

JsonWriter query_message(std::string_view action, std::uint64_t request) {
  JsonWriter json = begin_message(action);
  json.integer("id", request);
  return json;
}

// The fields by which a client recognises its own request.
struct Echo {
  JsonWriter operator()(const Handshake&) const { return begin_message("hs"); }
  JsonWriter operator()(const Ping&) const { return begin_message("pp"); }
  JsonWriter operator()(const Read& read) const {
    JsonWriter json = begin_message(action_of(read.kind), read.key);
    json.integer("v", read.version);
    return json;
  }
  // "b" as the client sent it: a list of ids, or a map of versions.
  JsonWriter operator()(const ReadMany& many) const {
    JsonWriter json = begin_message(bulk_action_of(many.kind));
    json.text("c", many.collection).name("b");
    if (many.with_versions) {
      json.begin_object();
      for (const auto& [id, version] : many.documents) json.name(id).integer(version);
      json.end_object();
    } else {
      json.begin_array();
      for (const auto& [id, version] : many.documents) json.text(id);
      json.end_array();
    }
    return json;
  }
  JsonWriter operator()(const Unsubscribe& request) const {
    return begin_message("u", request.key);
  }
  JsonWriter operator()(const UnsubscribeMany& request) const {
    JsonWriter json = begin_message("bu");
    json.text("c", request.collection).begin_array("b");
    for (const std::string& id : request.ids) json.text(id);
    json.end_array();
    return json;
  }
  JsonWriter operator()(const Submit& submit) const {
    JsonWriter json = begin_message("op", submit.key);
    json.integer("v", submit.version).integer("seq", submit.sequence);
    if (submit.source) json.text("src", *submit.source);
    return json;
  }
  JsonWriter operator()(const FetchSnapshot& request) const {
    JsonWriter json = begin_message("nf");
    json.integer("id", request.request);
    write_key(json, request.key).integer("v", request.version);
    return json;
  }
  JsonWriter operator()(const FetchSnapshotByTime& request) const {
    JsonWriter json = begin_message("nt");
    json.integer("id", request.request);
    write_key(json, request.key).name("ts");
    if (request.time_ms) {
      json.signed_integer(*request.time_ms);
    } else {
      json.null();
    }
    return json;
  }
  JsonWriter operator()(const JoinChannel& request) const {
    return channel_request("ps", request.channel, request.sequence);
  }
  JsonWriter operator()(const LeaveChannel& request) const {
    return channel_request("pu", request.channel, request.sequence);
  }
  JsonWriter operator()(const Presence& presence) const {
    JsonWriter json = begin_message("p");
    json.text("ch", presence.channel)
        .text("id", presence.id)
        .raw("p", presence.value)
        .integer("pv", presence.presence_version);
    if (presence.key) write_key(json, *presence.key);
    if (presence.version) json.integer("v", presence.version);
    if (presence.type) json.text("t", *presence.type);
    return json;
  }
  // The answer has no channel: with it the client would take it for our request to send its own
  // presences.
  JsonWriter operator()(const RequestPresence&) const { return begin_message("pr"); }
  JsonWriter operator()(const Query& query) const {
    return query_message(query.kind == ReadKind::kFetch ? "qf" : "qs", query.request);
  }
  JsonWriter operator()(const EndQuery& request) const {
    return query_message("qu", request.request);
  }
  JsonWriter operator()(const SetName& request) const {
    JsonWriter json = begin_message("x-name");
    json.text("name", request.name);
    return json;
  }
};

std::string encode_greeting(std::string_view action, std::string_view connection_id,
                            std::string_view history_id) {
  JsonWriter json = begin_message(action);
  json.integer("protocol", 1)
      .integer("protocolMinor", 2)
      .text("id", connection_id)
      .text("type", "http://sharejs.org/types/JSONv0");
  if (!history_id.empty()) json.text("x-history", history_id);
  return finish(json);
}

}  // namespace

std::string encode_init(std::string_view connection_id) {
  return encode_greeting("init", connection_id, {});
}
std::string encode_handshake(std::string_view connection_id, std::string_view history_id) {
  return encode_greeting("hs", connection_id, history_id);
}

std::string encode_operation(const storage::DocumentKey& key, const storage::Record& record) {
  return encode_operation(key, record, record.source);
}
std::string encode_operation(const storage::DocumentKey& key, const storage::Record& record,
                             std::string_view source) {
  JsonWriter json = begin_message("op", key);
  json.integer("v", record.version).text("src", source).integer("seq", record.sequence);
  write_change(json, record.change);
  return finish(json);
}

std::string encode_ack(const storage::DocumentKey& key, std::string_view source,
                       std::uint64_t sequence, std::uint64_t version) {
  JsonWriter json = begin_message("op", key);
  json.text("src", source).integer("seq", sequence).integer("v", version);
  return finish(json);
}

PiecedText encode_read(const Read& read, const storage::Snapshot& snapshot) {
  JsonWriter json = begin_message(action_of(read.kind), read.key);
  write_snapshot(json.begin_object("data"), snapshot).end_object();
  return finish_pieces(json);
}
std::string encode_read(const Read& read) {
  JsonWriter json = begin_message(action_of(read.kind), read.key);
  return finish(json);
}

std::vector<std::string> BulkReply::give_up_snapshots(const Error& error) {
  std::vector<std::string> given_up;
  for (auto& [id, document] : documents_) {
    if (!std::holds_alternative<storage::Snapshot>(document)) continue;
    given_up.push_back(id);
    document = error;
  }
  return given_up;
}

PiecedText BulkReply::encode(const ReadMany& many) const {
  JsonWriter json = begin_message(bulk_action_of(many.kind));
  json.text("c", many.collection).begin_object("data");
  for (const auto& [id, document] : documents_) {
    if (const auto* snapshot = std::get_if<storage::Snapshot>(&document)) {
      write_snapshot(json.name(id).begin_object(), *snapshot).end_object();
    } else if (const auto* error = std::get_if<Error>(&document)) {
      write_error(json.name(id).begin_object(), *error).end_object();
    } else {
      json.name(id).boolean(false);  // Not null: sharedb's client looks for an error in it.
    }
  }
  json.end_object();
  return finish_pieces(json);
}

PiecedText encode_named_snapshot(std::string_view action, std::uint64_t request,
                                 const storage::Snapshot& snapshot) {
  JsonWriter json = begin_message(action);
  json.integer("id", request);
  write_snapshot(json, snapshot).name("m").null();
  return finish_pieces(json);
}

PiecedText encode_query(const Query& query, const QueryPage& page) {
  JsonWriter json = Echo{}(query);
  JsonWriter errors{std::string()};
  json.begin_array("data");
  for (const FoundDocument& found : page.documents) {
    if (found.snapshot) {
      write_snapshot(json.begin_object().text("d", found.id), *found.snapshot).end_object();
    } else {
      write_error_value(errors.name(found.id), found.snapshot.error());
    }
  }
  json.end_array();
  const std::string failed = errors.take();
  if (!page.next && !page.damage && failed.empty()) return finish_pieces(json);
  json.begin_object("extra");
  if (page.next) json.text("next", *page.next);
  if (page.damage) write_error_value(json.name("damage"), *page.damage);
  if (!failed.empty()) json.begin_object("errors").raw(failed).end_object();
  json.end_object();
  return finish_pieces(json);
}

std::string encode_presence(const Presence& presence, std::string_view source) {
  JsonWriter json = Echo{}(presence);
  json.text("src", source);
  return finish(json);
}

std::string encode_presence_request(std::string_view channel) {
  JsonWriter json = begin_message("pr");
  json.text("ch", channel);
  return finish(json);
}

std::string encode_done(const Message& request) {
  JsonWriter json = std::visit(Echo{}, request);
  return finish(json);
}

std::string encode_error(const Message& request, const Error& error) {
  JsonWriter json = std::visit(Echo{}, request);
  write_error(json, error);
  return finish(json);
}

}  // namespace cowrite::protocol
