#include "server/api/questions.h"

#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/api/answers.h"
#include "server/api/blame.h"
#include "server/api/difference.h"
#include "server/api/json.h"
#include "server/api/query.h"
#include "server/api/reading.h"
#include "server/api/url.h"
#include "server/api/version_groups.h"
#include "server/limits.h"
#include "storage/timestamp.h"

namespace cowrite::server {
namespace {

using storage::DocumentKey;
using storage::History;

// Any version may be asked for; that it is not there is for the history to say.
constexpr std::uint64_t kVersionMax = std::numeric_limits<std::uint64_t>::max();

template <typename T, typename Write>
HttpResponse answer(const Result<T>& result, Write write) {
  return result ? write(*result) : error_response(result.error());
}

// What is said of a version stays true; of a time or the newest it need not.
Lasting lasting_of(const Place& place) {
  return std::holds_alternative<AtVersion>(place) ? Lasting::kForever : Lasting::kNow;
}

// "version" or "time", else the newest.
Place take_place(Query& query) {
  const std::optional<std::uint64_t> version = query.number("version", 0, kVersionMax);
  const std::optional<std::int64_t> time_ms = query.time("time");
  if (version && time_ms) query.fail("\"version\" and \"time\" are two answers to one question");
  if (version) return AtVersion{*version};
  if (time_ms) return AtTime{*time_ms};
  return Newest{};
}

VersionRange take_range(Query& query) {
  return {query.number("from", 0, kVersionMax).value_or(0),
          query.number("to", 0, kVersionMax).value_or(kVersionMax)};
}

// GET /api/documents
Result<Question> list_question(Query& query) {
  const std::string collection = query.text("collection").value_or("docs");
  const std::string prefix = query.text("prefix").value_or("");
  const std::optional<std::string> after = query.text("after");
  const std::uint64_t limit =
      query.number("limit", 1, kApiDocumentsMax).value_or(kApiDocumentsDefault);
  if (std::optional<Error> error = query.error()) return std::move(*error);
  return Question{Effort::kShort, [=](const History& history) {
                    return answer(list_documents(history, collection, prefix, after, limit),
                                  [](const DocumentPage& page) {
                                    return json_response(documents_json(page), Lasting::kNow);
                                  });
                  }};
}

// GET /api/documents/COLLECTION/ID
Result<Question> info_question(const DocumentKey& key, Query& query) {
  if (std::optional<Error> error = query.error()) return std::move(*error);
  return Question{Effort::kShort, [=](const History& history) {
                    return answer(read_info(history, key), [](const storage::DocumentInfo& info) {
                      return json_response(document_json(info), Lasting::kNow);
                    });
                  }};
}

// GET /api/documents/COLLECTION/ID/text
Result<Question> text_question(const DocumentKey& key, Query& query) {
  const Place place = take_place(query);
  if (std::optional<Error> error = query.error()) return std::move(*error);
  return Question{Effort::kShort, [=](const History& history) {
                    Result<VersionText> text = read_text(history, key, place);
                    if (!text) return error_response(text.error());
                    HttpResponse response = text_response(std::move(text->text), lasting_of(place));
                    response.headers.emplace_back("Cowrite-Version", std::to_string(text->version));
                    response.headers.emplace_back("Cowrite-Time",
                                                  storage::format_time(text->time_ms));
                    return response;
                  }};
}

// Whether a record that is asked for next has come; errors have something to say, too.
bool has_come(const History& history, const DocumentKey& key, std::uint64_t version) {
  const Result<std::optional<storage::DocumentInfo>> info = history.info(key);
  return !info || !*info || (*info)->version + 1 != version;
}

// GET /api/documents/COLLECTION/ID/records
Result<Question> records_question(const DocumentKey& key, Query& query) {
  const VersionRange range = take_range(query);
  const std::uint64_t limit = query.number("limit", 1, kApiRecordsMax).value_or(kApiRecordsMax);
  const std::uint64_t wait = query.number("wait", 0, kApiWaitSecondsMax).value_or(0);
  if (std::optional<Error> error = query.error()) return std::move(*error);
  const auto write = [range](const RecordPage& page) {
    const bool whole = !page.records.empty() && page.records.back().version + 1 == range.last;
    return json_response(records_json(page),
                         whole || page.next ? Lasting::kForever : Lasting::kNow);
  };
  return Question{
      .answer =
          [=](const History& history) {
            return answer(read_records(history, key, range, limit, kApiRecordsBytesMax), write);
          },
      .ready = [=](const History& history) { return has_come(history, key, range.first); },
      .wait = std::chrono::seconds(range.first <= range.last ? wait : 0),
  };
}

// GET /api/documents/COLLECTION/ID/versions
Result<Question> versions_question(const DocumentKey& key, Query& query) {
  GroupRequest request;
  request.range = take_range(query);
  request.pause_minutes =
      query.number("pause", 0, kApiPauseMinutesMax).value_or(kApiPauseMinutesDefault);
  request.count = query.number("limit", 1, kApiGroupsMax).value_or(kApiGroupsDefault);
  if (std::optional<Error> error = query.error()) return std::move(*error);
  return Question{
      Effort::kLong, [=](const History& history) {
        return answer(read_version_groups(history, key, request), [](const GroupPage& page) {
          return json_response(groups_json(page), page.next ? Lasting::kForever : Lasting::kNow);
        });
      }};
}

// GET /api/documents/COLLECTION/ID/blame
Result<Question> blame_question(const DocumentKey& key, Query& query) {
  BlameRequest request;
  request.place = take_place(query);
  if (query.flag("deleted")) request.removed = RemovedText::kShown;
  request.pause_minutes =
      query.number("pause", 0, kApiPauseMinutesMax).value_or(kApiPauseMinutesDefault);
  request.from = query.number("from", 0, kVersionMax).value_or(0);
  if (std::optional<Error> error = query.error()) return std::move(*error);
  return Question{Effort::kLong, [=](const History& history) {
                    return answer(read_blame(history, key, request), [&](const BlamePage& page) {
                      return json_response(blame_json(page), lasting_of(request.place));
                    });
                  }};
}

// GET /api/documents/COLLECTION/ID/diff
Result<Question> diff_question(const DocumentKey& key, Query& query) {
  const std::optional<Place> from = query.place("from");
  const Place to = query.place("to").value_or(Newest{});
  if (!from) query.fail("\"from\" must say with what the text is compared");
  if (std::optional<Error> error = query.error()) return std::move(*error);
  const bool lasts = lasting_of(*from) == Lasting::kForever && lasting_of(to) == Lasting::kForever;
  return Question{Effort::kLong, [=](const History& history) {
                    return answer(make_difference(key, read_text(history, key, *from),
                                                  read_text(history, key, to)),
                                  [lasts](const Difference& difference) {
                                    return text_response(unified_diff(difference),
                                                         lasts ? Lasting::kForever : Lasting::kNow);
                                  });
                  }};
}

// What can be asked of one document, by the last part of the path.
struct Route {
  std::string_view name;
  Result<Question> (*make)(const DocumentKey&, Query&);
};
constexpr Route kRoutes[] = {
    {"text", text_question},   {"records", records_question}, {"versions", versions_question},
    {"blame", blame_question}, {"diff", diff_question},
};

}  // namespace

Result<Question> understand(const HttpRequest& request) {
  const auto path = split_path(request.path);
  if (!path) return Error{kErrPathUnknown, "the path is not percent-encoded UTF-8"};
  auto parameters = split_query(request.query);
  if (!parameters) return Error{kErrParameterInvalid, "the query is not percent-encoded UTF-8"};
  Query query(std::move(*parameters));
  const std::vector<std::string>& parts = *path;
  if (parts.size() >= 2 && parts[0] == "api" && parts[1] == "documents") {
    if (parts.size() == 2) return list_question(query);
    if (parts.size() == 4) return info_question({parts[2], parts[3]}, query);
    for (const Route& route : kRoutes)
      if (parts.size() == 5 && parts[4] == route.name)
        return route.make({parts[2], parts[3]}, query);
  }
  return Error{kErrPathUnknown, "there is nothing at this path of the API"};
}

}  // namespace cowrite::server
