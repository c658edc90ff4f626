#include "server/http/routes.h"

#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/history/blame.h"
#include "server/history/difference.h"
#include "server/history/limits.h"
#include "server/history/queries.h"
#include "server/history/version_groups.h"
#include "server/http/errors.h"
#include "server/http/history_json.h"
#include "server/http/json.h"
#include "server/http/limits.h"
#include "server/http/query.h"
#include "server/http/responses.h"
#include "server/http/url.h"
#include "storage/timestamp.h"

namespace cowrite::http {
namespace {

using history::Room;
using storage::DocumentKey;
using storage::History;

// Any version may be asked for; that it is not there is for the history to say.
constexpr std::uint64_t kVersionMax = std::numeric_limits<std::uint64_t>::max();

// A version that is named stays as it is; a time and the newest version need not.
Caching caching_of(const storage::VersionSelector& at) {
  return std::holds_alternative<storage::AtVersion>(at) ? Caching::kForever : Caching::kNow;
}

// A page that is not the last stays as it is.
template <typename Page>
Caching caching_of(const Result<Page>& page) {
  return page && page->next ? Caching::kForever : Caching::kNow;
}

// "version" or "time", else the newest.
storage::VersionSelector take_selector(Query& query) {
  const std::optional<std::uint64_t> version = query.number("version", 0, kVersionMax);
  const std::optional<std::int64_t> time_ms = query.time("time");
  if (version && time_ms) query.fail("\"version\" and \"time\" are two answers to one question");
  if (version) return storage::AtVersion{*version};
  if (time_ms) return storage::AtTime{*time_ms};
  return storage::Newest{};
}

history::VersionRange take_range(Query& query) {
  return {query.number("from", 0, kVersionMax).value_or(0),
          query.number("to", 0, kVersionMax).value_or(kVersionMax)};
}

std::uint64_t take_pause(Query& query) {
  return query.number("pause", 0, history::kPauseMinutesMax)
      .value_or(history::kPauseMinutesDefault);
}

// A page, if there is room for it and its JSON.
template <typename Page>
Result<Page> with_room(Result<Page> page, std::size_t (*json_bytes)(const Page&), Room& room) {
  if (!page) return page;
  if (const Result<void> taken = room.grow_to(2 * json_bytes(*page)); !taken) return taken.error();
  return page;
}

// ---- What each path answers

// The parts of a path that its pattern leaves open.
using Names = std::vector<std::string>;

DocumentKey key_of(const Names& names) { return {names[0], names[1]}; }

ParsedRequest parse_list(const Names&, Query& query) {
  const std::string collection = query.text("collection").value_or("docs");
  const std::string prefix = query.text("prefix").value_or("");
  const std::optional<std::string> after = query.text("after");
  const std::uint64_t limit =
      query.number("limit", 1, history::kPageDocumentsMax).value_or(kPageDocumentsDefault);
  return {.answer = [=](const History& history, Room&) {
    return json_response(history::list_documents(history, collection, prefix, after, limit),
                         documents_json);
  }};
}

ParsedRequest parse_info(const Names& names, Query&) {
  return {.answer = [key = key_of(names)](const History& history, Room&) {
    return json_response(history::read_info(history, key), document_json);
  }};
}

ParsedRequest parse_text(const Names& names, Query& query) {
  const storage::VersionSelector at = take_selector(query);
  const bool is_newest = std::holds_alternative<storage::Newest>(at);
  return {is_newest ? storage::Urgency::kCatchUp : storage::Urgency::kPast,
          [key = key_of(names), at](const History& history, Room& room) {
            Result<storage::Snapshot> read = history::read_version(history, key, at);
            if (!read) return error_response(read.error());
            if (const auto taken = room.grow_to(read->text.bytes()); !taken) {
              return error_response(storage::about(key, taken.error()));
            }
            Response response = text_response(std::move(read->text), caching_of(at));
            response.headers.emplace_back("Cowrite-Version", std::to_string(read->version));
            response.headers.emplace_back("Cowrite-Time", storage::format_time(read->time_ms));
            return response;
          }};
}

// Whether the record that makes a version is there. An error is an answer, too.
bool has_come(const History& history, const DocumentKey& key, std::uint64_t version) {
  const Result<std::optional<storage::DocumentInfo>> info = history.info(key);
  return !info || !*info || (*info)->version + 1 != version;
}

ParsedRequest parse_records(const Names& names, Query& query) {
  const DocumentKey key = key_of(names);
  const history::VersionRange range = take_range(query);
  const std::uint64_t limit =
      query.number("limit", 1, history::kPageRecordsMax).value_or(history::kPageRecordsMax);
  const std::uint64_t wait = query.number("wait", 0, kWaitSecondsMax).value_or(0);
  return {
      .answer =
          [=](const History& history, Room& room) {
            const Result<history::RecordPage> page = with_room(
                history::read_records(history, key, range, limit, history::kPageRecordsBytesMax),
                records_json_bytes, room);
            const bool whole =
                page && !page->records.empty() && page->records.back().version + 1 == range.last;
            return json_response(page, records_json, whole ? Caching::kForever : caching_of(page));
          },
      .wait = std::chrono::seconds(range.first <= range.last ? wait : 0),
      .ready = [=](const History& history) { return has_come(history, key, range.first); },
  };
}

ParsedRequest parse_versions(const Names& names, Query& query) {
  const history::GroupRequest request{
      .range = take_range(query),
      .pause_minutes = take_pause(query),
      .count = query.number("limit", 1, history::kPageGroupsMax).value_or(kPageGroupsDefault)};
  return {storage::Urgency::kPast, [key = key_of(names), request](const History& history, Room&) {
            const Result<history::GroupPage> page =
                history::read_version_groups(history, key, request);
            return json_response(page, groups_json, caching_of(page));
          }};
}

ParsedRequest parse_blame(const Names& names, Query& query) {
  const history::BlameRequest request{.at = take_selector(query),
                                      .removed = query.flag("deleted")
                                                     ? history::RemovedText::kShown
                                                     : history::RemovedText::kLeftOut,
                                      .pause_minutes = take_pause(query),
                                      .from = query.number("from", 0, kVersionMax).value_or(0)};
  return {storage::Urgency::kPast,
          [key = key_of(names), request](const History& history, Room& room) {
            return json_response(
                with_room(history::read_blame(history, key, request, room), blame_json_bytes, room),
                blame_json, caching_of(request.at));
          }};
}

ParsedRequest parse_diff(const Names& names, Query& query) {
  const std::optional<storage::VersionSelector> from = query.selector("from");
  const storage::VersionSelector to = query.selector("to").value_or(storage::Newest{});
  if (!from) query.fail("\"from\" must say with what the text is compared");
  return {storage::Urgency::kPast,
          [key = key_of(names), from, to](const History& history, Room& room) {
            const Result<history::Difference> difference =
                history::read_difference(history, key, *from, to, room);
            if (!difference) return error_response(difference.error());
            return text_response(
                history::unified_diff(*difference),
                caching_of(*from) == Caching::kForever ? caching_of(to) : Caching::kNow);
          }};
}

struct Route {
  std::string_view path;
  // A fault of the parameters is kept in the query.
  ParsedRequest (*parse)(const Names&, Query&);
};
constexpr Route kRoutes[] = {
    {"/api/documents", parse_list},
    {"/api/documents/*/*", parse_info},
    {"/api/documents/*/*/text", parse_text},
    {"/api/documents/*/*/records", parse_records},
    {"/api/documents/*/*/versions", parse_versions},
    {"/api/documents/*/*/blame", parse_blame},
    {"/api/documents/*/*/diff", parse_diff},
};

}  // namespace

Result<ParsedRequest> parse_request(const Request& request) {
  const auto path = split_path(request.path);
  if (!path) return Error{kErrPathUnknown, "the path is not percent-encoded UTF-8"};
  auto parameters = split_query(request.query);
  if (!parameters) return Error{kErrParameterInvalid, "the query is not percent-encoded UTF-8"};
  Query query(std::move(*parameters));
  for (const Route& route : kRoutes) {
    if (const std::optional<Names> names = match_path(route.path, *path)) {
      ParsedRequest parsed = route.parse(*names, query);
      if (std::optional<Error> error = query.error()) return std::move(*error);
      return parsed;
    }
  }
  return Error{kErrPathUnknown, "there is nothing at this path of the API"};
}

}  // namespace cowrite::http
