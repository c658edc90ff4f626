#include "server/http/json.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "server/http/error_table.h"
#include "server/protocol/operation_json.h"
#include "storage/timestamp.h"

namespace cowrite::http {
namespace {

using Json = nlohmann::ordered_json;

// ---- Writing

std::string print(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json document_value(const storage::DocumentInfo& info) {
  Json value = {{"collection", info.key.collection()},
                {"id", info.key.id()},
                {"version", info.version},
                {"exists", info.exists},
                {"bytes", info.bytes},
                {"created", storage::format_time(info.created_ms)},
                {"changed", storage::format_time(info.changed_ms)}};
  if (info.erased > 0) value["erased"] = info.erased;
  return value;
}

Json origin_value(const history::Origin& origin) {
  return {{"version", origin.version},
          {"author", origin.author},
          {"time", storage::format_time(origin.time_ms)}};
}

Json side_value(const std::optional<history::DiffSide>& side) {
  if (!side) return nullptr;
  return {{"version", side->version}, {"time", storage::format_time(side->time_ms)}};
}

Json hunk_value(const history::DiffHunk& hunk) {
  Json lines = Json::array();
  for (const history::DiffLine& line : hunk.lines) lines.push_back(history::marked_line(line));
  return {{"from", hunk.before_line},
          {"from_lines", hunk.before_count},
          {"to", hunk.after_line},
          {"to_lines", hunk.after_count},
          {"lines", std::move(lines)}};
}

// {"NAME":[...],"next":...} of texts that are JSON already.
template <typename Element>
std::string page_json(std::string_view head, const std::vector<Element>& elements,
                      std::string (*write)(const Element&),
                      const std::optional<std::uint64_t>& next) {
  std::string text(head);
  for (const Element& element : elements) {
    if (text.back() != '[') text += ',';
    text += write(element);
  }
  text += ']';
  if (next) text += ",\"next\":" + std::to_string(*next);
  return text + '}';
}

// ---- Reading

using Parsed = nlohmann::json;

// One JSON object being read: the first field that is missing or of another kind is kept, and what
// it gave is not to be used.
class Fields {
 public:
  explicit Fields(const Parsed& object) : object_(object) {
    if (!object.is_object()) fault_ = "an object is missing";
  }

  [[nodiscard]] bool has(const char* name) const {
    return object_.is_object() && object_.contains(name);
  }

  std::string text(const char* name) {
    const Parsed* field = get(name, &Parsed::is_string);
    return field ? field->get<std::string>() : std::string();
  }
  std::uint64_t integer(const char* name) {
    const Parsed* field = get(name, &Parsed::is_number_unsigned);
    return field ? field->get<std::uint64_t>() : 0;
  }
  bool boolean(const char* name) {
    const Parsed* field = get(name, &Parsed::is_boolean);
    return field && field->get<bool>();
  }
  std::int64_t time(const char* name) {
    const Result<std::int64_t> time_ms = storage::parse_time(text(name));
    if (!time_ms && fault_.empty()) fault_ = std::string("\"") + name + "\" is not a time";
    return time_ms ? *time_ms : 0;
  }
  // Empty if it is not there.
  const Parsed& array(const char* name) {
    static const Parsed kEmpty = Parsed::array();
    const Parsed* field = get(name, &Parsed::is_array);
    return field ? *field : kEmpty;
  }

  [[nodiscard]] std::optional<Error> error() const {
    if (fault_.empty()) return std::nullopt;
    return Error{kErrReplyInvalid, "not an answer of this API: " + fault_};
  }

 private:
  const Parsed* get(const char* name, bool (Parsed::*is_kind)() const noexcept) {
    if (!has(name) || !(object_[name].*is_kind)()) {
      if (fault_.empty()) fault_ = std::string("\"") + name + "\" is missing or of another kind";
      return nullptr;
    }
    return &object_[name];
  }

  const Parsed& object_;
  std::string fault_;
};

Result<Parsed> parse(std::string_view text) {
  Parsed json = Parsed::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return Error{kErrReplyInvalid, "not an answer of this API: no JSON"};
  return json;
}

Result<storage::DocumentInfo> read_document(const Parsed& value) {
  Fields fields(value);
  storage::DocumentInfo info;
  info.key = {fields.text("collection"), fields.text("id")};
  info.version = fields.integer("version");
  info.exists = fields.boolean("exists");
  info.bytes = fields.integer("bytes");
  info.created_ms = fields.time("created");
  info.changed_ms = fields.time("changed");
  if (fields.has("erased")) info.erased = fields.integer("erased");
  if (const std::optional<Error> error = fields.error()) return *error;
  return info;
}

Result<storage::Record> read_record(const Parsed& value) {
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
    Result<ot::Operation> operation = protocol::operation_from_json(fields.array("op"));
    if (!operation) return Error{kErrReplyInvalid, operation.error().message};
    record.change = storage::Edit{std::move(*operation)};
  } else {
    fields.boolean("del");
    record.change = storage::Delete{};
  }
  if (const std::optional<Error> error = fields.error()) return *error;
  if (version == 0) {
    return Error{kErrReplyInvalid, "not an answer of this API: no record makes version 0"};
  }
  record.version = version - 1;
  return record;
}

history::Origin read_origin(Fields& fields) {
  history::Origin origin;
  origin.version = fields.integer("version");
  origin.time_ms = fields.time("time");
  origin.author = fields.text("author");
  return origin;
}

Result<history::BlameSpan> read_span(const Parsed& value) {
  Fields fields(value);
  history::BlameSpan span;
  span.written = read_origin(fields);
  span.since = fields.integer("since");
  span.code_points = fields.integer("length");
  span.text = fields.text("text");
  if (fields.has("removed")) {
    Fields removed(value["removed"]);
    span.removed = read_origin(removed);
    if (const std::optional<Error> error = removed.error()) return *error;
  }
  if (const std::optional<Error> error = fields.error()) return *error;
  return span;
}

Result<history::VersionGroup> read_group(const Parsed& value) {
  Fields fields(value);
  history::VersionGroup group;
  group.first = fields.integer("first");
  group.last = fields.integer("last");
  group.began_ms = fields.time("began");
  group.ended_ms = fields.time("ended");
  group.author = fields.text("author");
  group.inserted = fields.integer("inserted");
  group.erased = fields.integer("erased");
  group.created = fields.has("created") && fields.boolean("created");
  group.deleted = fields.has("deleted") && fields.boolean("deleted");
  if (const std::optional<Error> error = fields.error()) return *error;
  return group;
}

// Reads a list of a page, and its "next".
template <typename Element>
Result<void> read_page(Fields& fields, const char* name, Result<Element> (*read)(const Parsed&),
                       std::vector<Element>& elements, std::optional<std::uint64_t>& next) {
  for (const Parsed& value : fields.array(name)) {
    Result<Element> element = read(value);
    if (!element) return element.error();
    elements.push_back(std::move(*element));
  }
  if (fields.has("next")) next = fields.integer("next");
  if (const std::optional<Error> error = fields.error()) return *error;
  return {};
}

}  // namespace

std::string document_json(const storage::DocumentInfo& info) { return print(document_value(info)); }

std::string documents_json(const history::DocumentPage& page) {
  Json documents = Json::array();
  for (const storage::DocumentInfo& info : page.documents) {
    documents.push_back(document_value(info));
  }
  Json value = {{"documents", std::move(documents)}};
  if (page.next) value["next"] = *page.next;
  return print(value);
}

std::string record_json(const storage::Record& record) {
  Json value = {{"version", record.version + 1},
                {"time", storage::format_time(record.time_ms)},
                {"author", record.author},
                {"source", record.source},
                {"sequence", record.sequence}};
  if (const auto* create = std::get_if<storage::Create>(&record.change)) {
    value["create"] = create->text;
  } else if (std::holds_alternative<storage::Delete>(record.change)) {
    value["del"] = true;
  }
  std::string text = print(value);
  if (const auto* edit = std::get_if<storage::Edit>(&record.change)) {
    text.back() = ',';
    text += "\"op\":";
    protocol::append_operation(text, edit->operation);
    text += '}';
  }
  return text;
}

std::string records_json(const history::RecordPage& page) {
  return page_json("{\"records\":[", page.records, record_json, page.next);
}

std::string text_json(const storage::DocumentKey& key, const history::VersionText& text) {
  return print({{"collection", key.collection()},
                {"id", key.id()},
                {"version", text.version},
                {"time", storage::format_time(text.time_ms)},
                {"text", text.text}});
}

std::string span_json(const history::BlameSpan& span) {
  Json value = {
      {"version", span.written.version}, {"since", span.since},
      {"author", span.written.author},   {"time", storage::format_time(span.written.time_ms)},
      {"length", span.code_points},      {"text", span.text}};
  if (span.removed) value["removed"] = origin_value(*span.removed);
  return print(value);
}

std::string blame_json(const history::BlamePage& page) {
  const std::string head = "{\"version\":" + std::to_string(page.version) + ",\"time\":\"" +
                           storage::format_time(page.time_ms) + "\",\"spans\":[";
  return page_json(head, page.spans, span_json, page.next);
}

std::string group_json(const history::VersionGroup& group) {
  Json value = {{"first", group.first},
                {"last", group.last},
                {"began", storage::format_time(group.began_ms)},
                {"ended", storage::format_time(group.ended_ms)},
                {"author", group.author},
                {"inserted", group.inserted},
                {"erased", group.erased}};
  if (group.created) value["created"] = true;
  if (group.deleted) value["deleted"] = true;
  return print(value);
}

std::string groups_json(const history::GroupPage& page) {
  return page_json("{\"groups\":[", page.groups, group_json, page.next);
}

std::string difference_json(const history::Difference& difference) {
  Json hunks = Json::array();
  for (const history::DiffHunk& hunk : difference.hunks) hunks.push_back(hunk_value(hunk));
  return print({{"collection", difference.key.collection()},
                {"id", difference.key.id()},
                {"from", side_value(difference.before)},
                {"to", side_value(difference.after)},
                {"hunks", std::move(hunks)}});
}

std::string error_json(const Error& error) {
  return print({{"error", {{"code", error.code}, {"message", error.message}}}});
}

Result<storage::DocumentInfo> parse_document(std::string_view json) {
  const Result<Parsed> value = parse(json);
  if (!value) return value.error();
  return read_document(*value);
}

Result<history::DocumentPage> parse_documents(std::string_view json) {
  const Result<Parsed> value = parse(json);
  if (!value) return value.error();
  Fields fields(*value);
  history::DocumentPage page;
  for (const Parsed& element : fields.array("documents")) {
    Result<storage::DocumentInfo> info = read_document(element);
    if (!info) return info.error();
    page.documents.push_back(std::move(*info));
  }
  if (fields.has("next")) page.next = fields.text("next");
  if (const std::optional<Error> error = fields.error()) return *error;
  return page;
}

Result<storage::Record> parse_record(std::string_view json) {
  const Result<Parsed> value = parse(json);
  if (!value) return value.error();
  return read_record(*value);
}

Result<history::RecordPage> parse_records(std::string_view json) {
  const Result<Parsed> value = parse(json);
  if (!value) return value.error();
  Fields fields(*value);
  history::RecordPage page;
  const Result<void> read = read_page(fields, "records", read_record, page.records, page.next);
  if (!read) return read.error();
  return page;
}

Result<history::BlamePage> parse_blame(std::string_view json) {
  const Result<Parsed> value = parse(json);
  if (!value) return value.error();
  Fields fields(*value);
  history::BlamePage page;
  page.version = fields.integer("version");
  page.time_ms = fields.time("time");
  const Result<void> read = read_page(fields, "spans", read_span, page.spans, page.next);
  if (!read) return read.error();
  return page;
}

Result<history::GroupPage> parse_groups(std::string_view json) {
  const Result<Parsed> value = parse(json);
  if (!value) return value.error();
  Fields fields(*value);
  history::GroupPage page;
  const Result<void> read = read_page(fields, "groups", read_group, page.groups, page.next);
  if (!read) return read.error();
  return page;
}

std::optional<Error> parse_error(std::string_view json) {
  const Result<Parsed> value = parse(json);
  if (!value || !value->is_object() || !value->contains("error")) return std::nullopt;
  Fields fields((*value)["error"]);
  const std::string code = fields.text("code");
  std::string message = fields.text("message");
  if (fields.error()) return std::nullopt;
  const ErrorEntry* known = find_error(code);
  return Error{known ? known->code : kErrRequestFailed, std::move(message)};
}

}  // namespace cowrite::http
