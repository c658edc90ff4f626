#include "server/http/history_json.h"

#include "server/http/json_fields.h"
#include "server/http/json_objects.h"

namespace cowrite::http {
namespace {

using protocol::JsonWriter;

// ---- Who wrote what, and when

// What a span has beside its text and names: fields with seven numbers and times.
constexpr std::size_t kSpanFieldsBytes = 320;

void write_origin(JsonWriter& json, const history::Origin& origin) {
  json.integer("version", origin.version).text("author", origin.author);
  write_time(json, "time", origin.time_ms);
}

history::Origin read_origin(JsonFields& fields) {
  return {.version = fields.integer("version"),
          .time_ms = fields.time("time"),
          .author = fields.text("author")};
}

void write_span(JsonWriter& json, const history::BlameSpan& span) {
  json.integer("version", span.written.version)
      .integer("since", span.since)
      .text("author", span.written.author);
  write_time(json, "time", span.written.time_ms)
      .integer("length", span.code_points)
      .text("text", span.text);
  if (!span.removed) return;
  json.begin_object("removed");
  write_origin(json, *span.removed);
  json.end_object();
}

history::BlameSpan read_span(JsonFields& fields) {
  history::BlameSpan span;
  span.written = read_origin(fields);
  span.since = fields.integer("since");
  span.code_points = fields.integer("length");
  span.text = fields.text("text");
  if (fields.has("removed")) {
    JsonFields removed = fields.object("removed");
    span.removed = read_origin(removed);
  }
  return span;
}

void write_blame(JsonWriter& json, const history::BlamePage& page) {
  write_time(json.integer("version", page.version), "time", page.time_ms);
  write_objects(json, "spans", page.spans, write_span);
  write_next(json, page.next);
}

history::BlamePage read_blame(JsonFields& fields) {
  history::BlamePage page;
  page.version = fields.integer("version");
  page.time_ms = fields.time("time");
  page.spans = fields.objects("spans", read_span);
  page.next = fields.next();
  return page;
}

void write_group(JsonWriter& json, const history::VersionGroup& group) {
  json.integer("first", group.first).integer("last", group.last);
  write_time(json, "began", group.began_ms);
  write_time(json, "ended", group.ended_ms)
      .text("author", group.author)
      .integer("inserted", group.inserted)
      .integer("erased", group.erased);
  if (group.created) json.boolean("created", true);
  if (group.deleted) json.boolean("deleted", true);
}

history::VersionGroup read_group(JsonFields& fields) {
  return {.first = fields.integer("first"),
          .last = fields.integer("last"),
          .began_ms = fields.time("began"),
          .ended_ms = fields.time("ended"),
          .author = fields.text("author"),
          .inserted = fields.integer("inserted"),
          .erased = fields.integer("erased"),
          .created = fields.has("created") && fields.boolean("created"),
          .deleted = fields.has("deleted") && fields.boolean("deleted")};
}

void write_groups(JsonWriter& json, const history::GroupPage& page) {
  write_objects(json, "groups", page.groups, write_group);
  write_next(json, page.next);
}

history::GroupPage read_groups(JsonFields& fields) {
  history::GroupPage page;
  page.groups = fields.objects("groups", read_group);
  page.next = fields.next();
  return page;
}

// ---- What changed

void write_side(JsonWriter& json, const char* name, const std::optional<history::DiffSide>& side) {
  if (side) {
    json.begin_object(name).integer("version", side->version);
    write_time(json, "time", side->time_ms).end_object();
  } else {
    json.name(name).null();
  }
}

void write_hunk(JsonWriter& json, const history::DiffHunk& hunk) {
  json.integer("from", hunk.before_line)
      .integer("from_lines", hunk.before_count)
      .integer("to", hunk.after_line)
      .integer("to_lines", hunk.after_count)
      .begin_array("lines");
  for (const history::DiffLine& line : hunk.lines) json.text(history::marked_line(line));
  json.end_array();
}

void write_difference(JsonWriter& json, const history::Difference& difference) {
  write_key(json, difference.key);
  write_side(json, "from", difference.before);
  write_side(json, "to", difference.after);
  write_objects(json, "hunks", difference.hunks, write_hunk);
}

}  // namespace

std::string span_json(const history::BlameSpan& span) { return object_json(span, write_span); }

std::string blame_json(const history::BlamePage& page) {
  return object_json(page, write_blame, blame_json_bytes(page));
}

std::size_t blame_json_bytes(const history::BlamePage& page) {
  std::size_t bytes = kSpanFieldsBytes;  // Those of the page are fewer.
  for (const history::BlameSpan& span : page.spans) {
    bytes += kSpanFieldsBytes + protocol::escaped_bytes(span.text) +
             protocol::escaped_bytes(span.written.author);
    if (span.removed) bytes += protocol::escaped_bytes(span.removed->author);
  }
  return bytes;
}

Result<history::BlamePage> parse_blame(std::string_view json) {
  return parse_reply(json, read_blame);
}

std::string group_json(const history::VersionGroup& group) {
  return object_json(group, write_group);
}

std::string groups_json(const history::GroupPage& page) { return object_json(page, write_groups); }
Result<history::GroupPage> parse_groups(std::string_view json) {
  return parse_reply(json, read_groups);
}

std::string difference_json(const history::Difference& difference) {
  return object_json(difference, write_difference);
}

}  // namespace cowrite::http
