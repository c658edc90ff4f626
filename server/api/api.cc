#include "server/api/api.h"

#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/api/json.h"
#include "server/api/reading.h"
#include "server/api/url.h"
#include "server/limits.h"
#include "storage/errors.h"
#include "storage/timestamp.h"

namespace cowrite::server {
namespace {

constexpr std::string_view kErrPathUnknown = "ERR_PATH_UNKNOWN";
constexpr std::string_view kErrMethodNotAllowed = "ERR_METHOD_NOT_ALLOWED";
constexpr std::string_view kErrParameterInvalid = "ERR_PARAMETER_INVALID";
constexpr std::string_view kErrBusy = "ERR_BUSY";

// Any version may be asked for; that it is not there is for the history to say.
constexpr std::uint64_t kVersionMax = std::numeric_limits<std::uint64_t>::max();

// What a request asks of the history, checked and ready for a reader thread.
using Question = std::function<HttpResponse(const storage::History&)>;

// ---- Answers

HttpResponse json_response(int status, std::string json) {
  return {status,
          std::move(json),
          {{"Content-Type", "application/json"},
           {"Cache-Control", "no-store"},
           {"X-Content-Type-Options", "nosniff"}}};
}

int status_of(const Error& error) {
  if (error.code == kErrParameterInvalid) return 400;
  if (error.code == kErrPathUnknown || error.code == kErrDocumentUnknown ||
      error.code == kErrDocumentAbsent || error.code == storage::kErrVersionUnknown)
    return 404;
  if (error.code == kErrMethodNotAllowed) return 405;
  if (error.code == kErrBusy || error.code == storage::kErrBusy) return 503;
  return 500;
}

HttpResponse error_response(const Error& error) {
  HttpResponse response = json_response(status_of(error), error_json(error));
  if (response.status == 405) response.headers.emplace_back("Allow", "GET, HEAD");
  if (response.status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

// Somebody's text must never act as a page of this server's, whatever a browser makes of it.
HttpResponse text_response(VersionText text) {
  return {200,
          std::move(text.text),
          {{"Content-Type", "text/plain; charset=utf-8"},
           {"Cache-Control", "no-store"},
           {"Content-Security-Policy", "default-src 'none'; sandbox"},
           {"X-Content-Type-Options", "nosniff"},
           {"Cowrite-Version", std::to_string(text.version)},
           {"Cowrite-Time", storage::format_time(text.time_ms)}}};
}

// ---- Parameters

// The parameters of a query, taken one by one: what is left over at the end was not meant for this
// path.
class Query {
 public:
  explicit Query(Parameters parameters) : parameters_(std::move(parameters)) {}

  std::optional<std::string> text(std::string_view name) {
    for (auto it = parameters_.begin(); it != parameters_.end(); ++it) {
      if (it->first != name) continue;
      std::string value = std::move(it->second);
      parameters_.erase(it);
      return value;
    }
    return std::nullopt;
  }

  std::optional<std::uint64_t> number(std::string_view name, std::uint64_t least,
                                      std::uint64_t most) {
    const std::optional<std::string> value = text(name);
    if (!value) return std::nullopt;
    std::uint64_t number = 0;
    const auto [end, problem] =
        std::from_chars(value->data(), value->data() + value->size(), number);
    const bool whole = problem == std::errc() && end == value->data() + value->size();
    if (!whole || number < least || number > most)
      fail("\"" + std::string(name) + "\" must be a number from " + std::to_string(least) + " to " +
           std::to_string(most));
    return number;
  }

  std::optional<std::int64_t> time(std::string_view name) {
    const std::optional<std::string> value = text(name);
    if (!value) return std::nullopt;
    const Result<std::int64_t> time_ms = storage::parse_time(*value);
    if (time_ms) return *time_ms;
    fail(time_ms.error().message);
    return std::nullopt;
  }

  void fail(std::string message) {
    if (!error_) error_ = Error{kErrParameterInvalid, std::move(message)};
  }

  // The first fault of the query, unknown and repeated parameters included.
  [[nodiscard]] std::optional<Error> error() {
    if (!parameters_.empty())
      fail("the parameter \"" + parameters_.front().first + "\" is unknown here, or given twice");
    return error_;
  }

 private:
  Parameters parameters_;
  std::optional<Error> error_;
};

template <typename T, typename Write>
HttpResponse answer(Result<T> result, Write write) {
  return result ? write(std::move(*result)) : error_response(result.error());
}

// ---- Paths

// GET /api/documents
Result<Question> list_question(Query& query) {
  const std::string collection = query.text("collection").value_or("docs");
  const std::string prefix = query.text("prefix").value_or("");
  const std::optional<std::string> after = query.text("after");
  const std::uint64_t limit =
      query.number("limit", 1, kApiDocumentsMax).value_or(kApiDocumentsDefault);
  if (std::optional<Error> error = query.error()) return std::move(*error);
  return Question([=](const storage::History& history) {
    return answer(
        list_documents(history, collection, prefix, after, limit),
        [](const DocumentPage& page) { return json_response(200, documents_json(page)); });
  });
}

// GET /api/documents/COLLECTION/ID
Result<Question> info_question(const storage::DocumentKey& key, Query& query) {
  if (std::optional<Error> error = query.error()) return std::move(*error);
  return Question([=](const storage::History& history) {
    return answer(read_info(history, key), [](const storage::DocumentInfo& info) {
      return json_response(200, document_json(info));
    });
  });
}

// GET /api/documents/COLLECTION/ID/text
Result<Question> text_question(const storage::DocumentKey& key, Query& query) {
  const std::optional<std::uint64_t> version = query.number("version", 0, kVersionMax);
  const std::optional<std::int64_t> time_ms = query.time("time");
  if (version && time_ms)
    query.fail("a text is asked for by \"version\" or by \"time\", not by both");
  if (std::optional<Error> error = query.error()) return std::move(*error);
  Place place = Newest{};
  if (version) place = AtVersion{*version};
  if (time_ms) place = AtTime{*time_ms};
  return Question([=](const storage::History& history) {
    return answer(read_text(history, key, place), text_response);
  });
}

// GET /api/documents/COLLECTION/ID/records
Result<Question> records_question(const storage::DocumentKey& key, Query& query) {
  VersionRange range;
  range.first = query.number("from", 0, kVersionMax).value_or(1);
  range.last = query.number("to", 0, kVersionMax).value_or(kVersionMax);
  const std::uint64_t limit = query.number("limit", 1, kApiRecordsMax).value_or(kApiRecordsMax);
  if (std::optional<Error> error = query.error()) return std::move(*error);
  return Question([=](const storage::History& history) {
    return answer(read_records(history, key, range, limit, kApiRecordsBytesMax),
                  [](const RecordPage& page) { return json_response(200, records_json(page)); });
  });
}

Result<Question> route(const HttpRequest& request) {
  const auto path = split_path(request.path);
  if (!path) return Error{kErrPathUnknown, "the path is not percent-encoded UTF-8"};
  auto parameters = split_query(request.query);
  if (!parameters) return Error{kErrParameterInvalid, "the query is not percent-encoded UTF-8"};
  Query query(std::move(*parameters));
  const std::vector<std::string>& parts = *path;
  const std::size_t size = parts.size();
  if (size >= 2 && parts[0] == "api" && parts[1] == "documents") {
    if (size == 2) return list_question(query);
    if (size == 4) return info_question({parts[2], parts[3]}, query);
    if (size == 5 && parts[4] == "text") return text_question({parts[2], parts[3]}, query);
    if (size == 5 && parts[4] == "records") return records_question({parts[2], parts[3]}, query);
  }
  return Error{kErrPathUnknown, "there is nothing at this path of the API"};
}

}  // namespace

Api::Api(storage::OperationLog& log)
    : log_(log), reading_(std::make_shared<std::atomic<std::size_t>>(0)) {}

void Api::handle(const HttpRequest& request, HttpRespond respond) {
  if (request.method != "GET" && request.method != "HEAD")
    return respond(
        error_response({kErrMethodNotAllowed, "this API is read with GET and HEAD only"}));
  Result<Question> question = route(request);
  if (!question) return respond(error_response(question.error()));
  if (reading_->fetch_add(1) >= kApiRequestsMax) {
    reading_->fetch_sub(1);
    return respond(error_response({kErrBusy, "too many requests are being answered, try again"}));
  }
  log_.read([question = std::move(*question), respond = std::move(respond),
             reading = reading_](const storage::History& history) {
    HttpResponse response = question(history);
    reading->fetch_sub(1);
    respond(std::move(response));
  });
}

}  // namespace cowrite::server
