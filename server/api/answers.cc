#include "server/api/answers.h"

#include <utility>

#include "server/api/blame.h"
#include "server/api/difference.h"
#include "server/api/history_check.h"
#include "server/api/json.h"
#include "server/api/operator_api.h"
#include "server/api/query.h"
#include "server/limits.h"
#include "storage/errors.h"

namespace cowrite::server {
namespace {

std::string cache_control(Lasting lasting) {
  if (lasting == Lasting::kNow) return "no-store";
  return "private, immutable, max-age=" + std::to_string(kApiImmutable.count());
}

int status_of(const Error& error) {
  if (error.code == kErrParameterInvalid || error.code == kErrRecordInvalid) return 400;
  if (error.code == kErrTokenMissing) return 401;
  if (error.code == kErrTokenWrong || error.code == kErrOperatorPage) return 403;
  if (error.code == kErrPathUnknown || error.code == kErrJobUnknown ||
      error.code == kErrDocumentUnknown || error.code == kErrDocumentAbsent ||
      error.code == storage::kErrNotFound || error.code == storage::kErrVersionUnknown)
    return 404;
  if (error.code == kErrMethodNotAllowed) return 405;
  if (error.code == storage::kErrConflict || error.code == storage::kErrForeign) return 409;
  if (error.code == storage::kErrErased) return 410;
  if (error.code == kErrTextTooLong || error.code == kErrHistoryTooLong) return 422;
  if (error.code == kErrBusy || error.code == storage::kErrBusy) return 503;
  if (error.code == storage::kErrDiskFull) return 507;
  return 500;
}

}  // namespace

HttpResponse json_response(std::string json, Lasting lasting) {
  return {200,
          std::move(json),
          {{"Content-Type", "application/json"},
           {"Cache-Control", cache_control(lasting)},
           {"X-Content-Type-Options", "nosniff"}}};
}

HttpResponse text_response(std::string text, Lasting lasting) {
  return {200,
          std::move(text),
          {{"Content-Type", "text/plain; charset=utf-8"},
           {"Cache-Control", cache_control(lasting)},
           {"Content-Security-Policy", "default-src 'none'; sandbox"},
           {"X-Content-Type-Options", "nosniff"}}};
}

HttpResponse error_response(const Error& error) {
  HttpResponse response = json_response(error_json(error), Lasting::kNow);
  response.status = status_of(error);
  if (response.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (response.status == 405) response.headers.emplace_back("Allow", "GET, HEAD");
  if (response.status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace cowrite::server
