// Api: the HTTP API under /api/, for the command line and for programs. API.md describes it; errors
// are JSON.
//
// Thread-safe. Requests are answered from the log on its reader threads, at most kApiRequestsMax at
// a time.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include "server/transport/http.h"
#include "storage/operation_log.h"

namespace cowrite::server {

class Api {
 public:
  // REQUIRES: the log outlives this and every answer that is still due.
  explicit Api(storage::OperationLog& log);

  // Answers a request whose path begins with "/api/", once, perhaps later and from another thread.
  void handle(const HttpRequest& request, HttpRespond respond);

 private:
  storage::OperationLog& log_;
  std::shared_ptr<std::atomic<std::size_t>> reading_;  // Requests under way.
};

}  // namespace cowrite::server
