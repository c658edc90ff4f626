#include "server/http/responses.h"

#include <utility>

#include "server/history/blame.h"
#include "server/history/difference.h"
#include "server/history/import_check.h"
#include "server/http/json.h"
#include "server/http/limits.h"
#include "server/http/operator_api.h"
#include "server/http/query.h"
#include "storage/errors.h"

namespace cowrite::http {
namespace {

std::string cache_control(Caching lasting) {
  if (lasting == Caching::kNow) return "no-store";
  return "private, immutable, max-age=" + std::to_string(kCacheLifetime.count());
}

int status_of(const Error& error) {
  if (error.code == kErrParameterInvalid || error.code == history::kErrRecordInvalid) return 400;
  if (error.code == kErrTokenMissing) return 401;
  if (error.code == kErrTokenWrong || error.code == kErrOperatorPage) return 403;
  if (error.code == kErrPathUnknown || error.code == kErrJobUnknown ||
      error.code == history::kErrDocumentUnknown || error.code == history::kErrDocumentAbsent ||
      error.code == storage::kErrNotFound || error.code == storage::kErrVersionUnknown) {
    return 404;
  }
  if (error.code == kErrMethodNotAllowed) return 405;
  if (error.code == storage::kErrConflict || error.code == storage::kErrForeign) return 409;
  if (error.code == storage::kErrErased) return 410;
  if (error.code == history::kErrTextTooLong || error.code == history::kErrHistoryTooLong)
    return 422;
  if (error.code == kErrBusy || error.code == storage::kErrBusy) return 503;
  if (error.code == storage::kErrDiskFull) return 507;
  return 500;
}

}  // namespace

Response json_response(std::string json, Caching lasting) {
  return {200,
          std::move(json),
          {{"Content-Type", "application/json"},
           {"Cache-Control", cache_control(lasting)},
           {"X-Content-Type-Options", "nosniff"}}};
}

Response text_response(std::string text, Caching lasting) {
  return {200,
          std::move(text),
          {{"Content-Type", "text/plain; charset=utf-8"},
           {"Cache-Control", cache_control(lasting)},
           {"Content-Security-Policy", "default-src 'none'; sandbox"},
           {"X-Content-Type-Options", "nosniff"}}};
}

Response error_response(const Error& error) {
  Response response = json_response(error_json(error), Caching::kNow);
  response.status = status_of(error);
  if (response.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (response.status == 405) response.headers.emplace_back("Allow", "GET, HEAD");
  if (response.status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace cowrite::http
