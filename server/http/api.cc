#include "server/http/api.h"

#include <chrono>
#include <mutex>
#include <utility>

#include "server/http/errors.h"
#include "server/http/limits.h"
#include "server/http/responses.h"
#include "server/http/routes.h"
#include "storage/payer_shares.h"

namespace cowrite::http {

// The requests that wait or are being answered.
struct Api::UnderWay {
  std::mutex mutex;
  storage::PayerShares shares{{.all = kRequestsMax, .each = kRequestsPerPayerMax}};
};

// Counts a request among those under way while it lives, and says if there was room for it.
class Api::Admission {
 public:
  Admission(std::shared_ptr<UnderWay> under_way, storage::Payer payer)
      : under_way_(std::move(under_way)), payer_(payer) {
    const std::lock_guard lock(under_way_->mutex);
    granted_ = under_way_->shares.take(payer_);
  }
  ~Admission() {
    const std::lock_guard lock(under_way_->mutex);
    if (granted_) under_way_->shares.give_back(payer_);
  }
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  [[nodiscard]] bool granted() const { return granted_; }

 private:
  const std::shared_ptr<UnderWay> under_way_;
  const storage::Payer payer_;
  bool granted_ = false;
};

// What a request takes until its response is written.
struct Api::Held {
  std::shared_ptr<Admission> admission;
  history::Room room;  // For a long text.
};

namespace {

Response busy_response() {
  return error_response(
      {kErrBusy, "too many of your requests are waiting to be answered, try again"});
}

}  // namespace

Api::Api(storage::OperationLog& log, history::Room::Reserve reserve)
    : log_(log),
      reserve_(std::move(reserve)),
      under_way_(std::make_shared<UnderWay>()),
      long_polls_(std::make_shared<LongPolls>(log)) {}

void Api::handle(const Request& request, Respond respond) {
  if (!request.only_reads()) {
    return respond(method_not_allowed("this API is read with GET and HEAD only", kReadingMethods));
  }
  Result<ParsedRequest> parsed = parse_request(request);
  if (!parsed) return respond(error_response(parsed.error()));
  auto admission = std::make_shared<Admission>(under_way_, request.payer);
  if (!admission->granted()) return respond(busy_response());
  const storage::ReadOrder order{parsed->urgency, request.payer};
  log_.read(order, [parsed = std::move(*parsed), payer = request.payer,
                    respond = std::move(respond), admission = std::move(admission),
                    reserve = reserve_,
                    long_polls = long_polls_](const storage::History& history) mutable {
    if (parsed.wait.count() == 0 || parsed.ready(history)) {
      history::Room room(reserve);
      Response response = parsed.answer(history, room);
      if (!response.next_piece) room = history::Room();  // It counts as queued from now on.
      response.held = std::make_shared<const Held>(Held{std::move(admission), std::move(room)});
      return respond(std::move(response));
    }
    admission.reset();
    LongPolls::Waiter waiter{
        .payer = payer,
        .ready = std::move(parsed.ready),
        .respond =
            [respond, answer = std::move(parsed.answer), reserve](const storage::History& later) {
              history::Room room(reserve);
              respond(answer(later, room));
            },
        .deadline = std::chrono::steady_clock::now() + parsed.wait};
    if (!long_polls->enter(std::move(waiter))) respond(busy_response());
  });
}

}  // namespace cowrite::http
