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
#include "server/http/history_json.h"
#include "server/http/json.h"
#include "server/http/limits.h"
#include "server/http/query.h"
#include "server/http/responses.h"
#include "server/http/url.h"
#include "storage/timestamp.h"

namespace cowrite::http {
namespace {

using storage::DocumentKey;
using storage::History;

// Any version may be asked for; that it is not there is for the history to say.
constexpr std::uint64_t kVersionMax = std::numeric_limits<std::uint64_t>::max();

template <typename T, typename Write>
Response answer(const Result<T>& result, Write write) {
  return result ? write(*result) : error_response(result.error());
}

// What is said of a version stays true; of a time or the newest it need not.
Caching lasting_of(const storage::VersionSelector& place) {
  return std::holds_alternative<storage::AtVersion>(place) ? Caching::kForever : Caching::kNow;
}

// "version" or "time", else the newest.
storage::VersionSelector take_place(Query& query) {
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

// GET /api/documents
Result<ParsedRequest> list_question(Query& query) {
  const std::string collection = query.text("collection").value_or("docs");
  const std::string prefix = query.text("prefix").value_or("");
  const std::optional<std::string> after = query.text("after");
  const std::uint64_t limit =
      query.number("limit", 1, history::kPageDocumentsMax).value_or(kPageDocumentsDefault);
  if (std::optional<Error> error = query.error()) return std::move(*error);
  return ParsedRequest{Effort::kShort, [=](const History& history) {
                         return answer(
                             history::list_documents(history, collection, prefix, after, limit),
                             [](const history::DocumentPage& page) {
                               return json_response(documents_json(page), Caching::kNow);
                             });
                       }};
}

// GET /api/documents/COLLECTION/ID
Result<ParsedRequest> info_question(const storage::DocumentKey& key, Query& query) {
  if (std::optional<Error> error = query.error()) return std::move(*error);
  return ParsedRequest{Effort::kShort, [=](const History& history) {
                         return answer(history::read_info(history, key),
                                       [](const storage::DocumentInfo& info) {
                                         return json_response(document_json(info), Caching::kNow);
                                       });
                       }};
}

// GET /api/documents/COLLECTION/ID/text
Result<ParsedRequest> text_question(const storage::DocumentKey& key, Query& query) {
  const storage::VersionSelector place = take_place(query);
  if (std::optional<Error> error = query.error()) return std::move(*error);
  return ParsedRequest{
      Effort::kShort, [=](const History& history) {
        Result<history::VersionText> text = history::read_text(history, key, place);
        if (!text) return error_response(text.error());
        Response response = text_response(std::move(text->text), lasting_of(place));
        response.headers.emplace_back("Cowrite-Version", std::to_string(text->version));
        response.headers.emplace_back("Cowrite-Time", storage::format_time(text->time_ms));
        return response;
      }};
}

// Whether a record that is asked for next has come; errors have something to say, too.
bool has_come(const History& history, const storage::DocumentKey& key, std::uint64_t version) {
  const Result<std::optional<storage::DocumentInfo>> info = history.info(key);
  return !info || !*info || (*info)->version + 1 != version;
}

// GET /api/documents/COLLECTION/ID/records
Result<ParsedRequest> records_question(const storage::DocumentKey& key, Query& query) {
  const history::VersionRange range = take_range(query);
  const std::uint64_t limit =
      query.number("limit", 1, history::kPageRecordsMax).value_or(history::kPageRecordsMax);
  const std::uint64_t wait = query.number("wait", 0, kWaitSecondsMax).value_or(0);
  if (std::optional<Error> error = query.error()) return std::move(*error);
  const auto write = [range](const history::RecordPage& page) {
    const bool whole = !page.records.empty() && page.records.back().version + 1 == range.last;
    return json_response(records_json(page),
                         whole || page.next ? Caching::kForever : Caching::kNow);
  };
  return ParsedRequest{
      .answer =
          [=](const History& history) {
            return answer(
                history::read_records(history, key, range, limit, history::kPageRecordsBytesMax),
                write);
          },
      .ready = [=](const History& history) { return has_come(history, key, range.first); },
      .wait = std::chrono::seconds(range.first <= range.last ? wait : 0),
  };
}

// GET /api/documents/COLLECTION/ID/versions
Result<ParsedRequest> versions_question(const storage::DocumentKey& key, Query& query) {
  history::GroupRequest request;
  request.range = take_range(query);
  request.pause_minutes =
      query.number("pause", 0, history::kPauseMinutesMax).value_or(history::kPauseMinutesDefault);
  request.count = query.number("limit", 1, history::kPageGroupsMax).value_or(kPageGroupsDefault);
  if (std::optional<Error> error = query.error()) return std::move(*error);
  return ParsedRequest{Effort::kLong, [=](const History& history) {
                         return answer(history::read_version_groups(history, key, request),
                                       [](const history::GroupPage& page) {
                                         return json_response(
                                             groups_json(page),
                                             page.next ? Caching::kForever : Caching::kNow);
                                       });
                       }};
}

// GET /api/documents/COLLECTION/ID/blame
Result<ParsedRequest> blame_question(const storage::DocumentKey& key, Query& query) {
  history::BlameRequest request;
  request.place = take_place(query);
  if (query.flag("deleted")) request.removed = history::RemovedText::kShown;
  request.pause_minutes =
      query.number("pause", 0, history::kPauseMinutesMax).value_or(history::kPauseMinutesDefault);
  request.from = query.number("from", 0, kVersionMax).value_or(0);
  if (std::optional<Error> error = query.error()) return std::move(*error);
  return ParsedRequest{Effort::kLong, [=](const History& history) {
                         return answer(history::read_blame(history, key, request),
                                       [&](const history::BlamePage& page) {
                                         return json_response(blame_json(page),
                                                              lasting_of(request.place));
                                       });
                       }};
}

// GET /api/documents/COLLECTION/ID/diff
Result<ParsedRequest> diff_question(const storage::DocumentKey& key, Query& query) {
  const std::optional<storage::VersionSelector> from = query.place("from");
  const storage::VersionSelector to = query.place("to").value_or(storage::Newest{});
  if (!from) query.fail("\"from\" must say with what the text is compared");
  if (std::optional<Error> error = query.error()) return std::move(*error);
  const bool lasts = lasting_of(*from) == Caching::kForever && lasting_of(to) == Caching::kForever;
  return ParsedRequest{Effort::kLong, [=](const History& history) {
                         return answer(
                             history::make_difference(key, history::read_text(history, key, *from),
                                                      history::read_text(history, key, to)),
                             [lasts](const history::Difference& difference) {
                               return text_response(history::unified_diff(difference),
                                                    lasts ? Caching::kForever : Caching::kNow);
                             });
                       }};
}

// What can be asked of one document, by the last part of the path.
struct Route {
  std::string_view name;
  Result<ParsedRequest> (*make)(const storage::DocumentKey&, Query&);
};
constexpr Route kRoutes[] = {
    {"text", text_question},   {"records", records_question}, {"versions", versions_question},
    {"blame", blame_question}, {"diff", diff_question},
};

}  // namespace

Result<ParsedRequest> parse_request(const Request& request) {
  const auto path = split_path(request.path);
  if (!path) return Error{kErrPathUnknown, "the path is not percent-encoded UTF-8"};
  auto parameters = split_query(request.query);
  if (!parameters) return Error{kErrParameterInvalid, "the query is not percent-encoded UTF-8"};
  Query query(std::move(*parameters));
  const std::vector<std::string>& parts = *path;
  if (parts.size() >= 2 && parts[0] == "api" && parts[1] == "documents") {
    if (parts.size() == 2) return list_question(query);
    if (parts.size() == 4) return info_question({parts[2], parts[3]}, query);
    for (const Route& route : kRoutes) {
      if (parts.size() == 5 && parts[4] == route.name) {
        return route.make({parts[2], parts[3]}, query);
      }
    }
  }
  return Error{kErrPathUnknown, "there is nothing at this path of the API"};
}

}  // namespace cowrite::http
