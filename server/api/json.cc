#include "server/api/json.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "server/limits.h"
#include "storage/errors.h"
#include "storage/timestamp.h"

namespace cowrite::server {
namespace {

using Json = nlohmann::ordered_json;

// ---- Writing

std::string print(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json operation_value(const ot::Operation& operation) {
  Json components = Json::array();
  for (const ot::Component& component : operation) {
    switch (component.kind) {
      case ot::Kind::kRetain:
        components.push_back(component.length);
        break;
      case ot::Kind::kInsert:
        components.push_back(component.text);
        break;
      case ot::Kind::kDelete:
        if (component.text.empty())
          components.push_back({{"d", component.length}});
        else
          components.push_back({{"d", component.text}});
        break;
    }
  }
  return components;
}

Json document_value(const storage::DocumentInfo& info) {
  return {{"collection", info.key.collection},
          {"id", info.key.id},
          {"version", info.version},
          {"exists", info.exists},
          {"bytes", info.bytes},
          {"created", storage::format_time(info.created_ms)},
          {"changed", storage::format_time(info.changed_ms)}};
}

Json record_value(const storage::Record& record) {
  Json value = {{"version", record.version + 1},
                {"time", storage::format_time(record.time_ms)},
                {"author", record.author},
                {"source", record.source},
                {"sequence", record.sequence}};
  if (const auto* create = std::get_if<storage::Create>(&record.change))
    value["create"] = create->text;
  else if (const auto* edit = std::get_if<storage::Edit>(&record.change))
    value["op"] = operation_value(edit->operation);
  else
    value["del"] = true;
  return value;
}

// ---- Reading

// One JSON object being read: the first field that is missing or of another kind is kept, and what
// it gave is not to be used.
class Fields {
 public:
  explicit Fields(const Json& object) : object_(object) {
    if (!object.is_object()) fault_ = "an object is missing";
  }

  [[nodiscard]] bool has(const char* name) const {
    return object_.is_object() && object_.contains(name);
  }

  std::string text(const char* name) {
    const Json* field = get(name, &Json::is_string);
    return field ? field->get<std::string>() : std::string();
  }
  std::uint64_t integer(const char* name) {
    const Json* field = get(name, &Json::is_number_unsigned);
    return field ? field->get<std::uint64_t>() : 0;
  }
  bool boolean(const char* name) {
    const Json* field = get(name, &Json::is_boolean);
    return field && field->get<bool>();
  }
  std::int64_t time(const char* name) {
    const Result<std::int64_t> time_ms = storage::parse_time(text(name));
    if (!time_ms && fault_.empty()) fault_ = std::string("\"") + name + "\" is not a time";
    return time_ms ? *time_ms : 0;
  }
  // Empty if it is not there.
  const Json& array(const char* name) {
    static const Json kEmpty = Json::array();
    const Json* field = get(name, &Json::is_array);
    return field ? *field : kEmpty;
  }

  [[nodiscard]] std::optional<Error> error() const {
    if (fault_.empty()) return std::nullopt;
    return Error{kErrReplyInvalid, "not an answer of this API: " + fault_};
  }

 private:
  const Json* get(const char* name, bool (Json::*is_kind)() const noexcept) {
    if (!has(name) || !(object_[name].*is_kind)()) {
      if (fault_.empty()) fault_ = std::string("\"") + name + "\" is missing or of another kind";
      return nullptr;
    }
    return &object_[name];
  }

  const Json& object_;
  std::string fault_;
};

Result<Json> parse(std::string_view text) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return Error{kErrReplyInvalid, "not an answer of this API: no JSON"};
  return json;
}

Result<storage::DocumentInfo> read_document(const Json& value) {
  Fields fields(value);
  storage::DocumentInfo info;
  info.key = {fields.text("collection"), fields.text("id")};
  info.version = fields.integer("version");
  info.exists = fields.boolean("exists");
  info.bytes = fields.integer("bytes");
  info.created_ms = fields.time("created");
  info.changed_ms = fields.time("changed");
  if (const std::optional<Error> error = fields.error()) return *error;
  return info;
}

std::optional<ot::Component> read_component(const Json& value) {
  if (value.is_number_unsigned())
    return ot::Component{ot::Kind::kRetain, value.get<std::uint64_t>(), {}};
  if (value.is_string())
    return ot::Component{ot::Kind::kInsert, 0, value.get_ref<const std::string&>()};
  if (!value.is_object() || !value.contains("d")) return std::nullopt;
  const Json& deleted = value["d"];
  if (deleted.is_number_unsigned())
    return ot::Component{ot::Kind::kDelete, deleted.get<std::uint64_t>(), {}};
  if (deleted.is_string())
    return ot::Component{ot::Kind::kDelete, 0, deleted.get_ref<const std::string&>()};
  return std::nullopt;
}

Result<ot::Operation> read_operation(const Json& array) {
  std::vector<ot::Component> components;
  for (const Json& value : array) {
    const std::optional<ot::Component> component = read_component(value);
    if (!component)
      return Error{kErrReplyInvalid, "not an answer of this API: a strange component in \"op\""};
    components.push_back(*component);
  }
  return ot::Operation::from_components(components);
}

Result<storage::Record> read_record(const Json& value) {
  Fields fields(value);
  storage::Record record;
  const std::uint64_t version = fields.integer("version");
  record.time_ms = fields.time("time");
  record.author = fields.text("author");
  record.source = fields.text("source");
  record.sequence = fields.integer("sequence");
  if (fields.has("create")) {
    record.change = storage::Create{fields.text("create")};
  } else if (fields.has("op")) {
    Result<ot::Operation> operation = read_operation(fields.array("op"));
    if (!operation) return Error{kErrReplyInvalid, operation.error().message};
    record.change = storage::Edit{std::move(*operation)};
  } else {
    fields.boolean("del");
    record.change = storage::Delete{};
  }
  if (const std::optional<Error> error = fields.error()) return *error;
  if (version == 0)
    return Error{kErrReplyInvalid, "not an answer of this API: no record makes version 0"};
  record.version = version - 1;
  return record;
}

// The codes that a reply may carry, so that an Error can refer to one of them.
std::string_view known_code(std::string_view code) {
  constexpr std::array kCodes = {kErrDocumentUnknown, kErrDocumentAbsent,
                                 storage::kErrVersionUnknown, storage::kErrDamaged};
  for (const std::string_view known : kCodes)
    if (known == code) return known;
  return kErrRequestFailed;
}

}  // namespace

std::string document_json(const storage::DocumentInfo& info) { return print(document_value(info)); }

std::string documents_json(const DocumentPage& page) {
  Json documents = Json::array();
  for (const storage::DocumentInfo& info : page.documents)
    documents.push_back(document_value(info));
  Json value = {{"documents", std::move(documents)}};
  if (page.next) value["next"] = *page.next;
  return print(value);
}

std::string record_json(const storage::Record& record) { return print(record_value(record)); }

std::string records_json(const RecordPage& page) {
  Json records = Json::array();
  for (const storage::Record& record : page.records) records.push_back(record_value(record));
  Json value = {{"records", std::move(records)}};
  if (page.next) value["next"] = *page.next;
  return print(value);
}

std::string text_json(const storage::DocumentKey& key, const VersionText& text) {
  return print({{"collection", key.collection},
                {"id", key.id},
                {"version", text.version},
                {"time", storage::format_time(text.time_ms)},
                {"text", text.text}});
}

std::string error_json(const Error& error) {
  return print({{"error", {{"code", error.code}, {"message", error.message}}}});
}

Result<storage::DocumentInfo> parse_document(std::string_view json) {
  const Result<Json> value = parse(json);
  if (!value) return value.error();
  return read_document(*value);
}

Result<DocumentPage> parse_documents(std::string_view json) {
  const Result<Json> value = parse(json);
  if (!value) return value.error();
  Fields fields(*value);
  DocumentPage page;
  for (const Json& element : fields.array("documents")) {
    Result<storage::DocumentInfo> info = read_document(element);
    if (!info) return info.error();
    page.documents.push_back(std::move(*info));
  }
  if (fields.has("next")) page.next = fields.text("next");
  if (const std::optional<Error> error = fields.error()) return *error;
  return page;
}

Result<RecordPage> parse_records(std::string_view json) {
  const Result<Json> value = parse(json);
  if (!value) return value.error();
  Fields fields(*value);
  RecordPage page;
  for (const Json& element : fields.array("records")) {
    Result<storage::Record> record = read_record(element);
    if (!record) return record.error();
    page.records.push_back(std::move(*record));
  }
  if (fields.has("next")) page.next = fields.integer("next");
  if (const std::optional<Error> error = fields.error()) return *error;
  return page;
}

std::optional<Error> parse_error(std::string_view json) {
  const Result<Json> value = parse(json);
  if (!value || !value->is_object() || !value->contains("error")) return std::nullopt;
  Fields fields((*value)["error"]);
  const std::string code = fields.text("code");
  std::string message = fields.text("message");
  if (fields.error()) return std::nullopt;
  return Error{known_code(code), std::move(message)};
}

}  // namespace cowrite::server
