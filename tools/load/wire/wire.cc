#include "tools/load/wire/wire.h"

#include <utility>

#include "server/protocol/json_writer.h"
#include "server/protocol/operation_json.h"

namespace cowrite::load {

using protocol::JsonValue;
using protocol::JsonWriter;

std::string_view ServerMessage::text(std::string_view name) const {
  const JsonValue value = root_[name];
  return value.is_string() ? value.string() : std::string_view();
}

std::optional<std::uint64_t> ServerMessage::integer(const JsonValue& object,
                                                    std::string_view name) {
  const JsonValue value = object[name];
  return value.is_unsigned() ? std::optional(value.integer()) : std::nullopt;
}

std::optional<std::string> ServerMessage::error() const {
  const JsonValue error = root_["error"];
  if (!error.is_object()) return std::nullopt;
  const JsonValue message = error["message"];
  return std::string(error_code()) + ": " +
         std::string(message.is_string() ? message.string() : "no message");
}

std::string_view ServerMessage::error_code() const {
  const JsonValue code = root_["error"]["code"];
  return code.is_string() ? code.string() : "no code";
}

Result<ot::Operation> ServerMessage::operation() const {
  return protocol::read_operation(root_["op"]);
}

std::optional<std::string_view> ServerMessage::created() const {
  const JsonValue create = root_["create"];
  if (!create.is_object()) return std::nullopt;
  const JsonValue data = create["data"];
  return data.is_string() ? data.string() : std::string_view();
}

std::optional<WireSnapshot> ServerMessage::snapshot() const {
  const JsonValue data = root_["data"];
  if (!data.is_object()) return std::nullopt;
  const JsonValue type = data["type"];
  const JsonValue content = data["data"];
  const bool is_text = type.is_string() && type.string() == kTextType && content.is_string();
  return WireSnapshot{integer(data, "v").value_or(0), is_text,
                      is_text ? content.string() : std::string_view()};
}

namespace {

JsonWriter begin_request(std::string_view action, std::string_view collection,
                         std::string_view document) {
  JsonWriter json;
  json.begin_object().text("a", action).text("c", collection).text("d", document);
  return json;
}

}  // namespace

std::string write_handshake(std::string_view id) {
  JsonWriter json;
  json.begin_object().text("a", "hs").name("id");
  if (id.empty()) {
    json.null();
  } else {
    json.text(id);
  }
  return json.integer("protocol", 1).integer("protocolMinor", 2).end_object().take();
}

std::string write_read(std::string_view action, std::string_view collection,
                       std::string_view document, std::optional<std::uint64_t> version) {
  JsonWriter json = begin_request(action, collection, document);
  if (action != "u") json.integer("v", version);
  return json.end_object().take();
}

std::string write_create(std::string_view collection, std::string_view document,
                         std::uint64_t sequence, std::string_view text) {
  JsonWriter json = begin_request("op", collection, document);
  json.name("v").null().integer("seq", sequence).begin_object("x").end_object();
  json.begin_object("create").text("type", kTextType).text("data", text).end_object();
  return json.end_object().take();
}

std::string write_subscribe_presence(std::string_view channel, std::uint64_t sequence) {
  JsonWriter json;
  return json.begin_object()
      .text("a", "ps")
      .text("ch", channel)
      .integer("seq", sequence)
      .end_object()
      .take();
}

SubmissionWriter::SubmissionWriter(std::string_view collection, std::string_view document)
    : beginning_(begin_request("op", collection, document).take()) {}

std::string SubmissionWriter::write(std::uint64_t version, std::uint64_t sequence,
                                    const ot::Operation& operation,
                                    std::optional<std::string_view> source) const {
  std::string text;
  text.reserve(beginning_.size() + 128 + operation.inserted_bytes());
  text += beginning_;
  JsonWriter json(std::move(text));
  json.integer("v", version).integer("seq", sequence).begin_object("x").end_object();
  if (source) json.text("src", *source);
  protocol::write_operation(json.name("op"), operation);
  return json.end_object().take();
}

}  // namespace cowrite::load
