#include "server/loop/server.h"

#include <latch>
#include <utility>

#include "server/loop/health.h"
#include "server/pages/embedded_file.h"
#include "server/protocol/error_codes.h"
#include "server/transport/connection_quota.h"

namespace cowrite::server {

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Operator reports_to) {
  Result<AccessPolicy> access = AccessPolicy::make(options.hosts, options.origins);
  if (!access) return access.error();
  Result<Pages> pages =
      Pages::make(embedded_web_editor(), {.embed_origins = options.embed_origins});
  if (!pages) return pages.error();
  const bool in_memory = options.data == ":memory:";
  Result<std::unique_ptr<storage::RocksDbLog>> log = storage::RocksDbLog::open(
      options.data, in_memory ? storage::OpenMode::kInMemory : storage::OpenMode::kReadWrite,
      {.store = {.memory_bytes = options.memory_bytes / 2},
       .disk_reserve_bytes = options.disk_reserve_bytes});
  if (!log) return log.error();
  if (!(*log)->store().was_closed_in_order()) {
    reports_to.warn(
        "the last run did not end in order; its log was read again; nothing acknowledged is "
        "missing");
  }

  std::unique_ptr<Server> server(
      new Server(*std::move(log), *std::move(access), *std::move(pages), std::move(reports_to)));
  if (Result<void> listening = server->listen(options); !listening) return listening.error();
  for (const auto& loop : server->loops_.all) loop->start();
  return server;
}

Server::Server(std::unique_ptr<storage::RocksDbLog> log, AccessPolicy access, Pages pages,
               Operator reports_to)
    : log_(std::move(log)),
      access_(std::move(access)),
      pages_(std::move(pages)),
      api_(*log_),
      operator_(std::move(reports_to)),
      evidence_(operator_.warn) {}

Server::~Server() {
  for (const auto& loop : loops_.all) loop->stop();
  fronts_.clear();
  api_.stop();
  log_.reset();  // Its threads end; what they still call back goes to loops that no longer run.
}

Result<void> Server::listen(const ServerOptions& options) {
  const Loop::Surroundings surroundings{
      .loops = loops_,
      .log = *log_,
      .halt =
          [this] {
            operator_.halt(log_->failure().value_or(
                Error{kErrLogUnavailable, "the log is in an unknown state"}));
          },
      .ahead = [this](const DocumentKey& key, std::uint64_t seen,
                      std::uint64_t held) { evidence_.note(key, seen, held); },
      .history_id = log_->history_id(),
      .documents_bytes = options.memory_bytes / 2 / options.loops,
  };
  for (std::size_t i = 0; i < options.loops; ++i) {
    loops_.all.push_back(std::make_unique<Loop>(static_cast<LoopIndex>(i), surroundings));
  }
  const auto quota = std::make_shared<ConnectionQuota>();
  ListenAddress address = options.listen;
  for (const auto& loop : loops_.all) {
    fronts_.push_back(
        {*loop, std::make_unique<WebSocketServer>(loop->context(), handlers(*loop), quota)});
    const Sharing sharing = fronts_.size() == 1 ? Sharing::kFirst : Sharing::kJoin;
    Result<std::uint16_t> port = fronts_.back().door->listen(address, sharing);
    if (!port) return port.error();
    address.port = *port;
  }
  port_ = address.port;
  return {};
}

WebSocketServer::Handlers Server::handlers(Loop& loop) {
  return {
      .refuse = [this](const HttpRequest& request) { return access_.refuse(request); },
      .accept = [&loop](std::shared_ptr<Connection> connection,
                        const HttpRequest&) { return loop.accept(std::move(connection)); },
      .http = [this](const HttpRequest& request,
                     HttpRespond respond) { serve(request, std::move(respond)); },
  };
}

void Server::serve(const HttpRequest& request, HttpRespond respond) {
  if (request.path.starts_with("/api/")) {
    api_.handle(request, std::move(respond));
  } else if (request.path == "/healthz") {
    respond(respond_health(request,
                           {.waits_for_disk = log_->is_waiting_for_disk() || log_->disk().is_low(),
                            .disk_free_bytes = log_->disk().free_bytes(),
                            .disk_reserve_bytes = log_->disk().reserve_bytes(),
                            .evidence = evidence_.count()}));
  } else {
    respond(pages_.respond(request));
  }
}

void Server::stop() {
  std::latch drained(static_cast<std::ptrdiff_t>(fronts_.size()));
  for (const Front& front : fronts_) {
    front.loop.post([&front, &drained] {
      front.door->stop_accepting();
      front.loop.drain([&drained] { drained.count_down(); });
    });
  }
  drained.wait();
  for (const auto& loop : loops_.all) loop->stop();
}

}  // namespace cowrite::server
