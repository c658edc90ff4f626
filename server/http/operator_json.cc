#include "server/http/operator_json.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "server/history/import_check.h"
#include "server/http/json.h"
#include "server/protocol/json_text.h"
#include "server/protocol/limits.h"

namespace cowrite::http {
namespace {

using Json = nlohmann::ordered_json;
using Parsed = nlohmann::json;

constexpr std::string_view kHistoryFormat = "cowrite-history";
constexpr std::uint64_t kHistoryFormatVersion = 1;

std::string print(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The numbers of an object, by name; all must be there.
class Numbers {
 public:
  explicit Numbers(std::string_view json)
      : object_(Parsed::parse(json, nullptr, /*allow_exceptions=*/false)) {}

  std::uint64_t operator[](const char* name) { return of(object_, name); }
  std::uint64_t operator()(const char* object, const char* name) {
    const bool there = object_.is_object() && object_.contains(object);
    return of(there ? object_[object] : Parsed(), name);
  }
  bool flag(const char* name) {
    const bool there = object_.is_object() && object_.contains(name) && object_[name].is_boolean();
    whole_ = whole_ && there;
    return there && object_[name].get<bool>();
  }

  template <typename T>
  Result<T> finish(T value) const {
    if (!whole_) return Error{kErrReplyInvalid, "not an answer of this API"};
    return value;
  }

 private:
  std::uint64_t of(const Parsed& object, const char* name) {
    const bool there =
        object.is_object() && object.contains(name) && object[name].is_number_unsigned();
    whole_ = whole_ && there;
    return there ? object[name].get<std::uint64_t>() : 0;
  }

  Parsed object_;
  bool whole_ = true;
};

Error invalid(std::string reason) { return {history::kErrRecordInvalid, std::move(reason)}; }

// An object of a line, once it is shallow enough to be parsed.
Result<Parsed> parse_line(std::string_view line) {
  if (protocol::scan_json(line).depth > protocol::kJsonDepthMax)
    return invalid("it is nested too deeply");
  Parsed json = Parsed::parse(line, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return invalid("it is not JSON in UTF-8");
  if (!json.is_object()) return invalid("it is not a JSON object");
  return json;
}

}  // namespace

std::string proof_json(const storage::DocumentKey& key, const storage::Proof& proof) {
  return print({{"collection", key.collection()},
                {"id", key.id()},
                {"proven", true},
                {"records", proof.records},
                {"checkpoints", proof.checkpoints},
                {"chain_values", proof.chain_values}});
}

std::string disproof_json(const storage::DocumentKey& key, const Error& error) {
  return print({{"collection", key.collection()},
                {"id", key.id()},
                {"proven", false},
                {"error", {{"code", error.code}, {"message", error.message}}}});
}

Result<storage::Proof> parse_proof(std::string_view json) {
  Numbers numbers(json);
  const storage::Proof proof{numbers["records"], numbers["checkpoints"], numbers["chain_values"]};
  return numbers.finish(proof);
}

std::string document_use_json(const history::DocumentUse& use) {
  std::string text = document_json(use.info);
  text.pop_back();
  return text + ",\"disk\":" +
         print({{"records", use.record_bytes},
                {"checkpoints", use.checkpoint_bytes},
                {"sources", use.source_bytes}}) +
         '}';
}

Result<history::DocumentUse> parse_document_use(std::string_view json) {
  Result<storage::DocumentInfo> info = parse_document(json);
  if (!info) return info.error();
  Numbers numbers(json);
  return numbers.finish(history::DocumentUse{.info = std::move(*info),
                                             .record_bytes = numbers("disk", "records"),
                                             .checkpoint_bytes = numbers("disk", "checkpoints"),
                                             .source_bytes = numbers("disk", "sources")});
}

std::string store_use_json(const history::StoreUse& use) {
  return print({{"files", use.store.file_bytes},
                {"log", use.store.unflushed_bytes},
                {"cache", use.store.cache_bytes},
                {"memory_max", use.store.memory_bytes_max},
                {"compaction_pending", use.store.compaction_bytes},
                {"free", use.free_bytes},
                {"reserve", use.reserve_bytes}});
}

Result<history::StoreUse> parse_store_use(std::string_view json) {
  Numbers numbers(json);
  const history::StoreUse use{.store = {.file_bytes = numbers["files"],
                                        .unflushed_bytes = numbers["log"],
                                        .cache_bytes = numbers["cache"],
                                        .memory_bytes_max = numbers["memory_max"],
                                        .compaction_bytes = numbers["compaction_pending"]},
                              .free_bytes = numbers["free"],
                              .reserve_bytes = numbers["reserve"]};
  return numbers.finish(use);
}

std::string backup_json(const BackupDone& done) {
  return print({{"number", done.backup.number},
                {"bytes", done.backup.bytes},
                {"milliseconds", done.milliseconds}});
}

Result<BackupDone> parse_backup(std::string_view json) {
  Numbers numbers(json);
  const BackupDone done{{numbers["number"], numbers["bytes"]}, numbers["milliseconds"]};
  return numbers.finish(done);
}

std::string change_json(const ChangeDone& done) {
  return print({{"version", done.version}, {"changed", done.changed}});
}

Result<ChangeDone> parse_change(std::string_view json) {
  Numbers numbers(json);
  const ChangeDone done{numbers["version"], numbers.flag("changed")};
  return numbers.finish(done);
}

std::string collections_json(const std::vector<std::string>& collections) {
  return print({{"collections", collections}});
}

Result<std::vector<std::string>> parse_collections(std::string_view json) {
  const Error foreign{kErrReplyInvalid, "not an answer of this API"};
  const Parsed value = Parsed::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!value.is_object() || !value.contains("collections")) return foreign;
  std::vector<std::string> collections;
  for (const Parsed& name : value["collections"]) {
    if (!name.is_string()) return foreign;
    collections.push_back(name.get<std::string>());
  }
  return collections;
}

Result<JobReport> parse_job(std::string_view json) {
  const Parsed value = Parsed::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!value.is_object() || !value.contains("job") || !value["job"].is_string()) {
    return Error{kErrReplyInvalid, "not an answer of this API"};
  }
  Numbers numbers(json);
  const std::uint64_t records = numbers["records"];
  return numbers.finish(JobReport{value["job"].get<std::string>(), records});
}

Result<storage::Record> parse_record_line(std::string_view line) {
  const Result<Parsed> value = parse_line(line);
  if (!value) return value.error();
  int changes = 0;
  for (const char* change : {"create", "op", "del"}) changes += value->contains(change) ? 1 : 0;
  if (changes != 1) return invalid("it must have one of \"create\", \"op\" and \"del\"");
  if (value->contains("del") && (*value)["del"] != true) return invalid("\"del\" must be true");
  Result<storage::Record> record = parse_record(line);
  if (record) return record;
  const std::string& reason = record.error().message;
  const std::size_t colon = reason.find(": ");  // What it is no answer of does not matter here.
  return invalid(colon == std::string::npos ? reason : reason.substr(colon + 2));
}

std::string history_header_json(const HistoryHeader& header) {
  return print({{"format", kHistoryFormat},
                {"format_version", kHistoryFormatVersion},
                {"collection", header.key.collection()},
                {"id", header.key.id()},
                {"records", header.records}});
}

Result<HistoryHeader> parse_history_header(std::string_view line) {
  const Result<Parsed> value = parse_line(line);
  if (!value) return value.error();
  if (value->value("format", Parsed()) != kHistoryFormat) {
    return invalid("it is not the header of a history that cowrite export --history wrote");
  }
  const Parsed version = value->value("format_version", Parsed());
  if (version != kHistoryFormatVersion) {
    return invalid("its format is " + version.dump() + ", and this program knows " +
                   std::to_string(kHistoryFormatVersion));
  }
  const Parsed collection = value->value("collection", Parsed());
  const Parsed id = value->value("id", Parsed());
  const Parsed records = value->value("records", Parsed());
  if (!collection.is_string() || !id.is_string() || !records.is_number_unsigned()) {
    return invalid("\"collection\", \"id\" or \"records\" is missing or of another kind");
  }
  return HistoryHeader{{collection.get<std::string>(), id.get<std::string>()},
                       records.get<std::uint64_t>()};
}

}  // namespace cowrite::http
