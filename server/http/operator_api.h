// OperatorApi: the part of the HTTP API under /api/operator/, for whoever runs the server: proofs,
// disk use, backups, and changes of documents. API.md describes it.
//
// What changes documents or writes files asks for the operator's token, and is closed to pages: a
// browser that was brought to send it has no say.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ot/base/result.h"
#include "server/http/message.h"
#include "server/http/operator_jobs.h"
#include "server/http/url.h"
#include "storage/log.h"

namespace cowrite::http {

inline constexpr std::string_view kErrTokenMissing = "ERR_OPERATOR_TOKEN_MISSING";
inline constexpr std::string_view kErrTokenWrong = "ERR_OPERATOR_TOKEN_WRONG";
// A browser sent it for a page.
inline constexpr std::string_view kErrOperatorPage = "ERR_OPERATOR_PAGE";

// A change as the live document is to be given it, made on version `base`.
struct OperatorChange {
  storage::DocumentKey key;
  std::string author;
  std::uint64_t base = 0;
  storage::Change change;
};

// How the operator reaches the live documents; from any thread.
struct OperatorPorts {
  // Submits a change like any client's; `done` is told the version that it made, or why it will
  // not be.
  std::function<void(OperatorChange, std::function<void(Result<std::uint64_t>)> done)> submit;
  // The log holds another history of the document than it did.
  std::function<void(const storage::DocumentKey&)> reload;
};

class OperatorApi {
 public:
  // Without a token nothing but reading is done. REQUIRES: the log and what the ports reach outlive
  // this; or only stop().
  OperatorApi(storage::Log& log, std::string token, OperatorPorts ports);
  ~OperatorApi() { stop(); }
  OperatorApi(const OperatorApi&) = delete;
  OperatorApi& operator=(const OperatorApi&) = delete;

  // Answers a request whose path begins with "/api/operator/", once, perhaps later and from another
  // thread.
  void handle(const Request& request, Respond respond);

  // Ends what is under way. Nothing of the log is asked for afterwards.
  void stop();

 private:
  using Path = std::vector<std::string>;  // Behind /api/operator/.
  using Progress = OperatorJobs::Progress;
  using Work = OperatorJobs::Work;

  [[nodiscard]] std::optional<Error> refuse(const Request& request) const;
  void read(const Path& path, Parameters parameters, Respond respond);
  [[nodiscard]] Result<Work> change(const Path& path, Parameters parameters, std::string body);

  [[nodiscard]] Work verify(const Path& path);
  [[nodiscard]] Response stat(const Path& path) const;
  [[nodiscard]] Result<Work> back_up(Parameters parameters);
  [[nodiscard]] Result<Work> append(storage::DocumentKey key, Parameters parameters,
                                    std::string body);
  [[nodiscard]] Result<Work> restore(storage::DocumentKey key, Parameters parameters);
  [[nodiscard]] Result<Work> remove(storage::DocumentKey key, Parameters parameters);
  [[nodiscard]] Result<Work> purge(storage::DocumentKey key, Parameters parameters);

  [[nodiscard]] Result<std::uint64_t> submit(OperatorChange change, const Progress& go_on);

  storage::Log& log_;
  const std::string token_;
  const OperatorPorts ports_;
  std::atomic<bool> stopped_ = false;
  OperatorJobs jobs_;
};

}  // namespace cowrite::http
