#include "server/http/operator_json.h"

#include <utility>

#include "server/history/import_check.h"
#include "server/http/json.h"
#include "server/http/json_objects.h"
#include "server/protocol/json_reader.h"

namespace cowrite::http {
namespace {

using protocol::JsonWriter;

// ---- Proofs and sizes

storage::Proof read_proof(JsonFields& fields) {
  return {.records = fields.integer("records"),
          .checkpoints = fields.integer("checkpoints"),
          .chain_values = fields.integer("chain_values")};
}

void write_document_use(JsonWriter& json, const history::DocumentUse& use) {
  write_document(json, use.info);
  json.begin_object("disk")
      .integer("records", use.record_bytes)
      .integer("checkpoints", use.checkpoint_bytes)
      .integer("sources", use.source_bytes)
      .end_object();
}

history::DocumentUse read_document_use(JsonFields& fields) {
  history::DocumentUse use{.info = read_document(fields)};
  JsonFields disk = fields.object("disk");
  use.record_bytes = disk.integer("records");
  use.checkpoint_bytes = disk.integer("checkpoints");
  use.source_bytes = disk.integer("sources");
  return use;
}

void write_store_use(JsonWriter& json, const history::StoreUse& use) {
  json.integer("files", use.store.file_bytes)
      .integer("log", use.store.unflushed_bytes)
      .integer("cache", use.store.cache_bytes)
      .integer("memory_max", use.store.memory_bytes_max)
      .integer("compaction_pending", use.store.compaction_bytes);
  if (use.free_bytes) json.integer("free", use.free_bytes);
  json.integer("reserve", use.reserve_bytes);
}

history::StoreUse read_store_use(JsonFields& fields) {
  return {.store = {.file_bytes = fields.integer("files"),
                    .unflushed_bytes = fields.integer("log"),
                    .cache_bytes = fields.integer("cache"),
                    .memory_bytes_max = fields.integer("memory_max"),
                    .compaction_bytes = fields.integer("compaction_pending")},
          .free_bytes = fields.has("free") ? std::optional(fields.integer("free")) : std::nullopt,
          .reserve_bytes = fields.integer("reserve")};
}

// ---- What was done

void write_backup(JsonWriter& json, const BackupDone& done) {
  json.integer("number", done.backup.number)
      .integer("bytes", done.backup.bytes)
      .integer("milliseconds", done.milliseconds);
}

BackupDone read_backup(JsonFields& fields) {
  return {.backup = {fields.integer("number"), fields.integer("bytes")},
          .milliseconds = fields.integer("milliseconds")};
}

void write_change_done(JsonWriter& json, const ChangeDone& done) {
  json.integer("version", done.version).boolean("changed", done.changed);
}

ChangeDone read_change_done(JsonFields& fields) {
  return {.version = fields.integer("version"), .changed = fields.boolean("changed")};
}

void write_job(JsonWriter& json, const JobReport& job) {
  json.text("job", job.id)
      .integer("records", job.reached.records)
      .integer("bytes", job.reached.bytes)
      .integer("bytes_max", job.reached.bytes_max);
}

JobReport read_job(JsonFields& fields) {
  return {
      .id = fields.text("job"),
      .reached = {fields.integer("records"), fields.integer("bytes"), fields.integer("bytes_max")}};
}

void write_collections(JsonWriter& json, const history::CollectionList& collections) {
  json.begin_array("collections");
  for (const std::string& name : collections.names) json.text(name);
  json.end_array();
  write_damaged(json, collections.damaged);
}

history::CollectionList read_collections(JsonFields& fields) {
  return {fields.texts("collections"), read_damaged(fields)};
}

// ---- Histories, line by line

constexpr std::string_view kHistoryFormat = "cowrite-history";
constexpr std::uint64_t kHistoryFormatVersion = 1;

std::string fault_of_line(const protocol::ParsedJson& line) {
  if (line.fault() == protocol::JsonFault::kTooDeep) return "it is nested too deeply";
  if (line.fault() == protocol::JsonFault::kTooManyValues) return "it holds too many values";
  if (line.fault()) return "it is not JSON in UTF-8";
  if (!line.root().is_object()) return "it is not a JSON object";
  return {};
}

template <typename T>
Result<T> parse_line(std::string_view line, T (*read)(JsonFields&)) {
  const protocol::ParsedJson parsed(line);
  std::string fault = fault_of_line(parsed);
  JsonFields fields(parsed.root(), fault);
  T value = read(fields);
  if (!fault.empty()) return Error{history::kErrRecordInvalid, std::move(fault)};
  return value;
}

// What stands in a line may come from whoever, so it must not be ambiguous.
storage::Record read_record_strictly(JsonFields& fields) {
  int changes = 0;
  for (const char* change : {"create", "op", "del"}) changes += fields.has(change) ? 1 : 0;
  if (changes != 1) fields.fail("it must have one of \"create\", \"op\" and \"del\"");
  if (fields.has("del") && fields["del"].boolean() != true) fields.fail("\"del\" must be true");
  return read_record(fields);
}

void write_history_header(JsonWriter& json, const HistoryHeader& header) {
  json.text("format", kHistoryFormat).integer("format_version", kHistoryFormatVersion);
  write_key(json, header.key).integer("records", header.records);
}

HistoryHeader read_history_header(JsonFields& fields) {
  const protocol::JsonValue format = fields["format"];
  if (!format.is_string() || format.string() != kHistoryFormat) {
    fields.fail("it is not the header of a history that cowrite export --history wrote");
  }
  const protocol::JsonValue version = fields["format_version"];
  if (!version.is_unsigned() || version.integer() != kHistoryFormatVersion) {
    fields.fail("its format is " + version.to_json() + ", and this program knows " +
                std::to_string(kHistoryFormatVersion));
  }
  return {.key = {fields.text("collection"), fields.text("id")},
          .records = fields.integer("records")};
}

}  // namespace

std::string proof_json(const storage::DocumentKey& key, const storage::Proof& proof) {
  JsonWriter json;
  write_key(json.begin_object(), key)
      .boolean("proven", true)
      .integer("records", proof.records)
      .integer("checkpoints", proof.checkpoints)
      .integer("chain_values", proof.chain_values);
  return json.end_object().take();
}
Result<storage::Proof> parse_proof(std::string_view json) { return parse_reply(json, read_proof); }

std::string disproof_json(const std::optional<storage::DocumentKey>& key, const Error& error) {
  JsonWriter json;
  json.begin_object();
  if (key) write_key(json, *key);
  write_error(json.boolean("proven", false), error);
  return json.end_object().take();
}

std::string document_use_json(const history::DocumentUse& use) {
  return object_json(use, write_document_use);
}
Result<history::DocumentUse> parse_document_use(std::string_view json) {
  return parse_reply(json, read_document_use);
}

std::string store_use_json(const history::StoreUse& use) {
  return object_json(use, write_store_use);
}
Result<history::StoreUse> parse_store_use(std::string_view json) {
  return parse_reply(json, read_store_use);
}

std::string backup_json(const BackupDone& done) { return object_json(done, write_backup); }
Result<BackupDone> parse_backup(std::string_view json) { return parse_reply(json, read_backup); }

std::string change_json(const ChangeDone& done) { return object_json(done, write_change_done); }
Result<ChangeDone> parse_change(std::string_view json) {
  return parse_reply(json, read_change_done);
}

std::string collections_json(const history::CollectionList& collections) {
  return object_json(collections, write_collections);
}
Result<history::CollectionList> parse_collections(std::string_view json) {
  return parse_reply(json, read_collections);
}

std::string job_json(const JobReport& job) { return object_json(job, write_job); }
Result<JobReport> parse_job(std::string_view json) { return parse_reply(json, read_job); }

Result<storage::Record> parse_record_line(std::string_view line) {
  return parse_line(line, read_record_strictly);
}

std::string history_header_json(const HistoryHeader& header) {
  return object_json(header, write_history_header);
}
Result<HistoryHeader> parse_history_header(std::string_view line) {
  return parse_line(line, read_history_header);
}

}  // namespace cowrite::http
