#include "server/http/json.h"

#include <utility>

#include "server/http/error_table.h"
#include "server/http/json_objects.h"
#include "server/protocol/operation_json.h"

namespace cowrite::http {
namespace {

using protocol::JsonWriter;

Error read_error(JsonFields fields) {
  const std::string code = fields.text("code");
  const ErrorEntry* known = find_error(code);
  return {known ? known->code : kErrRequestFailed, fields.text("message")};
}

void write_failure(JsonWriter& json, const history::ListFailure& failure) {
  if (failure.key) write_key(json, *failure.key);
  write_error(json, failure.error);
}

history::ListFailure read_failure(JsonFields& fields) {
  history::ListFailure failure;
  if (fields.has("id")) failure.key = {fields.text("collection"), fields.text("id")};
  failure.error = read_error(fields.object("error"));
  return failure;
}

void write_documents(JsonWriter& json, const history::DocumentPage& page) {
  write_objects(json, "documents", page.documents, write_document);
  write_damaged(json, page.damaged);
  if (page.next) json.text("next", *page.next);
}

history::DocumentPage read_documents(JsonFields& fields) {
  history::DocumentPage page{.documents = fields.objects("documents", read_document),
                             .damaged = read_damaged(fields)};
  if (fields.has("next")) page.next = fields.text("next");
  return page;
}

void write_record(JsonWriter& json, const storage::Record& record) {
  json.integer("version", record.version + 1);
  write_time(json, "time", record.time_ms)
      .text("author", record.author)
      .text("source", record.source)
      .integer("sequence", record.sequence);
  if (const auto* create = std::get_if<storage::Create>(&record.change)) {
    json.text("create", create->text);
  } else if (const auto* edit = std::get_if<storage::Edit>(&record.change)) {
    protocol::write_operation(json.name("op"), edit->operation);
  } else {
    json.boolean("del", true);
  }
}

// What a record has beside its names and its change, and what a component has beside its text.
constexpr std::size_t kRecordFieldsBytes = 192;
constexpr std::size_t kComponentBytes = 28;

// The most that a change has.
std::size_t change_json_bytes(const storage::Change& change) {
  if (const auto* create = std::get_if<storage::Create>(&change)) {
    return protocol::escaped_bytes(create->text);
  }
  const auto* const edit = std::get_if<storage::Edit>(&change);
  if (edit == nullptr) return 0;
  std::size_t bytes = 0;
  for (const ot::Component& component : edit->operation) {
    bytes += kComponentBytes + protocol::escaped_bytes(component.text);
  }
  return bytes;
}

storage::Change read_change(JsonFields& fields) {
  if (fields.has("create")) return storage::Create{fields.text("create")};
  if (fields.has("op")) return storage::Edit{fields.operation("op")};
  fields.boolean("del");
  return storage::Delete{};
}

void write_records(JsonWriter& json, const history::RecordPage& page) {
  write_objects(json, "records", page.records, write_record);
  write_next(json, page.next);
}

history::RecordPage read_records(JsonFields& fields) {
  history::RecordPage page;
  page.records = fields.objects("records", read_record);
  page.next = fields.next();
  return page;
}

}  // namespace

// ---- Documents

void write_document(JsonWriter& json, const storage::DocumentInfo& info) {
  write_key(json, info.key)
      .integer("version", info.version)
      .boolean("exists", info.exists)
      .integer("bytes", info.bytes);
  write_time(json, "created", info.created_ms);
  write_time(json, "changed", info.changed_ms);
  if (info.erased > 0) json.integer("erased", info.erased);
}

storage::DocumentInfo read_document(JsonFields& fields) {
  storage::DocumentInfo info;
  info.key = {fields.text("collection"), fields.text("id")};
  info.version = fields.integer("version");
  info.exists = fields.boolean("exists");
  info.bytes = fields.integer("bytes");
  info.created_ms = fields.time("created");
  info.changed_ms = fields.time("changed");
  if (fields.has("erased")) info.erased = fields.integer("erased");
  return info;
}

void write_damaged(JsonWriter& json, const std::vector<history::ListFailure>& damaged) {
  if (!damaged.empty()) write_objects(json, "damaged", damaged, write_failure);
}

std::vector<history::ListFailure> read_damaged(JsonFields& fields) {
  if (!fields.has("damaged")) return {};
  return fields.objects("damaged", read_failure);
}

std::string document_json(const storage::DocumentInfo& info) {
  return object_json(info, write_document);
}
Result<storage::DocumentInfo> parse_document(std::string_view json) {
  return parse_reply(json, read_document);
}

std::string documents_json(const history::DocumentPage& page) {
  return object_json(page, write_documents);
}
Result<history::DocumentPage> parse_documents(std::string_view json) {
  return parse_reply(json, read_documents);
}

std::string text_json(const storage::DocumentKey& key, const history::VersionText& text) {
  JsonWriter json;
  write_key(json.begin_object(), key).integer("version", text.version);
  write_time(json, "time", text.time_ms).text("text", text.text);
  return json.end_object().take();
}

// ---- Records

storage::Record read_record(JsonFields& fields) {
  storage::Record record;
  const std::uint64_t version = fields.integer("version");
  record.time_ms = fields.time("time");
  record.author = fields.text("author");
  record.source = fields.text("source");
  record.sequence = fields.integer("sequence");
  record.change = read_change(fields);
  if (version == 0) fields.fail("no record makes version 0");
  record.version = version - 1;
  return record;
}

std::string record_json(const storage::Record& record) { return object_json(record, write_record); }

std::string records_json(const history::RecordPage& page) {
  return object_json(page, write_records, records_json_bytes(page));
}

std::size_t records_json_bytes(const history::RecordPage& page) {
  std::size_t bytes = kRecordFieldsBytes;  // Those of the page are fewer.
  for (const storage::Record& record : page.records) {
    bytes += kRecordFieldsBytes + protocol::escaped_bytes(record.author) +
             protocol::escaped_bytes(record.source) + change_json_bytes(record.change);
  }
  return bytes;
}

Result<history::RecordPage> parse_records(std::string_view json) {
  return parse_reply(json, read_records);
}

// ---- Errors

void write_error(JsonWriter& json, const Error& error) {
  json.begin_object("error").text("code", error.code).text("message", error.message).end_object();
}

std::string error_json(const Error& error) { return object_json(error, write_error); }

std::optional<Error> parse_error(std::string_view json) {
  const protocol::ParsedJson parsed(json);
  std::string fault = parsed.fault() ? "no JSON" : "";
  Error error = read_error(JsonFields(parsed.root()["error"], fault));
  if (!fault.empty()) return std::nullopt;
  return error;
}

}  // namespace cowrite::http
