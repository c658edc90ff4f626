#include "server/server.h"

#include <chrono>
#include <latch>
#include <utility>

#include "server/http/errors.h"
#include "server/http/operator_token.h"
#include "server/http/responses.h"
#include "server/metrics/endpoint.h"
#include "server/pages/embedded_file.h"
#include "server/protocol/error_codes.h"
#include "server/switchboard/limits.h"
#include "server/transport/connection_quota.h"
#include "server/version.h"
#include "storage/errors.h"
#include "storage/random_id.h"
#include "storage/rocksdb_log.h"
#include "storage/timestamp.h"

namespace cowrite::server {
namespace {

// 128 random bits: ids of clients must not be guessed, nor come again.
constexpr std::size_t kIdDigits = 32;

std::int64_t unix_time_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Result<std::uint64_t> version_made_by(const document::Answer& answer) {
  if (const auto* ack = std::get_if<document::Ack>(&answer.outcome)) return ack->version + 1;
  if (const auto* refusal = std::get_if<document::Refusal>(&answer.outcome)) return refusal->error;
  return Error{storage::kErrIo, "the log cannot be read now"};
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Operator reports_to) {
  Result<access::AccessPolicy> access = access::AccessPolicy::make(options.hosts, options.origins);
  if (!access) return access.error();
  Result<pages::Pages> pages =
      pages::Pages::make(pages::embedded_web_editor(), {.embed_origins = options.embed_origins});
  if (!pages) return pages.error();
  const bool in_memory = options.data == ":memory:";
  Result<std::unique_ptr<storage::RocksDbLog>> log = storage::RocksDbLog::open(
      options.data, in_memory ? storage::OpenMode::kInMemory : storage::OpenMode::kReadWrite,
      {.store = {.memory_bytes = options.memory_bytes / 2},
       .disk_reserve_bytes = options.disk_reserve_bytes});
  if (!log) return log.error();
  if (!(*log)->store().was_shut_down_cleanly()) {
    reports_to.warn(
        "the last run was not shut down cleanly; its log was replayed up to where it ends");
  }
  if (const storage::LogHealth health = (*log)->health(); health.waits_for_disk) {
    reports_to.warn("the disk has " + std::to_string(health.disk_free_bytes.value_or(0)) +
                    " bytes free, fewer than the reserve of " +
                    std::to_string(health.disk_reserve_bytes) +
                    ": documents can be read, and edits wait until there is room");
  }

  // Documents in memory have no folder for the token, and so no operator.
  Result<std::string> token = in_memory ? Result<std::string>(std::string())
                                        : http::load_or_create_operator_token(options.data);
  if (!token) return token.error();

  std::unique_ptr<Server> server(new Server(*std::move(log), *std::move(access), *std::move(pages),
                                            *std::move(token), std::move(reports_to)));
  if (Result<void> listening = server->listen(options); !listening) return listening.error();
  for (const auto& loop : server->loops_) loop->start();
  server->metrics_loop_.start();
  return server;
}

Server::Server(std::unique_ptr<storage::Log> log, access::AccessPolicy access, pages::Pages pages,
               std::string token, Operator reports_to)
    : log_(std::move(log)),
      access_(std::move(access)),
      pages_(std::move(pages)),
      api_(*log_),
      operator_api_(*log_, std::move(token), operator_ports()),
      operator_(std::move(reports_to)),
      clients_ahead_(operator_.warn),
      refusals_(operator_.warn),
      clock_notices_(operator_.warn) {}

Server::~Server() {
  metrics_loop_.stop();
  for (const auto& loop : loops_) loop->stop();
  web_socket_servers_.clear();
  metrics_server_.reset();
  api_.stop();
  operator_api_.stop();
  log_.reset();  // Its threads end; what they still call back goes to loops that no longer run.
}

Result<void> Server::listen(const ServerOptions& options) {
  for (std::size_t i = 0; i < options.loops; ++i) {
    loops_.push_back(std::make_unique<loop::Loop>());
  }
  switchboard_ = std::make_unique<switchboard::Switchboard>(
      switchboard::Options{.loops = options.loops,
                           .history_id = log_->history_id(),
                           .documents_bytes = options.memory_bytes / 2},
      *log_, switchboard_ports());
  quota_ = std::make_shared<transport::ConnectionQuota>();
  transport::ListenAddress address = options.listen;
  for (document::LoopIndex i = 0; i < loops_.size(); ++i) {
    loops_[i]->post_every(switchboard::kIdleDocument, [this, i] { switchboard_->evict_idle(i); });
    web_socket_servers_.push_back(std::make_unique<transport::WebSocketServer>(
        loops_[i]->context(), handlers(i, options.base_path), quota_));
    const transport::Sharing sharing =
        i == 0 ? transport::Sharing::kFirst : transport::Sharing::kJoin;
    const Result<std::uint16_t> port = web_socket_servers_.back()->listen(address, sharing);
    if (!port) return port.error();
    address.port = *port;
  }
  port_ = address.port;
  note_sources(options);
  return options.metrics_listen ? listen_for_metrics(*options.metrics_listen) : Result<void>();
}

// ---- Metrics

void Server::note_sources(const ServerOptions& options) {
  sources_ = {.version = kVersion,
              .loops = {},
              .log = log_.get(),
              .refusals = &refusal_counts_,
              .quota = quota_.get(),
              .client_ahead_requests = [this] { return clients_ahead_.count().requests; },
              .document_bytes_max = options.memory_bytes / 2};
  for (document::LoopIndex i = 0; i < loops_.size(); ++i) {
    sources_.loops.push_back({.turns = &loops_[i]->turns(),
                              .switchboard = &switchboard_->counts(i),
                              .transport = &web_socket_servers_[i]->counts()});
  }
}

// An address of the operator's network, where no token is needed. What guards the other one against
// foreign pages guards this, too.
Result<void> Server::listen_for_metrics(const transport::ListenAddress& address) {
  metrics_server_ = std::make_unique<transport::WebSocketServer>(
      metrics_loop_.context(),
      transport::WebSocketServer::Handlers{
          .refuse = [this](const http::Request& request) { return refuse(request); },
          .accept = nullptr,
          .http =
              [this](const http::Request& request, http::Respond respond) {
                if (request.path == metrics::kMetricsPath) {
                  return respond_metrics(request, std::move(respond));
                }
                respond(http::plain_response(404, "Only /metrics is served here."));
              }},
      std::make_shared<transport::ConnectionQuota>(transport::ConnectionLimits{
          .total = kMetricsConnectionsMax, .per_address = kMetricsConnectionsMax}));
  const Result<std::uint16_t> port = metrics_server_->listen(address);
  if (!port) return port.error();
  metrics_port_ = *port;
  return {};
}

void Server::respond_metrics(const http::Request& request, http::Respond respond) {
  if (!request.only_reads()) {
    return respond(http::only_reads_response("The metrics can only be read."));
  }
  metrics_loop_.post(
      [this, respond = std::move(respond)] { respond(metrics::respond_metrics(sources_)); });
}

// ---- What is served

switchboard::Ports Server::switchboard_ports() {
  using Work = switchboard::Ports::Work;
  return {
      .post = [this](document::LoopIndex loop, Work work) { loops_[loop]->post(std::move(work)); },
      .post_after = [this](document::LoopIndex loop, std::chrono::milliseconds delay,
                           Work work) { loops_[loop]->post_after(delay, std::move(work)); },
      .now_ms = unix_time_ms,
      .new_id = [] { return storage::random_hex(kIdDigits); },
      .halt =
          [this] {
            operator_.halt(log_->failure().value_or(
                Error{protocol::kErrLogUnavailable, "the log is in an unknown state"}));
          },
      .now = [] { return std::chrono::steady_clock::now(); },
      .on_refused = [this](std::string_view code) { refusal_counts_.note(code); },
      .on_client_ahead = [this](const storage::DocumentKey& key, std::uint64_t seen,
                                std::uint64_t held) { clients_ahead_.note(key, seen, held); },
      .on_time_ahead =
          [this](const storage::DocumentKey& key, std::int64_t time_ms) {
            clock_notices_.tell(
                storage::describe(key) + ": its newest record is dated " +
                storage::format_time(time_ms) +
                ", later than the clock; so will be all that follow, until the clock "
                "has caught up");
          },
  };
}

transport::WebSocketServer::Handlers Server::handlers(document::LoopIndex loop,
                                                      const std::string& base_path) {
  return {
      .base_path = base_path,
      .refuse = [this](const http::Request& request) { return refuse(request); },
      .accept =
          [this, loop](std::shared_ptr<transport::Connection> connection, const http::Request&) {
            return switchboard_->accept(loop, std::move(connection));
          },
      .http = [this](const http::Request& request,
                     http::Respond respond) { serve(request, std::move(respond)); },
      .on_refused = [this](std::string_view code) { refusal_counts_.note(code); },
  };
}

http::OperatorPorts Server::operator_ports() {
  return {
      .submit =
          [this](history::DocumentChange change, std::function<void(Result<std::uint64_t>)> done) {
            switchboard_->submit({.author = std::move(change.author),
                                  .request = {.key = std::move(change.key),
                                              .version = change.base,
                                              .sequence = 1,
                                              .change = std::move(change.change)}},
                                 [done = std::move(done)](const document::Answer& answer) {
                                   done(version_made_by(answer));
                                 });
          },
      .reload = [this](const storage::DocumentKey& key) { switchboard_->reload(key); },
  };
}

// A foreign host or page is often the server's own behind a proxy, so its operator is told.
std::optional<Error> Server::refuse(const http::Request& request) {
  std::optional<Error> error = access_.refuse(request);
  if (error && error->code != http::kErrRequestMalformed) refusals_.tell(error->message);
  return error;
}

void Server::serve(const http::Request& request, http::Respond respond) {
  if (request.path.starts_with("/api/operator/")) {
    operator_api_.handle(request, std::move(respond));
  } else if (http::is_api_path(request.path)) {
    api_.handle(request, [this, origin = std::string(request.header("origin")),
                          respond = std::move(respond)](http::Response response) {
      access_.share(origin, response);
      respond(std::move(response));
    });
  } else if (request.path == "/healthz") {
    respond(http::respond_health(request, vitals()));
  } else if (request.path == "/readyz") {
    respond(http::respond_readiness(request, vitals()));
  } else if (request.path == metrics::kMetricsPath) {
    // Behind a proxy on this machine everybody comes from loopback, so the address tells nothing.
    if (const std::optional<Error> refusal = operator_api_.refuse(request)) {
      return respond(http::refusal(request, *refusal));
    }
    respond_metrics(request, std::move(respond));
  } else {
    respond(pages_.respond(request));
  }
}

http::Vitals Server::vitals() const {
  const storage::LogHealth log = log_->health();
  const ClientsAheadOfLog::Count ahead = clients_ahead_.count();
  return {.waits_for_disk = log.waits_for_disk,
          .disk_free_bytes = log.disk_free_bytes,
          .disk_reserve_bytes = log.disk_reserve_bytes,
          .log_failed = log_->failure().has_value(),
          .stopping = stopping_,
          .requests_ahead = ahead.requests,
          .documents_ahead = ahead.documents};
}

void Server::stop() {
  stopping_ = true;
  operator_api_.stop();
  std::latch drained(static_cast<std::ptrdiff_t>(loops_.size()));
  for (document::LoopIndex i = 0; i < loops_.size(); ++i) {
    loops_[i]->post([this, i, &drained] {
      web_socket_servers_[i]->stop_accepting();
      switchboard_->drain(i, [&drained] { drained.count_down(); });
    });
  }
  drained.wait();
  metrics_loop_.stop();
  for (const auto& loop : loops_) loop->stop();
}

}  // namespace cowrite::server
