// Api: the HTTP API under /api/, for the command line and for programs. API.md describes it; errors
// are JSON.
//
// Thread-safe. Requests are answered from the log on its reader threads, in its order, so that what
// one client asks for waits behind what others do; those that wait for something new do so in
// LongPolls. A request counts among its client's until the response is written.
#pragma once

#include <memory>

#include "server/history/room.h"
#include "server/http/long_polls.h"
#include "server/http/message.h"
#include "storage/operation_log.h"

namespace cowrite::http {

class Api {
 public:
  // `reserve` has the memory for what answering takes; without it there is always room. REQUIRES:
  // the log lives until stop() has returned; then nothing is handled any more. What the log has
  // been asked for by then ends with it.
  explicit Api(storage::OperationLog& log, history::Room::Reserve reserve = nullptr);
  ~Api() { stop(); }
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  // Answers a request whose path begins with "/api/", once, perhaps later and from another thread.
  void handle(const Request& request, Respond respond);

  // Requests that wait are not answered any more, and the log is not asked for anything.
  void stop() { long_polls_->stop(); }

 private:
  struct UnderWay;
  class Admission;
  struct Held;

  storage::OperationLog& log_;
  const history::Room::Reserve reserve_;
  const std::shared_ptr<UnderWay> under_way_;
  const std::shared_ptr<LongPolls> long_polls_;
};

}  // namespace cowrite::http
