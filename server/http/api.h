// Api: the HTTP API under /api/, for the command line and for programs. API.md describes it; errors
// are JSON.
//
// Thread-safe. Requests are answered from the log on its reader threads, in its order, so that what
// one client asks for waits behind what others do; those that wait for something new do so in
// LongPolls. A request counts among its client's until the response is written.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "server/http/long_polls.h"
#include "server/http/message.h"
#include "storage/operation_log.h"

namespace cowrite::http {

class Api {
 public:
  // Room for a text of so many bytes, which ends with what is returned; null if there is none now.
  // From any thread.
  using ReserveText = std::function<std::shared_ptr<const void>(std::size_t bytes)>;
  static std::shared_ptr<const void> always_room(std::size_t) { return std::make_shared<int>(0); }

  // REQUIRES: the log lives until stop() has returned; then nothing is handled any more. What the
  // log has been asked for by then ends with it.
  explicit Api(storage::OperationLog& log, ReserveText reserve_text = always_room);
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
  const ReserveText reserve_text_;
  const std::shared_ptr<UnderWay> under_way_;
  const std::shared_ptr<LongPolls> long_polls_;
};

}  // namespace cowrite::http
