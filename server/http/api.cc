#include "server/http/api.h"

#include <chrono>
#include <utility>

#include "server/http/errors.h"
#include "server/http/limits.h"
#include "server/http/responses.h"
#include "server/http/routes.h"

namespace cowrite::http {

// Counts a request among those under way while it lives, and says if there was room for it.
class Api::Admission {
 public:
  Admission(std::shared_ptr<UnderWay> under_way, Effort effort)
      : under_way_(std::move(under_way)), long_(effort == Effort::kLong) {
    const bool room = under_way_->all.fetch_add(1) < kRequestsMax;
    granted_ = (!long_ || under_way_->long_ones.fetch_add(1) < kLongRequestsMax) && room;
  }
  ~Admission() {
    under_way_->all.fetch_sub(1);
    if (long_) under_way_->long_ones.fetch_sub(1);
  }
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  [[nodiscard]] bool granted() const { return granted_; }

 private:
  std::shared_ptr<UnderWay> under_way_;
  bool long_;
  bool granted_;
};

namespace {

Response busy_response() {
  return error_response({kErrBusy, "too many requests are being answered, try again"});
}

}  // namespace

Api::Api(storage::OperationLog& log)
    : log_(log),
      under_way_(std::make_shared<UnderWay>()),
      long_polls_(std::make_shared<LongPolls>(log)) {}

void Api::handle(const Request& request, Respond respond) {
  if (!request.only_reads()) {
    return respond(method_not_allowed("this API is read with GET and HEAD only", kReadingMethods));
  }
  Result<ParsedRequest> parsed = parse_request(request);
  if (!parsed) return respond(error_response(parsed.error()));
  auto admission = std::make_shared<Admission>(under_way_, parsed->effort);
  if (!admission->granted()) return respond(busy_response());
  log_.read([parsed = std::move(*parsed), respond = std::move(respond),
             admission = std::move(admission),
             long_polls = long_polls_](const storage::History& history) mutable {
    if (parsed.wait.count() == 0 || parsed.ready(history)) {
      Response response = parsed.answer(history);
      admission.reset();
      return respond(std::move(response));
    }
    admission.reset();
    LongPolls::Waiter waiter{
        .ready = std::move(parsed.ready),
        .respond = [respond, answer = std::move(parsed.answer)](
                       const storage::History& later) { respond(answer(later)); },
        .deadline = std::chrono::steady_clock::now() + parsed.wait};
    if (!long_polls->enter(std::move(waiter))) respond(busy_response());
  });
}

}  // namespace cowrite::http
