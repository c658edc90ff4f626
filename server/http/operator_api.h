// OperatorApi: the part of the HTTP API under /api/operator/, for whoever runs the server: proofs,
// disk use, backups, and changes of documents. API.md describes it.
//
// All requests need the operator's token: proofs and figures read the whole store. Those that a
// browser sends for a page are refused, so that a malicious page cannot make a browser send them.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ot/base/result.h"
#include "server/history/changes.h"
#include "server/history/room.h"
#include "server/http/message.h"
#include "server/http/operator_jobs.h"
#include "server/http/query.h"
#include "storage/log.h"

namespace cowrite::http {

// What an operator did, for the log.
struct OperatorAct {
  std::string_view name;          // "purge"
  std::string subject;            // The document as collection/id, or the folder.
  std::uint64_t connection = 0;   // On which it was asked for.
  std::uint64_t duration_ms = 0;  // From its beginning; it may have waited for others before.
  int status = 200;               // Of the response.
  std::string_view error_code;    // Empty if it was done.
};

// How the operator reaches the live documents; from any thread.
struct OperatorPorts {
  // Submits a change like any client's; `done` is told the version that it made, or why it will
  // not be.
  std::function<void(history::DocumentChange, std::function<void(Result<std::uint64_t>)> done)>
      submit;
  // The log holds another history of the document than it did.
  std::function<void(const storage::DocumentKey&)> reload;
  // An act is over, well or not.
  std::function<void(const OperatorAct&)> done = [](const OperatorAct&) {};
  // A request without the right to act came on this connection.
  std::function<void(const Error&, std::uint64_t connection)> refused = [](const Error&,
                                                                           std::uint64_t) {};
};

class OperatorApi {
 public:
  // With an empty token there is no operator. `reserve` has the memory for what is asked for;
  // without it there is always room. REQUIRES: the log and what the ports reach live until stop()
  // has returned.
  OperatorApi(storage::Log& log, std::string token, OperatorPorts ports,
              history::Room::Reserve reserve = nullptr);
  ~OperatorApi() { stop(); }
  OperatorApi(const OperatorApi&) = delete;
  OperatorApi& operator=(const OperatorApi&) = delete;

  // Answers a request whose path begins with "/api/operator/", once, perhaps later and from another
  // thread.
  void handle(const Request& request, Respond respond);

  // Why a request is not the operator's, of which the operator is told; absent if it is.
  [[nodiscard]] std::optional<Error> refuse(const Request& request) const;

  // The same as a question of which nobody is told.
  [[nodiscard]] bool is_operators(const Request& request) const { return !check(request); }

  // Ends what is under way. The log is not asked for anything afterwards.
  void stop();

 private:
  using Names = std::vector<std::string>;  // The parts of a path that its pattern leaves open.
  using Path = std::vector<std::string>;
  using Work = OperatorJobs::Work;
  struct Task {
    std::string subject;  // Of the act.
    Work work;
  };
  struct Routes;

  [[nodiscard]] std::optional<Error> check(const Request& request) const;
  void read(const Path& path, Query query, Respond respond);
  void change(const Path& path, Query query, const Request& request, Respond respond);

  void read_collections(const Names& names, Respond respond);
  void read_document_use(const Names& names, Respond respond);
  void read_store_use(const Names& names, Respond respond);
  void verify_document(const Names& names, Respond respond);
  void verify_store(const Names& names, Respond respond);
  void wait_for_job(const Names& names, Respond respond);

  // A fault of the path or the parameters is kept in the query.
  [[nodiscard]] Task back_up(const Names& names, Query& query, const std::string& body);
  [[nodiscard]] Task append(const Names& names, Query& query, const std::string& body);
  [[nodiscard]] Task restore(const Names& names, Query& query, const std::string& body);
  [[nodiscard]] Task remove(const Names& names, Query& query, const std::string& body);
  [[nodiscard]] Task purge(const Names& names, Query& query, const std::string& body);

  using UseCase = std::function<Result<history::ChangeDone>(history::Changes&)>;
  [[nodiscard]] Task changing(const storage::DocumentKey& key, UseCase use_case);
  // The same work, which is told of at its end.
  [[nodiscard]] Work reported(OperatorAct act, Work work);

  storage::Log& log_;
  const std::string token_;
  const OperatorPorts ports_;
  const history::Room::Reserve reserve_;
  std::atomic<bool> stopped_ = false;
  OperatorJobs jobs_;
};

}  // namespace cowrite::http
