#include "server/loop/server.h"

#include <latch>
#include <utility>

#include "server/pages/embedded_file.h"
#include "server/protocol/error_codes.h"
#include "server/transport/connection_quota.h"

namespace cowrite::server {

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options,
                                              std::function<void(const Error&)> halt) {
  Result<AccessPolicy> access = AccessPolicy::make(options.hosts, options.origins);
  if (!access) return access.error();
  Result<Pages> pages =
      Pages::make(embedded_web_editor(), {.embed_origins = options.embed_origins});
  if (!pages) return pages.error();
  const bool in_memory = options.data == ":memory:";
  Result<std::unique_ptr<storage::RocksDbLog>> log = storage::RocksDbLog::open(
      options.data, in_memory ? storage::OpenMode::kInMemory : storage::OpenMode::kReadWrite);
  if (!log) return log.error();

  std::unique_ptr<Server> server(
      new Server(*std::move(log), *std::move(access), *std::move(pages), std::move(halt)));
  if (Result<void> listening = server->listen(options); !listening) return listening.error();
  for (const auto& loop : server->loops_.all) loop->start();
  return server;
}

Server::Server(std::unique_ptr<storage::RocksDbLog> log, AccessPolicy access, Pages pages,
               std::function<void(const Error&)> halt)
    : log_(std::move(log)),
      access_(std::move(access)),
      pages_(std::move(pages)),
      api_(*log_),
      halt_(std::move(halt)) {}

Server::~Server() {
  for (const auto& loop : loops_.all) loop->stop();
  fronts_.clear();
  api_.stop();
  log_.reset();  // Its threads end; what they still call back goes to loops that no longer run.
}

Result<void> Server::listen(const ServerOptions& options) {
  for (std::size_t i = 0; i < options.loops; ++i) {
    const auto halt = [this] {
      halt_(log_->failure().value_or(Error{kErrLogUnavailable, "the log is in an unknown state"}));
    };
    loops_.all.push_back(
        std::make_unique<Loop>(static_cast<LoopIndex>(i), Loop::Surroundings{loops_, *log_, halt}));
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
