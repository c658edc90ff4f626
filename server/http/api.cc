#include "server/http/api.h"

#include <chrono>
#include <utility>

#include "server/http/limits.h"
#include "server/http/responses.h"

namespace cowrite::http {

// One request's place among those under way, given back with it.
class Api::Ticket {
 public:
  Ticket(std::shared_ptr<UnderWay> under_way, Effort effort)
      : under_way_(std::move(under_way)), long_(effort == Effort::kLong) {
    const bool taken = under_way_->all.fetch_add(1) < kRequestsMax;
    granted_ = (!long_ || under_way_->long_ones.fetch_add(1) < kLongRequestsMax) && taken;
  }
  ~Ticket() {
    under_way_->all.fetch_sub(1);
    if (long_) under_way_->long_ones.fetch_sub(1);
  }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

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
      room_(std::make_shared<LongPolls>(log)) {}

void Api::handle(const Request& request, Respond respond) {
  if (request.method != "GET" && request.method != "HEAD") {
    return respond(
        error_response({kErrMethodNotAllowed, "this API is read with GET and HEAD only"}));
  }
  Result<ParsedRequest> understood = parse_request(request);
  if (!understood) return respond(error_response(understood.error()));
  auto ticket = std::make_shared<Ticket>(under_way_, understood->effort);
  if (!ticket->granted()) return respond(busy_response());
  log_.read([question = std::move(*understood), respond = std::move(respond),
             ticket = std::move(ticket), room = room_](const storage::History& history) mutable {
    if (question.wait.count() == 0 || question.ready(history)) {
      Response response = question.answer(history);
      ticket.reset();
      return respond(std::move(response));
    }
    ticket.reset();
    const auto leave = [respond, answer = question.answer](const storage::History& later) {
      respond(answer(later));
    };
    const auto deadline = std::chrono::steady_clock::now() + question.wait;
    if (!room->enter({std::move(question.ready), leave, deadline})) respond(busy_response());
  });
}

}  // namespace cowrite::http
